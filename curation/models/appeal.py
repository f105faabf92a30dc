from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from curation.models.application import Application
from portal.models import Document

if TYPE_CHECKING:
    from portal.models import User


class AppealPaperQuerySet(models.QuerySet["AppealPaper"]):
    def visible_to(self, user: User) -> AppealPaperQuerySet:
        """Whoever reads the application reads what its appeal points to: a buyer has no other way to an applicant's papers."""
        return self.filter(application__in=Application.objects.visible_to(user))


class AppealPaper(models.Model):
    """A document of the enterprise that its appeal points to. It stays as it was shown when a newer one takes its place."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="appeal_papers")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    objects = AppealPaperQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["application", "document"], name="appeal_paper_once")]

    def __str__(self) -> str:
        return str(self.document)
