"""Micro, small, medium or large, by the rule in force on a day: which figure decided, and the words that explain it.

PP 7/2021 art. 35: capital without land and buildings decides for a business without a full year of sales, annual sales
for the others. UU 20/2008 before it: net assets *or* annual sales, so the lower class that either allows. Upper bounds
are inclusive.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext

from portal.enums import BusinessClass
from portal.models.rule import DatedRule
from portal.presentation.money import rupiah
from portal.rules.lookup import cited, rule_in_force

LADDER = (BusinessClass.MICRO, BusinessClass.SMALL, BusinessClass.MEDIUM, BusinessClass.LARGE)
CAPITAL, SALES = "capital", "sales"


@dataclass(frozen=True)
class DerivedClass:
    business_class: BusinessClass
    decided_by: str
    figure: int
    rule: DatedRule
    # What each known figure says by itself, the one that decided among them.
    by_figure: dict[str, BusinessClass]

    @property
    def is_sme(self) -> bool:
        """Above medium an organisation may register as a buyer, not as an SME."""
        return self.business_class != BusinessClass.LARGE

    @property
    def figures_disagree(self) -> bool:
        return len(set(self.by_figure.values())) > 1

    @property
    def explanation(self) -> str:
        """In the reader's language: which figure, between which bounds, by which law."""
        values = {
            "class": self.business_class.label,
            "figure": self._figure_name(self.decided_by),
            "amount": rupiah(self.figure, exact=True),
            "rule": cited(self.rule),
        }
        bounds = self.rule.parameters[self.decided_by]
        step = LADDER.index(self.business_class)
        if step == 0:
            return gettext("%(class)s: %(figure)s of %(amount)s is at most %(upper)s (%(rule)s).") % {
                **values,
                "upper": rupiah(bounds[LADDER[0]], exact=True),
            }
        lower = rupiah(bounds[LADDER[step - 1]], exact=True)
        if self.business_class == BusinessClass.LARGE:
            return gettext("%(class)s: %(figure)s of %(amount)s is above %(lower)s (%(rule)s).") % {
                **values,
                "lower": lower,
            }
        return gettext("%(class)s: %(figure)s of %(amount)s is above %(lower)s and at most %(upper)s (%(rule)s).") % {
            **values,
            "lower": lower,
            "upper": rupiah(bounds[self.business_class], exact=True),
        }

    @property
    def note(self) -> str:
        """Where the other figure says another class; empty otherwise."""
        if not self.figures_disagree:
            return ""
        other = SALES if self.decided_by == CAPITAL else CAPITAL
        return gettext("By %(other)s alone it would be %(other_class)s; here %(figure)s decides.") % {
            "other": self._figure_name(other),
            "other_class": self.by_figure[other].label,
            "figure": self._figure_name(self.decided_by),
        }

    def _figure_name(self, figure: str) -> str:
        if figure == SALES:
            return gettext("annual sales")
        if self.rule.parameters["capital_means"] == "net_assets":
            return gettext("net assets without land and buildings")
        return gettext("capital without land and buildings")


def business_class(
    capital: int | None, annual_sales: int | None, has_full_year: bool, on_date: datetime.date
) -> DerivedClass | None:
    """None while the figure that decides is missing. `NoRule` for a day before every rule, ValueError below zero.

    Under UU 20/2008 `capital` stands for net assets.
    """
    if any(figure is not None and figure < 0 for figure in (capital, annual_sales)):
        raise ValueError("capital and annual sales are not negative")
    rule = rule_in_force("business_class", on_date)
    figures = {name: value for name, value in ((CAPITAL, capital), (SALES, annual_sales)) if value is not None}
    by_figure = {name: _class_of(value, rule.parameters[name]) for name, value in figures.items()}
    if rule.parameters["decides"] == "lower":
        usable = {name: c for name, c in by_figure.items() if name == CAPITAL or has_full_year}
        # Equal classes: sales, as everywhere else; they are the figure a year's books prove.
        decided_by = min(usable, key=lambda name: (LADDER.index(usable[name]), name != SALES), default=None)
    else:
        decided_by = SALES if has_full_year else CAPITAL
    if decided_by not in figures:
        return None
    return DerivedClass(by_figure[decided_by], decided_by, figures[decided_by], rule, by_figure)


def _class_of(figure: int, bounds: dict[str, int]) -> BusinessClass:
    return next((step for step in LADDER[:-1] if figure <= bounds[step]), BusinessClass.LARGE)
