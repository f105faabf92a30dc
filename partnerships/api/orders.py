"""Orders and deliveries by API: the same services as the pages. Lines go by id; what is wrong with one stands at `line_<id>`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
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

from partnerships.api.serializers import NextStepSerializer, OrganisationField, ReasonSerializer
from partnerships.enums import OrderStatus
from partnerships.flow import DELIVERY, ORDER
from partnerships.models import Delivery, Partnership, PurchaseOrder
from partnerships.selectors import orders as selector
from partnerships.services import delivering, ordering, receiving
from partnerships.services.receiving import Receipt
from portal.api.idempotency import Idempotent
from portal.policy import OFFICER, PARTIES, SME, TRADERS

QUANTITY = {"max_digits": 16, "decimal_places": 2}


class OrderedLineSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    line = serializers.IntegerField(source="row.line_id", help_text="Of the contract")
    item = serializers.CharField(source="row.line.item")
    unit = serializers.CharField(source="row.line.unit")
    price = serializers.IntegerField(source="row.price")
    quantity = serializers.DecimalField(source="row.quantity", **QUANTITY)
    given_up = serializers.DecimalField(source="row.given_up", **QUANTITY)
    amount = serializers.IntegerField(source="row.amount", help_text="Rupiah before tax")
    delivered = serializers.DecimalField(**QUANTITY)
    awaiting = serializers.DecimalField(help_text="Delivered and not answered", **QUANTITY)
    accepted = serializers.DecimalField(**QUANTITY)
    accepted_amount = serializers.IntegerField()
    rejected = serializers.DecimalField(**QUANTITY)
    over = serializers.DecimalField(help_text="Delivered beyond the order", **QUANTITY)
    to_deliver = serializers.DecimalField(**QUANTITY)


class DeliveryInOrderSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    bast_number = serializers.CharField()
    delivered_on = serializers.DateField()
    status = serializers.CharField()
    answer_by = serializers.DateField()


class InvoiceInOrderSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    reference = serializers.CharField(source="row.reference")
    status = serializers.CharField(source="row.status")
    total = serializers.IntegerField(source="row.total")
    open = serializers.IntegerField()
    due_on = serializers.DateField(source="row.due_on")
    days_late = serializers.IntegerField()


class OrderSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    number = serializers.CharField(source="row.number")
    reference = serializers.CharField(source="row.reference")
    partnership = serializers.IntegerField(source="row.partnership_id")
    status = serializers.CharField(source="row.status")
    buyer = OrganisationField(source="row.partnership.buyer")
    enterprise = serializers.SerializerMethodField()
    deliver_by = serializers.DateField(source="row.deliver_by")
    deliver_to = serializers.CharField(source="row.deliver_to")
    note = serializers.CharField(source="row.note")
    placed_at = serializers.DateTimeField(source="row.placed_at")
    answered_at = serializers.DateTimeField(source="row.answered_at", allow_null=True)
    reason = serializers.CharField(source="row.reason")
    rest_asked_by = serializers.IntegerField(source="row.rest_asked_by_id", allow_null=True)
    rest_reason = serializers.CharField(source="row.rest_reason")
    value = serializers.IntegerField(help_text="Rupiah before tax, without what was given up")
    accepted_amount = serializers.IntegerField()
    lines = OrderedLineSerializer(many=True)
    advance = serializers.IntegerField(source="row.advance", help_text="Agreed, in rupiah")
    invoiced_amount = serializers.IntegerField(help_text="Rupiah before tax, the advance included")
    paid_amount = serializers.IntegerField(help_text="Rupiah with taxes and deductions")
    deliveries = DeliveryInOrderSerializer(many=True)
    invoices = InvoiceInOrderSerializer(source="bills", many=True)
    next = NextStepSerializer(source="steps", many=True)
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(OrganisationField)
    def get_enterprise(self, order: selector.Order) -> dict[str, Any]:
        return {"id": order.row.share.enterprise_id, "name": order.row.share.name}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, order: selector.Order) -> list[str]:
        user, row = order.reader, order.row
        if user is None:
            return []
        moves = [move.name for move in ORDER.open_to(user, row)]
        if row.status == OrderStatus.CONFIRMED:
            moves += ["deliver"] if user.has_perm("partnerships.supply", row) else []
            moves += ["end_rest"] if user.has_perm("partnerships.end_rest", row) else []
        return moves


class QuantityInput(serializers.Serializer):
    line = serializers.IntegerField(min_value=1)
    quantity = serializers.DecimalField(min_value=Decimal(0), **QUANTITY)


class OrderInput(serializers.Serializer):
    """`enterprise`: whose lines they are; needed where the contract has several. `lines`: of the contract."""

    partnership = serializers.IntegerField(min_value=1)
    enterprise = serializers.IntegerField(min_value=1, required=False)
    deliver_by = serializers.DateField()
    deliver_to = serializers.CharField(max_length=300)
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    advance = serializers.IntegerField(min_value=0, max_value=10**15, default=0)
    lines = QuantityInput(many=True, allow_empty=False)


class PurchaseOrderViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": OFFICER,
        "confirm": SME,
        "refuse": SME,
        "withdraw": OFFICER,
        "end_rest": TRADERS,
        "agree_to_end_rest": TRADERS,
        "keep_rest": TRADERS,
    }
    serializer_class = OrderSerializer
    filterset_fields = ["status", "partnership", "reference"]

    def get_queryset(self) -> QuerySet[PurchaseOrder]:
        if getattr(self, "swagger_fake_view", False):
            return PurchaseOrder.objects.none()
        return selector.with_everything(PurchaseOrder.objects.visible_to(self.request.user))

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(OrderSerializer(selector.orders(page, request.user), many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=OrderInput, responses={201: OrderSerializer})
    def create(self, request: Request) -> Response:
        """Order of one enterprise's lines, within what is left of the contract."""
        taken = OrderInput(data=request.data)
        taken.is_valid(raise_exception=True)
        data = dict(taken.validated_data)
        partnership = get_object_or_404(Partnership.objects.visible_to(request.user), pk=data.pop("partnership"))
        share = _share(selector.suppliers(partnership), data.pop("enterprise", None))
        quantities = by_line(partnership.lines.all(), data.pop("lines"))
        order = ordering.place_order(partnership, share, quantities, by=request.user, **data)
        return self._answer(order, status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        ordering.confirm_order(order, by=request.user)
        return self._answer(order)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        ordering.refuse_order(order, reason=_reason(request), by=request.user)
        return self._answer(order)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """While the enterprise has not answered."""
        order = self.get_object()
        ordering.withdraw_order(order, reason=_reason(request), by=request.user)
        return self._answer(order)

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="end-rest", url_name="end-rest")
    def end_rest(self, request: Request, pk: str) -> Response:
        """Ask the other side to end what was not delivered."""
        order = self.get_object()
        ordering.ask_to_end_rest(order, reason=_reason(request), by=request.user)
        return self._answer(order)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="end-rest/agree", url_name="end-rest-agree")
    def agree_to_end_rest(self, request: Request, pk: str) -> Response:
        order = self.get_object()
        ordering.agree_to_end_rest(order, by=request.user)
        return self._answer(order)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="end-rest/keep", url_name="end-rest-keep")
    def keep_rest(self, request: Request, pk: str) -> Response:
        """The order goes on in full; or the question is taken back."""
        order = self.get_object()
        ordering.keep_rest(order, by=request.user)
        return self._answer(order)

    def _answer(self, order: PurchaseOrder, code: int = status.HTTP_200_OK) -> Response:
        user = self.request.user
        fresh = selector.with_everything(PurchaseOrder.objects.visible_to(user)).get(pk=order.pk)
        return Response(OrderSerializer(selector.order(fresh, user)).data, status=code)


class DeliveryLineSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    order_line = serializers.IntegerField(source="order_line_id")
    item = serializers.CharField(source="order_line.line.item")
    unit = serializers.CharField(source="order_line.line.unit")
    quantity = serializers.DecimalField(**QUANTITY)
    accepted = serializers.DecimalField(allow_null=True, **QUANTITY)
    rejected = serializers.DecimalField(allow_null=True, **QUANTITY)
    over = serializers.DecimalField(help_text="Beyond the order: neither accepted nor rejected", **QUANTITY)
    amount = serializers.IntegerField(allow_null=True, help_text="Rupiah of what was accepted")
    reason = serializers.CharField()


class DeliveryPaperSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="file_name")
    sha256 = serializers.CharField()
    organisation = OrganisationField()
    uploaded_at = serializers.DateTimeField()
    file = serializers.SerializerMethodField(help_text="Where it is fetched, signed in")

    def get_file(self, paper: Any) -> str:
        return reverse("delivery_paper", args=[paper.pk])


class DeliverySerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    order = serializers.IntegerField(source="order_id")
    order_number = serializers.CharField(source="order.number")
    bast_number = serializers.CharField()
    delivered_on = serializers.DateField()
    note = serializers.CharField()
    status = serializers.CharField()
    answer_by = serializers.DateField(help_text="The day after, it is deemed accepted")
    recorded_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    receipt_reference = serializers.CharField(help_text="The receipt's number in the buyer's own books")
    lines = DeliveryLineSerializer(many=True)
    papers = DeliveryPaperSerializer(many=True)
    moves = serializers.SerializerMethodField(help_text="What the caller may do now")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_moves(self, delivery: Delivery) -> list[str]:
        return [move.name for move in DELIVERY.open_to(self.context["user"], delivery)]


