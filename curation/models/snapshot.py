from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from curation.models.application import Application
from curation.models.need import Need
from portal.enums import BusinessClass, Unit
from portal.models import Product

if TYPE_CHECKING:
    from portal.models import User


class EvidenceSnapshotQuerySet(models.QuerySet["EvidenceSnapshot"]):
    def visible_to(self, user: User) -> EvidenceSnapshotQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))


def yes_or_no() -> models.BooleanField:
    return models.BooleanField(null=True)


def whole_number() -> models.BigIntegerField:
    return models.BigIntegerField(null=True)


def decimal_number() -> models.DecimalField:
    return models.DecimalField(max_digits=18, decimal_places=4, null=True)


def valid_until() -> models.DateField:
    return models.DateField(null=True)


def choice() -> models.CharField:
    return models.CharField(max_length=20, null=True)


class EvidenceSnapshot(models.Model):
    """What an application declared, frozen: one row per revision, one column per feature (curation.scoring.features).

    NULL is "no evidence". The database refuses every later change, so a score can be computed again from it for ever.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="snapshots")
    revision = models.PositiveSmallIntegerField()
    # The day the evidence was read for: ages, and papers that had begun to be valid.
    day = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # What it was measured against.
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    # As it was offered: its owner may rename it and ask another price later.
    product_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    product_price = whole_number()
    product_unit = models.CharField(max_length=20, blank=True, default="", db_default="", choices=Unit.choices)
    need = models.ForeignKey(Need, null=True, on_delete=models.PROTECT, related_name="+")
    need_quantity = decimal_number()
    need_unit = models.CharField(max_length=20, blank=True)
    # Per kind of document, the one that counted: id, valid until, verified or not; `then` the longer one that follows it.
    papers = models.JSONField(default=dict)
    # Where it was when it applied, as the two digits of its province: no evidence, but what the fairness report counts by.
    province = models.CharField(max_length=2, null=True)
    # Until when each verified kind of document is: counts as of a later day leave out what has ended by then.
    verified_until = ArrayField(models.DateField(), null=True)

    nib = yes_or_no()
    npwp = yes_or_no()
    deed = yes_or_no()
    legal_form = choice()
    business_class = choice()
    ikm = yes_or_no()
    kbli_fit = whole_number()
    activities = ArrayField(models.TextField(), null=True)
    product_fit = whole_number()
    hs_fit = whole_number()
    products = whole_number()
    monthly_capacity = decimal_number()
    price_share = decimal_number()
    lead_time = whole_number()
    minimum_order_share = decimal_number()
    tkdn = decimal_number()
    photos = whole_number()
    distance = whole_number()
    sni = valid_until()
    halal = valid_until()
    bpom = valid_until()
    pirt = valid_until()
    iso_9001 = valid_until()
    tkdn_certificate = valid_until()
    lab_test = valid_until()
    required_certificates = valid_until()
    verified_documents = whole_number()
    years_in_business = decimal_number()
    workforce = whole_number()
    trained_share = decimal_number()
    annual_sales = whole_number()
    investment = whole_number()
    technology_level = choice()
    digital_readiness = whole_number()
    quality_practices = whole_number()
    business_plan = yes_or_no()
    plan_parts = whole_number()
    exports = yes_or_no()
    export_countries = whole_number()
    flagship_product = yes_or_no()
    innovations = whole_number()
    cooperative_members = whole_number()
    curations = whole_number()
    deliveries = whole_number()
    on_time_share = decimal_number()
    accepted_share = decimal_number()
    disputes = whole_number()

    objects = EvidenceSnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["application", "revision"]
        constraints = [models.UniqueConstraint(fields=["application", "revision"], name="snapshot_revision_once")]

    def __str__(self) -> str:
        return f"{self.application_id} r{self.revision}"

    @property
    def class_words(self) -> str:
        return str(BusinessClass(self.business_class).label) if self.business_class else ""
