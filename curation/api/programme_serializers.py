"""What the API of programmes shows and takes. The rules are in the services and the engine."""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from curation.enums import PoolOutcome, Shape, SplitDecider
from curation.models import CriteriaSet, Criterion, Need, PoolRun, Programme, ScoringRun
from curation.models.programme import MOST_REVIEWERS
from curation.scoring.features import FEATURES
from curation.scoring.templates import TEMPLATES, Template
from curation.selectors.fairness import Fairness
from curation.selectors.whatif import Effect
from curation.services.criteria import check_criterion
from curation.services.programme import MOST_CUT_OFFS
from portal.api.enterprise_serializers import RungSerializer

MOST_ID = 2**63 - 1
BAND = {"max_digits": 5, "decimal_places": 2, "min_value": 0, "max_value": 100}


class CriterionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Criterion
        fields = ["feature", "shape", "parameters", "weight", "minimum", "label_id", "label_en", "feedback_id", "feedback_en"]  # fmt: skip
        read_only_fields = fields


class CriteriaSetSerializer(serializers.ModelSerializer):
    criteria = CriterionSerializer(many=True, read_only=True)

    class Meta:
        model = CriteriaSet
        fields = ["id", "version", "threshold", "review_floor", "published_at", "digest", "criteria"]
        read_only_fields = fields


class ProgrammeSerializer(serializers.ModelSerializer):
    buyer = serializers.CharField(source="buyer.name", read_only=True)
    needs: serializers.Field = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    is_open = serializers.BooleanField(read_only=True)
    is_full = serializers.BooleanField(read_only=True)
    applicants = serializers.IntegerField(read_only=True)

    class Meta:
        model = Programme
        fields = [
            "id", "buyer", "name", "description", "needs", "status", "is_open", "is_full", "opens_at", "closes_at",
            "cut_off_dates", "quota", "curated_count", "minimum_coverage", "confirm_by_person", "answer_days",
            "appeal_days", "curation_months", "reviewers_needed", "split_decider", "blind", "published_at", "applicants",
        ]  # fmt: skip
        read_only_fields = fields


class OwnNeed(serializers.PrimaryKeyRelatedField):
    """Of the buyer one acts for; another's doesn't exist here."""

    def get_queryset(self) -> Any:
        return Need.objects.managed_by(self.context["request"].user)


