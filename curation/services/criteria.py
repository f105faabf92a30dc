"""Working on a version of criteria before it is published. Publishing, and the next version: curation.scoring.criteria."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.enums import ApplicationStatus, ProgrammeStatus, Shape
from curation.models import CriteriaSet, Criterion, Programme
from curation.scoring.criteria import TEMPLATES, WHOLE, apply_template, next_version, publish_criteria_set, sentence
from curation.scoring.shapes import BadParameters, read
from curation.services.scoring import enqueue_provisional
from curation.services.telling import tell_of_criteria
from portal import audit
from portal.flow import MoveNotAllowed, TooLate, permit
from portal.models import User

MOST_CRITERIA = 60
PUBLISHED = gettext_lazy("A published version never changes. Start the next version.")
GONE = gettext_lazy("This criterion was removed meanwhile.")


def check_band(threshold: Decimal, review_floor: Decimal) -> None:
    if threshold <= 0:
        raise ValidationError({"threshold": _("The threshold must be above zero.")})
    if review_floor > threshold:
        raise ValidationError({"review_floor": _("The floor lies above the threshold.")})


def check_weight(shape: str, weight: Decimal, minimum: Decimal | None) -> None:
    if shape == Shape.GATE and weight != 0:
        raise ValidationError({"weight": _("What must hold has no weight.")})
    if shape != Shape.GATE and weight <= 0:
        raise ValidationError({"weight": _("Enter a number above zero")})
    if weight > WHOLE:
        raise ValidationError({"weight": _("All weights together make 100.")})
    if minimum is not None and minimum > weight:
        raise ValidationError({"minimum": _("The minimum is above the weight.")})


def check_criterion(
    *, shape: str, parameters: Mapping[str, Any], weight: Decimal, minimum: Decimal | None, **words: Any
) -> None:
    """Of one criterion alone. What the criteria of a version are together is asked when it is published."""
    check_weight(shape, weight, minimum)
    try:
        read(shape, parameters)
    except BadParameters as bad:
        raise ValidationError({"parameters": capfirst(sentence(bad))}) from None


@transaction.atomic
def add_criterion(criteria_set: CriteriaSet, *, by: User, **values: Any) -> Criterion:
    criteria_set = _draft(criteria_set, by)
    check_criterion(**values)
    if criteria_set.criteria.count() >= MOST_CRITERIA:
        raise ValidationError(_("At most %(most)s criteria.") % {"most": MOST_CRITERIA}, code="too_many")
    last = criteria_set.criteria.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    criterion = Criterion.objects.create(criteria_set=criteria_set, position=position, **values)
    audit.record(
        criteria_set.programme,
        "add_criterion",
        by=by,
        payload={"version": criteria_set.version, "feature": criterion.feature, "shape": criterion.shape},
    )
    return criterion


@transaction.atomic
def change_criterion(criterion: Criterion, *, by: User, **values: Any) -> None:
    criterion, criteria_set = _held(criterion, by)
    check_criterion(**values)
    for name, value in values.items():
        setattr(criterion, name, value)
    criterion.save(update_fields=list(values))
    audit.record(
        criteria_set.programme,
        "change_criterion",
        by=by,
        payload={"version": criteria_set.version, "criterion": criterion.pk, "feature": criterion.feature},
    )


@transaction.atomic
def remove_criterion(criterion: Criterion, *, by: User) -> None:
    criterion, criteria_set = _held(criterion, by)
    payload = {"version": criteria_set.version, "criterion": criterion.pk, "feature": criterion.feature}
    criterion.delete()
    audit.record(criteria_set.programme, "remove_criterion", by=by, payload=payload)


@transaction.atomic
def balance(
    criteria_set: CriteriaSet,
    *,
    threshold: Decimal,
    review_floor: Decimal,
    weights: Mapping[int, tuple[Decimal, Decimal | None]],
    by: User,
) -> None:
    """Set the band, and every weighted criterion's weight and minimum, in one go. Whether they sum to 100 is asked when
    the version is published: on the way there they may not."""
    criteria_set = _draft(criteria_set, by)
    check_band(threshold, review_floor)
    criteria_set.threshold, criteria_set.review_floor = threshold, review_floor
    criteria_set.save(update_fields=["threshold", "review_floor"])
    for criterion in criteria_set.criteria.filter(pk__in=weights):
        criterion.weight, criterion.minimum = weights[criterion.pk]
        check_weight(criterion.shape, criterion.weight, criterion.minimum)
        criterion.save(update_fields=["weight", "minimum"])
    audit.record(
        criteria_set.programme,
        "balance_criteria",
        by=by,
        payload={
            "version": criteria_set.version,
            "threshold": threshold,
            "review_floor": review_floor,
            "weights": {str(pk): weight for pk, (weight, _minimum) in weights.items()},
        },
    )


@transaction.atomic
def use_template(criteria_set: CriteriaSet, key: str, *, by: User) -> None:
    """Fill an empty draft. One that holds criteria already is left alone."""
    criteria_set = _draft(criteria_set, by)
    if criteria_set.criteria.exists():
        raise MoveNotAllowed(
            _("There are criteria already. Remove them first."), move="use_template", status="", code="not_empty"
        )
    apply_template(criteria_set, TEMPLATES[key], by=by)


@transaction.atomic
def replace_criteria(
    programme: Programme, *, threshold: Decimal, review_floor: Decimal, criteria: list[dict[str, Any]], by: User
) -> CriteriaSet:
    """The whole draft at once; of a published programme the draft of its next version."""
    draft = _draft(begin_next_version(programme, by=by), by)
    check_band(threshold, review_floor)
    if len(criteria) > MOST_CRITERIA:
        raise ValidationError({"criteria": _("At most %(most)s criteria.") % {"most": MOST_CRITERIA}})
    for row in criteria:
        check_criterion(**row)
    draft.threshold, draft.review_floor = threshold, review_floor
    draft.save(update_fields=["threshold", "review_floor"])
    draft.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(criteria_set=draft, position=position, **row) for position, row in enumerate(criteria)
    )
    payload = {"version": draft.version, "features": [row["feature"] for row in criteria]}
    audit.record(draft.programme, "replace_criteria", by=by, payload=payload)
    return draft


@transaction.atomic
def begin_next_version(programme: Programme, *, by: User) -> CriteriaSet:
    """A copy of the version in force to work on, while enterprises can still apply by what it will say."""
    permit(by, "curation.manage_programme", programme)
    if programme.status not in (ProgrammeStatus.DRAFT, ProgrammeStatus.PUBLISHED):
        raise MoveNotAllowed(
            _("The programme is closed: its criteria stay as they are."),
            move="next_version",
            status=programme.status,
            code="closed",
        )
    return next_version(programme, by=by)


@transaction.atomic
def put_in_force(criteria_set: CriteriaSet, *, by: User) -> None:
    """Publish the next version of an open programme; everybody who has applied is scored anew, provisionally, and told."""
    criteria_set = _draft(criteria_set, by)
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=criteria_set.programme_id)
    if not programme.is_open and programme.opens_at <= timezone.now():
        raise MoveNotAllowed(
            _("The programme is closed: its criteria stay as they are."),
            move="publish_criteria",
            status=programme.status,
            code="closed",
        )
    publish_criteria_set(criteria_set, by=by)
    for application in programme.applications.filter(status=ApplicationStatus.SUBMITTED):
        enqueue_provisional(application)
    tell_of_criteria(programme)


def _draft(criteria_set: CriteriaSet, by: User) -> CriteriaSet:
    locked = CriteriaSet.objects.select_for_update(of=("self",)).select_related("programme").get(pk=criteria_set.pk)
    permit(by, "curation.manage_programme", locked.programme)
    if locked.published_at is not None:
        raise TooLate(str(PUBLISHED), move="change_criteria", status="published", code="published")
    return locked


def _held(criterion: Criterion, by: User) -> tuple[Criterion, CriteriaSet]:
    """The criterion as it is now, and its draft, both locked. A colleague may have taken it out, or published the version."""
    found = Criterion.objects.filter(pk=criterion.pk).select_related("criteria_set").first()
    if found is None:
        raise TooLate(str(GONE), move="change_criterion", status="", code="gone")
    criteria_set = _draft(found.criteria_set, by)
    # Whoever changes a version holds its row: since then nobody else can have removed it.
    held = Criterion.objects.select_for_update(of=("self",)).filter(pk=found.pk).first()
    if held is None:
        raise TooLate(str(GONE), move="change_criterion", status="", code="gone")
    return held, criteria_set
