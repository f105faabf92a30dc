"""Reads of an enterprise's dossier: what is missing, how complete it is, which class it is in, who waits for checking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from portal.enums import EnterpriseStatus, Role, TechnologyLevel
from portal.models import AuditEntry, Document, Enterprise, KbliClass, SectionDraft, User
from portal.models.cooperative import ON_THE_LIST
from portal.rules.business_class import DerivedClass, business_class
from portal.rules.ikm import IkmStatus, ikm_status
from portal.rules.lookup import NoRule
from portal.sections import ASK, TABLES, Section, sections_of
from portal.selectors.ladder import with_ladder
from portal.selectors.owed_papers import OwedPaper, owed_papers

# Of a section: complete; something is missing; typed and not saved yet; nothing there.
DONE, PARTLY, DRAFT, TODO = "done", "partly", "draft", "todo"


@dataclass(frozen=True)
class Missing:
    section: Section
    field: str

    @property
    def text(self) -> Any:
        return ASK[self.field]


@dataclass(frozen=True)
class SectionState:
    section: Section
    state: str
    missing: tuple[Missing, ...]
    # How many of those sending for checking waits for; they come first.
    asked: int = 0
    # Somebody's answers wait in a draft: typed, not yet valid or not yet saved.
    has_draft: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def still_needed(self) -> tuple[Missing, ...]:
        return self.missing[: self.asked] if self.section.needed else ()


@dataclass(frozen=True)
class Completeness:
    """The sections, and as one part more the papers that it owes."""

    states: tuple[SectionState, ...]
    papers: tuple[OwedPaper, ...]

    @property
    def missing_papers(self) -> tuple[OwedPaper, ...]:
        return tuple(paper for paper in self.papers if not paper.is_there)

    @property
    def papers_state(self) -> str:
        missing = len(self.missing_papers)
        return DONE if not missing else PARTLY if missing < len(self.papers) else TODO

    @property
    def done(self) -> int:
        return sum(state.state == DONE for state in self.states) + (not self.missing_papers)

    @property
    def total(self) -> int:
        return len(self.states) + 1

    @property
    def share(self) -> int:
        return self.done * 100 // self.total

    def left_until(self, share: int) -> int:
        """How many parts more make so many percent."""
        return -(-self.total * share // 100) - self.done

    @property
    def still_needed(self) -> tuple[Missing, ...]:
        return _still_needed(self.states)

    @property
    def needed_sections_left(self) -> int:
        return sum(bool(state.still_needed) for state in self.states)

    @property
    def optional_sections_left(self) -> int:
        return sum(not state.still_needed and state.state != DONE for state in self.states)

    @property
    def next_section(self) -> Section | None:
        """The first unfinished one, those that sending waits for before the others."""
        unfinished = [state for state in self.states if state.state != DONE]
        first = min(unfinished, key=lambda state: not state.still_needed, default=None)
        return first.section if first else None


@dataclass(frozen=True)
class Standing:
    """What the dated rules make of the figures on a day; None while a figure is missing."""

    on: dt.date
    business_class: DerivedClass | None
    ikm: IkmStatus | None

    @property
    def is_large(self) -> bool:
        return self.business_class is not None and not self.business_class.is_sme


def enterprise_of(user: User) -> Enterprise | None:
    """The enterprise the person acts for, or fills in for now."""
    visible = Enterprise.objects.visible_to(user).select_related("organisation", "village")
    if user.on_behalf is not None and user.acts_as(Role.COMPANION):
        return visible.filter(pk=user.on_behalf.enterprise_id).first()
    return visible.first() if user.acts_as(Role.OWNER, Role.STAFF) else None


def main_kbli(enterprise: Enterprise) -> KbliClass | None:
    """Of `activities`, so that a prefetch is used."""
    return next((activity.kbli for activity in enterprise.activities.all() if activity.is_main), None)


def sales_on(enterprise: Enterprise, day: dt.date) -> int | None:
    """Of the newest year that had ended by then, as the class rules ask; None where no such year is known."""
    if enterprise.sales_year is None or enterprise.sales_year < day.year:
        return enterprise.annual_sales
    return next((each.amount for each in enterprise.sales.all() if each.year < day.year), None)


def standing_of(enterprise: Enterprise, on: dt.date | None = None) -> Standing:
    day = on or timezone.localdate()
    return Standing(
        day,
        business_class(enterprise.capital, sales_on(enterprise, day), has_full_year(enterprise, day), day),
        _ikm_on(enterprise, day),
    )


def _ikm_on(enterprise: Enterprise, day: dt.date) -> IkmStatus | None:
    """None before the first rule of it: classes are older than that."""
    try:
        return ikm_status(main_kbli(enterprise), enterprise.workforce, enterprise.investment, day)
    except NoRule:
        return None


def has_full_year(enterprise: Enterprise, on: dt.date | None = None) -> bool:
    """As the enterprise says; rows older than the question are taken by whether they have sales.

    `on` a past day: nobody has a full year of sales before a year has passed since it was established.
    """
    begun = enterprise.established_on
    if on is not None and begun is not None and begun + dt.timedelta(days=365) > on:
        return False
    if enterprise.full_year_of_sales is None:
        return enterprise.annual_sales is not None
    return enterprise.full_year_of_sales


def completeness(enterprise: Enterprise, *, drafts: Iterable[SectionDraft] = ()) -> Completeness:
    return Completeness(_states(enterprise, drafts), owed_papers(enterprise, timezone.localdate()))


def still_needed(enterprise: Enterprise) -> tuple[Missing, ...]:
    """What sending for checking still asks for: answers alone, whatever papers are there."""
    return _still_needed(_states(enterprise))


def _states(enterprise: Enterprise, drafts: Iterable[SectionDraft] = ()) -> tuple[SectionState, ...]:
    drafted = {draft.section for draft in drafts}
    return tuple(_state(enterprise, section, drafted) for section in sections_of(enterprise))


def _still_needed(states: Iterable[SectionState]) -> tuple[Missing, ...]:
    return tuple(missing for state in states for missing in state.still_needed)


def _state(enterprise: Enterprise, section: Section, drafted: set[str]) -> SectionState:
    asks = asks_of(enterprise, section)
    unanswered = [field for field in asks if not _answered(enterprise, field)]
    more = [field for field in section.more if not _answered(enterprise, field)]
    missing = tuple(Missing(section, field) for field in (*unanswered, *more))
    begun = len(missing) < len(asks) + len(section.more)
    has_draft = section.name in drafted
    state = DRAFT if has_draft else DONE if not missing else PARTLY if begun else TODO
    reasons = tuple(each["reason"] for each in enterprise.return_reasons if each["section"] == section.name)
    return SectionState(section, state, missing, len(unanswered), has_draft, reasons)


def asks_of(enterprise: Enterprise, section: Section) -> tuple[str, ...]:
    """What sending waits for in a section, given its other answers."""
    asks = section.asks
    if section.name == "finance" and enterprise.full_year_of_sales:
        asks = (*asks, "sales")
    if section.name == "production" and enterprise.technology_level not in ("", TechnologyLevel.MANUAL):
        asks = (*asks, "machines")
    if section.name == "export" and enterprise.exports:
        asks = (*asks, "export_records")
    if section.name == "innovation" and enterprise.flagship_product:
        asks = (*asks, "flagship_description")
    if section.name == "innovation" and enterprise.registered_innovations:
        asks = (*asks, "innovations")
    if section.name == "plan" and enterprise.funding_needed:
        asks = (*asks, "plan_funding")
    return asks


def _answered(enterprise: Enterprise, field: str) -> bool:
    if field == "activities":
        return main_kbli(enterprise) is not None
    if field == "village":
        return enterprise.village_id is not None
    if field == "member_enterprises":
        return any(listed.status in ON_THE_LIST for listed in enterprise.member_enterprises.all())
    if field in TABLES:
        return bool(getattr(enterprise, field).all())
    return getattr(enterprise, field) not in (None, "")


def nib_is_taken(nib: str, *, besides: Enterprise | None = None) -> bool:
    """By any enterprise that still exists, whoever may see it: the answer says no more than that."""
    taken = Enterprise.objects.filter(nib=nib).exclude(status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED])
    return (taken.exclude(pk=besides.pk) if besides else taken).exists()


def section_saved_last(enterprise: Enterprise, section: str) -> AuditEntry | None:
    """Who saved it last, and when."""
    entries = AuditEntry.objects.of(enterprise).filter(action="save_section", payload__section=section)
    return entries.select_related("actor").order_by("-seq").first()


def awaiting_verification() -> Any:
    """Oldest first."""
    return Enterprise.objects.filter(status=EnterpriseStatus.SUBMITTED).order_by("submitted_at", "pk")


def with_renewals_to_check(user: User) -> Any:
    """Verified enterprises with a paper that was renewed and not checked since: `renewal_due` is when the first verified one
    ends, or ended."""
    waiting = Document.objects.renewals_to_check(timezone.localdate()).filter(enterprise=OuterRef("pk")).order_by()
    first = waiting.order_by(F("renewed_until").asc(nulls_last=True), "pk")
    return (
        Enterprise.objects.visible_to(user)
        .filter(Exists(waiting), status=EnterpriseStatus.VERIFIED)
        .annotate(renewal_due=Subquery(first.values("renewed_until")[:1]))
    )


def verification_queue(user: User, *, status: str = "", renewed: bool = False, text: str = "") -> Any:
    """Rows for the ministry's desk: those that wait oldest first, those decided newest first; of renewed papers first where
    the verified one ends first."""
    rows = with_renewals_to_check(user) if renewed else Enterprise.objects.visible_to(user).filter(status=status)
    found = with_ladder(rows).select_related("organisation", "village")
    if text:
        of_number = Enterprise.objects.with_tax_or_identity_number(text)
        named = Q(organisation__name__icontains=text) | Q(nib__startswith=text)
        found = found.filter(named | Q(pk__in=of_number.values("pk")))
    if renewed:
        return found.order_by(F("renewal_due").asc(nulls_last=True), "pk")
    oldest_first = status == EnterpriseStatus.SUBMITTED
    return found.order_by(*(("submitted_at", "pk") if oldest_first else ("-decided_at", "-pk")))


def counts_by_status(user: User) -> dict[str, int]:
    rows = Enterprise.objects.visible_to(user).order_by().values("status").annotate(n=Count("pk"))
    return {row["status"]: row["n"] for row in rows}
