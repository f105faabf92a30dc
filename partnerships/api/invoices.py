"""Invoices and payments by API: the same services as the pages. Amounts are whole rupiah."""

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

from partnerships.api.serializers import ReasonSerializer
from partnerships.enums import PphRate, PpnWay
from partnerships.flow import INVOICE, PAYMENT
from partnerships.models import Delivery, Invoice, Payment, PurchaseOrder
from partnerships.selectors import invoices as selector
from partnerships.services import invoicing, paying
from partnerships.services.invoicing import Deductions, Papers
from portal.api.idempotency import Idempotent
from portal.policy import OFFICER, PARTIES, SME


class InvoiceLineSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="goods, advance, settlement, ppn, ppn_collected, pph, penalty")
    delivery_line = serializers.IntegerField(source="delivery_line_id", allow_null=True)
    rate = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True, help_text="Per cent")
    base = serializers.IntegerField(allow_null=True)
    amount = serializers.IntegerField(help_text="Below zero where it is deducted")
    note = serializers.CharField()


class PaymentSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    invoice = serializers.IntegerField(source="invoice_id")
    amount = serializers.IntegerField()
    paid_on = serializers.DateField()
    reference = serializers.CharField()
    status = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, payment: Payment) -> list[str]:
        return [move.name for move in PAYMENT.open_to(self.context["user"], payment)]


class InvoiceSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    number = serializers.CharField(source="row.number")
    order = serializers.IntegerField(source="row.order_id")
    kind = serializers.CharField(source="row.kind", help_text="goods or advance")
    reference = serializers.CharField(source="row.reference")
    tax_invoice = serializers.CharField(source="row.tax_invoice")
    note = serializers.CharField(source="row.note")
    status = serializers.CharField(source="row.status")
    before_tax = serializers.IntegerField(source="row.before_tax")
    total = serializers.IntegerField(source="row.total", help_text="What is to be paid")
    lines = InvoiceLineSerializer(many=True)
    sent_at = serializers.DateTimeField(source="row.sent_at")
    due_on = serializers.DateField(source="row.due_on")
    reason = serializers.CharField(source="row.reason")
    file = serializers.SerializerMethodField(help_text="Where it is fetched, signed in; empty without a file")
    paid = serializers.IntegerField()
    open = serializers.IntegerField(help_text="Not paid, or its payment is disputed")
    days_late = serializers.IntegerField()
    interest = serializers.IntegerField(help_text="What the law would grant for the delay: shown, not charged")
    payments = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    def get_file(self, bill: selector.Bill) -> str:
        return reverse("invoice_file", args=[bill.row.pk]) if bill.row.file else ""

    @extend_schema_field(PaymentSerializer(many=True))
    def get_payments(self, bill: selector.Bill) -> list[dict[str, Any]]:
        return list(PaymentSerializer(bill.payments, many=True, context=self.context).data)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, bill: selector.Bill) -> list[str]:
        return [move.name for move in INVOICE.open_to(self.context["user"], bill.row)]


