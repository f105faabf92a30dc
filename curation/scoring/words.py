"""Values and limits as people read them, in the language that is active now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from curation.scoring.features import Feature, Type
from curation.scoring.features import Unit as U
from curation.scoring.shapes import Gate, Linear, Membership, Parameters, Ratio, Steps, Test, ValidOn
from portal.enums import Unit
from portal.presentation import dates, money, numbers

MOST_NAMED = 5
NO_END = dt.date(9999, 12, 31)


def value_text(feature: Feature, value: Any, *, need_unit: str = "") -> str:
    if value is None:
        return numbers.unknown()
    if feature.type == Type.BOOLEAN:
        return _("yes") if value else _("no")
    if feature.type == Type.DATE:
        return until_text(value)
    if feature.type == Type.TEXT:
        return choice_text(feature, value)
    if feature.type == Type.SET:
        return some(value)
    return number_text(feature.unit, value, need_unit)


def until_text(day: dt.date) -> str:
    return _("no end date") if day >= NO_END else _("valid until %(day)s") % {"day": dates.tanggal(day)}


def number_text(unit: U, value: Decimal | int, need_unit: str = "") -> str:
    if unit == U.RUPIAH:
        return money.rupiah(value)
    if unit == U.PERCENT:
        return numbers.percent(value)
    text = numbers.angka(value)
    if unit == U.DAYS:
        return ngettext("%(n)s day", "%(n)s days", int(value)) % {"n": text}
    if unit == U.YEARS:
        return pgettext("age", "%(n)s years") % {"n": text}
    if unit == U.PEOPLE:
        return ngettext("%(n)s person", "%(n)s people", int(value)) % {"n": text}
    if unit == U.KILOMETRES:
        return f"{text} km"
    if unit == U.DIGITS:
        return ngettext("%(n)s digit", "%(n)s digits", int(value)) % {"n": text}
    if unit == U.OF_NEED and need_unit:
        return _("%(n)s %(unit)s a month") % {"n": text, "unit": Unit(need_unit).label}
    return text


def choice_text(feature: Feature, value: str) -> str:
    return str(feature.choices(value).label) if feature.choices and value in feature.choices.values else value


def _in_order(feature: Feature, values: Iterable[str]) -> list[str]:
    """As the choices are listed: the database keeps the keys of JSON in an order of its own."""
    order = list(feature.choices.values) if feature.choices else []
    return sorted(values, key=lambda value: (order.index(value) if value in order else len(order), value))


def some(values: Iterable[str]) -> str:
    known = list(values)
    shown = ", ".join(known[:MOST_NAMED])
    more = len(known) - MOST_NAMED
    return _("%(values)s and %(n)s more") % {"values": shown, "n": more} if more > 0 else shown


def limit_text(
    feature: Feature, parameters: Parameters, share: Decimal, *, reference: Decimal | None = None, need_unit: str = ""
) -> str:
    """What holds a gate, or what earns this share of the points."""
    if isinstance(parameters, Gate):
        return _gate_text(feature, parameters, need_unit)
    if isinstance(parameters, Linear):
        value = parameters.value_for(share)
        rising = parameters.full_at > parameters.zero_at
        return _bound(feature, _rounded(feature, value, up=rising), need_unit, at_least=rising)
    if isinstance(parameters, Steps):
        return _steps_text(feature, parameters, share, need_unit)
    if isinstance(parameters, Membership):
        wanted = parameters.values_for(share) or [value for value, _share in parameters.shares]
        return _("one of: %(values)s") % {
            "values": some(choice_text(feature, value) for value in _in_order(feature, wanted))
        }
    if isinstance(parameters, Ratio):
        if reference is None:
            return _("at least %(share)s of what the need asks for") % {
                "share": numbers.percent(parameters.full_at * share / 100)
            }
        return _bound(feature, reference * parameters.full_at * share / 10000, need_unit)
    return _paper_text(parameters.days if isinstance(parameters, ValidOn) else 0, feature)


def _gate_text(feature: Feature, gate: Gate, need_unit: str) -> str:
    if gate.value is not None:
        return _bound(feature, gate.value, need_unit, at_least=gate.test == Test.AT_LEAST)
    if gate.values:
        values = some(choice_text(feature, value) for value in _in_order(feature, gate.values))
        text = _("all of: %(values)s") if gate.test == Test.ALL_OF else _("one of: %(values)s")
        return text % {"values": values}
    return _paper_text(gate.days, feature)


def _steps_text(feature: Feature, steps: Steps, share: Decimal, need_unit: str) -> str:
    step = steps.step_for(share)
    if step is None:
        step = max(steps.steps, key=lambda each: each.share)
    if step is steps.steps[0] and step.at_least <= feature.least and len(steps.steps) > 1:
        # The best step is the lowest: less is better, and the next step is where it ends.
        return _("below %(value)s") % {"value": number_text(feature.unit, steps.steps[1].at_least, need_unit)}
    return _bound(feature, step.at_least, need_unit)


def _paper_text(days: int, feature: Feature) -> str:
    if feature.type != Type.DATE:
        return _("yes") if feature.type == Type.BOOLEAN else _("entered")
    if days:
        return ngettext(
            "valid for another %(n)s day on the day of scoring",
            "valid for another %(n)s days on the day of scoring",
            days,
        ) % {"n": days}
    return _("valid on the day of scoring")


def _bound(feature: Feature, value: Decimal, need_unit: str, *, at_least: bool = True) -> str:
    text = number_text(feature.unit, value, need_unit)
    return (_("at least %(value)s") if at_least else _("at most %(value)s")) % {"value": text}


def _rounded(feature: Feature, value: Decimal, *, up: bool) -> Decimal:
    """To what can be entered, on the side that earns the points."""
    places = Decimal(1) if feature.type == Type.INTEGER else Decimal("0.01")
    return value.quantize(places, "ROUND_CEILING" if up else "ROUND_FLOOR")
