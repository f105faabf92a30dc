"""Checks a criteria set before it is published, freezes it, and makes the next version."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import CriteriaSet, Criterion, Programme
from curation.scoring.compile import TOTAL, columns_of, scored, typed_rows
from curation.scoring.features import FEATURES, FORBIDDEN, NUMBERS, Feature, Type
from curation.scoring.shapes import BadParameters, Gate, Linear, Membership, Steps, ValidOn, read
from curation.scoring.templates import TEMPLATES, Template
from portal import audit
from portal.models import User
from portal.presentation.numbers import angka

__all__ = [
    "TEMPLATES",
    "InvalidCriteria",
    "Problem",
    "apply_template",
    "digest_of",
    "next_version",
    "publish_criteria_set",
    "validate",
]

WHOLE = Decimal(100)
# Raised when the meaning of a shape changes: an old digest then still names what was published.
ENGINE = 1
NO_LIMIT = Decimal(10) ** 12


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a set from being published, in words an officer understands."""

    code: str
    message: str
    criterion: Criterion | None = None
    field: str = ""


class InvalidCriteria(ValidationError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__([ValidationError(problem.message, code=problem.code) for problem in problems])


def validate(criteria_set: CriteriaSet) -> list[Problem]:
    """Everything that is wrong at once; an empty list when it can be published."""
    criteria = list(criteria_set.criteria.all())
    if not any(not criterion.is_gate for criterion in criteria):
        return [Problem("no_criteria", _("Add at least one criterion with a weight."))]
    problems = [problem for criterion in criteria for problem in _problems_of(criterion)]
    problems += _weights(criteria)
    # Only what compiles can be tried out.
    return problems or _tried_out(criteria_set, criteria)


@transaction.atomic
def publish_criteria_set(criteria_set: CriteriaSet, *, by: User) -> CriteriaSet:
    """Freeze the version: from here on neither it nor a criterion of it changes, and a score names its digest."""
    locked = CriteriaSet.objects.select_for_update(of=("self",)).get(pk=criteria_set.pk)
    if locked.published_at is not None:
        raise ValidationError(
            _("Version %(version)s is already published. A change makes the next version.")
            % {"version": locked.version},
            code="published",
        )
    if problems := validate(locked):
        raise InvalidCriteria(problems)
    digest = digest_of(locked)
    now = timezone.now()
    CriteriaSet.objects.filter(pk=locked.pk).update(published_at=now, published_by=by, digest=digest)
    audit.record(locked, "publish", by=by, payload={"version": locked.version, "digest": digest})
    criteria_set.refresh_from_db()
    return criteria_set


@transaction.atomic
def next_version(programme: Programme, *, by: User) -> CriteriaSet:
    """The draft of the next version, with the criteria of the one before; an open draft is returned as it is."""
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    draft = programme.criteria_sets.filter(published_at=None).first()
    if draft is not None:
        return draft
    last = programme.criteria_sets.order_by("-version").first()
    if last is None:
        raise CriteriaSet.DoesNotExist(programme.pk)
    draft = CriteriaSet.objects.create(
        programme=programme, version=last.version + 1, threshold=last.threshold, review_floor=last.review_floor
    )
    copies = list(last.criteria.all())
    for criterion in copies:
        criterion.pk, criterion.criteria_set = None, draft
    Criterion.objects.bulk_create(copies)
    audit.record(draft, "add", by=by, payload={"version": draft.version, "from": last.version})
    return draft


@transaction.atomic
def apply_template(criteria_set: CriteriaSet, template: Template, *, by: User) -> None:
    """Replace the criteria of a draft by those of a template."""
    if criteria_set.published_at is not None:
        raise ValidationError(_("A published version does not change."), code="published")
    criteria_set.criteria.all().delete()
    criteria_set.threshold, criteria_set.review_floor = template.threshold, template.review_floor
    criteria_set.save(update_fields=["threshold", "review_floor"])
    Criterion.objects.bulk_create(
        Criterion(criteria_set=criteria_set, position=position, **fields)
        for position, fields in enumerate(template.criteria)
    )
    audit.record(criteria_set, "apply_template", by=by, payload={"template": template.key})


def digest_of(criteria_set: CriteriaSet) -> str:
    """SHA-256 of the canonical JSON of everything a score or a reader depends on."""
    content = {
        "engine": ENGINE,
        "programme": criteria_set.programme_id,
        "version": criteria_set.version,
        "threshold": _plain(criteria_set.threshold),
        "review_floor": _plain(criteria_set.review_floor),
        "criteria": [
            {
                "feature": criterion.feature,
                "shape": criterion.shape,
                "parameters": criterion.parameters,
                "weight": _plain(criterion.weight),
                "minimum": None if criterion.minimum is None else _plain(criterion.minimum),
                "label": [criterion.label_id, criterion.label_en],
                "feedback": [criterion.feedback_id, criterion.feedback_en],
            }
            for criterion in criteria_set.criteria.all()
        ],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(number: Decimal) -> str:
    return f"{number:.2f}"


def _weights(criteria: Sequence[Criterion]) -> list[Problem]:
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    if total == WHOLE:
        return []
    texts = {"total": angka(total, 2), "missing": angka(abs(WHOLE - total), 2)}
    if total < WHOLE:
        message = _("The weights add up to %(total)s; %(missing)s are missing to 100.") % texts
    else:
        message = _("The weights add up to %(total)s; that is %(missing)s too many.") % texts
    return [Problem("weights", message, field="weight")]


def _problems_of(criterion: Criterion) -> list[Problem]:
    def problem(code: str, message: str, field: str = "") -> list[Problem]:
        return [Problem(code, f"{criterion.label or criterion.feature}: {message}", criterion, field)]

    if criterion.feature in FORBIDDEN:
        return problem(
            "forbidden_feature",
            _("nobody may be judged by this: the owner's sex, religion or origin could stand behind it."),
            "feature",
        )
    feature = FEATURES.get(criterion.feature)
    if feature is None:
        return problem("unknown_feature", _("this feature does not exist."), "feature")
    if criterion.shape not in feature.shapes:
        return problem(
            "shape",
            _("“%(shape)s” does not go with this kind of value.") % {"shape": criterion.get_shape_display()},
            "shape",
        )
    try:
        parameters = read(criterion.shape, criterion.parameters)
    except BadParameters as bad:
        return problem(bad.code, sentence(bad), "parameters")
    if isinstance(parameters, Gate) and parameters.test not in feature.tests:
        return problem("test", _("this test does not go with this kind of value."), "parameters")
    if unknown := _unknown_choices(feature, parameters):
        return problem(
            "choices",
            _("“%(values)s” is not among the possible values.") % {"values": ", ".join(unknown)},
            "parameters",
        )
    if not criterion.label_id or not criterion.feedback_id:
        return problem("words", _("give it a name and the feedback that enterprises will read."), "feedback_id")
    return []


def sentence(bad: BadParameters) -> str:
    return {
        "parameters": _("the parameters cannot be read."),
        "number_missing": _("enter a number."),
        "number": _("enter a number with at most four decimals, not larger than a quadrillion."),
        "share": _("a share lies between 0 and 100."),
        "days": _("enter a whole number of days, at most %(most)s.") % {"most": bad.params.get("most", "")},
        "values_missing": _("choose at least one value."),
        "values": _("these values cannot be read."),
        "test": _("choose what must hold."),
        "equal_ends": _("the value for no points and the value for all points are the same."),
        "steps_missing": _("add at least one step."),
        "steps_order": _("each step begins above the one before it."),
        "ratio": _("the share of the need must be above zero."),
    }[bad.code]


def _unknown_choices(feature: Feature, parameters: Any) -> list[str]:
    if feature.choices is None:
        return []
    named = (
        parameters.values
        if isinstance(parameters, Gate)
        else [value for value, _share in parameters.shares]
        if isinstance(parameters, Membership)
        else []
    )
    return [value for value in named if value not in feature.choices.values]


def _tried_out(criteria_set: CriteriaSet, criteria: Sequence[Criterion]) -> list[Problem]:
    """Put every value at which something can change through the engine itself: what can be reached, given the gates?"""
    day = timezone.localdate()
    probes = [
        {feature: value, **({FEATURES[feature].reference: Decimal("0.0001")} if FEATURES[feature].reference else {})}
        for feature in dict.fromkeys(criterion.feature for criterion in criteria)
        for value in candidates(FEATURES[feature], [each for each in criteria if each.feature == feature], day)
    ]
    rows = scored(criteria, day, typed_rows(probes, columns_of(criteria)), ["row"]).rows()
    by_feature: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_feature.setdefault(next(iter(probes[row["row"]])), []).append(row)
    gates = [criterion for criterion in criteria if criterion.is_gate]
    weighted = [criterion for criterion in criteria if not criterion.is_gate]
    problems: list[Problem] = []
    reachable = Decimal(0)
    for feature, tried in by_feature.items():
        own = [place for place, gate in enumerate(gates) if gate.feature == feature]
        passing = [row for row in tried if all(row["gates_held"][place] for place in own)]
        if not passing:
            problems.append(
                Problem(
                    "gates_contradict",
                    _("%(feature)s: no value holds what must hold here.") % {"feature": FEATURES[feature].label},
                    gates[own[0]],
                )
            )
            continue
        reachable += max(row[TOTAL] for row in passing)
        for place, criterion in enumerate(weighted):
            if criterion.feature == feature:
                problems += _useless(criterion, [row["points"][place] for row in passing], bool(own))
    if not problems and reachable < criteria_set.threshold:
        problems.append(
            Problem(
                "threshold",
                _("Nobody can reach the threshold of %(threshold)s: at most %(reachable)s points can be earned.")
                % {"threshold": angka(criteria_set.threshold, 2), "reachable": angka(reachable, 2)},
                field="threshold",
            )
        )
    return problems


def _useless(criterion: Criterion, points: Iterable[Decimal | None], gated: bool) -> list[Problem]:
    most = max(earned or Decimal(0) for earned in points)
    if most == 0:
        message = (
            _("%(name)s: whoever passes what must hold here earns no points.")
            if gated
            else _("%(name)s: nobody can earn points here.")
        )
        return [Problem("no_points", message % {"name": criterion.label}, criterion)]
    if criterion.minimum is not None and most < criterion.minimum:
        message = _("%(name)s: the minimum of %(minimum)s points cannot be reached.")
        return [
            Problem(
                "minimum",
                message % {"name": criterion.label, "minimum": angka(criterion.minimum, 2)},
                criterion,
                "minimum",
            )
        ]
    return []


def candidates(feature: Feature, criteria: Sequence[Criterion], day: dt.date) -> list[Any]:
    """Values of the feature between which its criteria change."""
    shapes = [read(criterion.shape, criterion.parameters) for criterion in criteria]
    if feature.type == Type.BOOLEAN:
        return [True, False]
    if feature.type == Type.DATE:
        offsets = {shape.days for shape in shapes if isinstance(shape, ValidOn | Gate)} | {0}
        return [day + dt.timedelta(days=offset + by) for offset in sorted(offsets) for by in (-1, 0)]
    if feature.type in NUMBERS:
        return _numbers(feature, shapes)
    named = {value for shape in shapes if isinstance(shape, Gate) for value in shape.values}
    named |= {value for shape in shapes if isinstance(shape, Membership) for value, _share in shape.shares}
    if feature.type == Type.SET:
        return [sorted(named), *([value] for value in sorted(named)), []]
    return sorted(named | set(feature.choices.values if feature.choices else ["–"]))


def _numbers(feature: Feature, shapes: Sequence[Any]) -> list[Any]:
    if feature.values:
        return list(feature.values)
    bounds = {Decimal(feature.least), NO_LIMIT if feature.most is None else Decimal(feature.most)}
    for shape in shapes:
        if isinstance(shape, Gate) and shape.value is not None:
            bounds.add(shape.value)
        elif isinstance(shape, Linear):
            bounds |= {shape.zero_at, shape.full_at}
        elif isinstance(shape, Steps):
            bounds |= {step.at_least for step in shape.steps}
    whole = feature.type == Type.INTEGER
    near = Decimal(1) if whole else Decimal("0.0001")
    tried = {bound + by for bound in bounds for by in (-near, Decimal(0), near)}
    if whole:
        tried = {value.to_integral_value(way) for value in tried for way in (ROUND_FLOOR, ROUND_CEILING)}
    # With a limit of the feature's own, nothing beyond it; otherwise as far as a criterion reaches.
    least, most = Decimal(feature.least), max(bounds) if feature.most is None else Decimal(feature.most)
    return sorted(value for value in tried if least <= value <= most)
