from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from partnerships.models.partnership import Partnership

if TYPE_CHECKING:
    from portal.models import User


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User) -> ReleaseQuerySet:
        """What was published is everybody's."""
        return self

    def with_names(self) -> ReleaseQuerySet:
        return self.prefetch_related("names")


class Release(models.Model):
    """What was published of a partnership at one moment, in OCDS 1.1.5: the whole process as it stood. Never changed.

    `position` counts all releases without a gap in the order of their dates: a page of the feed stays what it is.
    `content` leaves out the names of businesses that are a person's own (`names`), so that a name can be erased and the row stays.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="releases")
    position = models.BigIntegerField(unique=True)
    sequence = models.PositiveIntegerField()
    ocid = models.CharField(max_length=100, db_index=True)
    release_id = models.CharField(max_length=120, unique=True)
    date = models.DateTimeField(db_index=True)
    tags = ArrayField(models.CharField(max_length=30))
    content = models.JSONField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "sequence"], name="release_sequence_once"),
            models.CheckConstraint(condition=~Q(tags=[]), name="release_has_tags"),
        ]

    def __str__(self) -> str:
        return self.release_id


class ReleaseName(models.Model):
    """The name, in one release, of a business that is a person's own. Empty once that person was erased.

    `erased_at` is set where the name was taken out of a release; what is published afterwards never had it.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="names")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "organisation"], name="release_name_once"),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(name=""), name="release_name_erased_is_empty"),
        ]

    def __str__(self) -> str:
        return self.name or "–"


class ReleaseChange(models.Model):
    """An outbox: partnerships of which something changed that may be published, written by triggers in the change's transaction.

    One row per partnership and transaction, as in search: two transactions never wait for each other here.
    """

    pk = models.CompositePrimaryKey("partnership", "transaction")
    partnership = models.BigIntegerField()
    transaction = models.BigIntegerField()
    noted_at = models.DateTimeField()
