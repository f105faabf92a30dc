"""A business plan against what came of it: which targets stay as they are, and each quarter's target beside what was reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.enums import PlanIndicator, Unit
from portal.models import Enterprise, PlanProgress, PlanTarget
from portal.models.plan import QUARTERS
from portal.presentation.charts import Pair, pairs
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka, percent

Quarter = tuple[int, int]


def quarter_of(day: dt.date) -> Quarter:
    return day.year, (day.month + 2) // 3


def has_begun(year: int, quarter: int) -> bool:
    return (year, quarter) <= quarter_of(timezone.localdate())


def has_ended(year: int, quarter: int) -> bool:
    return (year, quarter) < quarter_of(timezone.localdate())


def quarter_name(quarter: int) -> str:
    """Its months, which nobody has to count."""
    return str(PlanTarget._meta.get_field(f"q{quarter}").verbose_name)


def amount_text(indicator: str, unit: str, amount: Decimal | int, *, exact: bool = False) -> str:
    if PlanIndicator(indicator).is_money:
        return rupiah(amount, exact=exact)
    return f"{angka(amount)} {Unit(unit).label}" if unit else angka(amount)


def targets_that_stay(enterprise: Enterprise, wanted: Iterable[dict[str, Any]]) -> list[str]:
    """What a changed plan may not do: set a target for a quarter that has ended, or move one that was measured already.

    A target written down afterwards would measure nothing.
    """
    stored = {(row.indicator, row.year): row for row in enterprise.plan_targets.all()}
    asked = {(row["indicator"], row["year"]): row for row in wanted}
    measured = set(enterprise.plan_progress.values_list("indicator", "year", "quarter"))
    problems = []
    for key in [*stored, *(key for key in asked if key not in stored)]:
        for quarter in QUARTERS:
            ended = has_ended(key[1], quarter)
            if not ended and (*key, quarter) not in measured:
                continue
            before = stored[key].target_of(quarter) if key in stored else None
            after = asked[key].get(f"q{quarter}") if key in asked else None
            moved = before is not None and key in asked and asked[key]["unit"] != stored[key].unit
            if before == after and not moved:
                continue
            problems.append(_refusal(key, quarter, stored[key] if before is not None else None))
    return problems


def _refusal(key: tuple[str, int], quarter: int, stored: PlanTarget | None) -> str:
    words = {"what": PlanIndicator(key[0]).label, "quarter": quarter_name(quarter), "year": key[1]}
    if stored is None:
        return _("%(what)s, %(quarter)s %(year)s: this quarter has ended. Set targets for quarters to come.") % words
    target = amount_text(stored.indicator, stored.unit, stored.target_of(quarter) or 0, exact=True)
    text = _("%(what)s, %(quarter)s %(year)s: this target is measured already and stays %(target)s.")
    return text % {**words, "target": target}


@dataclass(frozen=True)
class QuarterProgress:
    """A quarter's target, and what was entered for it, newest first."""

    target: PlanTarget
    quarter: int
    entries: tuple[PlanProgress, ...] = ()

    @property
    def name(self) -> str:
        return quarter_name(self.quarter)

    @property
    def aim(self) -> Decimal:
        """As it stood when it was measured; a trigger keeps it so."""
        return self.target.target_of(self.quarter) or Decimal(0)

    @property
    def newest(self) -> PlanProgress | None:
        return self.entries[0] if self.entries else None

    @property
    def earlier(self) -> tuple[PlanProgress, ...]:
        return self.entries[1:]

    @property
    def share(self) -> Decimal | None:
        """Percent of the target."""
        return self.newest.actual * 100 / self.aim if self.newest and self.aim else None

    @property
    def met(self) -> bool:
        return self.newest is not None and self.newest.actual >= self.aim

    @property
    def has_begun(self) -> bool:
        return has_begun(self.target.year, self.quarter)

    @property
    def has_ended(self) -> bool:
        return has_ended(self.target.year, self.quarter)

    @property
    def aim_text(self) -> str:
        return amount_text(self.target.indicator, self.target.unit, self.aim)

    @property
    def reached_text(self) -> str:
        return amount_text(self.target.indicator, self.target.unit, self.newest.actual) if self.newest else ""

    @property
    def history(self) -> list[tuple[PlanProgress, str]]:
        """Each entry with what it said, newest first."""
        return [(entry, amount_text(entry.indicator, entry.unit, entry.actual)) for entry in self.entries]

    @property
    def words(self) -> str:
        """Where it stands, in a few words."""
        if self.newest is None:
            if not self.has_begun:
                return _("not begun yet")
            return _("not entered yet") if self.has_ended else _("under way")
        share = percent(self.share or 0, 0)
        if self.met:
            return _("reached: %(share)s of the target") % {"share": share}
        if not self.has_ended:
            return _("so far %(share)s of the target") % {"share": share}
        return _("missed: %(share)s of the target") % {"share": share}