class InvoiceInput(serializers.Serializer):
    """For goods: `deliveries` of the order, all that was accepted of each. For the advance: `advance`, a part of what the
    order agrees on. One of the two."""

    order = serializers.IntegerField(min_value=1)
    deliveries = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False)
    advance = serializers.IntegerField(min_value=1, max_value=10**15, required=False)
    reference = serializers.CharField(max_length=60)
    tax_invoice = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    ppn = serializers.ChoiceField(PpnWay.choices, default=PpnWay.NONE)
    pph = serializers.ChoiceField(PphRate.choices, required=False, allow_blank=True, default="")
    penalty = serializers.IntegerField(min_value=0, max_value=10**15, default=0)
    penalty_note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    file = serializers.FileField(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("advance" in data) == bool(data.get("deliveries")):
            raise serializers.ValidationError(
                {"deliveries": _("Choose deliveries, or send the advance: one of the two.")}
            )
        return data


class InvoiceViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {"list": PARTIES, "retrieve": PARTIES, "create": SME, "return_": OFFICER, "withdraw": SME}
    serializer_class = InvoiceSerializer
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    filterset_fields = ["status", "order", "kind", "reference"]

    def get_queryset(self) -> QuerySet[Invoice]:
        if getattr(self, "swagger_fake_view", False):
            return Invoice.objects.none()
        return selector.with_payments(Invoice.objects.visible_to(self.request.user)).order_by("-sent_at", "-pk")

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        body = InvoiceSerializer(selector.bills(page), many=True, context={"user": request.user}).data
        return self.get_paginated_response(body)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=InvoiceInput, responses={201: InvoiceSerializer})
    def create(self, request: Request) -> Response:
        """Amounts follow from what was accepted and from the rates in force; nothing of them is sent."""
        taken = InvoiceInput(data=request.data)
        taken.is_valid(raise_exception=True)
        data = taken.validated_data
        order = get_object_or_404(PurchaseOrder.objects.visible_to(request.user), pk=data["order"])
        papers = Papers(data["reference"], data["tax_invoice"], data["note"], data.get("file"))
        deductions = Deductions(data["ppn"], data["pph"], data["penalty"], data["penalty_note"])
        if "advance" in data:
            made = invoicing.send_advance_invoice(
                order, data["advance"], by=request.user, papers=papers, deductions=deductions
            )
        else:
            own = Delivery.objects.visible_to(request.user).filter(order=order)
            deliveries = list(own.filter(pk__in=data["deliveries"]))
            if len(deliveries) != len(set(data["deliveries"])):
                raise ValidationError({"deliveries": _("Choose deliveries that were accepted and not invoiced yet.")})
            made = invoicing.send_invoice(order, deliveries, by=request.user, papers=papers, deductions=deductions)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, pk: str) -> Response:
        """While it is in time and nothing was paid of it."""
        invoice = self.get_object()
        invoicing.return_invoice(invoice, reason=_reason(request), by=request.user)
        return self._answer(invoice)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        invoice = self.get_object()
        invoicing.withdraw_invoice(invoice, by=request.user)
        return self._answer(invoice)

    def _answer(self, invoice: Invoice, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=invoice.pk)
        body = InvoiceSerializer(selector.bill(fresh), context={"user": self.request.user}).data
        return Response(body, status=code)


class PaymentInput(serializers.Serializer):
    invoice = serializers.IntegerField(min_value=1)
    amount = serializers.IntegerField(min_value=1, max_value=10**15)
    paid_on = serializers.DateField()
    reference = serializers.CharField(max_length=60)


class PaymentViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": OFFICER,
        "confirm": SME,
        "dispute": SME,
        "withdraw": OFFICER,
    }
    serializer_class = PaymentSerializer
    filterset_fields = ["status", "invoice", "reference"]

    def get_queryset(self) -> QuerySet[Payment]:
        if getattr(self, "swagger_fake_view", False):
            return Payment.objects.none()
        own = Payment.objects.visible_to(self.request.user).select_related(
            "invoice__order__partnership__buyer", "invoice__order__share__enterprise__organisation"
        )
        return own.order_by("-paid_on", "-pk")

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(PaymentSerializer(page, many=True, context={"user": request.user}).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=PaymentInput, responses={201: PaymentSerializer})
    def create(self, request: Request) -> Response:
        """Record what was paid of an invoice: in whole or in part, never more."""
        taken = PaymentInput(data=request.data)
        taken.is_valid(raise_exception=True)
        data = dict(taken.validated_data)
        invoice = get_object_or_404(Invoice.objects.visible_to(request.user), pk=data.pop("invoice"))
        return self._answer(paying.record_payment(invoice, by=request.user, **data), status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        payment = self.get_object()
        paying.confirm_payment(payment, by=request.user)
        return self._answer(payment)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, pk: str) -> Response:
        """The money did not come, or not all of it."""
        payment = self.get_object()
        paying.dispute_payment(payment, reason=_reason(request), by=request.user)
        return self._answer(payment)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Recorded by mistake."""
        payment = self.get_object()
        paying.withdraw_payment(payment, reason=_reason(request), by=request.user)
        return self._answer(payment)

    def _answer(self, payment: Payment, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=payment.pk)
        return Response(PaymentSerializer(fresh, context={"user": self.request.user}).data, status=code)


def _reason(request: Request) -> str:
    taken = ReasonSerializer(data=request.data)
    taken.is_valid(raise_exception=True)
    return taken.validated_data["reason"]
