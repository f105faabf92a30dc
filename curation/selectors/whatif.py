"""What a draft of criteria would change: who would pass under it, beside who would as things stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import ProgrammingError, connection, transaction
from django.utils.translation import gettext as _

from curation.enums import PoolOutcome, RunState
from curation.models import Criterion, Pool, PoolRun, Programme
from curation.scoring.features import FEATURES
from curation.scoring.pool import GROUPS, Rules, rules_of, rules_of_run
from curation.scoring.sql import Sql
from curation.scoring.whatif import BAR, BARS, Trial
from curation.selectors.suppression import suppressed
from portal.enums import BusinessClass, LegalForm
from portal.flow import MoveNotAllowed
from portal.models import Enterprise
from portal.presentation.numbers import angka
from portal.selectors.directory import provinces
from portal.selectors.ladder import Ladder, ladder_of, with_ladder

# For this statement alone: the planner takes the cells for many more than they are and would keep to one core; and room for
# the join, so that it stays in memory.
TUNED = {"parallel_setup_cost": "0", "parallel_tuple_cost": "0", "work_mem": "128MB"}

# The code of several groups in one line.
TOGETHER = -1
# Enterprises that are read and scored, by one worker on a slow machine.
A_SECOND = 1_000


@dataclass
class Change:
    """How many of a group would pass before and after, and who they are not."""

    label: str
    code: int = 0
    enterprises: int = 0
    before: int = 0
    after: int = 0
    entering: int = 0
    leaving: int = 0

    def add(self, was: int, becomes: int, count: int) -> None:
        passed, passes = was == PoolOutcome.PASSES, becomes == PoolOutcome.PASSES
        self.enterprises += count
        self.before += count * passed
        self.after += count * passes
        self.entering += count * (passes and not passed)
        self.leaving += count * (passed and not passes)

    def join(self, other: Change) -> None:
        for name in ("enterprises", "before", "after", "entering", "leaving"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Bar:
    """Enterprises with `low` points or more, and fewer than `high`; `held` of them miss nothing that must hold."""

    low: int
    high: int
    enterprises: int = 0
    held: int = 0


@dataclass
class Effect:
    run: PoolRun
    # The version that the draft is compared with; None: the last scoring of the pool.
    version: int | None
    whole: Change
    before: Mapping[int, int]
    after: Mapping[int, int]
    bars: Sequence[Bar]
    by_class: Sequence[Change] = field(default_factory=list)
    by_province: Sequence[Change] = field(default_factory=list)
    by_form: Sequence[Change] = field(default_factory=list)
    # Beside it, where they are asked for.
    weights: Decimal = Decimal(0)
    without_evidence: Sequence[str] = ()
    movers: Sequence[Mover] = ()
    movers_withheld: str = ""

    @property
    def outcomes(self) -> list[tuple[PoolOutcome, int, int]]:
        return [(each, self.before.get(each, 0), self.after.get(each, 0)) for each in PoolOutcome]


@dataclass(frozen=True)
class Mover:
    """Points are told as a bar of the histogram: exact ones would tell the figure that a draft hangs on."""

    enterprise: Enterprise
    before: int
    after: int
    was: PoolOutcome
    becomes: PoolOutcome

    @property
    def ladder(self) -> Ladder:
        return ladder_of(self.enterprise)

    @property
    def band_before(self) -> str:
        return _band(self.before)

    @property
    def band(self) -> str:
        return _band(self.after)


def standing_run(programme: Programme) -> PoolRun | None:
    """The newest whose scores can be read."""
    return programme.pool_runs.standing().order_by("-pk").first()


def effect(programme: Programme, tried: Rules) -> Effect:
    """Raises MoveNotAllowed where nothing can be said yet."""
    run, version, rows = _asked(programme, tried, lambda trial: trial.counts())
    groups: dict[str, dict[Any, Change]] = defaultdict(dict)
    whole = Change(_("All enterprises"))
    before: dict[int, int] = defaultdict(int)
    after: dict[int, int] = defaultdict(int)
    bars = [Bar(number * BAR // 100, (number + 1) * BAR // 100) for number in range(BARS)]
    for row in rows:
        if row["part"] == "bar":
            bars[row["value"]].enterprises += row["n"]
            bars[row["value"]].held += row["n"] * (row["becomes"] != PoolOutcome.GATE_MISSED)
            whole.add(row["was"], row["becomes"], row["n"])
            before[row["was"]] += row["n"]
            after[row["becomes"]] += row["n"]
        else:
            named = groups[row["part"]].setdefault(row["value"], Change("", row["value"]))
            named.add(row["was"], row["becomes"], row["n"])
    return Effect(
        run,
        version,
        whole,
        before,
        after,
        bars,
        by_class=_named(groups["class_code"], _choices("class_code", BusinessClass)),
        by_form=_named(groups["form_code"], _choices("form_code", LegalForm)),
        by_province=_named(groups["province"], {int(each.code): each.name for each in provinces()}),
    )


def movers(programme: Programme, tried: Rules, *, entering: bool, limit: int, offset: int = 0) -> list[Mover]:
    """Those who would enter, or leave; the nearest to the threshold first."""
    _run, _version, rows = _asked(
        programme, tried, lambda trial: trial.movers(entering=entering, limit=limit, offset=offset)
    )
    found = with_ladder(Enterprise.objects.public()).select_related("organisation", "village")
    known = found.in_bulk([row["enterprise_id"] for row in rows])
    return [
        Mover(
            known[row["enterprise_id"]],
            row["before"],
            row["after"],
            PoolOutcome(row["was"]),
            PoolOutcome(row["becomes"]),
        )
        for row in rows
        # Suspended since, and not yet taken out of the pool.
        if row["enterprise_id"] in known
    ]


def usual_minutes(programme: Programme) -> int:
    """In how many a run usually ends: by how long the last one took, else by how many there are to score."""
    last = programme.pool_runs.filter(state=RunState.DONE).first()
    if last is not None and last.finished_at is not None:
        seconds = 2 * (last.finished_at - last.created_at).total_seconds()
    else:
        seconds = Enterprise.objects.verified().count() / A_SECOND
    return max(1, ceil(seconds / 60))


def without_evidence(programme: Programme, criteria: Iterable[Criterion]) -> list[str]:
    """Features that nobody in the pool has any evidence of: such a criterion keeps everybody out, or gives nobody points."""
    pool = Pool.objects.filter(programme=programme).exclude(with_evidence={}).first()
    if pool is None or not pool.enterprises:
        return []
    asked = dict.fromkeys(criterion.feature for criterion in criteria)
    return [
        _("%(feature)s: 0 of %(all)s enterprises have evidence of it.")
        % {"feature": FEATURES[feature].label, "all": angka(pool.enterprises)}
        for feature in asked
        if pool.with_evidence.get(feature) == 0
    ]


def standing_rules(programme: Programme, run: PoolRun) -> tuple[Rules, int | None]:
    """What a draft is compared with: the version in force, and until there is one the criteria as they were last tried."""
    in_force = programme.criteria
    if in_force is None:
        return rules_of_run(run), None
    return rules_of(in_force, programme), in_force.version


def _asked(
    programme: Programme, tried: Rules, statement: Callable[[Trial], Sql]
) -> tuple[PoolRun, int | None, list[dict[str, Any]]]:
    """A newer run may replace the scores while they are asked: its own are asked then."""
    for again in (True, False):
        run = standing_run(programme)
        if run is None:
            raise MoveNotAllowed(
                _("No enterprise has been scored for this programme yet. Start the scoring of the pool first."),
                move="what_if",
                status=programme.status,
                code="no_pool",
            )
        standing, version = standing_rules(programme, run)
        trial = Trial(run, standing, tried)
        if trial.recomputes and not Pool.objects.filter(programme=programme).exclude(built_at=None).exists():
            raise MoveNotAllowed(
                _("The evidence is being read anew. Until that is done only weights and threshold can be tried."),
                move="what_if",
                status=programme.status,
                code="evidence",
            )
        try:
            with transaction.atomic():
                return run, version, _tuned(statement(trial))
        except ProgrammingError:
            if not again:
                raise
    raise AssertionError("returned or raised above")


def _tuned(statement: Sql) -> list[dict[str, Any]]:
    """Put back afterwards: what else the transaction asks is small, and would only wait for workers."""
    with connection.cursor() as cursor:
        before = {}
        for name, value in TUNED.items():
            cursor.execute("SELECT current_setting(%s), set_config(%s, %s, true)", [name, name, value])
            before[name] = cursor.fetchone()[0]
        rows = statement.rows()
        for name, value in before.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
    return rows


def _band(points: int) -> str:
    """Hundredths of points as “75–80”."""
    low = min(points // BAR, BARS - 1) * BAR // 100
    return f"{low}–{low + BAR // 100}"


def _choices(column: str, labels: Any) -> dict[int, str]:
    return {place: str(labels(value).label) for place, value in enumerate(GROUPS[column], start=1)}


def _named(changes: Mapping[int, Change], names: Mapping[int, str]) -> list[Change]:
    """Those who pass in the largest number first; who has not said is last. Groups of fewer than five are put together, with
    others where that is needed: what a small group does under a draft would be said of each in it."""
    table = suppressed({code: (change.enterprises,) for code, change in changes.items()})
    shown = [changes[code] for code in table.shown]
    for change in shown:
        change.label = names.get(change.code, _("not stated"))
    shown.sort(key=lambda each: (not each.code, -each.after, -each.enterprises, each.label))
    if table.together is not None:
        together = Change(_("Other groups, together"), TOGETHER)
        for code in changes.keys() - table.shown.keys():
            together.join(changes[code])
        shown.append(together)
    return shown
