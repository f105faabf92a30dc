"""Requests for finance by API: the same services as the pages. A financier gets what was ticked, while the consent lasts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.api.serializers import OrganisationField
from partnerships.enums import DeclineReason, FinancingKind
from partnerships.models import FinancingRequest, Invoice, Partnership, PurchaseOrder
from partnerships.selectors import financing as selector
from partnerships.selectors.sharing import Paper, Shown, shareable
from partnerships.services import financing as asking
from partnerships.services import financing_desk as desk
from partnerships.services.financing import Wish, answer_days
from partnerships.services.financing_desk import Offer
from portal.api.idempotency import Idempotent
from portal.models import Organisation
from portal.policy import FINANCIER, FINANCING, OWNER, SIGNED_IN, SME
from portal.selectors.enterprise import enterprise_of
from portal.services.organisation import MOST_ANSWER_DAYS, state_answer_days

AMOUNT = {"min_value": 1, "max_value": 10**15}


class SharedSerializer(serializers.Serializer):
    field = serializers.CharField(source="name")
    group = serializers.CharField()
    label = serializers.CharField()
    value = serializers.JSONField(help_text="As it was when it was shared; a contract’s state as it is now")
    lines = serializers.ListField(child=serializers.CharField(), help_text="The same in words")
    file = serializers.SerializerMethodField(help_text="Where a paper is fetched, signed in; else empty")

    def get_file(self, shown: Shown) -> str:
        row = shown.row
        if row is None or row.document is None or not row.document.file:
            return ""
        return reverse("financing_paper", args=[row.pk])


class FinancingBriefSerializer(serializers.Serializer):
    """A row of the list. What was shared stands in the request itself."""

    id = serializers.IntegerField(source="row.pk")
    number = serializers.CharField(source="row.number")
    kind = serializers.ChoiceField(FinancingKind.choices, source="row.kind")
    status = serializers.CharField(source="row.status")
    enterprise = OrganisationField(source="row.enterprise")
    financier = OrganisationField(source="row.financier")
    amount = serializers.IntegerField(source="row.amount")
    months = serializers.IntegerField(source="row.months")
    sent_at = serializers.DateTimeField(source="row.sent_at")
    due_on = serializers.DateField(source="row.due_on", allow_null=True, help_text="By when the awaited side acts")
    lapses_on = serializers.DateField(source="row.lapses_on", allow_null=True)
    note = serializers.CharField(help_text="Who acts next")


class FinancingSerializer(FinancingBriefSerializer):
    purpose = serializers.CharField(help_text="Empty for the financier once the consent has ended")
    consented = serializers.BooleanField(help_text="Whether what was ticked can be read by the financier now")
    shared = SharedSerializer(many=True)
    question = serializers.CharField()
    answer = serializers.CharField()
    offered_amount = serializers.IntegerField(source="row.offered_amount", allow_null=True)
    offered_months = serializers.IntegerField(source="row.offered_months", allow_null=True)
    rate = serializers.DecimalField(
        max_digits=5, decimal_places=2, source="row.rate", allow_null=True, help_text="Per cent a year"
    )
    rate_text = serializers.CharField(source="row.rate_text")
    conditions = serializers.CharField(source="row.conditions")
    accepted_at = serializers.DateTimeField(source="row.accepted_at", allow_null=True)
    disbursed_amount = serializers.IntegerField(source="row.disbursed_amount", allow_null=True)
    disbursed_on = serializers.DateField(source="row.disbursed_on", allow_null=True)
    reference = serializers.CharField(source="row.reference")
    decline_reason = serializers.CharField(source="row.decline_reason")
    reason = serializers.CharField(source="row.reason")
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, found: selector.Request) -> list[str]:
        return sorted(found.moves)


class PaperInput(serializers.Serializer):
    """One of the three: on the strength of what."""

    partnership = serializers.IntegerField(min_value=1, required=False)
    order = serializers.IntegerField(min_value=1, required=False)
    invoice = serializers.IntegerField(min_value=1, required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if sum(name in data for name in ("partnership", "order", "invoice")) != 1:
            raise ValidationError({"partnership": _("Name a contract, an order or an invoice: one of the three.")})
        return data


class FinancingInput(PaperInput):
    """`shared`: names of fields from `shareable/`; nothing else is shared."""

    financier = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.none())
    amount = serializers.IntegerField(**AMOUNT)
    months = serializers.IntegerField()
    purpose = serializers.CharField(max_length=2000)
    shared = serializers.ListField(child=serializers.CharField(max_length=30), allow_empty=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["financier"].queryset = selector.financiers()


class QuestionAnswerInput(serializers.Serializer):
    text = serializers.CharField(max_length=2000)
    shared = serializers.ListField(child=serializers.CharField(max_length=30), default=list)


class QuestionInput(serializers.Serializer):
    question = serializers.CharField(max_length=2000)


class OfferInput(serializers.Serializer):
    amount = serializers.IntegerField(**AMOUNT)
    months = serializers.IntegerField()
    rate = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, allow_null=True, default=None)
    rate_text = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    conditions = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    until = serializers.DateField()


class DisbursementInput(serializers.Serializer):
    amount = serializers.IntegerField(**AMOUNT)
    paid_on = serializers.DateField()
    reference = serializers.CharField(max_length=60)


class FinancingDeclineInput(serializers.Serializer):
    why = serializers.ChoiceField(DeclineReason.choices)
    reason = serializers.CharField(max_length=4000)


class FinancingViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": FINANCING,
        "retrieve": FINANCING,
        "create": OWNER,
        "shareable": OWNER,
        "answer": OWNER,
        "accept": OWNER,
        "withdraw": SME,
        "stop_sharing": SME,
        "take_up": FINANCIER,
        "ask": FINANCIER,
        "offer": FINANCIER,
        "disburse": FINANCIER,
        "decline": FINANCIER,
    }
    serializer_class = FinancingSerializer
    filterset_fields = ["status", "kind"]

    def get_queryset(self) -> QuerySet[FinancingRequest]:
        if getattr(self, "swagger_fake_view", False):
            return FinancingRequest.objects.none()
        return selector.own_requests(self.request.user)

    @extend_schema(responses=FinancingBriefSerializer(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(FinancingBriefSerializer(selector.briefs(page), many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=FinancingInput, responses={201: FinancingSerializer})
    def create(self, request: Request) -> Response:
        """Send a request. The values of what is ticked are kept as they are now."""
        data = _taken(FinancingInput, request.data)
        wish = Wish(data["amount"], data["months"], data["purpose"], tuple(data["shared"]))
        made = asking.send_request(_paper(request, data), data["financier"], wish, by=request.user)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter(name, int) for name in ("partnership", "order", "invoice")],
        responses=SharedSerializer(many=True),
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def shareable(self, request: Request) -> Response:
        """What can be ticked for a request on the strength of one paper, with the values as they are now."""
        paper = _paper(request, _taken(PaperInput, request.query_params.dict()))
        return Response(SharedSerializer(shareable(paper), many=True).data)

    @extend_schema(request=QuestionAnswerInput)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        row, data = self.get_object(), _taken(QuestionAnswerInput, request.data)
        asking.answer_question(row, text=data["text"], fields=data["shared"], by=request.user)
        return self._answer(row)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        asking.accept_offer(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        asking.withdraw_request(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="stop-sharing", url_name="stop-sharing")
    def stop_sharing(self, request: Request, pk: str) -> Response:
        """Withdraw the consent: the financier reads no value from now on. The request goes on."""
        row = self.get_object()
        asking.stop_sharing(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="take-up", url_name="take-up")
    def take_up(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        desk.take_up(row, by=request.user)
        return self._answer(row)

    @extend_schema(request=QuestionInput)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        desk.ask_for_more(row, question=_taken(QuestionInput, request.data)["question"], by=request.user)
        return self._answer(row)

    @extend_schema(request=OfferInput)
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        desk.make_offer(row, Offer(**_taken(OfferInput, request.data)), by=request.user)
        return self._answer(row)

    @extend_schema(request=DisbursementInput)
    @action(detail=True, methods=["post"])
    def disburse(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        desk.record_disbursement(row, by=request.user, **_taken(DisbursementInput, request.data))
        return self._answer(row)

    @extend_schema(request=FinancingDeclineInput)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        desk.decline(row, by=request.user, **_taken(FinancingDeclineInput, request.data))
        return self._answer(row)

    def _answer(self, row: FinancingRequest, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=row.pk)
        return Response(FinancingSerializer(selector.request_of(fresh, self.request.user)).data, status=code)


class FinancierSerializer(OrganisationField):
    answer_days = serializers.SerializerMethodField(help_text="Working days within which it answers")
    since = serializers.DateField(source="answer_days_since", allow_null=True, help_text="Since when it says so")

    @extend_schema_field(serializers.IntegerField())
    def get_answer_days(self, financier: Organisation) -> int:
        return answer_days(financier)


class AnswerDaysInput(serializers.Serializer):
    days = serializers.IntegerField(min_value=1, max_value=MOST_ANSWER_DAYS)


class Financiers(APIView):
    """Who can be asked for finance today; a finance officer states its own days."""

    policies = {"get": SIGNED_IN, "put": FINANCIER}

    @extend_schema(responses=FinancierSerializer(many=True), operation_id="financiers")
    def get(self, request: Request) -> Response:
        return Response(FinancierSerializer(selector.financiers(), many=True).data)

    @extend_schema(request=AnswerDaysInput, responses=FinancierSerializer)
    def put(self, request: Request) -> Response:
        """It counts for requests that are sent from now on."""
        organisation = request.user.organisation
        state_answer_days(organisation, _taken(AnswerDaysInput, request.data)["days"], by=request.user)
        organisation.refresh_from_db()
        return Response(FinancierSerializer(organisation).data)


def _taken(kind: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    taken = kind(data=data)
    taken.is_valid(raise_exception=True)
    return dict(taken.validated_data)


def _paper(request: Request, data: dict[str, Any]) -> Paper:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    if "invoice" in data:
        own = Invoice.objects.visible_to(request.user).select_related("order__partnership__buyer")
        invoice = get_object_or_404(own, pk=data["invoice"])
        return Paper(enterprise, invoice.partnership, invoice=invoice)
    if "order" in data:
        orders = PurchaseOrder.objects.visible_to(request.user).select_related("partnership__buyer")
        order = get_object_or_404(orders, pk=data["order"])
        return Paper(enterprise, order.partnership, order=order)
    contracts = Partnership.objects.visible_to(request.user).select_related("buyer")
    return Paper(enterprise, get_object_or_404(contracts, pk=data["partnership"]))
