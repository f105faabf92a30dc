"""What the API of products, uploads and papers shows and takes. The rules are in the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from portal.api.number_fields import DecimalNumber, WholeNumber
from portal.enums import DocumentKind, DocumentState, ImportMode, Unit
from portal.forms.fields import PercentField, QuantityField, RupiahField, WholeNumberField
from portal.models import Document, HsCode, ImportProblem, KbliClass, Photo, Product, ProductImport
from portal.models.enterprise import MOST_RUPIAH
from portal.pricing import MOST_TIERS, MOST_UNITS, OtherUnit, Tier
from portal.product_sheet.cells import LONGEST_LEAD_TIME
from portal.rules.kbli import kbli_edition
from portal.selectors.document import Paper
from portal.selectors.product import has_tkdn_certificate
from portal.selectors.product_import import why_refused, worded
from portal.selectors.reference import kbli_edition_hint
from portal.services.photo import MOST_PHOTOS


class PhotoSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = ["id", "url", "thumbnail", "width", "height", "caption", "position"]

    def get_url(self, photo: Photo) -> str:
        return reverse("photo_file", args=[photo.pk], request=self.context.get("request"))

    def get_thumbnail(self, photo: Photo) -> str:
        return reverse("photo_thumbnail", args=[photo.pk], request=self.context.get("request"))


class WholeLine(serializers.Serializer):
    """One line of a list that is replaced as a whole: whole itself, even where only some fields of the product are sent."""

    def validate(self, line: dict[str, Any]) -> dict[str, Any]:
        if missing := {
            name: [field.error_messages["required"]] for name, field in self.fields.items() if name not in line
        }:
            raise serializers.ValidationError(missing, code="required")
        return line


class TierSerializer(WholeLine):
    """From this quantity on, in the product's unit, one of them costs so many rupiah."""

    from_quantity = DecimalNumber(QuantityField(), max_digits=14, min_value=Decimal("0.01"))
    price = WholeNumber(RupiahField(), min_value=1, max_value=MOST_RUPIAH - 1)


