from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.enums import EnterpriseStatus, ImportMode, Role, Unit
from portal.files import random_name
from portal.models.enterprise import MOST_RUPIAH, Enterprise
from portal.pricing import OtherUnit, Tier, tiers_of, units_of

if TYPE_CHECKING:
    from portal.models.user import User


MOST_IN_WORKBOOK = 5_000


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> ProductQuerySet:
        return self.filter(withdrawn_at=None)

    def public(self) -> ProductQuerySet:
        return self.on_sale().filter(enterprise__status=EnterpriseStatus.VERIFIED)

    def visible_to(self, user: User) -> ProductQuerySet:
        own = self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        if user.acts_as(Role.OFFICER, Role.APPROVER):
            return self.public()
        return own


class Product(models.Model):
    """What an enterprise sells. `code` is the enterprise's own: a second upload with the same code updates, never doubles."""

    # Of these three the database checks once for each statement, not for each row, that they exist (product_references):
    # lists of 50,000 come in. The unique code below begins with the enterprise, which needs no index of its own.
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="products", db_constraint=False, db_index=False
    )
    code = models.CharField(_("your own product code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    kbli = models.ForeignKey(
        "portal.KbliClass",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("KBLI class"),
        db_constraint=False,
        db_index=False,
    )
    hs = models.ForeignKey(
        "portal.HsCode",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("HS code"),
        db_constraint=False,
        db_index=False,
    )
    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    price = models.BigIntegerField(_("price per unit"))
    monthly_capacity = models.DecimalField(_("capacity per month"), max_digits=16, decimal_places=2)
    minimum_order = models.DecimalField(_("minimum order"), max_digits=16, decimal_places=2, default=Decimal(1))
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), validators=[MaxValueValidator(730)])
    tkdn = models.DecimalField(
        _("domestic content (TKDN) in %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    bmp = models.DecimalField(
        _("weight of the company's benefit (BMP) in %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    # In the form of portal.pricing, which has their rules; the database keeps them too.
    tiers = models.JSONField(_("prices by quantity"), default=list, blank=True)
    units = models.JSONField(_("other units"), default=list, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The list that brought it, and the row there: where its trail begins.
    added_by_import = models.ForeignKey(
        "portal.ProductImport",
        null=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    added_in_row = models.PositiveIntegerField(null=True, editable=False)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="product_code_once"),
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=MOST_RUPIAH), name="product_price"),
            models.CheckConstraint(condition=Q(monthly_capacity__gt=0, minimum_order__gt=0), name="product_quantities"),
            models.CheckConstraint(condition=Q(tkdn=None) | Q(tkdn__gte=0, tkdn__lte=100), name="product_tkdn"),
            models.CheckConstraint(
                condition=Q(bmp=None) | Q(bmp__gte=Decimal(0), bmp__lte=Decimal(100)), name="product_bmp"
            ),
            models.CheckConstraint(
                condition=Q(added_by_import=None, added_in_row=None)
                | Q(added_by_import__isnull=False, added_in_row__isnull=False),
                name="product_added_by_list",
            ),
        ]
        indexes = [
            models.Index(fields=["kbli"], name="product_kbli"),
            models.Index(fields=["hs"], name="product_hs", condition=Q(hs__isnull=False)),
            models.Index(fields=["enterprise"], name="product_priced", condition=~Q(tiers=[]) | ~Q(units=[])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prices(self) -> list[Tier]:
        """By quantity, the lowest quantity first; below it holds `price`."""
        return tiers_of(self.tiers)

    @property
    def other_units(self) -> list[OtherUnit]:
        return units_of(self.units)


class PhotoQuerySet(models.QuerySet["Photo"]):
    def public(self) -> PhotoQuerySet:
        return self.filter(product__in=Product.objects.public())

    def visible_to(self, user: User) -> PhotoQuerySet:
        """Anybody sees the photos of public products; their own people see the rest."""
        seen = Q(product__in=Product.objects.public())
        if user.is_authenticated:
            seen |= Q(product__in=Product.objects.visible_to(user))
        return self.filter(seen)


class Photo(models.Model):
    """Re-encoded by the server: WebP, at most 1600 px, and a thumbnail. Nothing of the original file is kept."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(upload_to=random_name)
    thumbnail = models.FileField(upload_to=random_name)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    caption = models.CharField(_("what the photo shows"), max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["product", "sha256"], name="photo_once")]


class ProductImportQuerySet(models.QuerySet["ProductImport"]):
    def visible_to(self, user: User) -> ProductImportQuerySet:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class ProductImport(models.Model):
    """One uploaded file of products, read by a job: how far it is, what it changed, and what was wrong."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="imports")
    file = models.FileField(upload_to=random_name)
    file_name = models.CharField(max_length=200)
    mode = models.CharField(max_length=20, choices=ImportMode, default=ImportMode.KEEP_VALID)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Of a list that somebody uploads for the enterprise: under which consent. Its jobs ask each time whether that holds.
    consent = models.ForeignKey("portal.Consent", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    # The columns the file has, in its order.
    columns = models.JSONField(default=list, blank=True)
    # A file that cannot be read at all: code and params of the message.
    refusal = models.JSONField(default=dict, blank=True)

    objects = ProductImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def may_be_corrected(self) -> bool:
        """Some rows were not taken, and can be downloaded with what is wrong in place."""
        return self.is_finished and self.bad_count > 0

    @property
    def rows_to_correct(self) -> int:
        """How many are given back."""
        return self.rows_total if self.kept_nothing else self.bad_count

    @property
    def fits_workbook(self) -> bool:
        """Comments on cells are heavy: beyond this the rows to correct come as CSV alone."""
        return self.rows_to_correct <= MOST_IN_WORKBOOK

    @property
    def kept_count(self) -> int:
        """Rows that now stand among the products."""
        return self.created_count + self.updated_count + self.unchanged_count

    @property
    def kept_nothing(self) -> bool:
        """All or nothing was asked, and something was wrong."""
        return self.mode == ImportMode.ALL_OR_NOTHING and self.bad_count > 0


class StagedProduct(models.Model):
    """A good row of a list, read and waiting to be written. Gone when the import has ended, or with a crash of the database
    (the table is not logged): the file is then read again."""

    pk = models.CompositePrimaryKey("product_import_id", "row")
    product_import = models.ForeignKey(
        ProductImport, on_delete=models.CASCADE, related_name="staged", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField()
    code = models.CharField(max_length=40, db_default="")
    name = models.CharField(max_length=200, null=True)
    description = models.TextField(null=True)
    kbli_id = models.BigIntegerField(null=True)
    hs_id = models.CharField(max_length=8, null=True)
    unit = models.CharField(max_length=20, null=True)
    price = models.BigIntegerField(null=True)
    monthly_capacity = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    minimum_order = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    lead_time_days = models.PositiveSmallIntegerField(null=True)
    tkdn = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    bmp = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    tiers = models.JSONField(null=True)
    units = models.JSONField(null=True)
    on_sale = models.BooleanField(null=True)

    def __str__(self) -> str:
        return str(self.row)


class ImportProblem(models.Model):
    """One wrong cell: the message is made from code and params in the reader's language."""

    product_import = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.column}: {self.code}"