class ProgrammeInput(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    needs = OwnNeed(many=True, allow_empty=False, queryset=Need.objects.none())
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    cut_off_dates = serializers.ListField(child=serializers.DateField(), required=False, max_length=MOST_CUT_OFFS)
    quota = serializers.IntegerField(min_value=1, max_value=100_000)
    minimum_coverage = serializers.DecimalField(**BAND, required=False)
    confirm_by_person = serializers.BooleanField(required=False)
    answer_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    appeal_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    curation_months = serializers.IntegerField(min_value=1, max_value=60, required=False)
    reviewers_needed = serializers.IntegerField(min_value=0, max_value=MOST_REVIEWERS, required=False)
    split_decider = serializers.ChoiceField(choices=SplitDecider.choices, required=False)
    blind = serializers.BooleanField(required=False)


class CriterionInput(serializers.Serializer):
    """`parameters` by shape; numbers in it as text ("12.5"), so that they stay exact."""

    feature = serializers.ChoiceField(choices=sorted(FEATURES))
    shape = serializers.ChoiceField(choices=Shape.choices)
    parameters = serializers.DictField(required=False, default=dict)
    weight = serializers.DecimalField(**BAND, required=False, default=0)
    minimum = serializers.DecimalField(**BAND, required=False, allow_null=True, default=None)
    label_id = serializers.CharField(max_length=120)
    label_en = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    feedback_id = serializers.CharField(max_length=400)
    feedback_en = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Here, so that what is wrong stands at its row."""
        check_criterion(**values)
        return values


class CriteriaInput(serializers.Serializer):
    threshold = serializers.DecimalField(**BAND)
    review_floor = serializers.DecimalField(**BAND)
    criteria = CriterionInput(many=True, allow_empty=True)


class TriedCriterion(CriterionInput):
    """To be tried out before its words are written."""

    label_id = serializers.CharField(max_length=120, required=False, default="")
    feedback_id = serializers.CharField(max_length=400, required=False, default="")


class WhatIfInput(serializers.Serializer):
    """What is left out is taken from the draft. With `movers`, who they are, a page at a time: recorded, and under 20 drafts
    a day."""

    threshold = serializers.DecimalField(**BAND, required=False)
    review_floor = serializers.DecimalField(**BAND, required=False)
    criteria = TriedCriterion(many=True, required=False, allow_empty=False)
    movers = serializers.ChoiceField(choices=["entering", "leaving"], required=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, default=1)


class GroupChangeSerializer(serializers.Serializer):
    """How many of a group would pass before and after. Provinces by their Kemendagri code; 0: not stated; -1: several
    groups together, each too small to be shown."""

    code = serializers.IntegerField()
    label = serializers.CharField()
    enterprises = serializers.IntegerField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    entering = serializers.IntegerField()
    leaving = serializers.IntegerField()


class BarSerializer(serializers.Serializer):
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    enterprises = serializers.IntegerField()
    held = serializers.IntegerField()


class OutcomeSerializer(serializers.Serializer):
    outcome = serializers.CharField(help_text=", ".join(each.name.lower() for each in PoolOutcome))
    label = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class MoverSerializer(serializers.Serializer):
    enterprise = serializers.IntegerField(source="enterprise.pk")
    name = serializers.CharField(source="enterprise.name")
    checked = RungSerializer(source="ladder")
    before = serializers.CharField(source="band_before", help_text="Points in steps of five: “75–80”")
    after = serializers.CharField(source="band")


class WhatIfSerializer(serializers.Serializer):
    """`compared_with`: the version in force; null before there is one: the criteria as they were last scored."""

    pool_run = serializers.IntegerField(source="run.pk")
    as_of = serializers.DateField(source="run.as_of")
    compared_with = serializers.IntegerField(source="version", allow_null=True)
    weights = serializers.DecimalField(max_digits=7, decimal_places=2)
    whole = GroupChangeSerializer()
    outcomes = serializers.SerializerMethodField()
    histogram = BarSerializer(many=True, source="bars")
    by_class = GroupChangeSerializer(many=True)
    by_province = GroupChangeSerializer(many=True)
    by_form = GroupChangeSerializer(many=True)
    without_evidence = serializers.ListField(child=serializers.CharField())
    movers = MoverSerializer(many=True)
    movers_withheld = serializers.CharField(help_text="Why nobody is named; empty where somebody is, or nobody moves")

    @extend_schema_field(OutcomeSerializer(many=True))
    def get_outcomes(self, effect: Effect) -> Any:
        return [
            {"outcome": each.name.lower(), "label": str(each.label), "before": before, "after": after}
            for each, before, after in effect.outcomes
        ]


class LineSerializer(serializers.Serializer):
    """`together`: several groups, each too small to be shown. Null: too small a number, or one would follow from it."""

    label = serializers.CharField()
    applied = serializers.IntegerField()
    passed = serializers.IntegerField(allow_null=True)
    declined = serializers.IntegerField(allow_null=True)
    other = serializers.IntegerField(allow_null=True)
    together = serializers.BooleanField()


class BreakdownSerializer(serializers.Serializer):
    key = serializers.CharField()
    lines = LineSerializer(many=True)


class FairnessSerializer(serializers.Serializer):
    """Null, or no lines: fewer than five, or some could be made out."""

    programme = serializers.IntegerField(source="programme.pk")
    public = serializers.BooleanField()
    whole = LineSerializer(allow_null=True)
    breakdowns = serializers.SerializerMethodField()
    median_days = serializers.DecimalField(max_digits=7, decimal_places=1, allow_null=True)
    agreement = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    reviewed = serializers.IntegerField(allow_null=True)
    kept = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True, rounding=ROUND_HALF_UP)
    decided_again = serializers.IntegerField(allow_null=True)

    @extend_schema_field(BreakdownSerializer(many=True))
    def get_breakdowns(self, report: Fairness) -> Any:
        return BreakdownSerializer(report.breakdowns if report.whole else (), many=True).data


class PoolRunSerializer(serializers.ModelSerializer):
    progress = serializers.IntegerField(read_only=True)

    class Meta:
        model = PoolRun
        fields = [
            "id", "programme", "state", "as_of", "created_at", "finished_at", "progress", "ranges_total", "ranges_done",
            "enterprises", "passing",
        ]  # fmt: skip
        read_only_fields = fields


class TemplateSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    threshold = serializers.DecimalField(max_digits=5, decimal_places=2)
    review_floor = serializers.DecimalField(max_digits=5, decimal_places=2)
    criteria = serializers.SerializerMethodField()

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, template: Template) -> Any:
        return CriterionSerializer([Criterion(**row) for row in template.criteria], many=True).data


class TemplateInput(serializers.Serializer):
    template = serializers.ChoiceField(choices=sorted(TEMPLATES))


class QuotaInput(serializers.Serializer):
    quota = serializers.IntegerField(min_value=1, max_value=100_000)


class DryRunQuery(serializers.Serializer):
    product = serializers.IntegerField(min_value=1, max_value=MOST_ID, required=False)


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField()


class DraftSerializer(CriteriaSetSerializer):
    """A draft, with everything that keeps it from being published; and what does not, but is worth a second look: features
    that no enterprise has evidence of, once the pool was scored."""

    problems = ProblemSerializer(many=True, read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(CriteriaSetSerializer.Meta):
        fields = [*CriteriaSetSerializer.Meta.fields, "problems", "warnings"]
        read_only_fields = fields


class RunSerializer(serializers.ModelSerializer):
    criteria_version = serializers.IntegerField(source="criteria_set.version", read_only=True)
    progress = serializers.IntegerField(read_only=True)

    class Meta:
        model = ScoringRun
        fields = [
            "id", "programme", "criteria_version", "kind", "state", "as_of", "created_at", "finished_at", "progress",
            "ranges_total", "ranges_done", "applications", "curated", "waitlisted", "in_review", "declined",
        ]  # fmt: skip
        read_only_fields = fields
