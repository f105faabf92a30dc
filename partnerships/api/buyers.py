"""Buyers and how they treat their suppliers, for everybody to read."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from partnerships.selectors import buyer_record as selector
from portal.models import Organisation
from portal.policy import PUBLIC


class BuyerRecordSerializer(serializers.Serializer):
    """Of two years back. A figure is null while fewer than five enterprises stand behind it (`shown` is false where all
    are), but for the ministries and the buyer itself. Days are calendar days, medians."""

    id = serializers.IntegerField(source="buyer.pk")
    name = serializers.CharField(source="buyer.name")
    ownership = serializers.CharField(source="buyer.ownership")
    shown = serializers.BooleanField()
    enterprises = serializers.IntegerField(allow_null=True, help_text="With contracts that are, or were, in force")
    deliveries = serializers.IntegerField(allow_null=True, help_text="Answered")
    days_to_accept = serializers.IntegerField(allow_null=True)
    deemed = serializers.IntegerField(allow_null=True, help_text="Of them accepted because no answer came in time")
    invoices_paid = serializers.IntegerField(allow_null=True)
    days_to_pay = serializers.IntegerField(allow_null=True, help_text="From the invoice to its last payment")
    invoices_due = serializers.IntegerField(allow_null=True, help_text="Paid, or not paid by their day")
    paid_in_term = serializers.IntegerField(allow_null=True)
    in_term_share = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True, help_text="Per cent")
    overdue = serializers.IntegerField(allow_null=True, help_text="Not paid, though their day has passed")
    reports = serializers.IntegerField(allow_null=True, help_text="Problems that suppliers reported of it")
    reports_proven = serializers.IntegerField(allow_null=True, help_text="Found justified, or conceded and agreed")


class BuyerViewSet(viewsets.GenericViewSet):
    """With a contract that is, or was, in force."""

    policies = {"list": PUBLIC, "retrieve": PUBLIC}
    serializer_class = BuyerRecordSerializer

    def get_queryset(self) -> QuerySet[Organisation]:
        if getattr(self, "swagger_fake_view", False):
            return Organisation.objects.none()
        return selector.buyers()

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(BuyerRecordSerializer(selector.records(page, request.user), many=True).data)

    @extend_schema(responses=BuyerRecordSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        (record,) = selector.records([self.get_object()], request.user)
        return Response(BuyerRecordSerializer(record).data)
