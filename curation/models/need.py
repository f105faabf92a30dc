from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import DocumentKind, Role, Unit
from portal.models.confirmation import Confirmable

if TYPE_CHECKING:
    from portal.models import User


class NeedQuerySet(models.QuerySet["Need"]):
    def published(self) -> NeedQuerySet:
        return self.filter(published_at__isnull=False)

    def standing(self) -> NeedQuerySet:
        """Published, not withdrawn, and still to be delivered: whether its buyer has confirmed it or not."""
        return (
            self.published()
            .filter(withdrawn_at=None)
            .filter(Q(deliver_until=None) | Q(deliver_until__gte=timezone.localdate()))
        )

    def open(self) -> NeedQuerySet:
        """What stands and is found: its buyer has confirmed it whenever it was asked to."""
        return self.standing().filter(unconfirmed_since=None)

    def visible_to(self, user: User) -> NeedQuerySet:
        """Published needs are public; drafts only the buyer's own people see."""
        own = (
            Q(buyer=user.organisation_id)
            if user.is_authenticated and user.acts_as(Role.OFFICER, Role.APPROVER)
            else Q(pk__in=[])
        )
        return self.filter(Q(published_at__isnull=False) | own)

    def managed_by(self, user: User) -> NeedQuerySet:
        return self.filter(buyer=user.organisation_id) if user.acts_as(Role.OFFICER, Role.APPROVER) else self.none()


class Need(Confirmable):
    """What a buyer wants: item, quantity a month, ceiling price a unit (rupiah), place and dates of delivery."""

    buyer = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="needs")
    # Of the buyer's own books: shown to nobody else.
    reference = models.CharField(
        _("your own number"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("For example of your requisition. Only your organisation sees it."),
    )
    item = models.CharField(_("item"), max_length=200)
    specification = models.TextField(_("specification"), max_length=4000)
    kbli = models.ForeignKey(
        "portal.KbliClass", on_delete=models.PROTECT, related_name="+", verbose_name=_("KBLI class")
    )
    hs = models.ForeignKey(
        "portal.HsCode", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("HS code")
    )
    quantity_per_month = models.DecimalField(_("quantity per month"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    ceiling_price = models.BigIntegerField(_("ceiling price per unit"))
    delivery_region = models.ForeignKey(
        "portal.Region", on_delete=models.PROTECT, related_name="+", verbose_name=_("place of delivery")
    )
    delivery_address = models.CharField(_("delivery address"), max_length=300, blank=True)
    deliver_from = models.DateField(_("delivery from"))
    deliver_until = models.DateField(_("delivery until"), null=True, blank=True)
    required_certificates = ArrayField(
        models.CharField(max_length=20, choices=DocumentKind),
        default=list,
        blank=True,
        verbose_name=_("required certificates"),
    )
    import_substitution = models.BooleanField(_("replaces an import"), default=False)
    for_export = models.BooleanField(_("goes into an exported product"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            # What was withdrawn is entered anew under its number.
            models.UniqueConstraint(
                fields=["buyer", "reference"],
                condition=~Q(reference="") & Q(withdrawn_at=None),
                name="need_reference_once",
                violation_error_code="reference_once",
            ),
            models.CheckConstraint(
                condition=Q(deliver_until=None) | Q(deliver_until__gte=F("deliver_from")), name="need_dates"
            ),
            models.CheckConstraint(
                condition=Q(quantity_per_month__gt=0, ceiling_price__gt=0, ceiling_price__lt=10**15),
                name="need_amounts",
            ),
            # Nothing is paused that nobody was asked about.
            models.CheckConstraint(
                condition=Q(unconfirmed_since=None) | Q(confirmation_asked_on__isnull=False),
                name="need_unconfirmed_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.item

    @property
    def public_since(self) -> dt.datetime | None:
        return self.published_at

    @property
    def number(self) -> str:
        return f"KB-{timezone.localtime(self.created_at).year}-{self.pk:05d}"

    @property
    def certificate_labels(self) -> list[str]:
        return [str(DocumentKind(kind).label) for kind in self.required_certificates]

    @property
    def value_per_year(self) -> int:
        """Rupiah at the ceiling price."""
        return int(self.quantity_per_month * self.ceiling_price * 12)
