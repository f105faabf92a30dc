"""The next term of a mark by API: asked for by its enterprise, decided by its buyer."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.explained import DryRunSerializer
from curation.enums import RenewalOutcome
from curation.models import Curation, Renewal
from curation.scoring.explain import explain
from curation.selectors.papers import with_numbers
from curation.services.renewal import ask_for_renewal, decide_renewal, score_of
from portal.policy import APPLICATION_READERS, OFFICER, SME


class RenewalInListSerializer(serializers.ModelSerializer):
    curation = serializers.UUIDField(source="curation.token", read_only=True)
    enterprise = serializers.CharField(source="curation.enterprise.organisation.name", read_only=True)
    programme = serializers.CharField(source="curation.programme.name", read_only=True)
    valid_until = serializers.DateField(source="curation.valid_until", read_only=True)

    class Meta:
        model = Renewal
        fields = [
            "id", "curation", "enterprise", "programme", "outcome", "text", "asked_at", "valid_until", "decided_at", "reason",
            "until",
        ]  # fmt: skip
        read_only_fields = fields


class RenewalSerializer(RenewalInListSerializer):
    score = serializers.SerializerMethodField(help_text="Of the evidence sent with it; null until it is computed")

    class Meta(RenewalInListSerializer.Meta):
        fields = [*RenewalInListSerializer.Meta.fields, "score"]
        read_only_fields = fields

    @extend_schema_field(DryRunSerializer(allow_null=True))
    def get_score(self, renewal: Renewal) -> dict | None:
        score = score_of(renewal)
        user = self.context["request"].user
        return DryRunSerializer(with_numbers(explain(score), user)).data if score else None


class RenewInput(serializers.Serializer):
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class RenewalDecisionInput(serializers.Serializer):
    """`reason` may be empty only where the criteria say so themselves."""

    outcome = serializers.ChoiceField(choices=[RenewalOutcome.GRANTED, RenewalOutcome.REFUSED])
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class RenewCuration(APIView):
    """From 90 days before the mark ends until it does."""

    policies = {"post": SME}

    @extend_schema(request=RenewInput, responses={201: RenewalSerializer})
    def post(self, request: Request, token: str) -> Response:
        curation = get_object_or_404(Curation.objects.visible_to(request.user), token=token)
        read = RenewInput(data=request.data)
        read.is_valid(raise_exception=True)
        made = ask_for_renewal(curation, text=read.validated_data["text"], by=request.user)
        return Response(RenewalSerializer(made, context={"request": request}).data, status=status.HTTP_201_CREATED)


class RenewalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {"list": APPLICATION_READERS, "retrieve": APPLICATION_READERS, "decide": OFFICER}
    filterset_fields = ["outcome"]

    def get_serializer_class(self) -> type:
        return RenewalInListSerializer if self.action == "list" else RenewalSerializer

    def get_queryset(self) -> QuerySet[Renewal]:
        if getattr(self, "swagger_fake_view", False):
            return Renewal.objects.none()
        return Renewal.objects.visible_to(self.request.user).select_related(
            "curation__enterprise__organisation",
            "curation__programme__buyer",
            "curation__application",
            "score__criteria_set__programme",
        )

    @extend_schema(request=RenewalDecisionInput, responses=RenewalSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        renewal = self.get_object()
        read = RenewalDecisionInput(data=request.data)
        read.is_valid(raise_exception=True)
        outcome = RenewalOutcome(read.validated_data["outcome"])
        decide_renewal(renewal, outcome, reason=read.validated_data["reason"], by=request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=renewal.pk)).data)