class OtherUnitSerializer(WholeLine):
    """Also sold by this unit, which holds so many of the product's own, at a price of its own."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    holds = DecimalNumber(QuantityField(decimal_places=4), max_digits=14, min_value=Decimal("0.0001"))
    price = WholeNumber(RupiahField(), min_value=1, max_value=MOST_RUPIAH - 1)


class LadderSerializer(serializers.Serializer):
    """Where the product stands on the ladder of TKDN and BMP today: step 1 is the highest, 4 the lowest."""

    step = serializers.IntegerField()
    total = serializers.DecimalField(max_digits=6, decimal_places=2, allow_null=True)
    missing = serializers.DecimalField(
        max_digits=6, decimal_places=2, allow_null=True, help_text="Percentage points to the next step up"
    )
    meaning = serializers.CharField()
    next_step = serializers.CharField()
    source = serializers.CharField()


class HalalSerializer(serializers.Serializer):
    """The duty of a halal certificate: from which day it reaches this product, and what is held of one today."""

    begins = serializers.DateField(source="duty.begins")
    in_force = serializers.BooleanField(source="duty.in_force")
    may_self_declare = serializers.BooleanField(source="duty.may_self_declare", allow_null=True)
    held = serializers.ChoiceField(choices=["verified", "declared", "none"])
    text = serializers.CharField(source="duty.text")
    way = serializers.CharField(source="duty.way")
    source = serializers.CharField(source="duty.source")


class LoadSerializer(serializers.Serializer):
    """All null while the business has not said its own capacity."""

    own = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    unit = serializers.CharField(allow_null=True)
    total = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    counted = serializers.IntegerField(allow_null=True)
    left_out = serializers.IntegerField(
        allow_null=True, help_text="Products whose unit cannot be counted in that of the business"
    )
    exceeded = serializers.BooleanField()


NOT_SAID = {"own": None, "unit": None, "total": None, "counted": None, "left_out": None, "exceeded": False}


class ProductSerializer(serializers.ModelSerializer):
    kbli = serializers.CharField(source="kbli.code")
    kbli_edition = serializers.IntegerField(source="kbli.edition")
    hs = serializers.CharField(source="hs_id", allow_null=True)
    tkdn_verified = serializers.SerializerMethodField(
        help_text="Whether a verified TKDN certificate holds for it today; else its domestic content is self-declared"
    )
    on_sale = serializers.SerializerMethodField()
    photos = PhotoSerializer(many=True)
    tiers = TierSerializer(many=True)
    units = OtherUnitSerializer(many=True)

    class Meta:
        model = Product
        fields = [
            "id", "enterprise", "code", "name", "description", "kbli", "kbli_edition", "hs", "unit", "price",
            "tiers", "units", "monthly_capacity", "minimum_order", "lead_time_days", "tkdn", "tkdn_verified", "bmp", "on_sale", "photos", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_tkdn_verified(self, product: Product) -> bool:
        if hasattr(product, "tkdn_certified"):
            return product.tkdn_certified
        return has_tkdn_certificate(product, timezone.localdate())

    def get_on_sale(self, product: Product) -> bool:
        return product.withdrawn_at is None


@extend_schema_field(str)
class KbliCode(serializers.Field):
    """A 5-digit code of the edition in force. A code of the other edition is answered with what may stand for it."""

    default_error_messages = {"unknown": _("There is no 5-digit KBLI class “{value}”")}

    def to_internal_value(self, data: Any) -> KbliClass:
        edition = kbli_edition(timezone.localdate())
        code = str(data)[:20]
        found = KbliClass.objects.filter(edition=edition, level=5, code=code).first()
        if found is None:
            hint = kbli_edition_hint(code, edition)
            if hint:
                raise serializers.ValidationError(hint.message, code="edition")
            self.fail("unknown", value=code)
        return found


@extend_schema_field(str)
class HsTypedCode(serializers.Field):
    """4, 6 or 8 digits, with or without points."""

    default_error_messages = {"unknown": _("There is no HS code “{value}” in the tariff (4, 6 or 8 digits)")}

    def to_internal_value(self, data: Any) -> HsCode:
        found = HsCode.objects.filter(pk=str(data)[:20].replace(".", "")).first()
        if found is None:
            self.fail("unknown", value=str(data)[:20])
        return found


class ProductInput(serializers.Serializer):
    """Amounts are whole rupiah. Without a `code` the product is numbered. `tiers` and `units` are replaced as a whole."""

    code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kbli = KbliCode()
    hs = HsTypedCode(required=False, allow_null=True)
    unit = serializers.ChoiceField(choices=Unit.choices)
    price = WholeNumber(RupiahField(), min_value=1, max_value=MOST_RUPIAH - 1)
    monthly_capacity = DecimalNumber(QuantityField(), max_digits=14, min_value=Decimal("0.01"))
    minimum_order = DecimalNumber(QuantityField(), max_digits=14, min_value=Decimal("0.01"), required=False)
    lead_time_days = WholeNumber(
        WholeNumberField(min_value=0, max_value=LONGEST_LEAD_TIME), min_value=0, max_value=LONGEST_LEAD_TIME
    )
    tkdn = DecimalNumber(PercentField(), max_digits=5, min_value=0, max_value=100, required=False, allow_null=True)
    bmp = DecimalNumber(PercentField(), max_digits=5, min_value=0, max_value=100, required=False, allow_null=True)
    tiers = serializers.ListField(child=TierSerializer(), required=False, max_length=MOST_TIERS)
    units = serializers.ListField(child=OtherUnitSerializer(), required=False, max_length=MOST_UNITS)

    def validate_tiers(self, sent: list[dict[str, Any]]) -> list[Tier]:
        return [Tier(**each) for each in sent]

    def validate_units(self, sent: list[dict[str, Any]]) -> list[OtherUnit]:
        return [OtherUnit(**each) for each in sent]


class PhotoInput(serializers.Serializer):
    file = serializers.FileField()
    caption = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


class PhotoChange(serializers.Serializer):
    """`position`: its place among the product's photos, from 0."""

    caption = serializers.CharField(max_length=150, required=False, allow_blank=True)
    position = serializers.IntegerField(min_value=0, max_value=MOST_PHOTOS - 1, required=False)


