"""What the API shows and takes of a business plan's progress."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.enums import PlanIndicator
from portal.models import PlanProgress
from portal.selectors.plan import QuarterProgress


class ProgressEntrySerializer(serializers.ModelSerializer):
    """`target`: as it stood when this was entered."""

    by = serializers.CharField(source="reported_by.full_name")

    class Meta:
        model = PlanProgress
        fields = ["id", "target", "actual", "note", "by", "reported_at"]
        read_only_fields = fields


class QuarterProgressSerializer(serializers.Serializer):
    """`entries`: newest first; the first one counts."""

    quarter = serializers.IntegerField()
    target = serializers.DecimalField(source="aim", max_digits=18, decimal_places=2)
    actual = serializers.SerializerMethodField()
    share = serializers.SerializerMethodField(help_text="Percent of the target")
    met = serializers.BooleanField()
    state = serializers.CharField(source="words")
    entries = ProgressEntrySerializer(many=True)

    @extend_schema_field(serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True))
    def get_actual(self, row: QuarterProgress) -> Any:
        return None if row.newest is None else str(row.newest.actual)

    @extend_schema_field(serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True))
    def get_share(self, row: QuarterProgress) -> Any:
        return None if row.share is None else f"{row.share:.2f}"


class TargetProgressSerializer(serializers.Serializer):
    indicator = serializers.ChoiceField(source="target.indicator", choices=PlanIndicator.choices)
    unit = serializers.CharField(source="target.unit", allow_blank=True)
    year = serializers.IntegerField(source="target.year")
    summary = serializers.CharField(source="words")
    quarters = QuarterProgressSerializer(many=True)


class ProgressInput(serializers.Serializer):
    """What was reached in a quarter that the plan has a target for. Sent again unchanged, it makes no second entry."""

    indicator = serializers.ChoiceField(choices=PlanIndicator.choices)
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    quarter = serializers.IntegerField(min_value=1, max_value=4)
    actual = serializers.CharField(max_length=40, help_text="A number; rupiah for sales and export sales")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
