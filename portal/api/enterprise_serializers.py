"""What the API of enterprises shows and takes. The rules are in the forms and services."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.enums import (
    BusinessClass,
    CapacityPer,
    DigitalQuestion,
    DocumentKind,
    FundingSource,
    IndustrySize,
    InnovationKind,
    LegalForm,
    MarketKind,
    PlanIndicator,
    QualityQuestion,
    Rung,
    Sight,
    TechnologyLevel,
    Unit,
)
from portal.identity import masked
from portal.models import (
    Activity,
    AnnualSales,
    ClassDerivation,
    DatedRule,
    DigitalAnswer,
    Enterprise,
    ExportRecord,
    Innovation,
    KbliClass,
    Machine,
    PlanFunding,
    PlanMarket,
    PlanProduct,
    PlanTarget,
    QualityAnswer,
    Visit,
)
from portal.sections import BY_NAME
from portal.selectors.annual_sales import owed_sales_year
from portal.selectors.dossier import section_note, warnings_of
from portal.selectors.enterprise import standing_of, still_needed
from portal.selectors.ladder import ladder_of
from portal.selectors.owed_papers import missing_papers


class ActivitySerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="kbli.code")
    edition = serializers.IntegerField(source="kbli.edition")
    title = serializers.CharField(source="kbli.display_title")
    main = serializers.BooleanField(source="is_main")

    class Meta:
        model = Activity
        fields = ["code", "edition", "title", "main"]


class SalesSerializer(serializers.ModelSerializer):
    class Meta:
        model = AnnualSales
        fields = ["year", "amount"]


class MachineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Machine
        fields = ["name", "count", "year", "capacity", "capacity_unit", "capacity_per"]


class ExportRecordSerializer(serializers.ModelSerializer):
    """`destination`: as it was written before countries had codes; only where `country` is empty."""

    class Meta:
        model = ExportRecord
        fields = ["country", "destination", "product", "hs", "year", "value"]


class InnovationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Innovation
        fields = ["kind", "number", "title", "registered_on"]


class DigitalAnswerSerializer(serializers.ModelSerializer):
    class Meta:
        model = DigitalAnswer
        fields = ["question", "yes"]


class QualityAnswerSerializer(serializers.ModelSerializer):
    class Meta:
        model = QualityAnswer
        fields = ["question", "yes"]


class PlanProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlanProduct
        fields = ["name", "quantity", "unit"]


class PlanMarketSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlanMarket
        fields = ["kind", "name", "amount"]


class PlanTargetSerializer(serializers.ModelSerializer):
    """`q1` to `q4`: rupiah for sales and export sales, `unit` for production, counted otherwise."""

    class Meta:
        model = PlanTarget
        fields = ["indicator", "unit", "year", "q1", "q2", "q3", "q4"]


class PlanFundingSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlanFunding
        fields = ["purpose", "amount", "source"]


class MissingSerializer(serializers.Serializer):
    section = serializers.CharField(source="section.name")
    field = serializers.CharField()
    text = serializers.CharField()


class OwedPaperSerializer(serializers.Serializer):
    """`page`: where a person adds it; by API it is added under `/documents/`."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    label = serializers.CharField()
    why = serializers.CharField()
    page = serializers.CharField(source="url")


class ReasonSerializer(serializers.Serializer):
    section = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class RungSerializer(serializers.Serializer):
    """Where an enterprise stands on the verification ladder, and since when."""

    rung = serializers.ChoiceField(choices=Rung.choices)
    label = serializers.CharField(source="rung.label")
    since = serializers.DateField(allow_null=True)


