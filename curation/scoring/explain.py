"""A score as people read it: per criterion what was found, what was wanted, and what the next points need.

An explanation holds values, not sentences: its texts are made when somebody reads them, in their language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from curation.models import CriteriaSet, Criterion, EvidenceSnapshot, Score
from curation.scoring.compile import ENDS
from curation.scoring.features import FEATURES, Feature, Mend, Source
from curation.scoring.shapes import Parameters, Steps, ValidOn, best_share, points_for, read
from curation.scoring.words import limit_text, until_text, value_text
from portal.enums import DocumentKind
from portal.presentation.dates import tanggal
from portal.presentation.languages import in_each_language

FULL = Decimal(100)
# Features that rest on several kinds of document, and whether only verified ones count.
SEVERAL_PAPERS = {"required_certificates": False, "verified_documents": True}
# A document as a snapshot keeps it, and those of a snapshot by kind.
Fact = Mapping[str, Any]
Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Paper:
    """A document as the snapshot saw it; `number` and `issuer` for those who may see them (curation.selectors.papers)."""

    kind: str
    pk: int | None
    until: dt.date
    verified: bool
    number: str = ""
    issuer: str = ""

    @property
    def words(self) -> str:
        called = str(DocumentKind(self.kind).label)
        if self.number:
            called = _("%(document)s no. %(number)s") % {"document": called, "number": self.number}
        said = _("document verified") if self.verified else _("document not yet verified")
        return ", ".join(filter(None, (called, self.issuer, until_text(self.until), said)))


@dataclass(frozen=True)
class CriterionResult:
    """One criterion of one score. `points` None is "no evidence"; `held` is for gates."""

    criterion: Criterion
    feature: Feature
    parameters: Parameters
    value: Any
    points: Decimal | None
    held: bool | None
    threshold: Decimal
    reference: Decimal | None = None
    need_unit: str = ""
    paper: Fact | None = None
    as_of: dt.date = dt.date.min
    # The day the evidence was read, and the documents it rests on.
    read_on: dt.date | None = None
    papers: tuple[Paper, ...] = ()

    @property
    def is_gate(self) -> bool:
        return self.criterion.is_gate

    @property
    def weight(self) -> Decimal:
        return self.criterion.weight

    @property
    def has_evidence(self) -> bool:
        return self.held is not None if self.is_gate else self.points is not None

    @property
    def earned(self) -> Decimal:
        return self.points or Decimal(0)

    @property
    def points_wanted(self) -> Decimal:
        """Every criterion at the threshold's share of its weight reaches the threshold; a minimum may ask for more."""
        return max(self.weight * self.threshold / 100, self.criterion.minimum or Decimal(0))

    @property
    def unmet(self) -> bool:
        """A total below the threshold has at least one unmet criterion."""
        return self.held is not True if self.is_gate else self.earned < self.points_wanted

    @property
    def below_minimum(self) -> bool:
        return not self.is_gate and self.criterion.minimum is not None and self.earned < self.criterion.minimum

    @property
    def best(self) -> Decimal:
        """The most points there are here: the weight, or less where even the best step or value earns a part of it."""
        return points_for(self.weight, best_share(self.parameters))

    @property
    def is_full(self) -> bool:
        return self.held is True if self.is_gate else self.earned >= self.best

    @property
    def found(self) -> str:
        return value_text(self.feature, self.value, need_unit=self.need_unit)

    @property
    def source(self) -> str:
        """Who says what was found, in words; empty where nothing was, and for what the portal knows itself."""
        if not self.has_evidence:
            return ""
        match self.feature.source:
            case Source.PAPER:
                verified = bool(self.paper and self.paper.get("verified"))
                return _("document verified") if verified else _("document not yet verified")
            case Source.CHECKED:
                return _("checked by the ministry")
            case Source.DECLARED:
                return _("self-declared")
        return ""

    @property
    def evidence(self) -> str:
        """What was looked at, and of which day: each document with its end, else who says so."""
        if self.papers:
            return "; ".join(paper.words for paper in self.papers)
        day = {"day": tanggal(self.read_on)} if self.read_on else {"day": ""}
        if self.feature.source == Source.PAPER or self.feature.key in SEVERAL_PAPERS:
            return _("no document by %(day)s") % day
        if not self.has_evidence:
            return _("nothing entered by %(day)s") % day
        return _("%(source)s, as of %(day)s") % {"source": self.source or _("counted by the portal"), **day}

    @property
    def paper_expired(self) -> bool:
        """As of the day the score is for."""
        until = (self.paper or {}).get("until")
        return bool(until) and dt.date.fromisoformat(until) < self.as_of

    @property
    def wanted(self) -> str:
        """What holds the gate, or earns the points wanted."""
        share = FULL if self.is_gate else self.points_wanted * 100 / self.weight
        return self._limit(share)

    @property
    def full(self) -> str:
        """What earns all the points that can be had."""
        return self._limit(best_share(self.parameters))

    @property
    def next_wanted(self) -> str:
        """What the next points need; empty when all are earned."""
        if self.is_full:
            return ""
        if isinstance(self.parameters, Steps):
            share = self.earned * 100 / self.weight
            better = [step.share for step in self.parameters.steps if step.share > share]
            return self._limit(min(better)) if better else ""
        return self.wanted if self.unmet else self.full

    @property
    def gain(self) -> Decimal:
        """Points still to be had here."""
        return Decimal(0) if self.is_gate else self.best - self.earned

    @property
    def can_be_mended(self) -> bool:
        """By the enterprise itself, on the page that the feature names."""
        if self.is_full or self.feature.mend == Mend.NOTHING:
            return False
        return self.feature.mend == Mend.BETTER or not self.has_evidence

    @property
    def improve_url(self) -> str:
        return reverse(self.feature.page, args=self.feature.page_args)

    @property
    def minutes(self) -> int:
        return self.feature.minutes

    def _limit(self, share: Decimal) -> str:
        return limit_text(self.feature, self.parameters, share, reference=self.reference, need_unit=self.need_unit)


