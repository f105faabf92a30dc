"""Problem reports: opened, answered, agreed on, taken to the authority, found on. Times of their own: `incident_terms`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import IncidentKind, IncidentStatus, Party, PaymentStatus, Stance
from partnerships.flow import INCIDENT
from partnerships.models import Delivery, Incident, IncidentPaper, Invoice, Partnership, Payment, PurchaseOrder, Share
from partnerships.models.partnership import PUBLIC_STATES
from partnerships.selectors.incidents import terms
from partnerships.selectors.signatories import in_office, required_authorities
from partnerships.services import telling
from partnerships.services.track_record import measure_track_record
from partnerships.services.walls import locked, walls
from portal import audit
from portal.flow import MoveNotAllowed, permit, status_label
from portal.models import Organisation, User
from portal.notifications import day
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused
from portal.working_days import WorkingDays

MOST_PAPERS = 12
S = IncidentStatus
Subject = PurchaseOrder | Delivery | Invoice | Payment


@transaction.atomic
def open_incident(
    partnership: Partnership,
    *,
    by: User,
    kind: str,
    what: str,
    wanted: str,
    share: Share | None = None,
    about: Subject | None = None,
    in_confidence: bool = False,
    files: Iterable[UploadedFile] = (),
) -> Incident:
    """`share`: of which enterprise, where the buyer reports something of the contract as a whole. `in_confidence`: an
    enterprise's report that only the authority reads. Raises ValidationError by field; MoveNotAllowed."""
    current = locked(partnership)
    permit(by, "partnerships.report_incident", current)
    check_reportable(current)
    side = Party.BUYER if by.organisation_id == current.buyer_id else Party.ENTERPRISE
    share = _share(current, side, share, about, by)
    _check_texts(kind, what, wanted)
    _check_subject(about)
    if in_confidence and side == Party.BUYER:
        raise ValidationError({"in_confidence": _("Only an enterprise reports in confidence.")})
    field = {_name(about): about} if about is not None else {}
    earlier = Incident.objects.running().filter(
        partnership=current, share=share, side=side, kind=kind, **(field or dict.fromkeys(_NAMES))
    )
    if already := earlier.first():
        raise MoveNotAllowed(
            _("This was already reported: %(number)s is still open.") % {"number": already.number},
            move="report",
            status=current.status,
            code="already_reported",
        )
    now = timezone.now()
    incident = Incident(
        partnership=current,
        share=share,
        side=side,
        kind=kind,
        what=what.strip(),
        wanted=wanted.strip(),
        in_confidence=in_confidence,
        authority=authority_for(current),
        opened_by=by,
        status=S.CONFIDENTIAL if in_confidence else S.OPEN,
        released_at=None if in_confidence else now,
        came_at=now if in_confidence else None,
        answer_by=None if in_confidence else _term(),
        **field,
    )
    with walls("report", current):
        incident.save()
    said = {"partnership": current.pk, "side": side, "kind": kind, "in_confidence": in_confidence}
    audit.record(incident, "report", by=by, payload=said, personal={"what": what.strip(), "wanted": wanted.strip()})
    for file in files:
        _attach(incident, file, by)
    if in_confidence:
        telling.tell_its_authority(incident, "incident.in_confidence")
    else:
        telling.tell_other_side(incident, "incident.opened", due=day(incident.answer_by))
    return incident


@transaction.atomic
def release_incident(incident: Incident, *, by: User) -> None:
    """From now on the buyer reads it and has its term. By the enterprise, or by the authority."""
    locked(incident.partnership)
    with walls("release", incident):
        INCIDENT.make("release", incident, by=by, released_at=timezone.now(), answer_by=_term())
    telling.tell_other_side(incident, "incident.opened", due=day(incident.answer_by))
    if by.organisation_id != incident.opener.pk:
        telling.tell_opener(incident, "incident.released", due=day(incident.answer_by))


