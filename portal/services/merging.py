"""Merging an enterprise that was registered twice: one is kept, with everything that hung on the other.

The merged one stays, with its audit trail and what it alone declared, and says where it went.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, crypto
from portal.enums import ClassCause, Role
from portal.flow import MoveNotAllowed, permit
from portal.flows import DUPLICATE, ENTERPRISE
from portal.identity import masked, normal_npwp
from portal.merging import PARTS, Merger, pointing_here, takes_part
from portal.models import Enterprise, Membership, Organisation, SuspectedDuplicate, User
from portal.notifications import notify
from portal.sections import SECRET_FIELDS, TABLES
from portal.selectors.enterprise import standing_of
from portal.selectors.merging import LOST, TOPICS, obstacles_of, people_of, state_of, suggested
from portal.selectors.rows import rows_of
from portal.services.class_history import IN_FORCE, derived_fields, record_derivation
from portal.services.completeness import measure_completeness
from portal.services.duplicates import find_later
from portal.services.merged_rows import OWN
from portal.services.rows import replace_rows

takes_part(OWN)


@transaction.atomic
def merge(
    pair: SuspectedDuplicate,
    *,
    kept: Enterprise,
    reason: str,
    by: User,
    choices: dict[str, str] | None = None,
    people: Iterable[int] | None = None,
    seen: str = "",
) -> Merger:
    """`choices`: by topic, "kept" or "lost"; what isn't chosen as `suggested`. `people`: users of the merged one who go along;
    None is all. `seen`: the state the page was opened with.

    Raises MoveNotAllowed when somebody was faster, ValidationError with everything that stands in the way.
    """
    if kept.pk not in (pair.first_id, pair.second_id):
        raise ValidationError({"kept": [_("Choose one of the two.")]})
    # In one order, so that two mergers never wait for each other; whoever saves a part meanwhile waits, and is refused.
    both = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation", "village")
    locked = {each.pk: each for each in both.filter(pk__in=(pair.first_id, pair.second_id)).order_by("pk")}
    keep = locked.pop(kept.pk)
    merger = Merger(lost=next(iter(locked.values())), kept=keep, by=by)
    permit(by, "portal.decide_duplicate", pair)
    if not reason.strip():
        raise ValidationError({"reason": [_("Write how you know that they are one.")]})
    DUPLICATE.make(
        "merge",
        pair,
        by=by,
        payload={"kept": keep.pk, "lost": merger.lost.pk},
        personal={"reason": reason.strip()},
        reason=reason.strip(),
        decided_at=timezone.now(),
        decided_by=by,
    )
    if found := obstacles_of(merger):
        raise ValidationError(found, code="obstacles")
    if seen and seen != state_of(merger):
        raise MoveNotAllowed(
            _("One of the two was changed after you opened this page. Compare them again."),
            move="merge",
            status=pair.status,
            code="changed_meanwhile",
        )
    chosen = {**suggested(merger), **(choices or {})}
    taken = [topic.name for topic in TOPICS if chosen[topic.name] == LOST]
    values = {name: _value(merger.lost, name) for topic in TOPICS if topic.name in taken for name in topic.fields}
    rows = {
        table: rows_of(merger.lost, TABLES[table]) for topic in TOPICS if topic.name in taken for table in topic.tables
    }
    _say_it_is_merged(merger)
    moved = _move(merger)
    joined = _bring_people(merger, people)
    _take_answers(merger, values, rows)
    audit.record(
        keep,
        "absorb",
        by=by,
        payload={"merged": merger.lost.pk, "pair": pair.pk, "taken": taken, "moved": moved, "joined": joined},
        personal={"after": {name: _recorded(name, value) for name, value in values.items()}} if values else None,
    )
    find_later(keep)
    _tell(merger)
    return merger


def _say_it_is_merged(merger: Merger) -> None:
    """First, so that the NIB is free for the one that is kept."""
    ENTERPRISE.make(
        "merge",
        merger.lost,
        by=merger.by,
        payload={"into": merger.kept.pk},
        merged_into=merger.kept,
        merged_at=timezone.now(),
    )
    # What was merged into it before went the same way.
    Enterprise.objects.filter(merged_into=merger.lost).update(merged_into=merger.kept)


def _move(merger: Merger) -> dict[str, int]:
    """How many rows of what followed."""
    moved: dict[str, int] = {}
    for part in PARTS:
        moved |= part.merge(merger)
    for model, column in pointing_here():
        count = model._base_manager.filter(**{column.name: merger.lost}).update(**{column.name: merger.kept})
        moved[f"{model._meta.label_lower}.{column.name}"] = count
    return {name: count for name, count in sorted(moved.items()) if count}


def _bring_people(merger: Merger, people: Iterable[int] | None) -> list[int]:
    """Their role at the merged one ends; whoever goes along has it at the kept one, unless they are there already."""
    chosen = None if people is None else set(people)
    home: Organisation = merger.kept.organisation
    there = set(Membership.objects.active().filter(organisation=home).values_list("user", flat=True))
    joined = []
    for membership in people_of(merger.lost):
        goes = chosen is None or membership.user_id in chosen
        if goes and membership.user_id not in there:
            Membership.objects.create(user=membership.user, organisation=home, role=membership.role)
            audit.record(
                home, "add_member", by=merger.by, payload={"user": membership.user_id, "role": membership.role}
            )
            joined.append(membership.user_id)
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        audit.record(
            membership.organisation,
            "end_membership",
            by=merger.by,
            payload={"user": membership.user_id, "role": membership.role},
        )
    return joined


def _take_answers(merger: Merger, values: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    kept = merger.kept
    for name, value in values.items():
        if name == "name":
            kept.organisation.name = value
            kept.organisation.save(update_fields=["name"])
        else:
            setattr(kept, name, value)
    kept.npwp_hash = crypto.search_hash(normal_npwp(kept.npwp)) if kept.npwp else ""
    kept.owner_nik_hash = crypto.search_hash(kept.owner_nik) if kept.owner_nik else ""
    for table, wanted in rows.items():
        replace_rows(kept, TABLES[table], wanted)
    standing = standing_of(kept) if kept.status in IN_FORCE else None
    if standing is not None and standing.is_large:
        text = _(
            "With these figures the kept business would be large, and this programme is for micro, small and medium ones."
        )
        way = _("Choose the finances of the other. If they are right, the two cannot become one here.")
        raise ValidationError({"finance": [f"{text} {way}"]}, code="too_large")
    if standing is not None and standing.business_class is not None:
        for name, value in derived_fields(standing).items():
            setattr(kept, name, value)
    kept.save()
    measure_completeness(kept)
    if standing is not None and standing.business_class is not None:
        audit.record(kept, "derive_class", by=None, payload={"cause": "merge"})
        record_derivation(kept, standing, cause=ClassCause.FIGURES, by=merger.by, changed=["merge"])


def _tell(merger: Merger) -> None:
    """Both sides: whoever acts for the kept one now, and whoever does not go along."""
    words = {"lost": merger.lost.name, "kept": merger.kept.name}
    now = [each.user for each in people_of(merger.kept)]
    notify(now, "enterprise.merged", path=reverse("dossier"), organisation=merger.kept.organisation, **words)
    before = Membership.objects.filter(organisation=merger.lost.organisation_id, role__in=[Role.OWNER, Role.STAFF])
    left = [each.user for each in before.select_related("user") if each.user not in now and each.user.is_active]
    notify(left, "enterprise.merged_without", path=reverse("home"), **words)


def _value(enterprise: Enterprise, name: str) -> Any:
    return enterprise.organisation.name if name == "name" else getattr(enterprise, name)


def _recorded(name: str, value: Any) -> Any:
    if name in SECRET_FIELDS and value:
        return masked(value)
    return getattr(value, "pk", value)