@dataclass(frozen=True)
class Explanation:
    """A score under one version of criteria, as of a day: of an application, or a dry run that nobody wrote down."""

    criteria_set: CriteriaSet
    as_of: dt.date
    total: Decimal
    coverage: Decimal
    results: tuple[CriterionResult, ...]
    minimum_coverage: Decimal = Decimal(0)
    score: Score | None = None

    @property
    def threshold(self) -> Decimal:
        return self.criteria_set.threshold

    @property
    def gates(self) -> list[CriterionResult]:
        return [result for result in self.results if result.is_gate]

    @property
    def weighted(self) -> list[CriterionResult]:
        return [result for result in self.results if not result.is_gate]

    @property
    def unmet(self) -> list[CriterionResult]:
        """Gates first, then what is furthest from what was wanted."""
        missed = [result for result in self.results if result.unmet]
        return sorted(missed, key=lambda result: (not result.is_gate, result.earned - result.points_wanted))

    @property
    def without_evidence(self) -> list[CriterionResult]:
        return [result for result in self.results if not result.has_evidence]

    @property
    def asked(self) -> list[CriterionResult]:
        """What the programme wants to know and the enterprise has not said yet: what is known is never asked again."""
        return [result for result in self.without_evidence if result.feature.mend != Mend.NOTHING]

    @property
    def all_gates_held(self) -> bool:
        return all(result.held is True for result in self.gates)

    @property
    def covers_enough(self) -> bool:
        return self.coverage >= self.minimum_coverage

    @property
    def points_missing(self) -> Decimal:
        return max(self.threshold - self.total, Decimal(0))

    @property
    def passes(self) -> bool:
        """What the official run asks for; whether a place is left is another matter."""
        return (
            self.total >= self.threshold
            and self.all_gates_held
            and self.covers_enough
            and not any(result.below_minimum for result in self.weighted)
        )


@dataclass(frozen=True)
class Step:
    result: CriterionResult
    # At most so many points: an estimate, since it depends on what will be entered.
    gain: Decimal

    @property
    def minutes(self) -> int:
        return self.result.minutes

    @property
    def url(self) -> str:
        return self.result.improve_url


@dataclass(frozen=True)
class Path:
    steps: tuple[Step, ...]
    total: Decimal
    reaches: bool

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)


def explain(
    score: Score, *, snapshot: EvidenceSnapshot | None = None, criteria: Sequence[Criterion] = ()
) -> Explanation:
    """Of a stored score. `snapshot` and `criteria` spare the queries where a caller has them."""
    criteria_set = score.criteria_set
    known = snapshot or EvidenceSnapshot.objects.get(application=score.application_id, revision=score.snapshot_revision)
    return explained(
        criteria_set,
        criteria or tuple(criteria_set.criteria.all()),
        {name: getattr(known, name) for name in (*FEATURES, "need_quantity", "need_unit", "papers", *ENDS)},
        points=score.points,
        gates_held=score.gates_held,
        total=score.total,
        coverage=score.coverage,
        as_of=score.as_of,
        read_on=known.day,
        score=score,
    )