@dataclass(frozen=True)
class TargetProgress:
    target: PlanTarget
    quarters: tuple[QuarterProgress, ...] = field(default=())

    @property
    def entered(self) -> list[QuarterProgress]:
        return [each for each in self.quarters if each.newest]

    @property
    def due(self) -> list[QuarterProgress]:
        """Ended, and nothing entered."""
        return [each for each in self.quarters if each.has_ended and not each.newest]

    @property
    def words(self) -> str:
        """The finding, which the chart's label states too."""
        entered = self.entered
        if not entered:
            return _("Nothing entered yet.")
        met = sum(each.met for each in entered)
        text = ngettext(
            "%(met)d of %(n)d quarter entered reached its target.",
            "%(met)d of %(n)d quarters entered reached their target.",
            len(entered),
        ) % {"met": met, "n": len(entered)}
        newest = entered[-1]
        last = _("%(quarter)s: %(reached)s of %(aim)s.") % {
            "quarter": newest.name,
            "reached": newest.reached_text,
            "aim": newest.aim_text,
        }
        return f"{text} {last}"

    @property
    def chart(self) -> list[Pair]:
        return pairs(
            [(f"{each.quarter}", each.aim, each.newest.actual if each.newest else None) for each in self.quarters]
        )


def progress_of(enterprise: Enterprise) -> list[TargetProgress]:
    """Every target with its quarters; newest year first."""
    entries: dict[tuple[str, int, int], list[PlanProgress]] = {}
    for entry in enterprise.plan_progress.select_related("reported_by"):
        entries.setdefault((entry.indicator, entry.year, entry.quarter), []).append(entry)
    return [_progress(target, entries) for target in enterprise.plan_targets.order_by("-year", "pk")]


def merged_progress_of(enterprise: Enterprise) -> list[tuple[Enterprise, list[TargetProgress]]]:
    """What stayed at registrations that were merged into this one, since both planned the same."""
    merged = Enterprise.objects.filter(merged_into=enterprise).filter(
        Exists(PlanTarget.objects.filter(enterprise=OuterRef("pk")))
    )
    return [(each, progress_of(each)) for each in merged.select_related("organisation").order_by("pk")]


def progress_in(target: PlanTarget, quarter: int) -> QuarterProgress:
    same = target.enterprise.plan_progress.filter(indicator=target.indicator, year=target.year, quarter=quarter)
    return QuarterProgress(target, quarter, tuple(same.select_related("reported_by")))


def _progress(target: PlanTarget, entries: dict[tuple[str, int, int], list[PlanProgress]]) -> TargetProgress:
    planned = [quarter for quarter in QUARTERS if target.target_of(quarter) is not None]
    return TargetProgress(
        target,
        tuple(
            QuarterProgress(target, quarter, tuple(entries.get((target.indicator, target.year, quarter), ())))
            for quarter in planned
        ),
    )
