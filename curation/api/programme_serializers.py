"""What the API of programmes shows and takes. The rules are in the services and the engine."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from curation.enums import Shape
from curation.models import CriteriaSet, Criterion, Need, Programme, ScoringRun
from curation.scoring.criteria import sentence
from curation.scoring.features import FEATURES
from curation.scoring.shapes import BadParameters, read

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
    needs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    is_open = serializers.BooleanField(read_only=True)
    applicants = serializers.IntegerField(read_only=True)

    class Meta:
        model = Programme
        fields = [
            "id", "buyer", "name", "description", "needs", "status", "is_open", "opens_at", "closes_at",
            "cut_off_dates", "quota", "curated_count", "minimum_coverage", "confirm_by_person", "answer_days",
            "appeal_days", "curation_months", "published_at", "applicants",
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
    cut_off_dates = serializers.ListField(child=serializers.DateField(), required=False, max_length=12)
    quota = serializers.IntegerField(min_value=1, max_value=100_000)
    minimum_coverage = serializers.DecimalField(**BAND, required=False)
    confirm_by_person = serializers.BooleanField(required=False)
    answer_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    appeal_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    curation_months = serializers.IntegerField(min_value=1, max_value=60, required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        opens = values.get("opens_at", getattr(self.instance, "opens_at", None))
        closes = values.get("closes_at", getattr(self.instance, "closes_at", None))
        if opens is None or closes is None:
            return values
        if closes <= opens:
            raise serializers.ValidationError({"closes_at": _("The programme closes before it opens.")})
        first, last = timezone.localdate(opens), timezone.localdate(closes)
        if any(not first < day < last for day in values.get("cut_off_dates", [])):
            raise serializers.ValidationError({"cut_off_dates": _("This date lies outside the programme.")})
        return values


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
        gate, weight = values["shape"] == Shape.GATE, values["weight"]
        if gate != (weight == 0):
            raise serializers.ValidationError(
                {"weight": _("What must hold has no weight.") if gate else _("Enter a number above zero")}
            )
        if values["minimum"] is not None and values["minimum"] > weight:
            raise serializers.ValidationError({"minimum": _("The minimum is above the weight.")})
        try:
            read(values["shape"], values["parameters"])
        except BadParameters as bad:
            raise serializers.ValidationError({"parameters": sentence(bad)}) from None
        return values


class CriteriaInput(serializers.Serializer):
    threshold = serializers.DecimalField(**BAND)
    review_floor = serializers.DecimalField(**BAND)
    criteria = CriterionInput(many=True, allow_empty=True)

    def validate_criteria(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(rows) > 60:
            raise serializers.ValidationError(_("At most %(most)s criteria.") % {"most": 60})
        return rows

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values["threshold"] == 0:
            raise serializers.ValidationError({"threshold": _("The threshold must be above zero.")})
        if values["review_floor"] > values["threshold"]:
            raise serializers.ValidationError({"review_floor": _("The floor lies above the threshold.")})
        return values


class ProblemSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField()


class DraftSerializer(CriteriaSetSerializer):
    """A draft, with everything that keeps it from being published."""

    problems = ProblemSerializer(many=True, read_only=True)

    class Meta(CriteriaSetSerializer.Meta):
        fields = [*CriteriaSetSerializer.Meta.fields, "problems"]
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
