"""What the API says about contracts, and what it takes. Fields only: rules live in the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from curation.models import Consortium, Need
from partnerships.enums import SigningMethod
from partnerships.models import Agreement, Clause, Partnership, SignOff
from partnerships.selectors.contracts import Contract
from partnerships.services.drafting import ClauseInput, LineInput, clauses_from
from portal.api.enterprise_serializers import RungSerializer
from portal.enums import Unit
from portal.models import Enterprise, Product
from portal.selectors.ladder import ladder_of


class OrganisationField(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PartySerializer(OrganisationField):
    """`name` as it signed. `checked`: where it stands on the verification ladder today, and since when."""

    checked = RungSerializer()


def parties_of(partnership: Partnership) -> list[dict[str, Any]]:
    shares = partnership.shares.all()
    return [
        {"id": each.enterprise_id, "name": each.name, "checked": RungSerializer(ladder_of(each.enterprise)).data}
        for each in shares
    ]


class SignatorySerializer(serializers.Serializer):
    party = serializers.CharField()
    organisation = OrganisationField()
    state = serializers.ChoiceField(["done", "now", "todo", "back"])
    who = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    due = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(help_text="Days awaited so far")
    yours = serializers.BooleanField()


class ContractSerializer(serializers.Serializer):
    """A contract as this reader may see it."""

    id = serializers.IntegerField(source="partnership.pk")
    number = serializers.CharField(source="partnership.number")
    status = serializers.CharField(source="partnership.status")
    revision = serializers.IntegerField(source="partnership.revision")
    document_hash = serializers.CharField(source="partnership.document_hash")
    amends = serializers.IntegerField(source="partnership.amends_id", allow_null=True, help_text="The contract amended")
    amendment = serializers.IntegerField(source="partnership.amendment", allow_null=True, help_text="Which one: 1, 2 …")
    rationale = serializers.CharField(source="partnership.rationale", help_text="Why the contract is amended")
    title = serializers.CharField(source="terms.title")
    value = serializers.IntegerField(source="terms.value")
    starts_on = serializers.DateField(source="terms.starts_on")
    ends_on = serializers.DateField(source="terms.ends_on")
    buyer = OrganisationField(source="partnership.buyer")
    enterprises = serializers.SerializerMethodField()
    signed = serializers.IntegerField()
    signatures = serializers.IntegerField()
    awaiting = serializers.SerializerMethodField()

    @extend_schema_field(PartySerializer(many=True))
    def get_enterprises(self, contract: Contract) -> list[dict[str, Any]]:
        return parties_of(contract.partnership)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_awaiting(self, contract: Contract) -> list[str]:
        return [place.name for place in contract.awaited]


class LevelSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="pledged, ordered, delivered, accepted, invoiced, paid")
    amount = serializers.IntegerField(help_text="Rupiah before tax; paid: with taxes and deductions")
    percent = serializers.DecimalField(max_digits=7, decimal_places=1, help_text="Of what was pledged")


class NextStepSerializer(serializers.Serializer):
    party = serializers.CharField(help_text="enterprise or buyer")
    order = serializers.IntegerField(source="order.pk")
    text = serializers.CharField()
    since = serializers.DateField()
    days = serializers.IntegerField(help_text="Working days it has waited")
    due = serializers.DateField(allow_null=True)


class SignedFileSerializer(serializers.Serializer):
    sha256 = serializers.CharField(help_text="Of the PDF at `document/` as it is now; another after each signature")
    signatures = serializers.IntegerField(source="position", help_text="How many stand in it")


class AmendmentSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    status = serializers.CharField()
    rationale = serializers.CharField()
    active_at = serializers.DateTimeField(allow_null=True)


class AmendInput(serializers.Serializer):
    rationale = serializers.CharField(max_length=1000, help_text="Public once the amendment is in force")


class ContractDetailSerializer(ContractSerializer):
    amendments = serializers.SerializerMethodField(
        help_text="Newest first. `text` is the contract's own; what holds today is the text of the last one `applied`"
    )
    signatories = SignatorySerializer(source="places", many=True)
    text = serializers.SerializerMethodField(help_text="The frozen text; for the drafting buyer, the draft")
    file = serializers.SerializerMethodField(help_text="The PDF that everybody signs; null before the first offer")
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")
    ledger = serializers.SerializerMethodField(help_text="What was pledged and what came of it")
    next = serializers.SerializerMethodField(help_text="Who acts next under its orders")

    @extend_schema_field(AmendmentSerializer(many=True))
    def get_amendments(self, contract: Contract) -> Any:
        return AmendmentSerializer(self.context["amendments"], many=True).data

    @extend_schema_field(LevelSerializer(many=True))
    def get_ledger(self, contract: Contract) -> Any:
        return LevelSerializer(self.context["ledger"].levels, many=True).data

    @extend_schema_field(NextStepSerializer(many=True))
    def get_next(self, contract: Contract) -> Any:
        return NextStepSerializer(self.context["ledger"].steps, many=True).data

    @extend_schema_field(serializers.JSONField())
    def get_text(self, contract: Contract) -> Any:
        return self.context["text"]

    @extend_schema_field(SignedFileSerializer(allow_null=True))
    def get_file(self, contract: Contract) -> Any:
        frozen = self.context["frozen"]
        part = frozen and frozen.newest_part
        return SignedFileSerializer(part).data if part else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, contract: Contract) -> list[str]:
        return self.context["moves"]


class CheckSerializer(serializers.Serializer):
    state = serializers.ChoiceField(["ok", "warn", "fail"])
    text = serializers.CharField()
    note = serializers.CharField()


class TermsSerializer(serializers.Serializer):
    agreement = serializers.PrimaryKeyRelatedField(
        queryset=Agreement.objects.all(), required=False, help_text="The newest in force if left out"
    )
    title = serializers.CharField(max_length=200)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    payment_days = serializers.IntegerField(default=14, help_text="1 to 365")
    acceptance_days = serializers.IntegerField(default=7, help_text="1 to 365")
    stamp_duty_serial = serializers.CharField(max_length=60, allow_blank=True, default="")


class PartiesSerializer(serializers.Serializer):
    enterprises = serializers.PrimaryKeyRelatedField(
        queryset=Enterprise.objects.verified(), many=True, allow_empty=False
    )
    leader = serializers.PrimaryKeyRelatedField(
        queryset=Enterprise.objects.verified(), required=False, help_text="Needed when there are several"
    )


class DraftSerializer(PartiesSerializer, TermsSerializer):
    need = serializers.PrimaryKeyRelatedField(queryset=Need.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            self.fields["need"].queryset = Need.objects.managed_by(request.user).published()


class FromConsortiumSerializer(serializers.Serializer):
    consortium = serializers.PrimaryKeyRelatedField(queryset=Consortium.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            self.fields["consortium"].queryset = Consortium.objects.managed_by(request.user)


class LineSerializer(serializers.Serializer):
    enterprise = serializers.PrimaryKeyRelatedField(queryset=Enterprise.objects.verified())
    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.public(), required=False, allow_null=True)
    item = serializers.CharField(max_length=200)
    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    unit = serializers.ChoiceField(Unit.choices)
    price = serializers.IntegerField(max_value=10**15, help_text="Rupiah per unit")


class LinesSerializer(serializers.Serializer):
    lines = LineSerializer(many=True)

    def to_input(self) -> list[LineInput]:
        return [LineInput(**row) for row in self.validated_data["lines"]]


class ClauseSerializer(serializers.Serializer):
    """From the library by its code, with a text of one's own or the library's; or wholly one's own: title and body."""

    code = serializers.SlugField(required=False, allow_blank=True)
    title = serializers.CharField(max_length=150, required=False, allow_blank=True)
    body = serializers.CharField(max_length=6000, required=False, allow_blank=True)


