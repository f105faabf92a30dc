"""The next term of a mark: asked for before it ends, scored on fresh evidence, granted or not by a person, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import RenewalOutcome
from curation.models import Curation, Renewal, Score
from curation.models.renewal import RENEWAL_DAYS
from curation.scoring.explain import CriterionResult, explain
from curation.services.marking import later_by_months
from curation.services.scoring import enqueue_provisional, take_snapshot, today
from portal import audit
from portal.enums import SME_ROLES, EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, TooLate, permit
from portal.models import User
from portal.notifications import day, notify_organisation
from portal.presentation.dates import tanggal

REMIND_JOB = "curation.remind_of_end"
# Days before the end on which its enterprise is told; 0: it has ended.
THRESHOLDS = (RENEWAL_DAYS, 30, 7)
ENDED = 0
LATE = dt.timedelta(days=30)


@transaction.atomic
def ask_for_renewal(curation: Curation, *, text: str = "", by: User) -> Renewal:
    """Freeze what the enterprise declares now, score it, and lay it before the buyer. The mark stays as it is meanwhile."""
    locked = _locked(curation)
    permit(by, "curation.apply", locked.application)
    if (obstacle := obstacle_to_renewal(locked)) is not None:
        raise obstacle
    snapshot = take_snapshot(locked.application, by=by)
    renewal = Renewal.objects.create(
        curation=locked, text=text.strip(), snapshot_revision=snapshot.revision, asked_by=by
    )
    enqueue_provisional(locked.application)
    audit.record(locked.application, "ask_for_renewal", by=by, payload={"renewal": renewal.pk})
    notify_organisation(
        locked.programme.buyer,
        "renewal.asked",
        path=reverse("renewal", args=[renewal.pk]),
        roles=[Role.OFFICER],
        enterprise=str(locked.enterprise),
        programme=locked.programme.name,
        until=day(locked.valid_until),
    )
    return renewal


def obstacle_to_renewal(curation: Curation) -> MoveNotAllowed | None:
    """Why its next term cannot be asked for now."""
    said, code = "", ""
    first = curation.valid_until - dt.timedelta(days=RENEWAL_DAYS)
    if curation.revoked_at is not None:
        said, code = _("This mark was revoked. You may apply anew."), "revoked"
    elif curation.valid_until < today():
        said = _("This mark has ended, so it can no longer be renewed. You may apply anew.")
        code = "ended"
    elif curation.renewals.open().exists():
        said, code = _("A renewal was asked for already; the buyer has it."), "asked"
    elif today() < first:
        said = _("A renewal may be asked for from %(date)s on.") % {"date": tanggal(first, "long")}
        code = "too_early"
    elif curation.enterprise.status != EnterpriseStatus.VERIFIED:
        said, code = _("Only active businesses can renew a mark."), "not_verified"
    return MoveNotAllowed(said, move="renew", status=curation.standing, code=code) if code else None


@transaction.atomic
def decide_renewal(renewal: Renewal, outcome: RenewalOutcome, *, reason: str = "", by: User) -> Renewal:
    """Granted: the next term begins the day after this one ends, also when the decision comes late. Else it ends as it would."""
    curation = _locked(renewal.curation)
    locked = Renewal.objects.select_for_update(of=("self",)).get(pk=renewal.pk)
    permit(by, "curation.decide_renewal", curation)
    if not locked.is_open:
        raise TooLate(_("This renewal was decided already."), move="renew", status=locked.outcome, code="decided")
    if curation.revoked_at is not None:
        raise MoveNotAllowed(_("This mark was revoked already."), move="renew", status="revoked", code="revoked")
    locked.score, reason = score_of(locked), reason.strip()
    granted = outcome == RenewalOutcome.GRANTED
    if not reason and not granted:
        raise ValidationError({"reason": _("Write what the enterprise is to read.")}, code="no_reason")
    if granted and curation.enterprise.status != EnterpriseStatus.VERIFIED:
        raise ValidationError(_("This business is not active now, so its mark cannot be renewed."), code="suspended")
    if not reason and not (locked.score is not None and explain(locked.score).passes):
        said = _("The criteria don't say “curated” here: write why you decide otherwise.")
        raise ValidationError({"reason": said}, code="no_reason")
    locked.outcome, locked.reason, locked.decided_by, locked.decided_at = outcome, reason, by, timezone.now()
    if granted:
        locked.until = later_by_months(curation.valid_until + dt.timedelta(days=1), curation.programme.curation_months)
    locked.save()
    if granted:
        curation.valid_until, curation.reminded = locked.until, None
        curation.save(update_fields=["valid_until", "reminded"])
    payload = {"renewal": locked.pk, "outcome": outcome.value, "until": locked.until}
    audit.record(
        curation.application, "decide_renewal", by=by, payload=payload, personal={"reason": reason} if reason else None
    )
    _tell(curation, f"renewal.{outcome.value}", until=day(curation.valid_until))
    return locked


def score_of(renewal: Renewal) -> Score | None:
    """The newest score of the evidence that was sent with it."""
    if renewal.score_id is not None:
        return renewal.score
    scores = renewal.curation.application.scores.filter(snapshot_revision=renewal.snapshot_revision)
    return scores.select_related("criteria_set__programme").first()


def unmet_of(renewal: Renewal) -> Sequence[CriterionResult]:
    """What the enterprise reads besides the reason when its renewal was not granted: each criterion that the evidence missed."""
    refused = renewal.outcome == RenewalOutcome.REFUSED and renewal.score is not None
    return explain(renewal.score).unmet if refused else ()


@transaction.atomic
def remind_of_end(curation: Curation) -> bool:
    """Tell its enterprise once at each threshold; False where there is nothing to be told. Safe to run twice, also at once."""
    locked = _locked(curation)
    threshold = threshold_of(locked)
    if threshold is None:
        return False
    locked.reminded = threshold
    locked.save(update_fields=["reminded"])
    _tell(locked, "curation.ended" if threshold == ENDED else "curation.ends", until=day(locked.valid_until))
    return True


def threshold_of(curation: Curation) -> int | None:
    """The nearest threshold passed, if nobody was told of it; nothing while a renewal is with the buyer."""
    left = (curation.valid_until - today()).days
    passed = ENDED if left < 0 else next((days for days in sorted(THRESHOLDS) if left <= days), None)
    told = curation.reminded is not None and passed is not None and curation.reminded <= passed
    quiet = passed is None or told or curation.revoked_at is not None or curation.renewals.open().exists()
    return None if quiet else passed


def _tell(curation: Curation, kind: str, **params: object) -> None:
    notify_organisation(
        curation.enterprise.organisation,
        kind,
        path=reverse("certificate", args=[curation.application_id]),
        roles=SME_ROLES,
        programme=curation.programme.name,
        buyer=curation.programme.buyer.label,
        **params,
    )


def _locked(curation: Curation) -> Curation:
    return (
        Curation.objects.select_for_update(of=("self",))
        .select_related("programme__buyer", "enterprise__organisation", "application")
        .get(pk=curation.pk)
    )