@transaction.atomic
def answer_incident(
    incident: Incident, *, stance: str, answer: str, by: User, files: Iterable[UploadedFile] = ()
) -> None:
    """In its term, or late while it lies with the authority: the authority hears both. Once."""
    if against := _blank(answer=answer) | ({} if stance in Stance.values else {"stance": [_("Choose one.")]}):
        raise ValidationError(against)
    locked(incident.partnership)
    current = Incident.objects.get(pk=incident.pk)
    late = current.status == S.ESCALATED
    if late and current.answered_at is not None:
        raise _moved_on(current, "answer")
    said = {"stance": stance, "answer": answer.strip(), "answered_by": by, "answered_at": timezone.now()}
    if not late:
        said |= {"answer_by": WorkingDays().after(timezone.localdate(), terms().agree), "reminded_at": None}
    with walls("answer", incident):
        INCIDENT.make(
            "answer_late" if late else "answer",
            incident,
            by=by,
            payload={"stance": stance},
            personal={"answer": answer.strip()},
            **said,
        )
    for file in files:
        _attach(incident, file, by)
    if late:
        telling.tell_opener(incident, "incident.answered_late")
        telling.tell_its_authority(incident, "incident.answered_late")
    else:
        telling.tell_opener(incident, "incident.answered", due=day(incident.answer_by))


@transaction.atomic
def settle_incident(incident: Incident, *, by: User) -> None:
    """The side that opened it agrees with the answer."""
    locked(incident.partnership)
    current = Incident.objects.get(pk=incident.pk)
    permit(by, "partnerships.settle_incident", current)
    if current.answered_at is None:
        raise MoveNotAllowed(_("Nobody has answered yet."), move="settle", status=current.status, code="unanswered")
    with walls("settle", incident):
        INCIDENT.make("settle", incident, by=by, ended_at=timezone.now())
    count(incident)
    telling.tell_other_side(incident, "incident.settled")
    if incident.came_at is not None:
        telling.tell_its_authority(incident, "incident.settled")


@transaction.atomic
def escalate_incident(incident: Incident, *, reason: str, by: User) -> None:
    """The answer does not satisfy. What nobody answered goes there by itself, at the end of the term."""
    if against := _blank(reason=reason):
        raise ValidationError(against)
    locked(incident.partnership)
    current = Incident.objects.get(pk=incident.pk)
    permit(by, "partnerships.escalate_incident", current)
    if current.status == S.OPEN:
        raise MoveNotAllowed(
            _("The other side still has time to answer."), move="escalate", status=current.status, code="in_term"
        )
    with walls("escalate", incident):
        INCIDENT.make(
            "escalate",
            incident,
            by=by,
            personal={"reason": reason.strip()},
            reason=reason.strip(),
            came_at=current.came_at or timezone.now(),
        )
    for tell in (telling.tell_other_side, telling.tell_its_authority):
        tell(incident, "incident.escalated")


@transaction.atomic
def withdraw_incident(incident: Incident, *, reason: str, by: User) -> None:
    """At any time before its end. One in confidence stays unknown to the buyer."""
    if against := _blank(reason=reason):
        raise ValidationError(against)
    locked(incident.partnership)
    with walls("withdraw", incident):
        INCIDENT.make(
            "withdraw",
            incident,
            by=by,
            personal={"reason": reason.strip()},
            reason=reason.strip(),
            ended_at=timezone.now(),
        )
    if incident.released_at is not None:
        telling.tell_other_side(incident, "incident.withdrawn")
    if incident.came_at is not None:
        telling.tell_its_authority(incident, "incident.withdrawn")


@transaction.atomic
def find_on_incident(incident: Incident, *, outcome: str, finding: str, by: User) -> None:
    """The authority's end of it: "uphold", "not_uphold", or "close" with advice. What the buyer was not heard on is only closed."""
    against = _blank(finding=finding)
    if outcome not in OUTCOMES:
        against["outcome"] = [_("Choose one.")]
    if against:
        raise ValidationError(against)
    locked(incident.partnership)
    current = Incident.objects.get(pk=incident.pk)
    permit(by, "partnerships.find_incident", current)
    if current.status == S.CONFIDENTIAL and outcome != "close":
        raise ValidationError(
            {"outcome": _("The buyer has not been heard: pass it on first, or close it with advice.")}
        )
    with walls(outcome, incident):
        INCIDENT.make(
            outcome,
            incident,
            by=by,
            personal={"finding": finding.strip()},
            finding=finding.strip(),
            found_by=by,
            ended_at=timezone.now(),
        )
    count(incident)
    telling.tell_opener(incident, f"incident.{incident.status}")
    if incident.released_at is not None:
        telling.tell_other_side(incident, f"incident.{incident.status}")