class DeliveryInput(serializers.Serializer):
    """`lines`: of the order."""

    order = serializers.IntegerField(min_value=1)
    bast_number = serializers.CharField(max_length=60)
    delivered_on = serializers.DateField()
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    lines = QuantityInput(many=True, allow_empty=False)


class ReceiptInput(serializers.Serializer):
    """`line`: of the delivery."""

    line = serializers.IntegerField(min_value=1)
    accepted = serializers.DecimalField(min_value=Decimal(0), **QUANTITY)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ReceiptsInput(serializers.Serializer):
    receipt_reference = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    lines = ReceiptInput(many=True, allow_empty=False)


class PapersInput(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField(), allow_empty=False, max_length=delivering.MOST_PAPERS)


class DeliveryViewSet(Idempotent, viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": SME,
        "answer": OFFICER,
        "withdraw": SME,
        "papers": TRADERS,
    }
    serializer_class = DeliverySerializer
    filterset_fields = ["status", "order", "receipt_reference"]

    def get_queryset(self) -> QuerySet[Delivery]:
        if getattr(self, "swagger_fake_view", False):
            return Delivery.objects.none()
        return selector.delivery_with_lines(Delivery.objects.visible_to(self.request.user)).order_by(
            "-delivered_on", "-pk"
        )

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(DeliverySerializer(page, many=True, context={"user": request.user}).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=DeliveryInput, responses={201: DeliverySerializer})
    def create(self, request: Request) -> Response:
        """Record a handover under a confirmed order; photos and papers follow at `papers/`."""
        taken = DeliveryInput(data=request.data)
        taken.is_valid(raise_exception=True)
        data = dict(taken.validated_data)
        order = get_object_or_404(PurchaseOrder.objects.visible_to(request.user), pk=data.pop("order"))
        quantities = by_line(order.lines.select_related("line"), data.pop("lines"))
        delivery = delivering.record_delivery(order, quantities, by=request.user, **data)
        return self._answer(delivery, status.HTTP_201_CREATED)

    @extend_schema(request=ReceiptsInput)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Each line: how much is accepted, and why the rest is not."""
        delivery = self.get_object()
        taken = ReceiptsInput(data=request.data)
        taken.is_valid(raise_exception=True)
        rows = {row["line"]: Receipt(row["accepted"], row["reason"]) for row in taken.validated_data["lines"]}
        lines = {line.pk: line for line in delivery.lines.all()}
        _check_known(rows, lines)
        receipts = {lines[pk]: row for pk, row in rows.items()}
        reference = taken.validated_data["receipt_reference"]
        receiving.answer_delivery(delivery, receipts, by=request.user, reference=reference)
        return self._answer(delivery)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Entered by mistake, and not answered yet."""
        delivery = self.get_object()
        delivering.withdraw_delivery(delivery, by=request.user)
        return self._answer(delivery)

    @extend_schema(request={"multipart/form-data": PapersInput})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, FormParser, JSONParser])
    def papers(self, request: Request, pk: str) -> Response:
        """Of either side: PDF, JPEG, PNG or WebP, 12 at most. The same file again changes nothing."""
        delivery = self.get_object()
        taken = PapersInput(data=request.data)
        taken.is_valid(raise_exception=True)
        delivering.add_papers(delivery, taken.validated_data["files"], by=request.user)
        return self._answer(delivery)

    def _answer(self, delivery: Delivery, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=delivery.pk)
        return Response(DeliverySerializer(fresh, context={"user": self.request.user}).data, status=code)


def by_line(lines: Iterable[Any], rows: list[dict[str, Any]]) -> dict[Any, Decimal]:
    """What was sent by id, as quantities of rows. Raises ValidationError for an id that is none of them."""
    known = {line.pk: line for line in lines}
    sent = {row["line"]: row["quantity"] for row in rows}
    _check_known(sent, known)
    return {known[pk]: quantity for pk, quantity in sent.items()}


def _check_known(sent: Iterable[int], known: dict[int, Any]) -> None:
    unknown = [str(pk) for pk in sent if pk not in known]
    if unknown:
        raise ValidationError({"lines": _("There is no such line here: %(ids)s") % {"ids": ", ".join(unknown)}})


def _share(suppliers: list[tuple[Any, list[Any]]], enterprise: int | None) -> Any:
    found = [share for share, _lines in suppliers if enterprise in (None, share.enterprise_id)]
    if len(found) != 1:
        raise ValidationError({"enterprise": _("Choose an enterprise of this contract.")})
    return found[0]


def _reason(request: Request) -> str:
    taken = ReasonSerializer(data=request.data)
    taken.is_valid(raise_exception=True)
    return taken.validated_data["reason"]
