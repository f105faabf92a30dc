"""From which day a business of a class needs a halal certificate for its food and drink, by the dated rule.

Micro and small ones since 17 October 2026; while their sales are small they may have it by declaring it themselves.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.enums import BusinessClass
from portal.models.rule import DatedRule
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.rules.lookup import cited

HALAL = "halal_duty"
# KBLI divisions, the same in both editions: making food, making drinks, serving either.
DIVISIONS = {"food": ("10", "56"), "drink": ("11", "56")}
FOOD_OR_DRINK = tuple(sorted({code for codes in DIVISIONS.values() for code in codes}))
SELF_DECLARING = (BusinessClass.MICRO, BusinessClass.SMALL)


@dataclass(frozen=True)
class HalalDuty:
    """`begins`: the first day on which it holds for this class, past or to come."""

    on: datetime.date
    begins: datetime.date
    business_class: str
    annual_sales: int | None
    rule: DatedRule

    @property
    def in_force(self) -> bool:
        return self.begins <= self.on

    @property
    def limit(self) -> int:
        return int(self.rule.parameters["self_declaration_up_to_sales"])

    @property
    def may_self_declare(self) -> bool | None:
        """None while the sales are not known."""
        if self.business_class not in SELF_DECLARING:
            return False
        return None if self.annual_sales is None else self.annual_sales <= self.limit

    @property
    def text(self) -> str:
        said = (
            _("Food and drink of a business of this class need a halal certificate since %(day)s.")
            if self.in_force
            else _("From %(day)s on, food and drink of a business of this class need a halal certificate.")
        )
        return said % {"day": tanggal(self.begins, "long")}

    @property
    def way(self) -> str:
        """How to come by it."""
        shown = {"limit": rupiah(self.limit, exact=True)}
        if self.business_class not in SELF_DECLARING:
            return ""
        if self.may_self_declare is None:
            return _("With annual sales of up to %(limit)s it can be had by self-declaration.") % shown
        if self.may_self_declare:
            return _("Annual sales are not above %(limit)s, so it can be had by self-declaration.") % shown
        return _("Annual sales are above %(limit)s, so self-declaration is not enough.") % shown

    @property
    def source(self) -> str:
        return cited(self.rule)


def is_food_or_drink(code: str) -> bool:
    """By the class of the goods or the activity."""
    return code.startswith(FOOD_OR_DRINK)


def halal_duty(business_class: str, annual_sales: int | None, on: datetime.date) -> HalalDuty | None:
    """None where no rule, of that day or to come, is on record for this class. While no class is derived: as for the
    smallest, whom the duty reaches last."""
    wanted = business_class or BusinessClass.MICRO
    rules = [
        rule
        for rule in DatedRule.objects.filter(key=HALAL).order_by("valid_from")
        if wanted in rule.parameters["classes"] and (rule.valid_until is None or rule.valid_until >= on)
    ]
    if not rules:
        return None
    # The rule of the day may repeat what an earlier one began: the duty is as old as the unbroken row of them.
    begins, rule = rules[0].valid_from, rules[0]
    for earlier in DatedRule.objects.filter(key=HALAL, valid_from__lt=begins).order_by("-valid_from"):
        if wanted not in earlier.parameters["classes"] or earlier.valid_until != begins - datetime.timedelta(days=1):
            break
        begins = earlier.valid_from
    return HalalDuty(on, begins, wanted, annual_sales, rule)
