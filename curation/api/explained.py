"""A score as the API says it: criterion by criterion, and what would get the enterprise curated."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from curation.scoring.explain import CriterionResult, Explanation, shortest_path
from curation.selectors.asked import answers_for
from curation.selectors.mending import CountsFor, Mending


class PaperSerializer(serializers.Serializer):
    """As far as the caller may see it: for others, and while names are hidden, without number and issuer."""

    document = serializers.IntegerField(source="pk", allow_null=True)
    kind = serializers.CharField()
    number = serializers.CharField()
    issuer = serializers.CharField()
    until = serializers.DateField(help_text="9999-12-31 where it does not end")
    verified = serializers.BooleanField()


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
    minimum = serializers.DecimalField(
        source="criterion.minimum", max_digits=5, decimal_places=2, allow_null=True, help_text="Points it must earn"
    )
    evidence = serializers.CharField(help_text="What was looked at, and of which day")
    papers = PaperSerializer(many=True)
    mend = serializers.BooleanField(source="can_be_mended", help_text="Whether the enterprise itself can better it")
    page = serializers.CharField(source="improve_url", help_text="Where the enterprise enters it")
    minutes = serializers.IntegerField(help_text="What that takes there")


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


class AskedSerializer(serializers.Serializer):
    """`answers`: of the dossier, as `PATCH /enterprises/{id}/` takes them; empty where more than a few are needed."""

    criterion = serializers.IntegerField(source="criterion.pk")
    label = serializers.CharField(source="criterion.label")
    feature = serializers.CharField(source="feature.key")
    answers = serializers.SerializerMethodField()
    minutes = serializers.IntegerField()
    page = serializers.CharField(source="improve_url", help_text="Where the enterprise enters it")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_answers(self, result: CriterionResult) -> list[str]:
        return list(answers_for(result))


class DryRunSerializer(serializers.Serializer):
    """`path`: what would get it curated; null where it passes already. `asked`: what the programme wants to know and the
    dossier lacks; what is known is never asked again."""

    criteria_version = serializers.IntegerField(source="criteria_set.version")
    threshold = serializers.DecimalField(max_digits=5, decimal_places=2)
    total = serializers.DecimalField(max_digits=5, decimal_places=2)
    coverage = serializers.DecimalField(max_digits=5, decimal_places=2)
    as_of = serializers.DateField()
    passes = serializers.BooleanField()
    results = CriterionResultSerializer(many=True)
    asked = AskedSerializer(many=True)
    path = serializers.SerializerMethodField()

    @extend_schema_field(PathSerializer(allow_null=True))
    def get_path(self, explanation: Explanation) -> Any:
        return None if explanation.passes else PathSerializer(shortest_path(explanation)).data


class ExplanationSerializer(DryRunSerializer):
    asked = None
    kind = serializers.CharField(source="score.kind")


class MendingSerializer(serializers.Serializer):
    """What was sent stays as it was sent. `counts_for`: what somebody mends now counts for this application once the changes
    are sent ("changes"), once somebody appeals ("appeal") or once it is withdrawn and sent again ("again"); else for the
    next one ("next")."""

    counts_for = serializers.ChoiceField(choices=[each.value for each in CountsFor])
    text = serializers.CharField(help_text="The same in words, with the dates")
    step = serializers.SerializerMethodField(
        help_text="The address below the application that the caller may POST to for it; empty where none is open"
    )

    @extend_schema_field(serializers.ChoiceField(choices=["answer", "appeal", "withdraw", ""]))
    def get_step(self, mending: Mending) -> str:
        return "answer" if mending.move == "answer_changes" else mending.move


class EarlierScoreSerializer(serializers.Serializer):
    """`results`: as at that score, criterion by criterion. `revision`: the evidence it was computed from, counted from 1."""

    id = serializers.IntegerField(source="score.pk")
    kind = serializers.CharField(source="score.kind")
    criteria_version = serializers.IntegerField(source="criteria_set.version")
    revision = serializers.IntegerField(source="score.snapshot_revision")
    threshold = serializers.DecimalField(max_digits=5, decimal_places=2)
    total = serializers.DecimalField(max_digits=5, decimal_places=2)
    coverage = serializers.DecimalField(max_digits=5, decimal_places=2)
    as_of = serializers.DateField()
    scored_at = serializers.DateTimeField(source="score.scored_at")
    passes = serializers.BooleanField()
    results = CriterionResultSerializer(many=True)


class ChangeSerializer(serializers.Serializer):
    """One criterion; a side is null where the version of criteria behind it has none such."""

    label = serializers.CharField(source="sample.criterion.label")
    feature = serializers.CharField(source="sample.feature.key")
    before = CriterionResultSerializer(allow_null=True)
    after = CriterionResultSerializer(allow_null=True)
    gain = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class SinceSerializer(serializers.Serializer):
    """What changed since the application before (`application`), or since a decision on this one (`decided_at`)."""

    application = serializers.IntegerField(source="application.pk", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    total_before = serializers.DecimalField(source="changes.before.total", max_digits=5, decimal_places=2)
    total_after = serializers.DecimalField(source="changes.after.total", max_digits=5, decimal_places=2)
    other_criteria = serializers.BooleanField(source="changes.other_criteria")
    lines = ChangeSerializer(source="changes.lines", many=True)
