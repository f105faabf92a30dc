"""IKM, small or medium *industry*: the Ministry of Industry's population, by trade, workforce and investment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext

from portal.enums import IndustrySize
from portal.models.reference import KbliClass
from portal.models.rule import DatedRule
from portal.presentation.money import rupiah
from portal.rules.lookup import cited, rule_in_force


@dataclass(frozen=True)
class IkmStatus:
    size: IndustrySize
    main_kbli: KbliClass
    workforce: int
    investment: int
    rule: DatedRule

    @property
    def is_ikm(self) -> bool:
        return self.size in (IndustrySize.SMALL, IndustrySize.MEDIUM)

    @property
    def explanation(self) -> str:
        if self.size == IndustrySize.NOT_INDUSTRY:
            return gettext("Not IKM: the main activity, %(kbli)s, is not manufacturing (%(rule)s).") % {
                "kbli": str(self.main_kbli),
                "rule": cited(self.rule),
            }
        sentence = {
            IndustrySize.SMALL: gettext(
                "Small industry: %(workers)s people working, investment %(amount)s (%(rule)s)."
            ),
            IndustrySize.MEDIUM: gettext(
                "Medium industry: %(workers)s people working, investment %(amount)s (%(rule)s)."
            ),
            IndustrySize.LARGE: gettext(
                "Large industry, so not IKM: %(workers)s people working, investment %(amount)s (%(rule)s)."
            ),
        }[self.size]
        return sentence % {
            "workers": self.workforce,
            "amount": rupiah(self.investment, exact=True),
            "rule": cited(self.rule),
        }


def ikm_status(
    main_kbli: KbliClass | None, workforce: int | None, investment: int | None, on_date: datetime.date
) -> IkmStatus | None:
    """None while something it rests on is missing. Investment is without land and buildings.

    Small: up to 19 workers, less than Rp 1 bn. Medium: up to 19 with Rp 1 bn or more, or more with up to Rp 15 bn.
    """
    if main_kbli is None or workforce is None or investment is None:
        return None
    if workforce < 0 or investment < 0:
        raise ValueError("workforce and investment are not negative")
    rule = rule_in_force("ikm", on_date)
    return IkmStatus(_size(main_kbli, workforce, investment, rule.parameters), main_kbli, workforce, investment, rule)


def _size(main_kbli: KbliClass, workforce: int, investment: int, parameters: dict) -> IndustrySize:
    if main_kbli.section != parameters["section"]:
        return IndustrySize.NOT_INDUSTRY
    if workforce <= parameters["few_workers"]:
        return IndustrySize.SMALL if investment < parameters["small_investment_below"] else IndustrySize.MEDIUM
    return IndustrySize.MEDIUM if investment <= parameters["medium_investment_up_to"] else IndustrySize.LARGE
