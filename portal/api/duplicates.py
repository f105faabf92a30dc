"""Enterprises that may be registered twice, by API: the queue, the comparison, and both decisions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.products import own_enterprise, read
from portal.merging import Merger
from portal.models import Enterprise, SuspectedDuplicate
from portal.policy import MINISTRY, SME
from portal.selectors.duplicates import match_words
from portal.selectors.merging import KEPT, LOST, TOPICS, compared, consequences_of, obstacles_of
from portal.services import duplicates as service
from portal.services.merging import merge


class SideSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="organisation.name")

    class Meta:
        model = Enterprise
        fields = ["id", "name", "status"]
        read_only_fields = fields


class PairSerializer(serializers.ModelSerializer):
    first = SideSerializer()
    second = SideSerializer()
    reasons = serializers.SerializerMethodField(help_text="What equals, in words")

    class Meta:
        model = SuspectedDuplicate
        fields = [
            "id", "status", "first", "second", "matches", "reasons", "strength", "found_at", "claim", "reason",
            "decided_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_reasons(self, pair: SuspectedDuplicate) -> list[str]:
        return match_words(pair)


class ComparedSerializer(serializers.Serializer):
    topic = serializers.CharField(source="name")
    label = serializers.CharField(source="topic.label")
    first = serializers.SerializerMethodField()
    second = serializers.SerializerMethodField()
    equal = serializers.BooleanField()

    def get_first(self, row: Any) -> str:
        return row.texts[0]

    def get_second(self, row: Any) -> str:
        return row.texts[1]


class ComparisonSerializer(serializers.Serializer):
    """`obstacles` and `consequences`: if `kept` stays."""

    rows = ComparedSerializer(many=True)
    kept = serializers.IntegerField()
    obstacles = serializers.ListField(child=serializers.CharField())
    consequences = serializers.ListField(child=serializers.CharField())


class ComparisonQuery(serializers.Serializer):
    kept = serializers.IntegerField(required=False, min_value=1, max_value=2**31, help_text="Which of the two stays")


class ApartInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class MergeInput(ApartInput):
    """`choices` by topic, "kept" or "lost"; what isn't named: the kept one's answer, where it has none the other's."""

    kept = serializers.IntegerField(min_value=1, max_value=2**31)
    choices = serializers.DictField(child=serializers.ChoiceField(choices=[KEPT, LOST]), required=False, default=dict)
    people = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31),
        required=False,
        allow_null=True,
        default=None,
        help_text="Users of the merged one who go along; all, when it is left out",
    )

    def validate_choices(self, given: dict[str, str]) -> dict[str, str]:
        known = {topic.name for topic in TOPICS}
        if unknown := sorted(set(given) - known):
            raise serializers.ValidationError({name: [f"one of {', '.join(sorted(known))}"] for name in unknown})
        return given


class DuplicateViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": MINISTRY,
        "retrieve": MINISTRY,
        "comparison": MINISTRY,
        "apart": MINISTRY,
        "merge": MINISTRY,
    }
    serializer_class = PairSerializer
    filterset_fields = ["status"]

    def get_queryset(self) -> QuerySet[SuspectedDuplicate]:
        if getattr(self, "swagger_fake_view", False):
            return SuspectedDuplicate.objects.none()
        visible = SuspectedDuplicate.objects.visible_to(self.request.user)
        return visible.select_related(
            "first__organisation", "first__village", "second__organisation", "second__village"
        )

    @extend_schema(parameters=[ComparisonQuery], responses=ComparisonSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def comparison(self, request: Request, pk: str) -> Response:
        """Both side by side, what stands in the way of a merger, and what it would do."""
        pair = self.get_object()
        kept = read(ComparisonQuery(data=request.query_params)).get("kept", pair.first_id)
        keep, lost = pair.both if kept != pair.second_id else pair.both[::-1]
        merger = Merger(lost=lost, kept=keep, by=request.user)
        shown = {
            "rows": compared(*pair.both),
            "kept": keep.pk,
            "obstacles": obstacles_of(merger),
            "consequences": consequences_of(merger),
        }
        return Response(ComparisonSerializer(shown).data)

    @extend_schema(request=ApartInput, responses=PairSerializer)
    @action(detail=True, methods=["post"])
    def apart(self, request: Request, pk: str) -> Response:
        """Not the same: remembered with the reason."""
        pair = self.get_object()
        service.set_apart(pair, read(ApartInput(data=request.data))["reason"], by=request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=pair.pk)).data)

    @extend_schema(request=MergeInput, responses=PairSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """One business: the other becomes part of `kept`."""
        pair = self.get_object()
        sent = read(MergeInput(data=request.data))
        kept = next((each for each in pair.both if each.pk == sent["kept"]), None)
        if kept is None:
            raise serializers.ValidationError({"kept": ["one of the two"]})
        merge(
            pair,
            kept=kept,
            reason=sent["reason"],
            by=request.user,
            choices=sent["choices"],
            people=sent["people"],
        )
        return Response(self.get_serializer(self.get_queryset().get(pk=pair.pk)).data)


class ClaimInput(serializers.Serializer):
    nib = serializers.CharField(max_length=20)
    claim = serializers.CharField(max_length=1000)


class ClaimAnswer(serializers.Serializer):
    received = serializers.BooleanField()


class BusinessClaimViewSet(Idempotent, viewsets.GenericViewSet):
    """The owner of a registration says that a NIB that is taken is theirs. The answer is the same, whoever holds it."""

    policies = {"create": SME}
    serializer_class = ClaimInput
    queryset = Enterprise.objects.none()

    @extend_schema(request=ClaimInput, responses={202: ClaimAnswer})
    def create(self, request: Request) -> Response:
        sent = read(ClaimInput(data=request.data))
        service.claim_business(own_enterprise(request), sent["nib"], sent["claim"], by=request.user)
        return Response({"received": True}, status=status.HTTP_202_ACCEPTED)
