"""What a buyer does with its programmes, and what time does with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus, SplitDecider
from curation.flow import PROGRAMME
from curation.models import CriteriaSet, Need, Programme
from curation.scoring.criteria import publish_criteria_set
from curation.selectors.reviews import approvers_of, officers_of
from curation.services.marking import end_waiting_list, fill_places
from curation.services.telling import tell_of_closing, tell_whom_it_fits
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.meanwhile import check_unchanged
from portal.models import Organisation, User

DEFAULT_THRESHOLD, DEFAULT_FLOOR = Decimal(75), Decimal(60)
UNFINISHED = (A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.APPEALED)
# One a month, for a round that is open for a year.
MOST_CUT_OFFS = 12


def check_period(opens_at: dt.datetime, closes_at: dt.datetime) -> None:
    if closes_at <= opens_at:
        raise ValidationError({"closes_at": _("The programme closes before it opens.")})
    if closes_at <= timezone.now():
        raise ValidationError({"closes_at": _("The closing date lies in the past.")})


def check_cut_off(day: dt.date, opens_at: dt.datetime, closes_at: dt.datetime) -> None:
    """Ranked at the end of that day, so between the first day and the last."""
    if not timezone.localdate(opens_at) < day < timezone.localdate(closes_at):
        raise ValidationError({"cut_off_dates": _("This date lies outside the programme.")}, code="outside")


def check_programme(programme: Programme) -> None:
    """Everything a programme must be beside its needs and criteria. Raises ValidationError by field."""
    check_period(programme.opens_at, programme.closes_at)
    programme.cut_off_dates = sorted(set(programme.cut_off_dates))
    if len(programme.cut_off_dates) > MOST_CUT_OFFS:
        said = _("At most %(most)s dates.") % {"most": MOST_CUT_OFFS}
        raise ValidationError({"cut_off_dates": said}, code="too_many")
    for day in programme.cut_off_dates:
        check_cut_off(day, programme.opens_at, programme.closes_at)
    programme.full_clean()


@transaction.atomic
def add_programme(buyer: Organisation, *, needs: Iterable[Need], by: User, **values: Any) -> Programme:
    """A programme as a draft, with an empty first version of criteria."""
    permit(by, "curation.add_programme")
    programme = Programme(buyer=buyer, created_by=by, **values)
    permit(by, "curation.manage_programme", programme)
    check_needs(needs, buyer)
    check_programme(programme)
    programme.save()
    programme.needs.set(needs)
    CriteriaSet.objects.create(programme=programme, version=1, threshold=DEFAULT_THRESHOLD, review_floor=DEFAULT_FLOOR)
    audit.record(programme, "add", by=by, payload={"name": programme.name})
    return programme


@transaction.atomic
def change_programme(programme: Programme, *, needs: Iterable[Need], by: User, seen: str = "", **values: Any) -> None:
    """Only a draft changes: what is published is what enterprises relied on when they applied.

    `seen`: the fingerprint of these fields and the needs as the person had them before; raises ChangedMeanwhile.
    """
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    permit(by, "curation.manage_programme", locked)
    if locked.status != ProgrammeStatus.DRAFT:
        raise MoveNotAllowed(
            _("A published programme no longer changes. Add a new one."), move="change", status=locked.status
        )
    check_unchanged(locked, [*values, "needs"], seen)
    check_needs(needs, locked.buyer)
    changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
    for name, value in values.items():
        setattr(locked, name, value)
    check_programme(locked)
    locked.save(update_fields=list(values))
    locked.needs.set(needs)
    audit.record(locked, "change", by=by, payload={"fields": changed})


@transaction.atomic
def publish_programme(programme: Programme, *, by: User) -> None:
    """Freeze the criteria and open the programme. Says everything that is still missing at once."""
    permit(by, "curation.manage_programme", programme)
    draft = programme.criteria_sets.filter(published_at=None).first()
    if problems := problems_before_publishing(programme):
        raise ValidationError(problems, code="not_ready")
    if draft is not None:
        publish_criteria_set(draft, by=by)
    PROGRAMME.make("publish", programme, by=by, published_at=timezone.now())
    tell_whom_it_fits(programme)


def problems_before_publishing(programme: Programme) -> list[str]:
    """What keeps the programme from opening, beside its criteria (which say so themselves)."""
    needs = list(programme.needs.all())
    problems = []
    if not needs:
        problems.append(_("Choose at least one need."))
    for need in needs:
        if need.published_at is None or need.withdrawn_at is not None:
            problems.append(_("Publish the need “%(item)s” first.") % {"item": need.item})
    if programme.closes_at <= timezone.now():
        problems.append(_("The closing date is over. Change the dates first."))
    return problems + _too_few_people(programme)


def _too_few_people(programme: Programme) -> list[str]:
    """Whoever asks for more reviews than there are people can never decide."""
    wanted, officers = programme.reviewers_needed, officers_of(programme).count()
    if officers < wanted:
        said = _(
            "You ask for %(wanted)s reviewers and have %(officers)s officers. Invite colleagues, or ask for fewer."
        )
        return [said % {"wanted": wanted, "officers": officers}]
    third = wanted > 1 and programme.split_decider == SplitDecider.THIRD
    if third and officers == wanted and not approvers_of(programme).exists():
        return [
            _(
                "Where reviewers disagree a person who has not reviewed decides, and you have nobody beside them. "
                "Invite an officer or an approver, or let any officer decide."
            )
        ]
    return []


@transaction.atomic
def close_programme(programme: Programme, *, by: User | None) -> None:
    """At its closing time, by the scheduler or a person. Earlier only while nobody has applied: the date is a promise."""
    if programme.closes_at > timezone.now() and programme.applications.exclude(status=A.DRAFT).exists():
        raise MoveNotAllowed(
            _("Enterprises have applied, so the programme stays open until its closing date."),
            move="close",
            status=programme.status,
            code="has_applications",
        )
    PROGRAMME.make("close", programme, by=by)
    tell_of_closing(programme)


@transaction.atomic
def archive_programme(programme: Programme, *, by: User | None) -> None:
    """The programme's end: whoever still waits is told that no place came free."""
    unfinished = programme.applications.filter(status__in=UNFINISHED).count()
    if unfinished:
        raise MoveNotAllowed(
            _("%(count)s applications still await a decision.") % {"count": unfinished},
            move="archive",
            status=programme.status,
            code="unfinished",
        )
    PROGRAMME.make("archive", programme, by=by)
    end_waiting_list(programme)


@transaction.atomic
def raise_quota(programme: Programme, quota: int, *, by: User) -> None:
    """More places, never fewer. Whoever waits comes first."""
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    permit(by, "curation.manage_programme", locked)
    if quota <= locked.quota:
        raise ValidationError(_("Enter more than the present %(quota)s.") % {"quota": locked.quota}, code="not_more")
    before, locked.quota = locked.quota, quota
    locked.save(update_fields=["quota"])
    audit.record(locked, "raise_quota", by=by, payload={"from": before, "to": quota})
    fill_places(locked)


def check_needs(needs: Iterable[Need], buyer: Organisation) -> None:
    if any(need.buyer_id != buyer.pk for need in needs):
        raise ValidationError({"needs": _("Choose from your own needs.")}, code="foreign_need")
    for need in needs:
        if need.withdrawn_at is not None:
            said = _("The need “%(item)s” was withdrawn.") % {"item": need.item}
            raise ValidationError({"needs": said}, code="withdrawn_need")
