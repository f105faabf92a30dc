"""The database refuses exactly what the code forbids, and web and workers own none of it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from curation.flow import APPLICATION, CONSORTIUM, CONSORTIUM_MEMBER, INTEREST, PROGRAMME, REVIEW
from partnerships.flow import DELIVERY, FINANCING, INCIDENT, INVOICE, KNOWLEDGE, ORDER, PARTNERSHIP, PAYMENT, SIGN_OFF
from portal.flow import Flow
from portal.flows import COOPERATIVE_MEMBER, DATA_REQUEST, DUPLICATE, ENTERPRISE, KIT, WEBHOOK
from tests.roles import as_owner

APPS = ("portal", "curation", "partnerships")
FLOWS: dict[str, Flow] = {
    "portal_cooperativemember": COOPERATIVE_MEMBER,
    "portal_datarequest": DATA_REQUEST,
    "portal_enterprise": ENTERPRISE,
    "portal_suspectedduplicate": DUPLICATE,
    "portal_visitkit": KIT,
    "portal_webhookendpoint": WEBHOOK,
    "curation_programme": PROGRAMME,
    "curation_application": APPLICATION,
    "curation_review": REVIEW,
    "curation_consortium": CONSORTIUM,
    "curation_consortiummember": CONSORTIUM_MEMBER,
    "curation_interest": INTEREST,
    "partnerships_partnership": PARTNERSHIP,
    "partnerships_signoff": SIGN_OFF,
    "partnerships_purchaseorder": ORDER,
    "partnerships_delivery": DELIVERY,
    "partnerships_incident": INCIDENT,
    "partnerships_invoice": INVOICE,
    "partnerships_payment": PAYMENT,
    "partnerships_financingrequest": FINANCING,
    "partnerships_knowledgestep": KNOWLEDGE,
}

pytestmark = pytest.mark.django_db


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def guards() -> dict[str, set[tuple[str, str]]]:
    """(from, to) pairs by table, as the triggers have them."""
    found = rows(
        "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger"
        " WHERE tgfoid = 'flow_guard'::regproc AND NOT tgisinternal AND tgenabled <> 'D'"
    )
    return {
        table: {tuple(pair.split(">")) for pair in arguments.split("\\000") if pair}  # type: ignore[misc]
        for table, arguments in found
    }


def test_every_flow_and_its_guard_in_the_database_are_the_same() -> None:
    assert guards() == {table: flow.pairs() for table, flow in FLOWS.items()}


def test_every_model_with_a_status_has_a_flow() -> None:
    with_status = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in APPS
        and any(isinstance(f, models.CharField) and f.name == "status" for f in model._meta.get_fields())
    }
    assert with_status == set(FLOWS)


def test_the_models_and_the_migrations_agree() -> None:
    with as_owner():
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_app_role_owns_nothing_and_may_make_nothing() -> None:
    assert rows("SELECT current_user") == [("mitrapasok_app",)]
    assert rows("SELECT relname FROM pg_class WHERE relowner = 'mitrapasok_app'::regrole") == []
    assert rows("SELECT proname FROM pg_proc WHERE proowner = 'mitrapasok_app'::regrole") == []
    assert rows("SELECT nspname FROM pg_namespace WHERE nspowner = 'mitrapasok_app'::regrole") == []
    assert rows(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'mitrapasok_app'"
    ) == [(False, False, False, False)]
    assert rows("SELECT has_schema_privilege('mitrapasok_app', 'public', 'CREATE')") == [(False,)]
    assert rows("SELECT pg_has_role('mitrapasok_app', 'mitrapasok_owner', 'MEMBER')") == [(False,)]


def test_the_app_role_may_not_truncate_a_table_nor_switch_a_guard_off() -> None:
    free = rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege('mitrapasok_app', oid, 'TRUNCATE, TRIGGER')"
    )
    assert free == []
