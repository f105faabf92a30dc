from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import crypto
from portal.enums import BusinessClass, EnterpriseStatus, LegalForm, QualityQuestion, Role, TechnologyLevel, Unit
from portal.identity import normal_npwp
from portal.models.confirmation import Confirmable
from portal.models.encrypted import EncryptedField

if TYPE_CHECKING:
    from portal.models.user import User

# Rupiah: above this a figure is a slip of the finger (a quadrillion).
MOST_RUPIAH = 10**15
MOST_SHIFTS = 4
# Products, market, targets by quarter, funding.
PLAN_PARTS = 4
# Percent of completeness from which the directory lists an enterprise.
LISTED_FROM = 75


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def verified(self) -> EnterpriseQuerySet:
        return self.filter(status=EnterpriseStatus.VERIFIED)

    def visible_to(self, user: User) -> EnterpriseQuerySet:
        """SMEs: their own. Ministry admins: all but drafts. PLUT: assigned. Regional offices: their region's.

        Buyers reach an applicant's dossier through the application's snapshot, and verified public profiles through `public`.
        """
        if user.acts_as(Role.MINISTRY_ADMIN):
            return self.exclude(status=EnterpriseStatus.DRAFT)
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(organisation=user.organisation_id)
        if user.acts_as(Role.COMPANION):
            return self.filter(pk__in=Assignment.objects.open().filter(companion=user.pk).values("enterprise"))
        if user.acts_as(Role.PLUT_MANAGER):
            return self.filter(pk__in=Assignment.objects.open().filter(plut=user.organisation_id).values("enterprise"))
        if user.acts_as(Role.REGIONAL_OFFICER) and user.organisation and user.organisation.region_code:
            return self.filter(village__code__startswith=user.organisation.region_code).exclude(
                status=EnterpriseStatus.DRAFT
            )
        return self.none()

    def listed(self) -> EnterpriseQuerySet:
        """Whom buyers find in the directory: verified, complete enough to be compared, and confirmed when it was asked for."""
        return self.public().filter(completeness__gte=LISTED_FROM, unconfirmed_since=None)

    def with_tax_or_identity_number(self, text: str) -> EnterpriseQuerySet:
        """Whose NPWP, or whose owner's NIK, is exactly this number, found by its keyed hash; none when it is no such number."""
        number = normal_npwp(text)
        if not re.fullmatch(r"[0-9]{16}", number):
            return self.none()
        wanted = crypto.search_hash(number)
        return self.filter(Q(npwp_hash=wanted) | Q(owner_nik_hash=wanted))

    def merged(self) -> EnterpriseQuerySet:
        """What became part of another after it had been verified: its name was public, so where it went is, too."""
        return self.filter(status=EnterpriseStatus.MERGED, return_reasons=[], decided_at__gte=models.F("submitted_at"))

    def public(self) -> EnterpriseQuerySet:
        """What anybody may see: name, class, trade, place and products of verified enterprises."""
        return self.verified()


