"""What the API of products, uploads and papers shows and takes. The rules are in the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from portal.enums import DocumentKind, DocumentState, ImportMode, Unit
from portal.models import Document, HsCode, ImportProblem, KbliClass, Photo, Product, ProductImport
from portal.models.enterprise import MOST_RUPIAH
from portal.product_sheet.cells import LONGEST_LEAD_TIME
from portal.rules.kbli import kbli_edition
from portal.selectors.document import Paper
from portal.selectors.product_import import why_refused, worded
from portal.selectors.reference import kbli_edition_hint


class PhotoSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = ["id", "url", "thumbnail", "width", "height", "caption"]

    def get_url(self, photo: Photo) -> str:
        return reverse("photo_file", args=[photo.pk], request=self.context.get("request"))

    def get_thumbnail(self, photo: Photo) -> str:
        return reverse("photo_thumbnail", args=[photo.pk], request=self.context.get("request"))


class ProductSerializer(serializers.ModelSerializer):
    kbli = serializers.CharField(source="kbli.code")
    kbli_edition = serializers.IntegerField(source="kbli.edition")
    hs = serializers.CharField(source="hs_id", allow_null=True)
    on_sale = serializers.SerializerMethodField()
    photos = PhotoSerializer(many=True)

    class Meta:
        model = Product
        fields = [
            "id", "enterprise", "code", "name", "description", "kbli", "kbli_edition", "hs", "unit", "price",
            "monthly_capacity", "minimum_order", "lead_time_days", "tkdn", "on_sale", "photos", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

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
    """Amounts are whole rupiah. Without a `code` the product is numbered."""

    code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kbli = KbliCode()
    hs = HsTypedCode(required=False, allow_null=True)
    unit = serializers.ChoiceField(choices=Unit.choices)
    price = serializers.IntegerField(min_value=1, max_value=MOST_RUPIAH - 1)
    monthly_capacity = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    minimum_order = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"), required=False)
    lead_time_days = serializers.IntegerField(min_value=0, max_value=LONGEST_LEAD_TIME)
    tkdn = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False, allow_null=True
    )


class PhotoInput(serializers.Serializer):
    file = serializers.FileField()
    caption = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


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
