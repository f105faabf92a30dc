from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.enums import AgreementKind, SignOrder


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, day: dt.date) -> AgreementQuerySet:
        return self.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gte=day))


class Agreement(models.Model):
    """A memorandum under which partnerships are signed off: who signs is data, and it is dated."""

    # Our own name for it, so that loading the list again finds it; entered by hand it may stay empty.
    code = models.SlugField(max_length=60, blank=True)
    number = models.CharField(_("number"), max_length=100, blank=True)
    title_id = models.CharField(_("title (Indonesian)"), max_length=300)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind, default=AgreementKind.PARTNERSHIP)
    signed_on = models.DateField(_("signed on"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    order = models.CharField(_("order of signing"), max_length=12, choices=SignOrder, default=SignOrder.PARALLEL)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_sample = models.BooleanField(default=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="agreement_dates"
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="agreement_code_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return (self.title_en if get_language() == "en" else "") or self.title_id


class AgreementParty(models.Model):
    """An organisation in the agreement. `signs`: it signs every partnership off; `only_cooperatives`: only where a party is one."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=1)
    signs = models.BooleanField(default=True)
    only_cooperatives = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "organisation"], name="agreement_party_once")]
