"""The graduation timeline ("naik kelas") of an enterprise, and what any day's rules make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.enums import BusinessClass, ClassCause
from portal.models import ClassDerivation, Enterprise
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.rules.business_class import CAPITAL, LADDER, SALES
from portal.rules.lookup import NoRule, cited
from portal.selectors.enterprise import Standing, standing_of

UP, DOWN, SAME = "up", "down", "same"
# Since it was checked by somebody: what a draft said about itself is nobody else's.
PUBLIC_CAUSES = (ClassCause.VERIFIED, ClassCause.FIGURES, ClassCause.ACTIVITIES, ClassCause.RULE, ClassCause.RECORDED)


@dataclass(frozen=True)
class Change:
    """A derivation that changed something, and what stood before it."""

    derivation: ClassDerivation
    before: ClassDerivation | None

    @property
    def from_day(self) -> dt.date:
        return self.derivation.from_day

    @property
    def direction(self) -> str:
        """Of the class; IKM alone is neither up nor down."""
        if self.before is None or not (self.before.business_class and self.derivation.business_class):
            return SAME
        steps = [LADDER.index(BusinessClass(each.business_class)) for each in (self.before, self.derivation)]
        return UP if steps[1] > steps[0] else DOWN if steps[1] < steps[0] else SAME

    @property
    def label(self) -> str:
        """What happened: "Naik kelas: Mikro → Kecil"."""
        after = self.derivation.get_business_class_display() or _("not derived")
        if self.direction == SAME:
            return after
        words = {"before": self.before.get_business_class_display(), "after": after}
        if self.direction == UP:
            return _("Grown a class: %(before)s → %(after)s") % words
        return _("Now a lower class: %(before)s → %(after)s") % words

    @property
    def rule(self) -> str:
        return cited(self.derivation.class_rule) if self.derivation.class_rule else ""

    @property
    def cause(self) -> str:
        return str(self.derivation.get_cause_display())

    @property
    def deciding(self) -> str:
        """The figure that decided, and what it was before; empty where it was not kept."""
        name = {CAPITAL: "capital", SALES: "annual_sales"}.get(self.derivation.decided_by, "")
        now = self.derivation.figures.get(name)
        if now is None:
            return ""
        words = {"figure": _figure(self.derivation.decided_by), "amount": rupiah(now)}
        earlier = self.before.figures.get(name) if self.before else None
        if earlier is None or earlier == now:
            return _("%(figure)s: %(amount)s") % words
        return _("%(figure)s: %(amount)s, before %(earlier)s") % {**words, "earlier": rupiah(earlier)}

    @property
    def ikm(self) -> str:
        """Where being an IKM began or ended with it."""
        was = self.before.is_ikm if self.before else None
        now = self.derivation.is_ikm
        if now is None or now == was:
            return ""
        workers = angka(self.derivation.figures.get("workforce"))
        size = self.derivation.get_ikm_display()
        if now:
            return _("IKM from this day: %(size)s, %(workers)s people working") % {"size": size, "workers": workers}
        return "" if was is None else _("No IKM any more: %(size)s") % {"size": size}


@dataclass(frozen=True)
class AsOf:
    """What the rules of a day make of today's figures, and what the portal had recorded by then."""

    day: dt.date
    standing: Standing | None
    recorded: ClassDerivation | None
    # Why there is no standing.
    problem: str = ""


def timeline(enterprise: Enterprise, *, public: bool = False) -> list[Change]:
    """Newest first: only derivations that changed the class, its rule, or being an IKM."""
    rows = enterprise.class_history.select_related("class_rule", "by").order_by("pk")
    if public:
        rows = rows.filter(cause__in=PUBLIC_CAUSES)
    return _changes(list(rows))[::-1]


def as_of(enterprise: Enterprise, day: dt.date) -> AsOf:
    recorded = enterprise.class_history.known_on(day).select_related("class_rule").first()
    if enterprise.established_on and day < enterprise.established_on:
        return AsOf(day, None, recorded, _("The business was established after that day."))
    try:
        return AsOf(day, standing_of(enterprise, day), recorded)
    except NoRule:
        return AsOf(day, None, recorded, _("No rule of that day is on record; the earliest is UU 20/2008."))


def _changes(rows: Sequence[ClassDerivation]) -> list[Change]:
    found: list[Change] = []
    before: ClassDerivation | None = None
    for row in rows:
        if before is None or _told(row) != _told(before):
            found.append(Change(row, before))
        before = row
    return found


def _told(row: ClassDerivation) -> tuple[Any, ...]:
    return row.business_class, row.class_rule_id, row.is_ikm


def _figure(decided_by: str) -> str:
    return _("Annual sales") if decided_by == SALES else _("Capital")
