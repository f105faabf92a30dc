"""Tests log in as the owner and assume the app role on the same connection: what web and workers may not do, they may not."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test.utils import override_settings
from playwright.sync_api import Browser

from curation.models import StopWord, WordPair
from portal.models import (
    ContextFigure,
    DatedRule,
    HsCode,
    KbliClass,
    LinkageFigure,
    ReferenceLoad,
    Region,
    SearchWord,
)
from tests.browser import chromium
from tests.roles import as_owner
from tests.template_database import template_database

APP_ROLE = "mitrapasok_app"


def pytest_collection_finish() -> None:
    """A test makes much garbage and leaves little behind: looking for it less often, and never among the modules, saves a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_configure() -> None:
    # A slow hash is for real passwords; here every second made person would cost half of one.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Of RFC 8032, 7.1, test 1: known to everybody, good for nothing else.
    settings.CERTIFICATE_KEYS = ["nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="]
    settings.SIGNATURE_PROVIDER = "partnerships.signatures.development.DevelopmentProvider"
    # Each worker's own cache: in the broker's database one worker's clear() would empty the others', and the queues.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}}


def owned(inner: Any) -> Any:
    """The same method, run as the owner."""
    function = getattr(inner, "__func__", inner)

    def wrapped(target: Any) -> Any:
        with as_owner():
            return function(target)

    return classmethod(wrapped) if isinstance(inner, classmethod) else wrapped


REFERENCE = {
    model._meta.db_table
    for model in (
        Region,
        KbliClass,
        HsCode,
        SearchWord,
        ReferenceLoad,
        DatedRule,
        ContextFigure,
        LinkageFigure,
        StopWord,
        WordPair,
        ContentType,
        Permission,
    )
}


ALL_TABLES = type(connection.introspection).django_table_names


def flushed_tables(introspection: Any, *args: Any, **kwargs: Any) -> list[str]:
    """What a transactional test leaves empty: everything but the reference data, which take seconds to load.

    Of the class, because in the browser's event loop the thread has another connection than outside it.
    """
    names = ALL_TABLES(introspection, *args, **kwargs)
    return [name for name in names if name not in REFERENCE]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database was made by the owner, with its reference data; from here on every connection is the app role."""
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)
        call_command("load_search", stdout=StringIO())
        options = connection.settings_dict["OPTIONS"]
        connections.close_all()
        options["assume_role"] = APP_ROLE
        patch = pytest.MonkeyPatch()
        for name in ("_fixture_setup", "_fixture_teardown"):  # TRUNCATE needs the owner
            patch.setattr(TransactionTestCase, name, owned(TransactionTestCase.__dict__[name]))
        patch.setattr(type(connection.introspection), "django_table_names", flushed_tables)
        # What is made after migrations (content types, permissions) stays, so nobody has to make it again.
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield
        patch.undo()
        connections.close_all()
        del options["assume_role"]


@pytest.fixture(scope="session", autouse=True)
def _plain_static_addresses() -> Iterator[None]:
    """Pages name static files by their own names: nobody ran collectstatic, so there is no manifest of hashed ones."""
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests upload goes with the other temporary files."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture
def mailbox(mailoutbox: list[Any]) -> list[Any]:
    return mailoutbox


@pytest.fixture
def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
