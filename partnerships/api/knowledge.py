"""Knowledge transfer by API: the same services as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from partnerships.api.serializers import OrganisationField, ReasonSerializer
from partnerships.enums import KnowledgeKind
from partnerships.models import KnowledgeStep, Partnership, Share
from partnerships.selectors import knowledge as selector
from partnerships.services import knowledge as service
from partnerships.services.knowledge import Proposal
from portal.api.idempotency import Idempotent
from portal.policy import PARTIES, SME, TRADERS


class KnowledgeSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    partnership = serializers.IntegerField(source="row.partnership_id")
    enterprise = OrganisationField(source="row.share.enterprise")
    kind = serializers.ChoiceField(KnowledgeKind.choices, source="row.kind")
    title = serializers.CharField(source="row.title")
    details = serializers.CharField(source="row.details")
    given_by = serializers.CharField(source="row.given_by")
    participants = serializers.CharField(source="row.participants")
    starts_on = serializers.DateField(source="row.starts_on")
    ends_on = serializers.DateField(source="row.ends_on")
    status = serializers.CharField(source="row.status")
    overdue = serializers.BooleanField(source="row.is_overdue")
    proposed_for = OrganisationField(source="row.proposed_for", help_text="The side that proposed it")
    report = serializers.CharField(source="row.report")
    file = serializers.SerializerMethodField(help_text="Where the evidence is fetched, signed in; else empty")
    confirmed_at = serializers.DateTimeField(source="row.confirmed_at", allow_null=True)
    reason = serializers.CharField(source="row.reason")
    note = serializers.CharField(help_text="Who acts next")

    def get_file(self, step: selector.Step) -> str:
        return reverse("knowledge_file", args=[step.row.pk]) if step.row.file else ""


class KnowledgeDetailSerializer(KnowledgeSerializer):
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, step: selector.Step) -> list[str]:
        return sorted(selector.moves_of(step.row, self.context["user"]))


class KnowledgeInput(serializers.Serializer):
    partnership = serializers.IntegerField(min_value=1)
    enterprise = serializers.IntegerField(min_value=1, help_text="Of the contract")
    kind = serializers.ChoiceField(KnowledgeKind.choices)
    title = serializers.CharField(max_length=200)
    details = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    given_by = serializers.CharField(max_length=200)
    participants = serializers.CharField(max_length=300)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class KnowledgeReportInput(serializers.Serializer):
    report = serializers.CharField(max_length=2000)
    file = serializers.FileField()


class KnowledgeViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": TRADERS,
        "agree": TRADERS,
        "refuse": TRADERS,
        "withdraw": TRADERS,
        "call_off": TRADERS,
        "report": TRADERS,
        "confirm": SME,
        "return_": SME,
    }
    serializer_class = KnowledgeSerializer
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    filterset_fields = ["status", "partnership", "kind"]

    def get_queryset(self) -> QuerySet[KnowledgeStep]:
        if getattr(self, "swagger_fake_view", False):
            return KnowledgeStep.objects.none()
        return selector.own_steps(self.request.user)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(KnowledgeSerializer(selector.steps(page), many=True).data)

    @extend_schema(responses=KnowledgeDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=KnowledgeInput, responses={201: KnowledgeDetailSerializer})
    def create(self, request: Request) -> Response:
        """Propose a step; the other side agrees to it or not."""
        data = _taken(KnowledgeInput, request)
        contract = get_object_or_404(Partnership.objects.visible_to(request.user), pk=data.pop("partnership"))
        share = get_object_or_404(
            Share.objects.select_related("enterprise"), partnership=contract, enterprise=data.pop("enterprise")
        )
        made = service.propose_step(contract, share, Proposal(**data), by=request.user)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.agree_to_step(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=ReasonSerializer, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.refuse_step(row, reason=_taken(ReasonSerializer, request)["reason"], by=request.user)
        return self._answer(row)

    @extend_schema(request=None, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.withdraw_step(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=ReasonSerializer, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"], url_path="call-off", url_name="call-off")
    def call_off(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.call_off_step(row, reason=_taken(ReasonSerializer, request)["reason"], by=request.user)
        return self._answer(row)

    @extend_schema(request=KnowledgeReportInput, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str) -> Response:
        """With a file that shows it; it counts once the enterprise has confirmed it."""
        row = self.get_object()
        service.report_step(row, by=request.user, **_taken(KnowledgeReportInput, request))
        return self._answer(row)

    @extend_schema(request=None, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.confirm_step(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=ReasonSerializer, responses=KnowledgeDetailSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        service.return_report(row, reason=_taken(ReasonSerializer, request)["reason"], by=request.user)
        return self._answer(row)

    def _answer(self, row: KnowledgeStep, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=row.pk)
        found = selector.Step(fresh, selector.note_of(fresh))
        return Response(KnowledgeDetailSerializer(found, context={"user": self.request.user}).data, status=code)


def _taken(kind: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    taken = kind(data=request.data)
    taken.is_valid(raise_exception=True)
    return dict(taken.validated_data)
