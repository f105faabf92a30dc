from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.enums import AlertPace, SearchOf

if TYPE_CHECKING:
    from portal.models import User


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: User) -> SavedSearchQuerySet:
        """One's own, of the organisation that one acts for now: colleagues have theirs."""
        return self.filter(user=user.pk, organisation=user.organisation_id)

    def active(self) -> SavedSearchQuerySet:
        """Of people who still act for the organisation."""
        return self.filter(
            paused_at=None,
            user__is_active=True,
            user__memberships__organisation=models.F("organisation"),
            user__memberships__ended_at=None,
        ).distinct()


class SavedSearch(models.Model):
    """The filters of a public list under a name, and how its owner is told of what is new in it.

    `filters` as the address has them. New is what appeared after `since`; what was told of stands in `hits`, so that nothing
    is told twice. `token`: whoever has it may stop the alerts, and nothing else.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.CASCADE, related_name="+")
    of = models.CharField(_("what is searched"), max_length=10, choices=SearchOf)
    name = models.CharField(_("name"), max_length=80)
    filters = models.JSONField(default=dict)
    pace = models.CharField(_("alerts"), max_length=10, choices=AlertPace, default=AlertPace.DAILY)
    paused_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "name"], name="saved_search_name_once"),
            models.CheckConstraint(
                condition=Q(of__in=SearchOf.values, pace__in=AlertPace.values), name="saved_search_choices"
            ),
            # Everything there is, is no search.
            models.CheckConstraint(condition=~Q(filters={}), name="saved_search_asks_for_something"),
        ]
        indexes = [
            models.Index(fields=["of", "pace"], condition=Q(paused_at=None), name="saved_search_active"),
        ]

    def __str__(self) -> str:
        return self.name


class SearchHit(models.Model):
    """What somebody was told of: the key of a need, or of an enterprise."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="hits")
    key = models.BigIntegerField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "key"], name="search_hit_told_once")]

    def __str__(self) -> str:
        return f"{self.search_id}: {self.key}"