class ClausesSerializer(serializers.Serializer):
    clauses = ClauseSerializer(many=True)

    def to_input(self) -> list[ClauseInput]:
        return clauses_from(self.validated_data["clauses"])


class LibraryClauseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clause
        fields = ["code", "version", "title_id", "title_en", "body_id", "body_en", "required"]
        read_only_fields = fields


class AgreementSerializer(serializers.ModelSerializer):
    """Under which memorandum a partnership can be signed off today, and by whom."""

    signatories = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields = [
            "id",
            "title_id",
            "title_en",
            "number",
            "signed_on",
            "valid_from",
            "valid_until",
            "order",
            "signatories",
        ]
        read_only_fields = fields

    @extend_schema_field(OrganisationField(many=True))
    def get_signatories(self, agreement: Agreement) -> list[dict[str, Any]]:
        parties = [party for party in agreement.parties.all() if party.signs]
        return [{"id": party.organisation_id, "name": party.organisation.name} for party in parties]


class CodeSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=12)


class AcceptSerializer(CodeSerializer):
    method = serializers.ChoiceField(SigningMethod.choices, default=SigningMethod.EMAIL_CODE)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=4000)


class SignOffSerializer(serializers.ModelSerializer):
    partnership = serializers.SerializerMethodField()

    class Meta:
        model = SignOff
        fields = ["id", "revision", "status", "opened_at", "due_on", "decided_at", "reason", "partnership"]

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "number": {"type": "string"},
                "title": {"type": "string"},
                "value": {"type": "integer"},
                "document_hash": {"type": "string"},
            },
        }
    )
    def get_partnership(self, place: SignOff) -> dict[str, Any]:
        partnership: Partnership = place.partnership
        return {
            "id": partnership.pk,
            "number": partnership.number,
            "title": partnership.title,
            "value": partnership.value,
            "document_hash": partnership.document_hash,
        }
