"""Where a product stands on the ladder by which public buyers must prefer domestic goods, and what the next step brings.

The duty is the buyer's: it looks at all products on offer. What an enterprise can change is its own TKDN (domestic content)
and BMP (the weight given to what the company does for the country), so that is what is said.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from portal.models.rule import DatedRule
from portal.presentation.numbers import angka, percent
from portal.rules.lookup import NoRule, cited, rule_in_force

LADDER, SELF_DECLARED = "tkdn_ladder", "tkdn_self_declared"


@dataclass(frozen=True)
class Standing:
    """`step` 1 is the highest, 4 the lowest; `missing`: percentage points to the next one up, None where there is none or
    no TKDN is known."""

    step: int
    tkdn: Decimal | None
    bmp: Decimal | None
    missing: Decimal | None
    rule: DatedRule
    self_declared: DatedRule | None

    @property
    def total(self) -> Decimal | None:
        return None if self.tkdn is None else self.tkdn + (self.bmp or 0)

    @property
    def steps(self) -> list[tuple[int, str]]:
        """The whole ladder, from the top."""
        least, sum_ = self._shown("then_tkdn_at_least"), self._shown("with_bmp_at_least")
        return [
            (1, _("TKDN plus BMP of %(sum)s or more, with TKDN of %(least)s or more") % {"sum": sum_, "least": least}),
            (2, _("TKDN of %(least)s or more") % {"least": least}),
            (3, _("TKDN below %(least)s") % {"least": least}),
            (4, _("No TKDN, but listed in SIINas, the Ministry of Industry's register")),
        ]

    @property
    def meaning(self) -> str:
        shown = {"least": self._shown("then_tkdn_at_least"), "sum": self._shown("with_bmp_at_least")}
        if self.step == 1:
            return (
                _(
                    "Where a product like yours is on offer, a public buyer must buy one with TKDN of %(least)s or more. Yours is among"
                    " them."
                )
                % shown
            )
        if self.step == 2:
            return (
                _(
                    "A public buyer must buy one with TKDN of %(least)s or more where any product on offer reaches %(sum)s with BMP;"
                    " yours is among them. Where none does, such products still come first."
                )
                % shown
            )
        if self.step == 3:
            return _("A public buyer takes it only where no product on offer has TKDN of %(least)s or more.") % shown
        return _(
            "Without TKDN a public buyer takes it only where no product on offer has any, and only if it is listed in SIINas."
        )

    @property
    def next_step(self) -> str:
        """What to reach next, and what it brings; empty at the top."""
        shown = {
            "least": self._shown("then_tkdn_at_least"),
            "sum": self._shown("with_bmp_at_least"),
            "most": self._shown("bmp_at_most"),
            "points": angka(self.missing) if self.missing is not None else "",
        }
        if self.step == 2:
            return (
                _(
                    "%(points)s percentage points more of TKDN or BMP (BMP counts for %(most)s at most) make %(sum)s: then your product alone"
                    " obliges a public buyer to choose among those with TKDN of %(least)s or more."
                )
                % shown
            )
        if self.step == 3:
            return (
                _(
                    "%(points)s percentage points more of TKDN make %(least)s: then your product is among those that come first."
                )
                % shown
            )
        if self.step == 4:
            return _("Have its TKDN worked out and enter it: any value comes before products that have none.")
        return ""

    @property
    def source(self) -> str:
        return cited(self.rule)

    @property
    def self_declaring(self) -> str:
        """What a small industry's own declaration is good for."""
        if self.self_declared is None:
            return ""
        values = self.self_declared.parameters
        return _("A small industry's self-declared TKDN above %(above)s is valid for %(years)s years (%(source)s).") % {
            "above": percent(values["above"]),
            "years": values["valid_years"],
            "source": cited(self.self_declared),
        }

    def _shown(self, name: str) -> str:
        return percent(self.rule.parameters[name])


def standing(tkdn: Decimal | None, bmp: Decimal | None, on: datetime.date) -> Standing | None:
    """None before the rule began."""
    try:
        rule = rule_in_force(LADDER, on)
    except NoRule:
        return None
    declared = DatedRule.objects.in_force(on).filter(key=SELF_DECLARED).first()
    least, wanted = Decimal(rule.parameters["then_tkdn_at_least"]), Decimal(rule.parameters["with_bmp_at_least"])
    if tkdn is None:
        return Standing(4, None, bmp, None, rule, declared)
    if tkdn < least:
        return Standing(3, tkdn, bmp, least - tkdn, rule, declared)
    missing = wanted - tkdn - (bmp or 0)
    return Standing(2 if missing > 0 else 1, tkdn, bmp, missing if missing > 0 else None, rule, declared)


def most_bmp(on: datetime.date) -> Decimal:
    """A hundred before the rule began."""
    try:
        return Decimal(rule_in_force(LADDER, on).parameters["bmp_at_most"])
    except NoRule:
        return Decimal(100)