def explained(
    criteria_set: CriteriaSet,
    criteria: Sequence[Criterion],
    evidence: Mapping[str, Any],
    *,
    points: Sequence[Decimal | None],
    gates_held: Sequence[bool | None],
    total: Decimal,
    coverage: Decimal,
    as_of: dt.date,
    read_on: dt.date | None = None,
    score: Score | None = None,
) -> Explanation:
    earned, held = iter(points), iter(gates_held)
    results = []
    for criterion in criteria:
        feature = FEATURES[criterion.feature]
        results.append(
            CriterionResult(
                criterion,
                feature,
                read(criterion.shape, criterion.parameters),
                _value(feature, evidence, as_of),
                points=None if criterion.is_gate else next(earned),
                held=next(held) if criterion.is_gate else None,
                threshold=criteria_set.threshold,
                reference=evidence.get(feature.reference) if feature.reference else None,
                need_unit=evidence.get("need_unit") or "",
                paper=_rests_on(criterion, feature, evidence.get("papers") or {}, as_of),
                as_of=as_of,
                read_on=read_on or as_of,
                papers=_papers(feature, evidence.get("papers") or {}, as_of),
            )
        )
    return Explanation(
        criteria_set,
        as_of,
        total,
        coverage,
        tuple(results),
        minimum_coverage=criteria_set.programme.minimum_coverage,
        score=score,
    )


def _value(feature: Feature, evidence: Mapping[str, Any], as_of: dt.date) -> Any:
    """As the statement reads it: of a count, what had not ended by then."""
    ends = evidence.get(feature.ends) if feature.ends else None
    return evidence.get(feature.key) if ends is None else sum(day >= as_of for day in ends)


def _rests_on(criterion: Criterion, feature: Feature, papers: Facts, as_of: dt.date) -> Fact | None:
    """The paper that earns it: one that follows a verified one, where that ends before the day asked for."""
    if feature.paper not in papers:
        return None
    asked = read(criterion.shape, criterion.parameters)
    day = as_of + dt.timedelta(days=asked.days if isinstance(asked, ValidOn) else 0)
    follow = _standing(papers[feature.paper], as_of)
    return next((each for each in follow if _end(each) >= day), follow[-1])


def _papers(feature: Feature, papers: Facts, as_of: dt.date) -> tuple[Paper, ...]:
    several = feature.key in SEVERAL_PAPERS
    only_verified = SEVERAL_PAPERS.get(feature.key, False)
    return tuple(
        Paper(kind, each["id"], _end(each), bool(each["verified"]))
        for kind in sorted(papers)
        if several or kind == feature.paper
        for each in _standing(papers[kind], as_of)
        if each["verified"] or not only_verified
    )


def _standing(fact: Fact, day: dt.date) -> list[Fact]:
    """A verified paper while it lasts, and the longer one that follows it. Older snapshots kept only the longest."""
    longer = fact.get("then")
    return [each for each in (fact, longer) if each and (each is longer or longer is None or _end(each) >= day)]


def _end(fact: Fact) -> dt.date:
    return dt.date.fromisoformat(fact["until"])


def words_of(result: CriterionResult) -> dict[str, str]:
    """What was found, what was wanted and how to mend it, in both languages: what is published with a decision."""
    first, second = in_each_language(lambda: (result.criterion.feedback, result.found[:200], result.wanted[:200]))
    return {
        **dict(zip(("text", "found", "wanted"), first, strict=True)),
        **dict(zip(("text_en", "found_en", "wanted_en"), second, strict=True)),
    }


def shortest_path(explanation: Explanation) -> Path:
    """What would get it curated: missing gates first, then minimums, then most points a minute until the threshold.

    An estimate tied to this programme. `reaches` is false where the enterprise alone cannot get there.
    """
    mendable = [result for result in explanation.results if result.can_be_mended]
    must = [result for result in mendable if (result.is_gate and result.unmet) or result.below_minimum]
    steps = [Step(result, result.gain) for result in must]
    total = explanation.total + sum((step.gain for step in steps), Decimal(0))
    others = [result for result in mendable if result not in must and result.gain > 0]
    others.sort(key=lambda result: (-result.gain / result.minutes, result.criterion.position))
    for result in others:
        if total >= explanation.threshold:
            break
        steps.append(Step(result, result.gain))
        total += result.gain
    steps = _without_spare(steps, set(map(id, must)), total - explanation.threshold)
    covered = explanation.coverage + sum(
        (step.result.weight for step in steps if not step.result.has_evidence), Decimal(0)
    )
    for result in others:
        if covered >= explanation.minimum_coverage:
            break
        if not result.has_evidence and all(step.result is not result for step in steps):
            steps.append(Step(result, result.gain))
            covered += result.weight
    total = explanation.total + sum((step.gain for step in steps), Decimal(0))
    chosen = {id(step.result) for step in steps}
    left = [result for result in explanation.results if id(result) not in chosen]
    reaches = (
        total >= explanation.threshold
        and covered >= explanation.minimum_coverage
        and not any((result.is_gate and result.unmet) or result.below_minimum for result in left)
    )
    return Path(tuple(steps), min(total, FULL), reaches)


def _without_spare(steps: list[Step], must: set[int], spare: Decimal) -> list[Step]:
    """Greedy may take a small step that a later, larger one makes needless: drop the slowest that is not needed."""
    kept = list(steps)
    for step in sorted(steps, key=lambda each: -each.minutes):
        if id(step.result) not in must and 0 < step.gain <= spare:
            kept.remove(step)
            spare -= step.gain
    return kept
