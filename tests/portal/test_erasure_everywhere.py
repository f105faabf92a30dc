"""An erasure, looked for in every row of every table: whatever stood about the erased is gone, but for what is named here."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from portal import jobs
from portal.models import (
    ActivityConversion,
    CompanionRequest,
    Enterprise,
    IdentityKeys,
    KbliClass,
    Membership,
    Notification,
    Organisation,
    ProductImport,
    StagedProduct,
    SuspectedDuplicate,
    User,
    Visit,
)
from portal.personal_data import Subject
from portal.services.duplicates import find_duplicates
from portal.services.erasure import erase
from tests.access.world import World, build
from tests.roles import as_owner

pytestmark = pytest.mark.django_db

# What stays, by model or by column, each for a reason that the page of an erasure names or that is no word about anybody.
DECIDED = "decisions, with the evidence they rest on"
STAYS = {
    "curation.application.appeal_text": DECIDED,
    "curation.curation": DECIDED,
    "curation.decision": DECIDED,
    "curation.evidencesnapshot": DECIDED,
    "curation.feedback": DECIDED,
    "curation.reviewpoint": DECIDED,
    "partnerships": "contracts and what was done under them: kept for ten years",
    "portal.consent.signed_name": "the proof that a consent was given",
    "portal.enterprise.class_decided_by": "a code: by which criterion the class was derived",
    "portal.enterprise.class_rule": "a code: under which rule",
    "portal.organisation": "its contract names it",
    "portal.datarequest.about": "a code: what a request was about",
    "portal.apitoken.prefix": "of a revoked token, which opens nothing",
    "portal.apitoken.token_hash": "of a revoked token, which opens nothing",
    "admin.logentry.object_id": "a number",
    "curation.savedsearch": "of a colleague",
    "portal.notification.kind": "of a colleague: which text",
    "portal.notification.path": "of a colleague: which page",
}


def test_whatever_is_written_in_any_row_of_the_erased_is_gone_but_for_what_is_named() -> None:
    world = build()
    owner = world.people["owner"]
    firm = Enterprise.objects.select_related("organisation").get(organisation=owner.organisation_id)
    more_of(world, firm)
    marks = fill(rows_of(firm, owner))
    erase(Subject(owner, (firm,)))
    jobs.drain()
    text = everything()
    left = {column for mark, column in marks.items() if mark in text}
    staying = {column for column in left if any(column == name or column.startswith(f"{name}.") for name in STAYS)}
    assert "\n".join(sorted(left - staying)) == ""
    written_to = set(marks.values())
    for column in ("suspectedduplicate.claim", "identitykeys.name", "visit.notes", "cooperativemember.name"):
        assert f"portal.{column}" in written_to, "else nothing was looked for"


def test_the_name_goes_from_what_others_were_told_and_from_their_lists() -> None:
    """A business without a contract: nothing obliges anybody to go on naming it."""
    world = build()
    owner = world.people["owner_cooperative"]
    firm = Enterprise.objects.select_related("organisation").get(organisation=owner.organisation_id)
    told = Notification.objects.create(
        user=world.people["ministry"],
        kind="enterprise.submitted",
        params={"names": [f"{firm.name}, {owner.full_name}"]},
    )
    name, person = firm.name, owner.full_name
    assert name in everything()
    erase(Subject(owner, (firm,)))
    jobs.drain()
    told.refresh_from_db()
    assert told.params["names"] == [f"Usaha terhapus {firm.pk}, –"]
    text = everything()
    assert name not in text
    assert person not in text


def test_names_that_merely_contain_the_name_stay() -> None:
    world = build()
    owner = world.people["owner_cooperative"]
    firm = Enterprise.objects.select_related("organisation").get(organisation=owner.organisation_id)
    User.objects.filter(pk=owner.pk).update(full_name="Ani")
    Organisation.objects.filter(pk=firm.organisation_id).update(name="Koperasi Jati", short_name="")
    params = {"firm": "Koperasi Jatiwangi", "names": ["Ani", "CV Handayani", "CV Ani Jaya", "(Koperasi Jati)"]}
    told = Notification.objects.create(user=world.people["ministry"], kind="enterprise.submitted", params=params)
    erase(Subject(User.objects.get(pk=owner.pk), (Enterprise.objects.get(pk=firm.pk),)))
    told.refresh_from_db()
    names = ["–", "CV Handayani", "CV Ani Jaya", f"(Usaha terhapus {firm.pk})"]
    assert told.params == {"firm": "Koperasi Jatiwangi", "names": names}


def more_of(world: World, firm: Enterprise) -> None:
    """What the world has none of."""
    plut, companion = world.people["companion"].organisation, world.people["companion"]
    find_duplicates(1, 2**31)
    assert IdentityKeys.objects.filter(enterprise=firm).exists()
    pair = SuspectedDuplicate.objects.filter(Q(first=firm) | Q(second=firm))[0]
    SuspectedDuplicate.objects.filter(pk=pair.pk).update(claimed_by=world.people["owner"], claim="milik saya")
    Visit.objects.create(enterprise=firm, made_by=companion, plut=plut, visited_on=timezone.localdate(), seen=["stock"])
    CompanionRequest.objects.create(
        enterprise=firm,
        plut=plut,
        asked_by=world.people["owner"],
        message="tolong",
        answer="jauh",
        outcome="refused",
        answered_at=timezone.now(),
        answered_by=world.people["plut_manager"],
    )
    older, newer = KbliClass.objects.order_by("pk")[:2]
    ActivityConversion.objects.create(
        enterprise=firm, older=older, newer=newer, proposed_by=world.people["owner"], reason="lama"
    )
    StagedProduct.objects.create(product_import=ProductImport.objects.filter(enterprise=firm)[0], row=7, name="Baut")


def rows_of(firm: Enterprise, owner: User) -> dict[type[models.Model], set[Any]]:
    """What hangs on them: rows that point to them, rows that point to those, and so on. Colleagues are others."""
    found: dict[type[models.Model], set[Any]] = {}
    queue: deque[tuple[type[models.Model], set[Any]]] = deque(
        [(Enterprise, {firm.pk}), (type(firm.organisation), {firm.organisation_id}), (User, {owner.pk})]
    )
    colleagues = set(Membership.objects.exclude(user=owner).values_list("pk", flat=True))
    while queue:
        model, keys = queue.popleft()
        fresh = keys - found.setdefault(model, set()) - (colleagues if model is Membership else set())
        if not fresh:
            continue
        found[model] |= fresh
        for relation in model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and relation.related_model._meta.managed:
                there = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": list(fresh)})
                queue.append((relation.related_model, set(there.values_list("pk", flat=True))))
    return found


def fill(rows: dict[type[models.Model], set[Any]]) -> dict[str, str]:
    """A mark into each text that anybody may have written there; by mark, where it stands."""
    marks: dict[str, str] = {}
    for model, keys in rows.items():
        if not keys or model._meta.label_lower in ("portal.auditentry", "portal.audithead"):
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, (models.CharField, models.TextField)) or field.choices or field.is_relation:
                continue
            if isinstance(field, models.FileField) or (field.max_length or 99) < 6:
                continue
            mark = f"ZQ{len(marks):03d}X"
            if written(model, list(keys), field.attname, mark):
                marks[mark] = f"{model._meta.label_lower}.{field.attname}"
    return marks


def written(model: type[models.Model], keys: list[Any], name: str, text: str) -> bool:
    """False where the database refuses it: a code, a number of fixed length."""
    table = connection.ops.quote_name(model._meta.db_table)
    there = model._base_manager.filter(pk__in=keys)
    try:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            try:
                with transaction.atomic():
                    changed = there.update(**{name: text})
            except DatabaseError:
                # Another one in each row: one will do.
                changed = model._base_manager.filter(pk=keys[0]).update(**{name: text})
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return bool(changed)
    except DatabaseError:
        return False


def everything() -> str:
    """Every row of every table; what is encrypted as the portal reads it."""
    parts = [
        json.dumps(list(model._base_manager.values()), default=str, ensure_ascii=False) for model in apps.get_models()
    ]
    known = {model._meta.db_table for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table not in known:
                cursor.execute(f"SELECT each::text FROM {connection.ops.quote_name(table)} AS each")
                parts += [text for (text,) in cursor.fetchall()]
    return "\n".join(parts)
