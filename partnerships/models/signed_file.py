from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from partnerships.models.partnership import Revision, Signature, SignOff


class SignedPart(models.Model):
    """What one signature adds to the PDF of a text; part 0 is the text as it was drawn. All parts in order are the file.

    A PDF is signed by appending to it, so no step ever rewrites what an earlier signer signed. Rows are only ever added;
    `sha256` is that of the file up to and with this part, which the database counts again.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    signature = models.OneToOneField(Signature, null=True, on_delete=models.PROTECT, related_name="part")
    sign_off = models.OneToOneField(SignOff, null=True, on_delete=models.PROTECT, related_name="part")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["revision", "position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="signed_part_once"),
            models.UniqueConstraint(fields=["sha256"], name="signed_part_of_one_file"),
            models.CheckConstraint(
                condition=Q(position=0, signature=None, sign_off=None)
                | Q(position__gt=0, signature__isnull=False, sign_off=None)
                | Q(position__gt=0, signature=None, sign_off__isnull=False),
                name="signed_part_of_one_signature",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.position}"


class DevelopmentAuthority(models.Model):
    """Keys of the development provider, made at its first signature. For demonstration and tests only.

    The keys are encrypted with FIELD_ENCRYPTION_KEY; certificates are DER.
    """

    only = models.BooleanField(default=True, unique=True)
    certificate = models.BinaryField()
    key = models.TextField()
    clock_certificate = models.BinaryField()
    clock_key = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="development_authority_only_one")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
