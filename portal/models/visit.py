from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import Sight
from portal.models.enterprise import Enterprise

if TYPE_CHECKING:
    from portal.models.user import User


class VisitQuerySet(models.QuerySet["Visit"]):
    def of_the_place(self) -> VisitQuerySet:
        """Those that count for the ladder: somebody stood in the place of business."""
        return self.filter(seen__contains=[Sight.PREMISES])

    def visible_to(self, user: User) -> VisitQuerySet:
        """Whoever sees the enterprise; its own people read what was noted about it."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Visit(models.Model):
    """A companion was there. Never changed: what was noted wrongly is put right by the next visit."""

    # Made where the visit was noted, perhaps without a signal: noting it again with the same key changes nothing.
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    plut = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    visited_on = models.DateField(_("day of the visit"))
    place = models.CharField(_("where"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    seen = ArrayField(models.CharField(max_length=12, choices=Sight), verbose_name=_("what was seen"))
    notes = models.TextField(_("notes"), blank=True, max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(seen=[]), name="visit_saw_something"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="visit_whole_point",
            ),
        ]
        indexes = [models.Index(fields=["enterprise", "visited_on"], name="visit_of_enterprise")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.visited_on}"

    @property
    def seen_labels(self) -> list[str]:
        return [str(Sight(each).label) for each in self.seen]
