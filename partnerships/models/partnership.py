from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curation.models import Consortium, Curation, Need
from partnerships.enums import PartnershipStatus, Party, SigningMethod, SignOffStatus
from partnerships.models.agreement import Agreement
from partnerships.models.clause import Clause
from portal.enums import Role, Unit
from portal.models import Commitment, Enterprise, Product

if TYPE_CHECKING:
    from partnerships.models.signed_file import SignedPart
    from portal.models import Organisation, User

UNDER_WAY = (
    PartnershipStatus.DRAFT,
    PartnershipStatus.OFFERED,
    PartnershipStatus.ACCEPTED,
    PartnershipStatus.SOE_SIGNED,
    PartnershipStatus.AUTHORITY_REVIEW,
    PartnershipStatus.RETURNED,
)
AMENDMENTS_ONLY = (PartnershipStatus.APPLIED, PartnershipStatus.DROPPED)
PUBLIC_STATES = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.COMPLETED, PartnershipStatus.TERMINATED})


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def public(self) -> PartnershipQuerySet:
        """What anybody may read: partnerships in force, completed or terminated."""
        return self.filter(status__in=PUBLIC_STATES)

    def numbered(self, number: str) -> PartnershipQuerySet:
        """The one with this number on its paper, MP-2026-0001, or none."""
        year, _dash, key = number.upper().removeprefix("MP-").partition("-")
        if not (
            year.isascii() and year.isdigit() and key.isascii() and key.isdigit() and len(year) == 4 and len(key) < 13
        ):
            return self.none()
        found = self.filter(pk=int(key)).first()
        return self.filter(pk=found.pk) if found is not None and found.number == number.upper() else self.none()

    def visible_to(self, user: User) -> PartnershipQuerySet:
        """The buyer's own; an enterprise's once offered to it; an authority's once it has to sign or has signed."""
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.filter(buyer=user.organisation_id)
        if user.acts_as(Role.OWNER, Role.STAFF):
            shares = Share.objects.filter(partnership=OuterRef("pk"), enterprise__organisation=user.organisation_id)
            never_offered = Q(status=PartnershipStatus.DRAFT, revision=1) | Q(
                status=PartnershipStatus.DROPPED, offered_at=None
            )
            return self.filter(Exists(shares)).exclude(never_offered)
        if user.acts_as(Role.MINISTRY_ADMIN):
            own = SignOff.objects.filter(authority=user.organisation_id)
            # Who signs an amendment reads what it amends.
            amended = own.filter(partnership__amends__isnull=False).values("partnership__amends")
            return self.filter(Q(Exists(own.filter(partnership=OuterRef("pk")))) | Q(pk__in=amended))
        return self.none()


class Partnership(models.Model):
    """The contract between a buyer and one or more enterprises, under an agreement. Value in rupiah = sum of its lines.

    `revision` counts the texts; `document_hash` is the SHA-256 of the frozen text that everybody signs.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("agreement")
    )
    buyer = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="partnerships")
    need = models.ForeignKey(
        Need, null=True, blank=True, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("need")
    )
    # Whose accepted shares the first text was drafted from.
    consortium = models.ForeignKey(
        Consortium, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="contracts"
    )
    status = models.CharField(max_length=20, choices=PartnershipStatus, default=PartnershipStatus.DRAFT)
    revision = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("title"), max_length=200)
    starts_on = models.DateField(_("begins"))
    ends_on = models.DateField(_("ends"))
    value = models.BigIntegerField(_("value"), default=0)
    payment_days = models.PositiveSmallIntegerField(_("days to pay after acceptance"), default=14)
    acceptance_days = models.PositiveSmallIntegerField(_("working days until deemed accepted"), default=7)
    stamp_duty_serial = models.CharField(_("e-Meterai serial"), max_length=60, blank=True)
    document_hash = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=4000)
    is_sample = models.BooleanField(default=False)
    # An amendment goes the same way as the contract it changes, which stays in force as it was until everybody signed.
    amends = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="amendments"
    )
    amendment = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    # Why the contract is amended: public once it is in force.
    rationale = models.TextField(_("why the contract is amended"), blank=True, max_length=1000)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PartnershipStatus.values), name="partnership_status"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="partnership_term"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lt=10**15), name="partnership_value"),
            models.CheckConstraint(
                condition=Q(status__in=[PartnershipStatus.DRAFT, PartnershipStatus.RETURNED, PartnershipStatus.DROPPED])
                | Q(document_hash__regex=r"^[0-9a-f]{64}$"),
                name="partnership_offered_is_frozen",
            ),
            models.UniqueConstraint(fields=["amends", "amendment"], name="amendment_number_once"),
            models.UniqueConstraint(fields=["amends"], condition=Q(status__in=UNDER_WAY), name="amendment_one_open"),
            models.CheckConstraint(
                condition=(Q(amends=None, amendment=None, rationale="") & ~Q(status__in=AMENDMENTS_ONLY))
                | (
                    Q(amends__isnull=False, amendment__gte=1)
                    & ~Q(rationale="")
                    & Q(status__in=[*UNDER_WAY, PartnershipStatus.REFUSED, *AMENDMENTS_ONLY])
                ),
                name="amendment_or_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """An amendment counts on from its contract's: MP-2026-0001/A1."""
        if self.amends is not None:
            return f"{self.amends.number}/A{self.amendment}"
        return f"MP-{timezone.localtime(self.created_at).year}-{self.pk:04d}"


