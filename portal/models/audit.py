from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from portal.models.user import User


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def of(self, subject: models.Model) -> AuditEntryQuerySet:
        return self.filter(stream=stream_of(subject))

    def visible_to(self, user: User) -> AuditEntryQuerySet:
        """Who may read a trail is who may read its object: reach it through the object. Alone, only one's own deeds."""
        return self.filter(actor=user.pk)


class AuditEntry(models.Model):
    """One thing done to one object. Rows are only ever added: the database computes `seq`, `previous` and `digest`.

    `payload` is inside the chain and holds no personal value; those stand in `personal` with a salt, may be erased,
    and only their digest is chained.
    """

    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    actor = models.ForeignKey("portal.User", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    organisation = models.ForeignKey(
        "portal.Organisation", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    action = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    personal_digest = models.CharField(max_length=64, blank=True)
    previous = models.BinaryField(max_length=32, default=bytes)
    digest = models.BinaryField(max_length=32, default=bytes)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["stream", "seq"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="audit_seq_once")]
        indexes = [models.Index(fields=["actor", "-at"], name="audit_actor")]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}: {self.action}"


class AuditHead(models.Model):
    """The last entry of each stream: what a cut tail is noticed by."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)


class AuditPersonal(models.Model):
    """The personal values of an entry, outside the chain so that they can be erased and the chain still verifies."""

    entry_stream = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    salt = models.CharField(max_length=32)
    values = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["entry_stream"], name="audit_personal_stream")]


def stream_of(subject: models.Model) -> str:
    return f"{subject._meta.label_lower}:{subject.pk}"
