"""Problem reports by API: the same services as the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from partnerships.api.orders import PapersInput
from partnerships.api.serializers import ReasonSerializer
from partnerships.enums import IncidentKind, Stance
from partnerships.models import Delivery, Incident, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.selectors import incidents as selector
from partnerships.services import incidents
from portal.api.idempotency import Idempotent
from portal.policy import MINISTRY, PARTIES, TRADERS

SUBJECTS: dict[str, Any] = {"order": PurchaseOrder, "delivery": Delivery, "invoice": Invoice, "payment": Payment}


class IncidentPaperSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    file_name = serializers.CharField()
    of = serializers.CharField(source="organisation.label", help_text="The side that handed it in")
    uploaded_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField(help_text="Where it is fetched, signed in")

    def get_url(self, paper: Any) -> str:
        return reverse("incident_paper", args=[paper.pk])


class IncidentSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    number = serializers.CharField()
    partnership = serializers.IntegerField(source="partnership_id")
    enterprise = serializers.IntegerField(source="share.enterprise_id")
    order = serializers.IntegerField(source="order_id", allow_null=True)
    delivery = serializers.IntegerField(source="delivery_id", allow_null=True)
    invoice = serializers.IntegerField(source="invoice_id", allow_null=True)
    payment = serializers.IntegerField(source="payment_id", allow_null=True)
    side = serializers.CharField(help_text="Who reports: enterprise or buyer")
    kind = serializers.CharField()
    what = serializers.CharField()
    wanted = serializers.CharField()
    status = serializers.CharField()
    in_confidence = serializers.BooleanField()
    authority = serializers.CharField(source="authority.name", help_text="To whom it goes, unanswered or unsatisfied")
    opened_at = serializers.DateTimeField()
    released_at = serializers.DateTimeField(allow_null=True, help_text="Since when the buyer reads it")
    answer_by = serializers.DateField(allow_null=True, help_text="The last day of whoever is awaited")
    stance = serializers.CharField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    came_at = serializers.DateTimeField(allow_null=True, help_text="Since when it lies with the authority")
    reason = serializers.CharField()
    finding = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)
    papers = IncidentPaperSerializer(many=True)


class OneIncidentSerializer(IncidentSerializer):
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, incident: Incident) -> list[str]:
        return sorted(selector.moves_of(incident, self.context["user"]))


class IncidentInput(serializers.Serializer):
    """Of the contract as a whole, or of one `order`, `delivery`, `invoice` or (disputed) `payment` of it. `enterprise`: of
    which one, where the buyer reports something of a whole contract with several. Files follow at `papers/`."""

    partnership = serializers.IntegerField(min_value=1)
    enterprise = serializers.IntegerField(min_value=1, required=False)
    order = serializers.IntegerField(min_value=1, required=False)
    delivery = serializers.IntegerField(min_value=1, required=False)
    invoice = serializers.IntegerField(min_value=1, required=False)
    payment = serializers.IntegerField(min_value=1, required=False)
    kind = serializers.ChoiceField(IncidentKind.choices)
    what = serializers.CharField(max_length=4000)
    wanted = serializers.CharField(max_length=2000)
    in_confidence = serializers.BooleanField(default=False, help_text="An enterprise's: only the authority reads it")


class IncidentAnswerInput(serializers.Serializer):
    stance = serializers.ChoiceField(Stance.choices)
    answer = serializers.CharField(max_length=4000)


class IncidentFindingInput(serializers.Serializer):
    outcome = serializers.ChoiceField(incidents.OUTCOMES)
    finding = serializers.CharField(max_length=4000)


class IncidentViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": TRADERS,
        "answer": TRADERS,
        "agree": TRADERS,
        "escalate": TRADERS,
        "withdraw": TRADERS,
        "release": PARTIES,
        "decide": MINISTRY,
        "papers": TRADERS,
    }
    serializer_class = IncidentSerializer
    filterset_fields = ["status", "kind", "side", "partnership", "order", "delivery", "invoice", "payment"]

    def get_queryset(self) -> QuerySet[Incident]:
        if getattr(self, "swagger_fake_view", False):
            return Incident.objects.none()
        return Incident.objects.visible_to(self.request.user).for_page().prefetch_related("papers__organisation")

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return IncidentSerializer if self.action == "list" else OneIncidentSerializer

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(IncidentSerializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=IncidentInput, responses={201: OneIncidentSerializer})
    def create(self, request: Request) -> Response:
        """Report a problem. The other side answers in its term of working days; else the authority reads it."""
        data = _taken(IncidentInput, request)
        partnership = get_object_or_404(Partnership.objects.visible_to(request.user), pk=data.pop("partnership"))
        asked = {name: data.pop(name) for name in SUBJECTS if name in data}
        if len(asked) > 1:
            raise ValidationError({name: _("Of one thing only.") for name in asked})
        about = None
        for name, pk in asked.items():
            about = get_object_or_404(SUBJECTS[name].objects.visible_to(request.user), pk=pk)
            if about.partnership.pk != partnership.pk:
                raise ValidationError({name: _("This is not of this contract.")})
        share = None
        if "enterprise" in data:
            share = partnership.shares.filter(enterprise=data.pop("enterprise")).first()
            if share is None:
                raise ValidationError({"enterprise": _("Choose an enterprise of this contract.")})
        made = incidents.open_incident(partnership, by=request.user, share=share, about=about, **data)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=IncidentAnswerInput)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """The side that it is reported of: in its term, or late while it lies with the authority."""
        incident = self.get_object()
        incidents.answer_incident(incident, by=request.user, **_taken(IncidentAnswerInput, request))
        return self._answer(incident)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """With the answer: the report ends."""
        incident = self.get_object()
        incidents.settle_incident(incident, by=request.user)
        return self._answer(incident)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def escalate(self, request: Request, pk: str) -> Response:
        """The answer does not satisfy: the authority decides."""
        incident = self.get_object()
        incidents.escalate_incident(incident, by=request.user, **_taken(ReasonSerializer, request))
        return self._answer(incident)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        incident = self.get_object()
        incidents.withdraw_incident(incident, by=request.user, **_taken(ReasonSerializer, request))
        return self._answer(incident)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """What was in confidence: from now on the buyer reads it. By the enterprise or the authority."""
        incident = self.get_object()
        incidents.release_incident(incident, by=request.user)
        return self._answer(incident)

    @extend_schema(request=IncidentFindingInput)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """The authority's end of it."""
        incident = self.get_object()
        incidents.find_on_incident(incident, by=request.user, **_taken(IncidentFindingInput, request))
        return self._answer(incident)

    @extend_schema(request={"multipart/form-data": PapersInput})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, FormParser, JSONParser])
    def papers(self, request: Request, pk: str) -> Response:
        """Of either side, until the report has ended: PDF, JPEG or PNG, 12 at most."""
        incident = self.get_object()
        incidents.add_papers(incident, _taken(PapersInput, request)["files"], by=request.user)
        return self._answer(incident)

    def _answer(self, incident: Incident, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=incident.pk)
        return Response(OneIncidentSerializer(fresh, context={"user": self.request.user}).data, status=code)


def _taken(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    taken = serializer(data=request.data)
    taken.is_valid(raise_exception=True)
    return dict(taken.validated_data)
