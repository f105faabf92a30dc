"""Kits of the demo's companions in each of their states, filled in as somebody at a visit would."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.utils import timezone

from portal.audit import TELL_OF_CHANGES
from portal.enums import JobState
from portal.kits.handing_out import hand_out
from portal.kits.layout import PROFILE, SHEET_MARK
from portal.kits.merging import merge_kit
from portal.kits.returning import bring_back
from portal.kits.workbook import workbook_of
from portal.models import Assignment, Consent, Enterprise, Job, Membership, User, VisitKit
from portal.permissions import OPEN_TO_CHANGES
from portal.sample.assistance import owner_of_sample
from portal.services.dossier import save_section
from portal.services.kit import call_back_kit

NEEDED = ["address", "people"]


def add_kits() -> None:
    """By the services that people use: one to be merged, with a conflict, a cell to correct and a second copy; one merged, one out, one
    called back."""
    rows = Assignment.objects.open().filter(enterprise__status__in=OPEN_TO_CHANGES)
    by_companion: dict[int, list[Assignment]] = {}
    for each in rows.select_related("enterprise__organisation", "plut", "companion").order_by("pk"):
        by_companion.setdefault(each.companion_id, []).append(each)
    for assignments in by_companion.values():
        companion = _acting(assignments[0])
        held = Consent.objects.held_by(companion).filter(scopes__contains=NEEDED)
        consented = set(held.values_list("enterprise", flat=True))
        agreed = [each.enterprise for each in assignments if each.enterprise_id in consented]
        others = [each.enterprise for each in assignments if each.enterprise_id not in consented]
        agreed_to = zip(agreed, (_to_merge, _merged), strict=False)
        without = zip(others, (_out, _called_back), strict=False)
        for enterprise, make in (*agreed_to, *without):
            make(enterprise, companion)
    # What was changed is told half an hour later; nobody waits for that here.
    Job.objects.filter(kind=TELL_OF_CHANGES).exclude(state=JobState.DONE).update(run_after=timezone.now())


def _to_merge(enterprise: Enterprise, companion: User) -> None:
    kit = _out(enterprise, companion)
    save_section(enterprise, "address", {"phone": "0812 2233 4455"}, by=owner_of_sample(enterprise))
    _brought(kit, companion, phone="0813 9988 7766", postal_code="57465", workforce="dua puluh lima")
    # Uploaded once more, with another answer: kept beside the first.
    _brought(kit, companion, phone="0813 9988 7760", postal_code="57465")


def _merged(enterprise: Enterprise, companion: User) -> None:
    kit = _brought(_out(enterprise, companion), companion, phone="0813 1122 3344")
    merge_kit(kit, {}, by=companion)


def _out(enterprise: Enterprise, companion: User) -> VisitKit:
    [(kit, _is_new)] = hand_out([enterprise], by=companion)
    return kit


def _called_back(enterprise: Enterprise, companion: User) -> None:
    call_back_kit(_out(enterprise, companion), by=companion)


def _brought(kit: VisitKit, companion: User, **answers: Any) -> VisitKit:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(kit)))
    profile = next(sheet for sheet in book if sheet["A1"].value == f"{SHEET_MARK}{PROFILE}")
    for row in range(1, profile.max_row + 1):
        key = str(profile.cell(row, 1).value)
        if key in answers:
            profile.cell(row, 3).value = answers[key]
    out = io.BytesIO()
    book.save(out)
    return bring_back(out, out.tell(), name=f"{kit.number}.xlsx", by=companion)


def _acting(assignment: Assignment) -> User:
    active = Membership.objects.active().select_related("organisation")
    return assignment.companion.act_as(active.get(user=assignment.companion, organisation=assignment.plut))