class Enterprise(Confirmable):
    """A small business. Everything but its organisation may be missing while it is a draft; submission checks it whole.

    Money in rupiah. The class is derived by dated rules (portal.rules), never typed.
    """

    organisation = models.OneToOneField("portal.Organisation", on_delete=models.PROTECT, related_name="enterprise")
    status = models.CharField(max_length=10, choices=EnterpriseStatus, default=EnterpriseStatus.DRAFT)

    # Identity and legality
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm, blank=True)
    nib = models.CharField(_("NIB"), max_length=13, blank=True, validators=[RegexValidator(r"^\d{13}$")])
    npwp = EncryptedField(_("NPWP"), blank=True)
    npwp_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    owner_nik = EncryptedField(_("owner's NIK"), blank=True)
    owner_nik_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    women_led = models.BooleanField(_("led by women"), null=True, blank=True)
    description = models.TextField(_("what the business does"), blank=True, max_length=2000)

    # Address and contact
    village = models.ForeignKey(
        "portal.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("village")
    )
    address = models.CharField(_("street and number"), max_length=300, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    # Whether the point lies where the village does: only then do distances start from it. Derived.
    point_fits = models.BooleanField(null=True, blank=True, editable=False)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)

    # People
    workforce = models.PositiveIntegerField(_("people working"), null=True, blank=True)
    workforce_women = models.PositiveIntegerField(_("of them women"), null=True, blank=True)
    # The others work for a time, by the piece or by the season.
    workforce_permanent = models.PositiveIntegerField(_("of them permanent"), null=True, blank=True)
    workforce_with_disability = models.PositiveIntegerField(
        _("of them persons with a disability"), null=True, blank=True
    )
    workforce_trained = models.PositiveIntegerField(_("of them trained or certified"), null=True, blank=True)

    # Finance, in rupiah
    capital = models.BigIntegerField(_("capital without land and buildings"), null=True, blank=True)
    # Without a full year of sales, capital decides the class.
    full_year_of_sales = models.BooleanField(_("a full year of sales"), null=True, blank=True)
    # Of the newest row in `sales`: derived, never typed.
    annual_sales = models.BigIntegerField(_("annual sales"), null=True, blank=True)
    sales_year = models.PositiveSmallIntegerField(_("year of the sales"), null=True, blank=True)
    investment = models.BigIntegerField(_("investment value"), null=True, blank=True)

    # Production; what it makes in a month when it makes nothing but its main product
    technology_level = models.CharField(_("technology level"), max_length=20, choices=TechnologyLevel, blank=True)
    shifts = models.PositiveSmallIntegerField(_("shifts a day"), null=True, blank=True)
    monthly_capacity = models.DecimalField(
        _("capacity per month"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    capacity_unit = models.CharField(_("unit of the capacity"), max_length=20, choices=Unit, blank=True)
    # Derived from the rows of the same sections; they may be older than those rows.
    quality_practices = models.PositiveSmallIntegerField(_("quality practices"), null=True, blank=True)
    digital_readiness = models.PositiveSmallIntegerField(
        _("digital readiness"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    registered_innovations = models.PositiveSmallIntegerField(
        _("registered brands, designs and patents"), null=True, blank=True
    )
    exports = models.BooleanField(_("has exported"), null=True, blank=True)
    flagship_product = models.BooleanField(_("regional flagship product"), null=True, blank=True)
    flagship_description = models.CharField(_("which flagship, named by whom"), max_length=300, blank=True)
    # In words; the measurable parts are rows (portal.models.plan).
    business_plan = models.TextField(_("business plan"), blank=True, max_length=4000)
    funding_needed = models.BooleanField(_("needs funding for the plan"), null=True, blank=True)
    # How many of the plan's parts are there: derived, and empty while there is none.
    plan_parts = models.PositiveSmallIntegerField(_("parts of the business plan"), null=True, blank=True)

    # Derived at submission and at each change afterwards, by the rule named
    business_class = models.CharField(_("business class"), max_length=10, choices=BusinessClass, blank=True)
    class_rule = models.CharField(max_length=60, blank=True)
    class_decided_by = models.CharField(max_length=20, blank=True)
    is_ikm = models.BooleanField(_("small or medium industry (IKM)"), null=True, blank=True)

    # Asked for the sales of which year, since when and how often; and the last year that was no full one, as it says.
    sales_asked_for = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    sales_asked_on = models.DateField(null=True, blank=True, editable=False)
    sales_asked = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    no_full_year_in = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    # Of its sections how many are complete, in percent: derived at each change (portal.sections, THRESHOLDS).
    completeness = models.PositiveSmallIntegerField(default=0, editable=False)

    # Where it went when it was found to be registered twice; its own audit trail stays its own.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from", editable=False
    )
    merged_at = models.DateTimeField(null=True, blank=True, editable=False)

    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_reasons = models.JSONField(default=list, blank=True)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["nib"],
                condition=~Q(nib="") & ~Q(status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED]),
                name="enterprise_nib_once",
            ),
            models.CheckConstraint(condition=Q(nib="") | Q(nib__regex=r"^\d{13}$"), name="enterprise_nib_digits"),
            models.CheckConstraint(condition=Q(status__in=EnterpriseStatus.values), name="enterprise_status"),
            models.CheckConstraint(
                condition=(Q(capital=None) | Q(capital__gte=0, capital__lt=MOST_RUPIAH))
                & (Q(annual_sales=None) | Q(annual_sales__gte=0, annual_sales__lt=MOST_RUPIAH))
                & (Q(investment=None) | Q(investment__gte=0, investment__lt=MOST_RUPIAH)),
                name="enterprise_money",
            ),
            models.CheckConstraint(
                condition=Q(workforce_women=None) | Q(workforce_women__lte=models.F("workforce")),
                name="enterprise_women",
            ),
            models.CheckConstraint(
                condition=(Q(workforce_permanent=None) | Q(workforce_permanent__lte=models.F("workforce")))
                & (Q(workforce_with_disability=None) | Q(workforce_with_disability__lte=models.F("workforce")))
                & (Q(workforce_trained=None) | Q(workforce_trained__lte=models.F("workforce"))),
                name="enterprise_people",
            ),
            # The country and the sea around it; both or neither.
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__gte=-12,
                    latitude__lte=7,
                    longitude__gte=94,
                    longitude__lte=142,
                ),
                name="enterprise_point",
            ),
            models.CheckConstraint(
                condition=(
                    Q(monthly_capacity=None, capacity_unit="")
                    | (Q(monthly_capacity__isnull=False, monthly_capacity__gt=0) & ~Q(capacity_unit=""))
                )
                & (Q(shifts=None) | Q(shifts__gte=1, shifts__lte=MOST_SHIFTS)),
                name="enterprise_production",
            ),
            models.CheckConstraint(condition=Q(completeness__lte=100), name="enterprise_completeness"),
            models.CheckConstraint(
                condition=(Q(digital_readiness=None) | Q(digital_readiness__lte=5))
                & (Q(quality_practices=None) | Q(quality_practices__lte=len(QualityQuestion))),
                name="enterprise_self_assessed",
            ),
            models.CheckConstraint(
                condition=Q(plan_parts=None) | Q(plan_parts__gte=1, plan_parts__lte=PLAN_PARTS),
                name="enterprise_plan_parts",
            ),
            models.CheckConstraint(
                condition=(Q(status=EnterpriseStatus.MERGED, merged_into__isnull=False, merged_at__isnull=False))
                | (~Q(status=EnterpriseStatus.MERGED) & Q(merged_into=None, merged_at=None)),
                name="enterprise_merged_somewhere",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("pk")), name="enterprise_not_merged_into_itself"),
            # Nobody falls out of the lists who was not asked.
            models.CheckConstraint(
                condition=Q(unconfirmed_since=None) | Q(confirmation_asked_on__isnull=False),
                name="enterprise_unconfirmed_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(sales_asked_for=None, sales_asked_on=None, sales_asked=0)
                | Q(sales_asked_for__isnull=False, sales_asked_on__isnull=False, sales_asked__gte=1),
                name="enterprise_sales_asked",
            ),
            # Above medium is not an SME; and nobody is verified without what the class rests on.
            models.CheckConstraint(
                condition=~Q(status=EnterpriseStatus.VERIFIED)
                | (
                    Q(business_class__in=[BusinessClass.MICRO, BusinessClass.SMALL, BusinessClass.MEDIUM])
                    & ~Q(nib="")
                    & Q(village__isnull=False)
                    & Q(decided_by__isnull=False)
                ),
                name="enterprise_verified_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def public_since(self) -> dt.datetime | None:
        return self.decided_at

    @property
    def is_cooperative(self) -> bool:
        return self.legal_form == LegalForm.COOPERATIVE


class Activity(models.Model):
    """What the enterprise does, by KBLI class; one is the main one."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="activities")
    kbli = models.ForeignKey("portal.KbliClass", on_delete=models.PROTECT, related_name="+")
    is_main = models.BooleanField(_("main activity"), default=False)

    class Meta:
        ordering = ["-is_main", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "kbli"], name="activity_once"),
            models.UniqueConstraint(fields=["enterprise"], condition=Q(is_main=True), name="activity_one_main"),
        ]

    def __str__(self) -> str:
        return str(self.kbli)


class SectionDraftQuerySet(models.QuerySet["SectionDraft"]):
    def visible_to(self, user: User) -> SectionDraftQuerySet:
        """One's own: two colleagues who fill in the same section never overwrite what the other typed."""
        return self.filter(saved_by=user.pk, enterprise__in=Enterprise.objects.visible_to(user))


class SectionDraft(models.Model):
    """What somebody typed into a section, as typed: survives a failed validation and a lost connection.

    Encrypted, because a NIK or NPWP may stand in it.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="section_drafts")
    section = models.CharField(max_length=30)
    # The answers as a form sends them: name=value&…
    answers = EncryptedField(default="")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    objects = SectionDraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "section", "saved_by"], name="section_draft_once")]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> AssignmentQuerySet:
        return self.filter(ended_at=None)

    def visible_to(self, user: User) -> AssignmentQuerySet:
        """A companion's own, the centre's for its manager, and the enterprise's for its people."""
        if user.acts_as(Role.COMPANION):
            return self.filter(companion=user.pk, plut=user.organisation_id)
        if user.acts_as(Role.PLUT_MANAGER):
            return self.filter(plut=user.organisation_id)
        if user.acts_as(Role.OWNER, Role.STAFF):
            return self.filter(enterprise__organisation=user.organisation_id)
        return self.none()


class Assignment(models.Model):
    """A PLUT companion looks after an enterprise."""

    plut = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    companion = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="assignments")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["companion", "enterprise"], condition=Q(ended_at=None), name="assignment_once"
            )
        ]