class VisitSerializer(serializers.ModelSerializer):
    made_by = serializers.CharField(source="made_by.full_name")
    plut = serializers.CharField(source="plut.name")

    class Meta:
        model = Visit
        fields = [
            "id", "key", "visited_on", "made_by", "plut", "place", "latitude", "longitude", "seen", "notes", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class VisitInput(serializers.ModelSerializer):
    """`key` is yours to choose: sent twice, it makes one visit."""

    key = serializers.UUIDField(required=False)
    seen = serializers.ListField(child=serializers.ChoiceField(choices=Sight.choices), allow_empty=False)

    class Meta:
        model = Visit
        fields = ["key", "visited_on", "place", "latitude", "longitude", "seen", "notes"]


class AsOfQuery(serializers.Serializer):
    on = serializers.DateField(required=False, help_text="Which day's rules; today if left out.")


class RuleSerializer(serializers.ModelSerializer):
    class Meta:
        model = DatedRule
        fields = ["key", "valid_from", "valid_until", "legal_source", "source_checked"]


class DerivedClassSerializer(serializers.Serializer):
    business_class = serializers.ChoiceField(choices=BusinessClass.choices)
    decided_by = serializers.ChoiceField(choices=["capital", "sales"])
    figure = serializers.IntegerField()
    explanation = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    rule = RuleSerializer()


class IkmSerializer(serializers.Serializer):
    size = serializers.ChoiceField(choices=IndustrySize.choices)
    is_ikm = serializers.BooleanField()
    explanation = serializers.CharField()
    rule = RuleSerializer()


class ClassDerivationSerializer(serializers.ModelSerializer):
    """One derivation: from which day, which class, by which rule and figures, and why it was derived."""

    is_ikm = serializers.BooleanField(allow_null=True)
    class_rule = serializers.CharField(allow_null=True, source="class_rule.legal_source", default=None)
    by = serializers.CharField(allow_null=True, source="by.full_name", default=None)
    figures = serializers.JSONField()
    entry = serializers.IntegerField(allow_null=True, help_text="Of the enterprise's audit trail.")

    class Meta:
        model = ClassDerivation
        fields = [
            "from_day", "business_class", "class_rule", "decided_by", "ikm", "is_ikm", "figures", "cause", "changed", "by",
            "entry",
        ]  # fmt: skip
        read_only_fields = fields


class ClassHistorySerializer(serializers.Serializer):
    """`business_class` and `ikm`: today's figures by the rules of the day `on`; `recorded`: what was derived by then."""

    on = serializers.DateField(source="day")
    business_class = DerivedClassSerializer(source="standing.business_class", allow_null=True, default=None)
    ikm = IkmSerializer(source="standing.ikm", allow_null=True, default=None)
    problem = serializers.CharField(allow_blank=True)
    recorded = ClassDerivationSerializer(allow_null=True)
    history = ClassDerivationSerializer(many=True)


class EnterpriseSerializer(serializers.ModelSerializer):
    """`npwp` and `owner_nik` are masked, and only there for the enterprise's own people; so are `warnings`: what looks wrong
    but keeps nobody from going on, such as a checksum."""

    name = serializers.CharField(source="organisation.name")
    organisation = serializers.IntegerField(source="organisation_id")
    npwp = serializers.SerializerMethodField()
    owner_nik = serializers.SerializerMethodField()
    village_name = serializers.CharField(source="village.full_name", default=None, allow_null=True)
    activities = ActivitySerializer(many=True)
    sales = SalesSerializer(many=True)
    machines = MachineSerializer(many=True)
    quality_answers = QualityAnswerSerializer(many=True)
    digital_answers = DigitalAnswerSerializer(many=True)
    digital_explained = serializers.SerializerMethodField()
    export_records = ExportRecordSerializer(many=True)
    innovations = InnovationSerializer(many=True)
    plan_products = PlanProductSerializer(many=True)
    plan_markets = PlanMarketSerializer(many=True)
    plan_targets = PlanTargetSerializer(many=True)
    plan_funding = PlanFundingSerializer(many=True)
    class_explained = serializers.SerializerMethodField()
    ikm_explained = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    missing_papers = serializers.SerializerMethodField()
    annual_sales_due = serializers.SerializerMethodField(
        help_text="The year that has ended and whose sales are asked for; null where none is"
    )
    return_reasons = ReasonSerializer(many=True)
    checked = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = Enterprise
        fields = [
            "id", "organisation", "name", "status", "legal_form", "nib", "npwp", "owner_nik", "established_on", "women_led",
            "description", "village", "village_name", "address", "postal_code", "latitude", "longitude", "phone", "email",
            "website", "workforce", "workforce_permanent", "workforce_women", "workforce_trained",
            "workforce_with_disability", "capital", "full_year_of_sales", "sales", "annual_sales", "sales_year", "annual_sales_due", "investment",
            "technology_level", "machines", "shifts", "monthly_capacity", "capacity_unit", "quality_answers",
            "quality_practices", "digital_answers", "digital_readiness", "digital_explained", "exports", "export_records",
            "flagship_product", "flagship_description", "registered_innovations", "innovations",
            "business_plan", "plan_products", "plan_markets", "plan_targets", "funding_needed", "plan_funding", "plan_parts",
            "activities", "business_class", "class_rule", "class_decided_by", "class_explained", "is_ikm", "ikm_explained", "missing", "missing_papers", "warnings", "return_reasons", "checked", "submitted_at",
            "decided_at", "confirmed_at", "confirmation_asked_on", "unconfirmed_since", "merged_into", "merged_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_npwp(self, enterprise: Enterprise) -> str | None:
        return self._own(enterprise, enterprise.npwp)

    def get_owner_nik(self, enterprise: Enterprise) -> str | None:
        return self._own(enterprise, enterprise.owner_nik)

    def get_digital_explained(self, enterprise: Enterprise) -> str:
        return section_note(enterprise, BY_NAME["digital"])

    def get_class_explained(self, enterprise: Enterprise) -> str:
        found = standing_of(enterprise).business_class
        return f"{found.explanation} {found.note}".strip() if found else ""

    def get_ikm_explained(self, enterprise: Enterprise) -> str:
        found = standing_of(enterprise).ikm
        return found.explanation if found else ""

    @extend_schema_field(MissingSerializer(many=True))
    def get_missing(self, enterprise: Enterprise) -> Any:
        return MissingSerializer(still_needed(enterprise), many=True).data

    @extend_schema_field(OwedPaperSerializer(many=True))
    def get_missing_papers(self, enterprise: Enterprise) -> Any:
        return OwedPaperSerializer(missing_papers(enterprise, timezone.localdate()), many=True).data

    def get_annual_sales_due(self, enterprise: Enterprise) -> int | None:
        return owed_sales_year(enterprise, timezone.localdate())

    @extend_schema_field(RungSerializer)
    def get_checked(self, enterprise: Enterprise) -> Any:
        return RungSerializer(ladder_of(enterprise)).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, enterprise: Enterprise) -> list[str]:
        return [str(text) for text in warnings_of(enterprise)] if self._is_own(enterprise) else []

    def _own(self, enterprise: Enterprise, value: str) -> str | None:
        return masked(value) if value and self._is_own(enterprise) else None

    def _is_own(self, enterprise: Enterprise) -> bool:
        request = self.context.get("request")
        return request is not None and request.user.organisation_id == enterprise.organisation_id


class EnterpriseInListSerializer(EnterpriseSerializer):
    """Without the explanations, the papers that are missing and the year that is asked for, which ask for each row."""

    annual_sales_due = None
    missing_papers = None
    class_explained = None
    ikm_explained = None
    digital_explained = None

    class Meta(EnterpriseSerializer.Meta):
        fields = [
            name for name in EnterpriseSerializer.Meta.fields if not name.endswith(("_explained", "_papers", "_due"))
        ]
        read_only_fields = fields


class RegistrationInput(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    legal_form = serializers.ChoiceField(choices=LegalForm.choices)


class ActivityInput(serializers.Serializer):
    code = serializers.RegexField(r"^[0-9]{5}$")
    edition = serializers.ChoiceField(choices=KbliClass.Edition.choices)
    main = serializers.BooleanField(default=False)


class SalesInput(serializers.Serializer):
    year = serializers.IntegerField()
    amount = serializers.IntegerField()


class AnnualSalesInput(serializers.Serializer):
    """`year`: the one that `annual_sales_due` names. Either the amount, or that there was no full year of sales yet."""

    year = serializers.IntegerField()
    amount = serializers.CharField(required=False, help_text="Whole rupiah; a text as people write it is read, too")
    no_full_year = serializers.BooleanField(default=False)


class MachineInput(serializers.Serializer):
    name = serializers.CharField(max_length=300)
    count = serializers.IntegerField(required=False)
    year = serializers.IntegerField(required=False)
    capacity = serializers.DecimalField(max_digits=16, decimal_places=2, required=False)
    capacity_unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    capacity_per = serializers.ChoiceField(choices=CapacityPer.choices, required=False)


class QualityAnswerInput(serializers.Serializer):
    question = serializers.ChoiceField(choices=QualityQuestion.choices)
    yes = serializers.BooleanField()


class DigitalAnswerInput(serializers.Serializer):
    question = serializers.ChoiceField(choices=DigitalQuestion.choices)
    yes = serializers.BooleanField()


class ExportRecordInput(serializers.Serializer):
    """`country`: ISO 3166, two letters, or its name; `hs`: 4, 6 or 8 digits."""

    country = serializers.CharField()
    product = serializers.CharField(max_length=200)
    hs = serializers.CharField(required=False)
    year = serializers.IntegerField()
    value = serializers.IntegerField(required=False)


class InnovationInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=InnovationKind.choices)
    number = serializers.CharField(max_length=60)
    title = serializers.CharField(max_length=200)
    registered_on = serializers.DateField()


class PlanProductInput(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    unit = serializers.ChoiceField(choices=Unit.choices)


class PlanMarketInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=MarketKind.choices)
    name = serializers.CharField(max_length=200)
    amount = serializers.IntegerField()


class PlanTargetInput(serializers.Serializer):
    """At least one quarter. A target of a quarter that has ended, or was measured, stays as it is."""

    indicator = serializers.ChoiceField(choices=PlanIndicator.choices)
    unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    year = serializers.IntegerField()
    q1 = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)
    q2 = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)
    q3 = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)
    q4 = serializers.DecimalField(max_digits=18, decimal_places=2, required=False)


