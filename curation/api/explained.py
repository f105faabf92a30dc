"""A score as the API says it: criterion by criterion, and what would get the enterprise curated."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from curation.scoring.explain import Explanation, shortest_path


class CriterionResultSerializer(serializers.Serializer):
    criterion = serializers.IntegerField(source="criterion.pk")
    label = serializers.CharField(source="criterion.label")
    feature = serializers.CharField(source="feature.key")
    gate = serializers.BooleanField(source="is_gate")
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    held = serializers.BooleanField(allow_null=True)
    found = serializers.CharField()
    wanted = serializers.CharField()
    unmet = serializers.BooleanField()


class StepSerializer(serializers.Serializer):
    criterion = serializers.IntegerField(source="result.criterion.pk")
    label = serializers.CharField(source="result.criterion.label")
    wanted = serializers.CharField(source="result.next_wanted", help_text="What earns the next points")
    gain = serializers.DecimalField(max_digits=5, decimal_places=2, help_text="Points at most: an estimate")
    minutes = serializers.IntegerField()
    page = serializers.CharField(source="url", help_text="Where the enterprise enters it")


class PathSerializer(serializers.Serializer):
    """`reaches` is false where the enterprise alone cannot get there."""

    steps = StepSerializer(many=True)
    total = serializers.DecimalField(max_digits=5, decimal_places=2)
    minutes = serializers.IntegerField()
    reaches = serializers.BooleanField()


class DryRunSerializer(serializers.Serializer):
    """`path`: what would get it curated; null where it passes already."""

    criteria_version = serializers.IntegerField(source="criteria_set.version")
    threshold = serializers.DecimalField(max_digits=5, decimal_places=2)
    total = serializers.DecimalField(max_digits=5, decimal_places=2)
    coverage = serializers.DecimalField(max_digits=5, decimal_places=2)
    as_of = serializers.DateField()
    passes = serializers.BooleanField()
    results = CriterionResultSerializer(many=True)
    path = serializers.SerializerMethodField()

    @extend_schema_field(PathSerializer(allow_null=True))
    def get_path(self, explanation: Explanation) -> Any:
        return None if explanation.passes else PathSerializer(shortest_path(explanation)).data


class ExplanationSerializer(DryRunSerializer):
    kind = serializers.CharField(source="score.kind")
