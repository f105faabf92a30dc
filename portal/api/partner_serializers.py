"""What the addresses for partners' systems show and take. The rules are in the forms and services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.cooperatives import MemberInput
from portal.api.enterprise_serializers import EnterpriseInListSerializer, RungSerializer
from portal.api.product_serializers import DocumentInput, DocumentSerializer, ProductInput
from portal.enums import DocumentKind
from portal.models import Consent, Document, Enterprise
from portal.selectors.ladder import ladder_of
from portal.selectors.partner import parts_of

MOST_ROWS = 100


class HeldConsentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Consent
        fields = ["id", "scopes", "starts_at", "ends_at"]
        read_only_fields = fields


class PartnerDossierSerializer(serializers.ModelSerializer):
    """`answers` holds the parts that the consent names, as `/enterprises/` shows them; NPWP and NIK are never read back."""

    name = serializers.CharField(source="organisation.name")
    nib = serializers.SerializerMethodField(help_text="Empty unless the consent names the identity")
    checked = serializers.SerializerMethodField()
    consent = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()

    class Meta:
        model = Enterprise
        fields = ["id", "name", "nib", "status", "business_class", "checked", "consent", "answers"]
        read_only_fields = fields

    def get_nib(self, enterprise: Enterprise) -> str:
        return enterprise.nib if self._consent(enterprise).covers("identity") else ""

    @extend_schema_field(RungSerializer)
    def get_checked(self, enterprise: Enterprise) -> Any:
        return RungSerializer(ladder_of(enterprise)).data

    @extend_schema_field(HeldConsentSerializer)
    def get_consent(self, enterprise: Enterprise) -> Any:
        return HeldConsentSerializer(self._consent(enterprise)).data

    @extend_schema_field(serializers.DictField())
    def get_answers(self, enterprise: Enterprise) -> Any:
        wanted = parts_of(self._consent(enterprise))
        shown = EnterpriseInListSerializer(enterprise, context=self.context).data
        return {name: value for name, value in shown.items() if name in wanted}

    def _consent(self, enterprise: Enterprise) -> Consent:
        return self.context["consents"][enterprise.pk]


class DossierRow(serializers.Serializer):
    """One enterprise, by `id` or by `nib`."""

    enterprise = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    nib = serializers.RegexField(r"^[0-9]{13}$", required=False)
    if_match = serializers.CharField(required=False, max_length=100, help_text="ETag of what the change was made on")
    answers = serializers.DictField()

    def validate(self, row: dict[str, Any]) -> dict[str, Any]:
        if ("enterprise" in row) == ("nib" in row):
            raise serializers.ValidationError({"enterprise": ["Name it by enterprise or by nib."]})
        return row


class ProductRow(ProductInput):
    """Added when the enterprise has no product of this code, else changed."""

    enterprise = serializers.IntegerField(min_value=1, max_value=2**31)
    code = serializers.CharField(max_length=40)
    if_match = serializers.CharField(required=False, max_length=100)


class DossierRows(serializers.Serializer):
    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST_ROWS)


class PartnerProductInput(ProductInput):
    enterprise = serializers.IntegerField(min_value=1, max_value=2**31)


class NamedEnterprise(serializers.Serializer):
    enterprise = serializers.IntegerField(min_value=1, max_value=2**31)


class PartnerDocumentInput(DocumentInput):
    enterprise = serializers.IntegerField(min_value=1, max_value=2**31)


class PartnerMemberInput(MemberInput):
    """`enterprise`: the cooperative."""

    enterprise = serializers.IntegerField(min_value=1, max_value=2**31)


class PartnerDocumentSerializer(DocumentSerializer):
    """The file is shown to people alone; the number of a tax card is written and never read back."""

    file = None
    number_warning = None
    number = serializers.SerializerMethodField()
    has_file = serializers.SerializerMethodField()

    class Meta(DocumentSerializer.Meta):
        fields = [
            "id", "enterprise", "product", "kind", "number", "issuer", "valid_from", "valid_until", "has_file", "state",
            "verified_at", "verified_how", "verified_for", "refused_at", "refused_reason", "replaces", "replaced_by",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_number(self, document: Document) -> str:
        return "" if document.kind == DocumentKind.NPWP else document.number

    def get_has_file(self, document: Document) -> bool:
        return bool(document.file)


class RowAnswer(serializers.Serializer):
    row = serializers.IntegerField(help_text="Its place in the call, from 0")
    status = serializers.IntegerField()
    id = serializers.IntegerField(allow_null=True)
    etag = serializers.CharField(allow_null=True)
    problem = serializers.DictField(allow_null=True, help_text="Problem detail of this row")


class BulkAnswer(serializers.Serializer):
    """200 when every row went well, else 207 with the same body: what each row came to."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    rows = RowAnswer(many=True)