class Share(models.Model):
    """An enterprise in the partnership. `leads`: it answers for the others; the offer rests on its curation by this buyer."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="shares")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="shares")
    curation = models.ForeignKey(Curation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    leads = models.BooleanField(default=False)
    # Under whose name it was signed, when that business was merged into `enterprise` afterwards.
    party = models.ForeignKey(
        "portal.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-leads", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "enterprise"], name="share_once"),
            models.UniqueConstraint(fields=["partnership"], condition=Q(leads=True), name="share_one_leader"),
        ]

    @property
    def organisation(self) -> Organisation:
        """The party as it signed."""
        return self.party or self.enterprise.organisation

    @property
    def name(self) -> str:
        """What was signed keeps its name; who the party is now stands beside it."""
        if self.party_id is None:
            return self.enterprise.name
        return gettext("%(party)s (now %(name)s)") % {"party": self.organisation.name, "name": self.enterprise.name}

    @property
    def public_name(self) -> str:
        """For whoever is no party. Of shares read by `signatories.parties`."""
        return gettext("(name erased)") if self.nameless else self.name


class Line(models.Model):
    """One item of the contract. amount = quantity × price, rounded half up to the rupiah."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=1)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    item = models.CharField(_("item"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    price = models.BigIntegerField(_("price per unit"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            # Asked at the end: an amendment may put lines in another order.
            models.UniqueConstraint(
                fields=["partnership", "position"],
                name="line_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0, price__gt=0, price__lt=10**15), name="line_amounts"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lt=10**15), name="line_amount"),
            # numeric ROUND goes half away from zero, which for positive numbers is half up.
            models.CheckConstraint(
                condition=Q(amount=Func(F("quantity") * F("price"), function="ROUND", output_field=BigIntegerField())),
                name="line_amount_rounded_half_up",
            ),
        ]


class LineCommitment(models.Model):
    """What a line of a contract in force holds of its product's capacity."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="held")
    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="contract_line")

    def __str__(self) -> str:
        return f"{self.line_id}: {self.commitment_id}"


class PartnershipClause(models.Model):
    """A clause of this contract: from the library (its version), or the parties' own text."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(_("text"))

    class Meta:
        ordering = ["position", "pk"]


class Revision(models.Model):
    """The frozen text of one revision, as everybody signs it: canonical JSON and its SHA-256."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    document_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["partnership", "number"], name="revision_once")]

    @property
    def label(self) -> str:
        """By which pages tell texts apart: 2, and A1.2 for one of an amendment."""
        amendment = self.partnership.amendment
        return str(self.number) if amendment is None else f"A{amendment}.{self.number}"

    @property
    def newest_part(self) -> SignedPart | None:
        """Of its PDF, without the bytes: the fingerprint of the file as it is now, and how many signatures stand in it."""
        return self.parts.defer("data").order_by("position").last()


class Signature(models.Model):
    """A party's signature under one revision: every enterprise's, and the buyer's. `method`: what the signer proved."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="signatures")
    revision = models.PositiveSmallIntegerField()
    party = models.CharField(max_length=12, choices=Party)
    organisation = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)
    document_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=15, choices=SigningMethod, default=SigningMethod.SECOND_FACTOR)

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "revision", "organisation", "party"], name="signature_once"),
            # One person signs once under a text, whatever the hats they wear.
            models.UniqueConstraint(fields=["partnership", "revision", "signed_by"], name="signature_one_per_person"),
        ]


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def visible_to(self, user: User) -> SignOffQuerySet:
        return self.filter(authority=user.organisation_id) if user.acts_as(Role.MINISTRY_ADMIN) else self.none()

    def of_current_text(self) -> SignOffQuerySet:
        return self.filter(revision=F("partnership__revision"))

    def awaiting(self) -> SignOffQuerySet:
        """Open for decision now: its turn has come and the contract is still with the authorities. Oldest first."""
        return (
            self.of_current_text()
            .filter(
                status=SignOffStatus.PENDING,
                opened_at__isnull=False,
                partnership__status=PartnershipStatus.AUTHORITY_REVIEW,
            )
            .order_by("opened_at", "pk")
        )


class SignOff(models.Model):
    """One authority's place in the queue for one revision. Created when the buyer has signed; decided once.

    `opened_at` stays empty while an authority before it has not signed (agreements signed one after the other).
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="sign_offs")
    revision = models.PositiveSmallIntegerField()
    authority = models.ForeignKey("portal.Organisation", on_delete=models.PROTECT, related_name="sign_offs")
    position = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=SignOffStatus, default=SignOffStatus.PENDING)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    document_hash = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True, max_length=4000)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "position", "pk"]
        indexes = [models.Index(fields=["authority", "status", "opened_at"], name="sign_off_queue")]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "revision", "authority"], name="sign_off_once"),
            models.UniqueConstraint(
                fields=["partnership", "revision", "decided_by"],
                condition=Q(decided_by__isnull=False),
                name="sign_off_one_per_person",
            ),
            models.CheckConstraint(
                condition=Q(status=SignOffStatus.PENDING, decided_by=None)
                | (~Q(status=SignOffStatus.PENDING) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="sign_off_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status=SignOffStatus.PENDING) | Q(opened_at__isnull=False), name="sign_off_in_its_turn"
            ),
            models.CheckConstraint(
                condition=~Q(status=SignOffStatus.SIGNED) | Q(document_hash__regex=r"^[0-9a-f]{64}$"),
                name="sign_off_of_a_text",
            ),
            models.CheckConstraint(
                condition=~Q(status=SignOffStatus.RETURNED) | ~Q(reason=""), name="sign_off_returned_with_reason"
            ),
        ]