class PhotosInput(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), min_length=1)
    caption = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


class RefusedFile(serializers.Serializer):
    file = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class PhotosAnswer(serializers.Serializer):
    """What became of each file: none is passed over in silence. `too_many`: files beyond what a product can have."""

    added = PhotoSerializer(many=True)
    already_there = PhotoSerializer(many=True)
    refused = RefusedFile(many=True)
    too_many = serializers.ListField(child=serializers.CharField())


class ImportSerializer(serializers.ModelSerializer):
    """`refused`: why the file could not be read at all. `finished`: false while rows are being read."""

    finished = serializers.BooleanField(source="is_finished")
    refused = serializers.SerializerMethodField()

    class Meta:
        model = ProductImport
        fields = [
            "id", "file_name", "mode", "finished", "rows_total", "rows_read", "created_count", "updated_count",
            "unchanged_count", "bad_count", "refused", "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_refused(self, done: ProductImport) -> list[str]:
        return why_refused(done)


class ImportInput(serializers.Serializer):
    file = serializers.FileField()
    mode = serializers.ChoiceField(choices=ImportMode.choices, default=ImportMode.KEEP_VALID)


class FileQuery(serializers.Serializer):
    """Which kind of file to answer with. More than 5,000 rows to correct come as CSV alone."""

    file = serializers.ChoiceField(choices=["xlsx", "csv"], default="xlsx")


class ImportProblemSerializer(serializers.ModelSerializer):
    message = serializers.SerializerMethodField()

    class Meta:
        model = ImportProblem
        fields = ["row", "column", "value", "code", "message"]
        read_only_fields = fields

    def get_message(self, problem: ImportProblem) -> str:
        return worded(problem).text


class DocumentSerializer(serializers.ModelSerializer):
    """`state` says what it is worth today: declared, verified, refused or expired. `file` asks for the same sign-in."""

    file = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    verified_for = serializers.CharField(source="verified_for.name", default=None, allow_null=True)
    number_warning = serializers.SerializerMethodField()
    replaced_by: serializers.Field = serializers.PrimaryKeyRelatedField(read_only=True, default=None, allow_null=True)

    class Meta:
        model = Document
        fields = [
            "id", "enterprise", "product", "kind", "number", "issuer", "valid_from", "valid_until", "file", "sha256",
            "state", "verified_at", "verified_how", "verified_for", "refused_at", "refused_reason", "replaces",
            "replaced_by", "number_warning", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_file(self, document: Document) -> str | None:
        if not document.file:
            return None
        return reverse("file_download", args=[document.pk], request=self.context.get("request"))

    @extend_schema_field(serializers.ChoiceField(choices=DocumentState.values))
    def get_state(self, document: Document) -> str:
        return document.state_on(timezone.localdate())

    def get_number_warning(self, document: Document) -> str:
        return Paper(document, timezone.localdate()).number_warning


class RefusalInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class DocumentInput(serializers.Serializer):
    """What a kind needs beside its number: `GET /api/v1/documents/kinds/`."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    number = serializers.CharField(max_length=100, required=False, allow_blank=True)
    issuer = serializers.CharField(max_length=200, required=False, allow_blank=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.none(), required=False, allow_null=True)
    file = serializers.FileField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "enterprise" in self.context:
            self.fields["product"].queryset = self.context["enterprise"].products.all()


class RenewalInput(DocumentInput):
    """The kind is that of the document it takes the place of."""

    kind = None


class KindSerializer(serializers.Serializer):
    """What a kind of document cannot be declared without, and how its number usually looks."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    label = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField())
    example = serializers.CharField(allow_blank=True)
    issuer_hint = serializers.CharField(allow_blank=True)
    hint = serializers.CharField(allow_blank=True)
