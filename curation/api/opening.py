"""Opportunities by API: the open needs that fit an enterprise, explained as the buyers' matches are, with its chance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.matched import PartSerializer
from curation.enums import ApplicationStatus
from curation.selectors.openings import MOST, Opening, fits_of
from curation.services.opening import chances
from portal.enums import DocumentKind, Role, Unit
from portal.models import Enterprise
from portal.policy import roles

CHANCES = [("passes", "passes"), ("review", "review"), ("not_yet", "not_yet")]


class OpportunitiesQuery(serializers.Serializer):
    limit = serializers.IntegerField(required=False, default=MOST, min_value=1, max_value=MOST)


class OpenRoundSerializer(serializers.Serializer):
    """`score` is a dry run on what the enterprise's data are now: nobody else sees it, and nothing is kept."""

    programme = serializers.IntegerField(source="fit.programme.pk")
    name = serializers.CharField(source="fit.programme.name")
    closes_at = serializers.DateTimeField(source="fit.programme.closes_at")
    applicants = serializers.IntegerField(source="fit.programme.applicants", help_text="So many have applied")
    quota = serializers.IntegerField(source="fit.programme.quota")
    full = serializers.BooleanField(source="fit.programme.is_full", help_text="Whoever qualifies waits for a place")
    chance = serializers.SerializerMethodField(
        help_text="passes: would be curated; review: a person would decide; null before its criteria are published"
    )
    score = serializers.SerializerMethodField()
    threshold = serializers.SerializerMethodField()
    application = serializers.SerializerMethodField(help_text="State of the application that stands there, if one does")

    def get_chance(self, row: Opening) -> str | None:
        return row.chance or None

    def get_score(self, row: Opening) -> Decimal | None:
        return row.explanation.total if row.explanation else None

    def get_threshold(self, row: Opening) -> Decimal | None:
        return row.explanation.threshold if row.explanation else None

    def get_application(self, row: Opening) -> str | None:
        return ApplicationStatus(row.mine.status).value if row.mine else None


class OpportunitySerializer(serializers.Serializer):
    rank = serializers.IntegerField(source="fit.rank")
    need = serializers.IntegerField(source="fit.need.pk")
    number = serializers.CharField(source="fit.need.number")
    item = serializers.CharField(source="fit.need.item")
    buyer = serializers.CharField(source="fit.need.buyer.name")
    place = serializers.CharField(source="fit.need.delivery_region.full_name")
    quantity_per_month = serializers.DecimalField(source="fit.need.quantity_per_month", max_digits=16, decimal_places=2)
    unit = serializers.ChoiceField(source="fit.need.unit", choices=Unit.choices)
    ceiling_price = serializers.IntegerField(source="fit.need.ceiling_price")
    required_certificates = serializers.ListField(
        source="fit.need.required_certificates", child=serializers.ChoiceField(choices=DocumentKind.choices)
    )
    deliver_from = serializers.DateField(source="fit.need.deliver_from")
    deliver_until = serializers.DateField(source="fit.need.deliver_until", allow_null=True)
    deadline = serializers.SerializerMethodField(
        help_text="The end of the round to apply in; without one the end of delivery; null where neither is set"
    )
    product = serializers.IntegerField(source="fit.product.pk", help_text="Of the enterprise's, the one that fits best")
    product_name = serializers.CharField(source="fit.product.name")
    total = serializers.FloatField(source="fit.total", help_text="Of 100: the sum of the points")
    parts = PartSerializer(source="fit.parts", many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="In words; what must hold comes first")
    round = OpenRoundSerializer(source="in_round", allow_null=True)

    def get_deadline(self, row: Opening) -> dt.date | None:
        programme = row.fit.programme
        return timezone.localdate(programme.closes_at) if programme else row.fit.need.deliver_until


class NoteSerializer(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()


class OpportunitiesSerializer(serializers.Serializer):
    notes = NoteSerializer(many=True, help_text="Why there are none, and what stands in the way of applying")
    compared = serializers.IntegerField(help_text="Products that were compared, one of each class first")
    products = serializers.IntegerField(help_text="Products on sale")
    results = OpportunitySerializer(many=True)


class EnterpriseOpportunities(APIView):
    """The open needs that fit an enterprise best, each with its chance, what is missing, deadline, and how many applied."""

    policies = {"get": roles(Role.OWNER, Role.STAFF, Role.COMPANION)}

    @extend_schema(parameters=[OpportunitiesQuery], responses=OpportunitiesSerializer)
    def get(self, request: Request, pk: int) -> Response:
        visible = Enterprise.objects.visible_to(request.user).select_related("organisation")
        enterprise = get_object_or_404(visible, pk=pk)
        asked = OpportunitiesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        fits = fits_of(enterprise, user=request.user, limit=asked.validated_data["limit"])
        told = {
            "notes": fits.notes,
            "compared": fits.compared,
            "products": fits.products,
            "results": chances(enterprise, fits.rows),
        }
        return Response(OpportunitiesSerializer(told).data)
