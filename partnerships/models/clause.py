from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Clause(models.Model):
    """A clause of the library. The Indonesian text is the contract's; a change is the next version."""

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title_id = models.CharField(_("title (Indonesian)"), max_length=150)
    title_en = models.CharField(_("title (English)"), max_length=150)
    body_id = models.TextField(_("text (Indonesian)"))
    body_en = models.TextField(_("translation (English)"), blank=True)
    required = models.BooleanField(_("minimum content of a partnership contract"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="clause_version_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_id
