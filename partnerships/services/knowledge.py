"""Knowledge transfer under a contract: proposed by either side, agreed by the other, reported with evidence, confirmed by the enterprise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import KnowledgeKind, PartnershipStatus
from partnerships.flow import KNOWLEDGE
from partnerships.models import KnowledgeStep, Partnership, Share
from partnerships.services import telling
from partnerships.services.walls import locked, walls
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.jobs import enqueue
from portal.models import User
from portal.notifications import day
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused

OVERDUE_JOB = "partnerships.knowledge_overdue"


@dataclass(frozen=True)
class Proposal:
    kind: str
    title: str
    given_by: str
    participants: str
    starts_on: dt.date
    ends_on: dt.date
    details: str = ""


@transaction.atomic
def propose_step(partnership: Partnership, share: Share, proposal: Proposal, *, by: User) -> KnowledgeStep:
    """Under a contract in force, within its term. The other side agrees or not."""
    current = locked(partnership)
    permit(by, "partnerships.propose_knowledge", current)
    if current.status != PartnershipStatus.ACTIVE:
        raise MoveNotAllowed(
            _("Knowledge transfer is agreed under a partnership in force."), move="propose", status=current.status
        )
    _check(current, share, proposal, by)
    side = by.organisation
    assert side is not None  # who may propose acts for a side
    step = KnowledgeStep(
        partnership=current,
        share=share,
        kind=proposal.kind,
        title=proposal.title.strip(),
        details=proposal.details.strip(),
        given_by=proposal.given_by.strip(),
        participants=proposal.participants.strip(),
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        proposed_for=side,
        proposed_by=by,
    )
    with walls("propose", current):
        step.save()
    audit.record(
        step,
        "propose",
        by=by,
        payload={"partnership": current.pk, "kind": step.kind, "until": step.ends_on.isoformat()},
        personal={"title": step.title, "participants": step.participants},
    )
    telling.tell_other_party(step, "knowledge.proposed", by=by)
    return step


@transaction.atomic
def agree_to_step(step: KnowledgeStep, *, by: User) -> None:
    current = _locked(step)
    with walls("agree", current):
        KNOWLEDGE.make("agree", current, by=by, answered_by=by, answered_at=timezone.now())
    telling.tell_other_party(current, "knowledge.agreed", by=by)
    step.refresh_from_db()


@transaction.atomic
def refuse_step(step: KnowledgeStep, *, reason: str, by: User) -> None:
    _back(step, "refuse", "knowledge.refused", reason, by, answered_by=by, answered_at=timezone.now())


@transaction.atomic
def withdraw_step(step: KnowledgeStep, *, by: User) -> None:
    """The side that proposed it, before the other one has answered."""
    current = _locked(step)
    KNOWLEDGE.make("withdraw", current, by=by)
    telling.tell_other_party(current, "knowledge.withdrawn", by=by)
    step.refresh_from_db()


@transaction.atomic
def call_off_step(step: KnowledgeStep, *, reason: str, by: User) -> None:
    """It was agreed, and will not take place."""
    _back(step, "call_off", "knowledge.called_off", reason, by)


@transaction.atomic
def report_step(step: KnowledgeStep, *, report: str, file: UploadedFile | None, by: User) -> None:
    """Either side, with a paper or photo that shows it. It counts once the enterprise confirms it."""
    current = _locked(step)
    permit(by, "partnerships.take_part_in_knowledge", current)
    against: dict[str, str] = {}
    if not report.strip():
        against["report"] = _("Write what was done, and by how many.")
    if file is None:
        against["file"] = _("Attach what shows it: an attendance list, a photo, a certificate.")
    if against or file is None:
        raise ValidationError({name: [text] for name, text in against.items()})
    try:
        paper = read_paper(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    current.file.save(f"evidence{paper.suffix}", ContentFile(paper.data), save=False)
    with walls("report", current):
        KNOWLEDGE.make(
            "report",
            current,
            by=by,
            payload={"sha256": paper.sha256},
            personal={"report": report.strip()},
            report=report.strip(),
            file=current.file,
            file_name=(file.name or "")[:200],
            sha256=paper.sha256,
            reported_by=by,
            reported_at=timezone.now(),
            reason="",
        )
    telling.tell_other_party(current, "knowledge.reported", by=by)
    step.refresh_from_db()


@transaction.atomic
def confirm_step(step: KnowledgeStep, *, by: User) -> None:
    """The enterprise's word, whoever reported it."""
    current = _locked(step)
    with walls("confirm", current):
        KNOWLEDGE.make("confirm", current, by=by, confirmed_by=by, confirmed_at=timezone.now())
    telling.tell_other_party(current, "knowledge.done", by=by)
    step.refresh_from_db()


@transaction.atomic
def return_report(step: KnowledgeStep, *, reason: str, by: User) -> None:
    """The enterprise says that it was not so: it is agreed as before, and reported anew."""
    _back(step, "return", "knowledge.returned", reason, by)


def queue_overdue() -> None:
    """A job for each agreed step whose days have passed and of which nobody was told. Safe to run twice."""
    for pk in KnowledgeStep.objects.overdue().filter(overdue_told_at=None).order_by("pk").values_list("pk", flat=True):
        enqueue(OVERDUE_JOB, str(pk), payload={"step": pk})


@transaction.atomic
def tell_of_overdue(step: KnowledgeStep) -> None:
    """Both sides, once."""
    current = _locked(step)
    if not current.is_overdue or current.overdue_told_at is not None:
        return
    current.overdue_told_at = timezone.now()
    current.save(update_fields=["overdue_told_at"])
    telling.tell_both_sides(current, "knowledge.overdue", until=day(current.ends_on))


def _back(step: KnowledgeStep, move: str, kind: str, reason: str, by: User, **changes: object) -> None:
    current = _locked(step)
    permit(by, str(KNOWLEDGE[move].permission), current)
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason: the other side acts on it.")})
    with walls(move, current):
        KNOWLEDGE.make(move, current, by=by, personal={"reason": reason.strip()}, reason=reason.strip(), **changes)
    telling.tell_other_party(current, kind, by=by)
    step.refresh_from_db()


def _locked(step: KnowledgeStep) -> KnowledgeStep:
    return (
        KnowledgeStep.objects.select_for_update(of=("self",))
        .select_related("partnership__buyer", "share__enterprise__organisation")
        .get(pk=step.pk)
    )


def _check(partnership: Partnership, share: Share, proposal: Proposal, by: User) -> None:
    """What stands against it, by field."""
    against: dict[str, str] = {}
    for name, text in (
        ("title", proposal.title),
        ("given_by", proposal.given_by),
        ("participants", proposal.participants),
    ):
        if not text.strip():
            against[name] = _("Fill this in.")
    if proposal.kind not in KnowledgeKind.values:
        against["kind"] = _("Choose the kind.")
    if share.partnership_id != partnership.pk:
        against["share"] = _("Choose an enterprise of this contract.")
    if by.organisation_id != partnership.buyer_id and share.enterprise.organisation_id != by.organisation_id:
        against["share"] = _("Choose an enterprise of this contract.")
    if proposal.ends_on < proposal.starts_on:
        against["ends_on"] = _("The last day is before the first one.")
    elif not partnership.starts_on <= proposal.starts_on or proposal.ends_on > partnership.ends_on:
        against["ends_on"] = _("Choose days within the contract’s term.")
    elif proposal.ends_on < timezone.localdate():
        against["ends_on"] = _("These days have passed.")
    if against:
        raise ValidationError({name: [text] for name, text in against.items()})
