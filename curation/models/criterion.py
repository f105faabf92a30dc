from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from curation.enums import Shape
from curation.models.programme import CriteriaSet


class Criterion(models.Model):
    """Feature + shape + weight + words. `parameters` is what the shape needs (curation.scoring.criteria says which)."""

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    feature = models.CharField(_("feature"), max_length=40)
    shape = models.CharField(_("shape"), max_length=12, choices=Shape)
    parameters = models.JSONField(_("parameters"), default=dict)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=Decimal(0))
    minimum = models.DecimalField(_("minimum points"), max_digits=5, decimal_places=2, null=True, blank=True)
    label_id = models.CharField(_("name (Indonesian)"), max_length=120)
    label_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    feedback_id = models.CharField(_("feedback when unmet (Indonesian)"), max_length=400)
    feedback_en = models.CharField(_("feedback when unmet (English)"), max_length=400, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shape=Shape.GATE, weight=0) | (~Q(shape=Shape.GATE) & Q(weight__gt=0, weight__lte=100)),
                name="criterion_gates_have_no_weight",
            ),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(minimum__gte=0, minimum__lte=F("weight")), name="criterion_minimum"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_gate(self) -> bool:
        return self.shape == Shape.GATE

    @property
    def label(self) -> str:
        return (self.label_en if get_language() == "en" else "") or self.label_id

    @property
    def feedback(self) -> str:
        return (self.feedback_en if get_language() == "en" else "") or self.feedback_id
