from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import DigitalQuestion, QualityQuestion
from portal.models.enterprise import Enterprise


class DigitalAnswer(models.Model):
    """One answer of the digital self-assessment; `Enterprise.digital_readiness` is the level that all of them make."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="digital_answers")
    question = models.CharField(_("question"), max_length=20, choices=DigitalQuestion)
    yes = models.BooleanField(_("yes"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "question"], name="digital_answer_once"),
            models.CheckConstraint(condition=Q(question__in=DigitalQuestion.values), name="digital_question"),
        ]


class QualityAnswer(models.Model):
    """One practice of quality management, kept or not; `Enterprise.quality_practices` counts those that are."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="quality_answers")
    question = models.CharField(_("question"), max_length=20, choices=QualityQuestion)
    yes = models.BooleanField(_("yes"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "question"], name="quality_answer_once"),
            models.CheckConstraint(condition=Q(question__in=QualityQuestion.values), name="quality_question"),
        ]
