"""What everybody may read: partnerships in force, and the figures of the country beside the portal's own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.api.serializers import OrganisationField, PartySerializer, parties_of
from partnerships.models import Partnership
from partnerships.models.partnership import PartnershipQuerySet
from partnerships.selectors import front
from partnerships.selectors.open_data import ocid_of
from partnerships.selectors.public import public_partnerships, public_places
from partnerships.selectors.realised import realised
from portal.models import ContextFigure, LinkageFigure
from portal.policy import PUBLIC


class PublicLineSerializer(serializers.Serializer):
    item = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    unit = serializers.CharField()


class SignedSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="The organisation; never a person")
    party = serializers.CharField()
    at = serializers.DateTimeField()


class PublicPartnershipSerializer(serializers.ModelSerializer):
    number = serializers.CharField(read_only=True)
    buyer = OrganisationField()
    enterprises = serializers.SerializerMethodField()
    lines = PublicLineSerializer(many=True)
    signed = serializers.SerializerMethodField()

    class Meta:
        model = Partnership
        fields = [
            "id", "number", "title", "status", "buyer", "enterprises", "value", "starts_on", "ends_on", "active_at",
            "lines", "signed",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(PartySerializer(many=True))
    def get_enterprises(self, partnership: Partnership) -> list[dict[str, Any]]:
        shares = partnership.shares.all()
        return [
            party | {"name": share.public_name} for party, share in zip(parties_of(partnership), shares, strict=True)
        ]

    @extend_schema_field(SignedSerializer(many=True))
    def get_signed(self, partnership: Partnership) -> Any:
        return SignedSerializer(public_places(partnership), many=True).data


class RealisedSerializer(serializers.Serializer):
    """Rupiah before tax, but for `paid`, which holds what went over the accounts. Only what both sides stand to."""

    pledged = serializers.IntegerField()
    ordered = serializers.IntegerField()
    accepted = serializers.IntegerField()
    paid = serializers.IntegerField()


class OnePublicPartnershipSerializer(PublicPartnershipSerializer):
    realised = serializers.SerializerMethodField()
    ocid = serializers.SerializerMethodField(help_text="Of its record in /ocds/records/; empty for the first seconds")

    class Meta(PublicPartnershipSerializer.Meta):
        fields = [*PublicPartnershipSerializer.Meta.fields, "realised", "ocid"]
        read_only_fields = fields

    @extend_schema_field(RealisedSerializer)
    def get_realised(self, partnership: Partnership) -> Any:
        return RealisedSerializer(realised(partnership)).data

    def get_ocid(self, partnership: Partnership) -> str:
        return ocid_of(partnership)


class PublicPartnershipFilter(FilterSet):
    q = CharFilter(method="words", label="Title, or a party's name")
    number = CharFilter(method="numbered", label="The number on the paper, for example MP-2026-0001")

    class Meta:
        model = Partnership
        fields = ["buyer", "status"]

    def words(self, queryset: QuerySet[Partnership], name: str, value: str) -> QuerySet[Partnership]:
        return queryset.filter(pk__in=public_partnerships(value).order_by().values("pk"))

    def numbered(self, queryset: PartnershipQuerySet, name: str, value: str) -> QuerySet[Partnership]:
        return queryset.numbered(value)


class PublicPartnershipViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """In force, completed or terminated: who supplies whom with what. No person's name or number."""

    policies = {"list": PUBLIC, "retrieve": PUBLIC}
    serializer_class = PublicPartnershipSerializer
    filterset_class = PublicPartnershipFilter

    def get_queryset(self) -> QuerySet[Partnership]:
        if getattr(self, "swagger_fake_view", False):
            return Partnership.objects.none()
        return public_partnerships()

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return OnePublicPartnershipSerializer if self.action == "retrieve" else PublicPartnershipSerializer


class LinkageFigureSerializer(serializers.ModelSerializer):
    class Meta:
        model = LinkageFigure
        fields = ["indicator", "definition", "country", "value", "date", "publisher"]
        read_only_fields = fields


class ContextFigureSerializer(serializers.ModelSerializer):
    class Meta:
        model = ContextFigure
        fields = ["indicator", "definition", "value", "unit", "date", "publisher"]
        read_only_fields = fields


class OwnCountsSerializer(serializers.Serializer):
    registered = serializers.IntegerField()
    verified = serializers.IntegerField()
    curated = serializers.IntegerField()
    open_needs = serializers.IntegerField()
    active = serializers.IntegerField(help_text="Partnerships in force")
    active_value = serializers.IntegerField(help_text="Their value in rupiah")


class FiguresSerializer(serializers.Serializer):
    """`linkage` in percent, each with its publisher and date; `portal`: what this portal counts itself, at `counted_at`."""

    linkage = LinkageFigureSerializer(many=True)
    context = ContextFigureSerializer(many=True)
    portal = OwnCountsSerializer()
    counted_at = serializers.DateTimeField()


class Figures(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(responses=FiguresSerializer)
    def get(self, request: Request) -> Response:
        figures = {
            "linkage": front.linkage_figures(),
            "context": front.context_figures(),
            "portal": front.own_counts(),
            "counted_at": timezone.now(),
        }
        return Response(FiguresSerializer(figures).data)
