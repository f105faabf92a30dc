"""What of this app follows a merged enterprise otherwise than by its number alone."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import ConsentEnd, ConversionOutcome
from portal.flows import KIT
from portal.merging import Merger, Part
from portal.models import (
    Activity,
    ActivityConversion,
    Appointment,
    Assignment,
    CompanionRequest,
    Consent,
    CooperativeMember,
    Enterprise,
    IdentityKeys,
    Invitation,
    PlanFunding,
    PlanMarket,
    PlanProduct,
    PlanProgress,
    PlanTarget,
    Product,
    SectionDraft,
    VisitKit,
)
from portal.services.derived import PARTS_OF_PLAN, plan_parts

# Stay with the merged one: what it alone declared or was derived from it, what was agreed with it, what its people asked.
STAY = (
    "portal.classderivation",
    "portal.consent",
    "portal.datarequest",
    "portal.enterprise",
    "portal.suspectedduplicate",
    "portal.visitkit",
    # The dossier's tables: a person chooses whose count (selectors.merging.TOPICS).
    "portal.annualsales",
    "portal.digitalanswer",
    "portal.exportrecord",
    "portal.innovation",
    "portal.machine",
    # Who was told of which quarter: of the kept one its own.
    "portal.planreminder",
    "portal.qualityanswer",
)
SEEN_TO = (
    "portal.activity",
    "portal.activityconversion",
    "portal.appointment",
    "portal.assignment",
    "portal.companionrequest",
    "portal.cooperativemember",
    "portal.identitykeys",
    "portal.planfunding",
    "portal.planmarket",
    "portal.planproduct",
    "portal.planprogress",
    "portal.plantarget",
    "portal.product",
    "portal.sectiondraft",
)
LONGEST_CODE = 40


def merge_rows(merger: Merger) -> dict[str, int]:
    _end_consents(merger)
    _end_what_is_open(merger)
    KIT.make_all("expire_kit", VisitKit.objects.open().filter(enterprise=merger.lost))
    SectionDraft.objects.filter(enterprise=merger.lost).delete()
    IdentityKeys.objects.filter(enterprise=merger.lost).delete()
    Invitation.objects.open().filter(organisation=merger.lost.organisation_id).update(withdrawn_at=timezone.now())
    return {
        "portal.activity": _activities(merger),
        "portal.assignment": _assignments(merger),
        "portal.cooperativemember": _cooperatives(merger),
        "portal.product": _products(merger),
        **_plan(merger),
        **_without_conflict(merger),
    }


def consequences(merger: Merger) -> list[str]:
    lost, kept = merger.lost, merger.kept
    counts = [
        (_("%(n)d products go along."), lost.products.count()),
        (_("%(n)d documents go along."), lost.documents.count()),
        (_("%(n)d visits go along."), lost.visits.count()),
        (
            _("%(n)d targets of its business plan go along, with what was reached."),
            len(_targets_of(lost) - _targets_of(kept)),
        ),
        (
            _("%(n)d targets stay at the merged business, because both plan the same: they stay to be read."),
            len(_targets_of(lost) & _targets_of(kept)),
        ),
        (
            _("%(n)d product codes are taken already; those products get a code with an ending."),
            len(_taken_codes(merger)),
        ),
        (
            _("%(n)d consents of the merged business end; its owner gives them anew."),
            Consent.objects.filter(enterprise=lost).in_force().count(),
        ),
    ]
    texts = [text % {"n": count} for text, count in counts if count]
    return [*texts, _("%(lost)s keeps its number and its audit trail, and says that it is %(kept)s now.") % {
        "lost": lost, "kept": kept,
    }]  # fmt: skip


OWN = Part(models=frozenset((*STAY, *SEEN_TO)), merge=merge_rows, consequences=consequences)


def _targets_of(enterprise: Enterprise) -> set[tuple[str, int]]:
    return set(PlanTarget.objects.filter(enterprise=enterprise).values_list("indicator", "year"))


def _end_consents(merger: Merger) -> None:
    """They name the business they were given by, and never change."""
    for consent in Consent.objects.select_for_update(of=("self",)).filter(enterprise=merger.lost, ended_at=None):
        consent.ended_at, consent.ended_by, consent.end_reason = timezone.now(), merger.by, ConsentEnd.MERGED
        consent.save(update_fields=["ended_at", "ended_by", "end_reason"])
        payload = {"consent": consent.pk, "reason": ConsentEnd.MERGED}
        audit.record(merger.lost, "end_consent", by=merger.by, payload=payload)


def _end_what_is_open(merger: Merger) -> None:
    """Where the kept one has the same open, too: one of each is allowed."""
    now, by = timezone.now(), merger.by
    for request in CompanionRequest.objects.filter(enterprise=merger.lost, answered_at=None):
        if CompanionRequest.objects.filter(enterprise=merger.kept, answered_at=None).exists():
            request.answered_at, request.answered_by = now, by
            request.outcome = CompanionRequest.Outcome.TAKEN_BACK
            request.save(update_fields=["answered_at", "answered_by", "outcome"])
    theirs = ActivityConversion.objects.open().filter(enterprise=merger.kept).values("older")
    ActivityConversion.objects.open().filter(enterprise=merger.lost, older__in=theirs).update(
        outcome=ConversionOutcome.WITHDRAWN, decided_by=by, decided_at=now
    )
    planned = Appointment.objects.filter(enterprise=merger.kept, called_off_at=None)
    for mine in Appointment.objects.filter(enterprise=merger.lost, called_off_at=None):
        if planned.filter(companion=mine.companion_id, on=mine.on).exists():
            Appointment.objects.filter(pk=mine.pk).update(called_off_at=now)


def _without_conflict(merger: Merger) -> dict[str, int]:
    moved: dict[str, int] = {}
    for model in (CompanionRequest, ActivityConversion, Appointment):
        count = model.objects.filter(enterprise=merger.lost).update(enterprise=merger.kept)
        moved[model._meta.label_lower] = count
    return moved


def _activities(merger: Merger) -> int:
    """Both have what either had; the main one stays that of the kept."""
    has_main = Activity.objects.filter(enterprise=merger.kept, is_main=True).exists()
    known = Activity.objects.filter(enterprise=merger.kept).values("kbli")
    new = Activity.objects.filter(enterprise=merger.lost).exclude(kbli__in=known)
    if has_main:
        new = Activity.objects.filter(pk__in=list(new.values_list("pk", flat=True)))
        new.update(is_main=False)
    return new.update(enterprise=merger.kept)


def _assignments(merger: Merger) -> int:
    known = Assignment.objects.open().filter(enterprise=merger.kept).values("companion")
    Assignment.objects.open().filter(enterprise=merger.lost, companion__in=known).update(ended_at=timezone.now())
    return Assignment.objects.filter(enterprise=merger.lost).update(enterprise=merger.kept)


def _cooperatives(merger: Merger) -> int:
    """Neither a member of itself nor twice of the same: what would be, stays with the merged one."""
    lost, kept = merger.lost, merger.kept
    either = Q(invited__in=(lost, kept)) | Q(member__in=(lost, kept))
    CooperativeMember.objects.filter(either, cooperative__in=(lost, kept)).delete()
    theirs = CooperativeMember.objects.filter(Q(invited=kept) | Q(member=kept)).values("cooperative")
    count = 0
    for row in CooperativeMember.objects.filter(Q(invited=lost) | Q(member=lost)).exclude(cooperative__in=theirs):
        row.invited = kept if row.invited_id == lost.pk else row.invited
        row.member = kept if row.member_id == lost.pk else row.member
        row.save(update_fields=["invited", "member"])
        count += 1
    known = CooperativeMember.objects.filter(cooperative=kept, invited__isnull=False).values("invited")
    own = CooperativeMember.objects.filter(cooperative=lost).exclude(invited__in=known)
    return count + own.update(cooperative=kept)


def _plan(merger: Merger) -> dict[str, int]:
    """Targets of an indicator and year that the kept one has none for go along, with all that was entered for them: nothing is
    measured against another figure than it was. Where both have one, the kept one's counts, and the other stays at the merged
    one, which the kept one's page shows. Of what will be made, for whom and with which money, a list goes along where the kept
    one has none: two lists of one plan would be added up."""
    lost, kept = merger.lost, merger.kept
    moved = {"portal.plantarget": 0, "portal.planprogress": 0}
    known = _targets_of(kept)
    for target in PlanTarget.objects.filter(enterprise=lost):
        if (target.indicator, target.year) in known:
            continue
        entries = PlanProgress.objects.filter(enterprise=lost, indicator=target.indicator, year=target.year)
        moved["portal.planprogress"] += entries.update(enterprise=kept)
        moved["portal.plantarget"] += PlanTarget.objects.filter(pk=target.pk).update(enterprise=kept)
    for model in (PlanProduct, PlanMarket, PlanFunding):
        listed = model._base_manager
        if not listed.filter(enterprise=kept).exists():
            moved[model._meta.label_lower] = listed.filter(enterprise=lost).update(enterprise=kept)
    if kept.funding_needed is None:
        kept.funding_needed = lost.funding_needed
    planned = {table: getattr(kept, table).exists() for table in (*PARTS_OF_PLAN, "plan_funding")}
    # Saved with the other answers (services.merging).
    kept.plan_parts = plan_parts({**planned, "funding_needed": kept.funding_needed})
    return moved


def _products(merger: Merger) -> int:
    """Under their own codes; where the kept one has that code, with an ending."""
    renamed = list(Product.objects.filter(enterprise=merger.lost, code__in=_taken_codes(merger)))
    for product in renamed:
        # Both at once: nothing is written any more under an enterprise that was merged.
        product.code, product.enterprise = _free_code(merger, product.code), merger.kept
        product.save(update_fields=["code", "enterprise"])
        audit.record(product, "change_product", by=merger.by, payload={"after": {"code": product.code}})
    moving = Product.objects.filter(enterprise=merger.lost)
    return len(renamed) + moving.update(enterprise=merger.kept, updated_at=F("updated_at"))


def _taken_codes(merger: Merger) -> list[str]:
    theirs = Product.objects.filter(enterprise=merger.kept).values("code")
    return list(Product.objects.filter(enterprise=merger.lost, code__in=theirs).values_list("code", flat=True))


def _free_code(merger: Merger, code: str) -> str:
    both = Product.objects.filter(enterprise__in=(merger.lost, merger.kept))
    number = 2
    while both.filter(code=(free := f"{code[: LONGEST_CODE - 4]}-{number}")).exists():
        number += 1
    return free