class PlanFundingInput(serializers.Serializer):
    purpose = serializers.CharField(max_length=200)
    amount = serializers.IntegerField()
    source = serializers.ChoiceField(choices=FundingSource.choices)


class EnterpriseChanges(serializers.Serializer):
    """Any of these. A list replaces the rows there are. Amounts are whole rupiah; a text as people write it ("1,5 juta") is read, too."""

    name = serializers.CharField(required=False)
    legal_form = serializers.ChoiceField(choices=LegalForm.choices, required=False)
    nib = serializers.CharField(required=False)
    npwp = serializers.CharField(required=False)
    owner_nik = serializers.CharField(required=False)
    established_on = serializers.DateField(required=False)
    women_led = serializers.BooleanField(required=False)
    description = serializers.CharField(required=False)
    village = serializers.CharField(required=False)
    district = serializers.RegexField(
        r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$",
        required=False,
        help_text="Not kept: refused where the village lies in another.",
    )
    address = serializers.CharField(required=False)
    postal_code = serializers.CharField(required=False)
    latitude = serializers.DecimalField(max_digits=9, decimal_places=6, required=False)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, required=False)
    phone = serializers.CharField(required=False)
    email = serializers.EmailField(required=False)
    website = serializers.URLField(required=False)
    workforce = serializers.IntegerField(required=False)
    workforce_permanent = serializers.IntegerField(required=False)
    workforce_women = serializers.IntegerField(required=False)
    workforce_trained = serializers.IntegerField(required=False)
    workforce_with_disability = serializers.IntegerField(required=False)
    capital = serializers.IntegerField(required=False)
    full_year_of_sales = serializers.BooleanField(required=False)
    sales = SalesInput(many=True, required=False)
    investment = serializers.IntegerField(required=False)
    technology_level = serializers.ChoiceField(choices=TechnologyLevel.choices, required=False)
    shifts = serializers.IntegerField(required=False)
    monthly_capacity = serializers.DecimalField(max_digits=16, decimal_places=2, required=False)
    capacity_unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    machines = MachineInput(many=True, required=False)
    quality_answers = QualityAnswerInput(many=True, required=False)
    digital_answers = DigitalAnswerInput(many=True, required=False)
    exports = serializers.BooleanField(required=False)
    export_records = ExportRecordInput(many=True, required=False)
    flagship_product = serializers.BooleanField(required=False)
    flagship_description = serializers.CharField(required=False)
    innovations = InnovationInput(many=True, required=False)
    business_plan = serializers.CharField(required=False)
    plan_products = PlanProductInput(many=True, required=False)
    plan_markets = PlanMarketInput(many=True, required=False)
    plan_targets = PlanTargetInput(many=True, required=False)
    funding_needed = serializers.BooleanField(required=False)
    plan_funding = PlanFundingInput(many=True, required=False)
    activities = ActivityInput(many=True, required=False)


class ReasonInput(serializers.Serializer):
    section = serializers.ChoiceField(choices=list(BY_NAME), default="", allow_blank=True)
    reason = serializers.CharField(max_length=1000)


class ReturnInput(serializers.Serializer):
    reasons = ReasonInput(many=True, allow_empty=False)


class SuspendInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)