@transaction.atomic
def add_papers(incident: Incident, files: Iterable[UploadedFile], *, by: User) -> int:
    """Of either side, until it has ended. Says how many are new."""
    locked(incident.partnership)
    current = Incident.objects.get(pk=incident.pk)
    permit(by, "partnerships.add_incident_paper", current)
    if current.ended_at is not None:
        raise _moved_on(current, "papers")
    return sum(_attach(current, file, by) for file in files)


OUTCOMES = ("uphold", "not_uphold", "close")
_NAMES = ("order", "delivery", "invoice", "payment")


def check_reportable(partnership: Partnership) -> None:
    if partnership.status not in PUBLIC_STATES:
        raise MoveNotAllowed(
            _("Problems are reported of a contract that is, or was, in force."),
            move="report",
            status=partnership.status,
        )


def authority_for(partnership: Partnership) -> Organisation:
    """The first that the agreement names, as whoever holds its office today; else one that signed the contract off."""
    required = required_authorities(partnership)
    if required:
        return required[0]
    signed = partnership.sign_offs.filter(revision=partnership.revision).select_related("authority__successor")
    for place in signed:
        if found := in_office(place.authority, timezone.localdate()):
            return found
    raise MoveNotAllowed(
        _("No authority of the agreement exists today."), move="report", status=partnership.status, code="no_authority"
    )


def _share(partnership: Partnership, side: str, share: Share | None, about: Subject | None, by: User) -> Share:
    shares = partnership.shares.select_related("enterprise__organisation")
    if about is not None:
        share = about.share if isinstance(about, PurchaseOrder) else about.order.share
    elif side == Party.ENTERPRISE:
        share = shares.get(enterprise__organisation=by.organisation_id)
    elif share is None:
        found = list(shares)
        share = found[0] if len(found) == 1 else None
    if share is None or share.partnership_id != partnership.pk:
        raise ValidationError({"enterprise": _("Choose an enterprise of this contract.")})
    return shares.get(pk=share.pk)


def _check_texts(kind: str, what: str, wanted: str) -> None:
    against = _blank(what=what, wanted=wanted)
    if kind not in IncidentKind.values:
        against["kind"] = [_("Choose one.")]
    if against:
        raise ValidationError(against)


def _check_subject(about: Subject | None) -> None:
    """Money that did not come is disputed at its payment first: the invoice is open again by that, not by a report."""
    if isinstance(about, Payment) and about.status != PaymentStatus.DISPUTED:
        raise MoveNotAllowed(
            _("Dispute the payment first; a report takes the dispute further."),
            move="report",
            status=about.status,
            code="payment_not_disputed",
        )


def _name(about: Subject) -> str:
    return {PurchaseOrder: "order", Delivery: "delivery", Invoice: "invoice", Payment: "payment"}[type(about)]


def count(incident: Incident) -> None:
    """In the enterprise's record, where it was reported of."""
    if incident.side == Party.BUYER:
        measure_track_record(incident.share.enterprise)


def _term() -> dt.date:
    return WorkingDays().after(timezone.localdate(), terms().answer)


def _blank(**texts: str) -> dict[str, list[str]]:
    return {
        name: [_("Write at least a sentence: the other side acts on it.")]
        for name, text in texts.items()
        if not text.strip()
    }


def _moved_on(incident: Incident, move: str) -> MoveNotAllowed:
    said = _("This was already changed: it is now “%(status)s”.") % {"status": status_label(incident)}
    return MoveNotAllowed(said, move=move, status=incident.status)


def _attach(incident: Incident, file: UploadedFile, by: User) -> bool:
    """PDFs as they are, once looked through; photos re-encoded. Raises ValidationError at `files` that names the file."""
    try:
        paper = read_paper(file, file.size or 0)
    except Refused as refused:
        said = _("%(name)s: %(why)s") % {"name": file.name, "why": refused}
        raise ValidationError({"files": ValidationError(said, code=refused.code)}) from refused
    if incident.papers.filter(sha256=paper.sha256).exists():
        return False
    if incident.papers.count() >= MOST_PAPERS:
        raise ValidationError({"files": _("A report takes %(n)s files at most.") % {"n": MOST_PAPERS}})
    row = IncidentPaper(
        incident=incident,
        organisation=by.organisation,
        file_name=(file.name or "")[-200:],
        sha256=paper.sha256,
        uploaded_by=by,
    )
    row.file.save(f"paper{paper.suffix}", ContentFile(paper.data), save=False)
    row.save()
    audit.record(incident, "add_paper", by=by, payload={"paper": row.pk, "sha256": paper.sha256})
    return True
