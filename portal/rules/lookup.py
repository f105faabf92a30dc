"""Which rule holds on a day."""

import datetime

from django.utils import formats
from django.utils.translation import gettext

from portal.models.rule import DatedRule


class NoRule(LookupError):
    """No row of this key holds on that day: the reference data are not loaded, or the day is before every rule."""


def rule_in_force(key: str, on: datetime.date) -> DatedRule:
    rule = DatedRule.objects.in_force(on).filter(key=key).first()
    if rule is None:
        raise NoRule(f"{key} on {on}")
    return rule


def cited(rule: DatedRule) -> str:
    """The law and its days, as pages print it: "PP 7/2021, pasal 35, from 2 February 2021"."""
    text = gettext("%(law)s, from %(from)s") % {"law": rule.legal_source, "from": _day(rule.valid_from)}
    if rule.valid_until:
        text = gettext("%(law)s, from %(from)s until %(until)s") % {
            "law": rule.legal_source,
            "from": _day(rule.valid_from),
            "until": _day(rule.valid_until),
        }
    if rule.source_checked:
        return text
    return gettext("%(rule)s; the text of the law is still to be checked") % {"rule": text}


def _day(day: datetime.date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
