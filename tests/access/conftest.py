"""One world for a module, and the totals after all that pytest itself has to say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test.utils import override_settings

from tests.access.world import World, build

LAST_LINE = pytest.StashKey[str]()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For all tests of a module, each of which undoes what it did."""
    own_cache = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with (
        django_db_blocker.unblock(),
        override_settings(CACHES=own_cache, MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        transaction.atomic(),
    ):
        logging.disable(logging.CRITICAL)
        yield build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if line := config.stash.get(LAST_LINE, ""):
        print(line, flush=True)
