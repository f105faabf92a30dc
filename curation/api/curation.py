"""The mark by API: one's own, checking one by its code, a signed statement, revoking one, recognising another buyer's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.programme_serializers import MOST_ID
from curation.models import Curation, Programme
from curation.selectors import marks
from curation.services.attestation import attested
from curation.services.certificate import revoke_curation
from curation.services.certificate_pdf import pdf_of
from curation.services.recognition import ask_for_recognition, cover_of, withdraw_request
from portal.api.enterprise_serializers import RungSerializer
from portal.exports import as_download
from portal.models import Enterprise
from portal.policy import APPLICATION_READERS, BUYER, OFFICER, PUBLIC
from portal.selectors.ladder import ladder_of, read_facts


class CurationSerializer(serializers.ModelSerializer):
    """What anybody may know of a mark."""

    enterprise = serializers.CharField(source="enterprise.organisation.name", read_only=True)
    checked = serializers.SerializerMethodField(
        help_text="Where the enterprise stands on the verification ladder today"
    )
    buyer = serializers.CharField(source="programme.buyer.name", read_only=True)
    programme = serializers.CharField(source="programme.name", read_only=True)
    valid = serializers.BooleanField(source="is_valid", read_only=True)
    standing = serializers.ChoiceField(choices=["valid", "expired", "revoked"], read_only=True)
    recognises = serializers.UUIDField(
        source="recognised.token",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The code of the other buyer's mark that it was given on",
    )

    class Meta:
        model = Curation
        fields = [
            "token", "enterprise", "enterprise_id", "checked", "buyer", "programme", "programme_id", "valid", "standing", "valid_from",
            "valid_until", "revoked_at", "revoked_reason", "recognises",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RungSerializer)
    def get_checked(self, curation: Curation) -> dict[str, Any]:
        return RungSerializer(ladder_of(curation.enterprise)).data


class ContactSerializer(serializers.ModelSerializer):
    """Of the business, as it stands in its profile; no person's."""

    village = serializers.CharField(source="village.full_name", default="", read_only=True)

    class Meta:
        model = Enterprise
        fields = ["phone", "email", "address", "postal_code", "village"]
        read_only_fields = fields


class ListedCurationSerializer(CurationSerializer):
    """A mark for its own sides: when it last changed, its certificate, and whom to call."""

    changed_at = serializers.DateTimeField(read_only=True, help_text="Given, renewed, revoked, or expired")
    certificate = serializers.SerializerMethodField(help_text="Where its PDF is fetched")
    contact = serializers.SerializerMethodField(
        help_text="Only for the buyer that gave it, as long as it stands and the business is active"
    )

    class Meta(CurationSerializer.Meta):
        fields = [*CurationSerializer.Meta.fields, "changed_at", "certificate", "contact"]
        read_only_fields = fields

    def get_certificate(self, curation: Curation) -> str:
        return reverse("api_curation_pdf", args=[curation.token])

    @extend_schema_field(ContactSerializer(allow_null=True))
    def get_contact(self, curation: Curation) -> dict[str, Any] | None:
        if not marks.may_call(self.context["request"].user, curation):
            return None
        return dict(ContactSerializer(curation.enterprise).data)


class CurationFilter(filters.FilterSet):
    valid = filters.BooleanFilter(method="only_valid")
    changed_since = filters.IsoDateTimeFilter(
        method="only_changed",
        label="What was given, renewed, revoked or expired from this moment on, the earliest first",
    )

    class Meta:
        model = Curation
        fields = ["enterprise", "programme"]

    def only_valid(self, queryset: QuerySet[Curation], name: str, value: bool) -> QuerySet[Curation]:
        return queryset.valid() if value else queryset

    def only_changed(self, queryset: QuerySet[Curation], name: str, value: dt.datetime) -> QuerySet[Curation]:
        return queryset.filter(changed_at__gte=value).order_by("changed_at", "pk")


class CurationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """An enterprise's own marks; for a buyer those it gave: with whom it can contract."""

    policies = {"list": APPLICATION_READERS, "recognisable": BUYER}
    serializer_class = ListedCurationSerializer
    filterset_class = CurationFilter

    def get_queryset(self) -> QuerySet[Curation]:
        if getattr(self, "swagger_fake_view", False):
            return Curation.objects.none()
        if self.action == "recognisable":
            return marks.with_change(marks.recognisable(self.request.user))
        return marks.with_change(Curation.objects.visible_to(self.request.user).with_names())

    def paginate_queryset(self, queryset: QuerySet[Curation]) -> list[Curation] | None:
        page = super().paginate_queryset(queryset)
        read_facts(each.enterprise for each in page or ())
        return page

    @extend_schema(
        parameters=[OpenApiParameter("q", description="Words of the enterprise, the buyer or the programme")],
        responses=CurationSerializer(many=True),
    )
    @action(detail=False, methods=["get"])
    def recognisable(self, request: Request) -> Response:
        """Standing marks of other buyers."""
        found = marks.found(self.filter_queryset(self.get_queryset()), request.query_params.get("q", ""))
        page = self.paginate_queryset(found)
        return self.get_paginated_response(CurationSerializer(page, many=True).data)


class VerifyCuration(APIView):
    """Whether a mark stands today, by the code of its certificate."""

    policies = {"get": PUBLIC}

    @extend_schema(responses=CurationSerializer)
    def get(self, request: Request, token: str) -> Response:
        return Response(CurationSerializer(_public(token)).data)


class SignedStatementSerializer(serializers.Serializer):
    """A flattened JWS (RFC 7515). `payload` is the statement as base64url of JSON; docs/api.md says how to check it offline."""

    payload = serializers.CharField()
    protected = serializers.CharField()
    signature = serializers.CharField()


class NoKey(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "no_signing_key"

    def __init__(self) -> None:
        super().__init__(_("This installation does not sign certificates. Check the mark by its code instead."))


class SignedCuration(APIView):
    """The mark as a statement signed with the portal's key, true as of the moment it was asked for."""

    policies = {"get": PUBLIC}

    @extend_schema(responses=SignedStatementSerializer)
    def get(self, request: Request, token: str) -> Response:
        signed = attested(_public(token))
        if signed is None:
            raise NoKey
        return Response(signed)


class CurationPdf(APIView):
    policies = {"get": APPLICATION_READERS}

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, token: str) -> HttpResponse:
        """The certificate on paper, with its QR code."""
        curation = get_object_or_404(Curation.objects.visible_to(request.user).with_names(), token=token)
        return as_download(pdf_of(curation), f"sertifikat-{curation.application.number}.pdf", "application/pdf")


class RevokeInput(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="Everybody who checks the certificate reads it")


class RevokeCuration(APIView):
    """The buyer takes its mark back; the place goes to the first on the waiting list."""

    policies = {"post": OFFICER}

    @extend_schema(request=RevokeInput, responses=CurationSerializer)
    def post(self, request: Request, token: str) -> Response:
        own = Curation.objects.visible_to(request.user).with_names()
        curation = get_object_or_404(own, token=token)
        read = RevokeInput(data=request.data)
        read.is_valid(raise_exception=True)
        revoke_curation(curation, reason=read.validated_data["reason"], by=request.user)
        return Response(CurationSerializer(own.get(pk=curation.pk)).data)


class RecogniseInput(serializers.Serializer):
    programme = serializers.IntegerField(min_value=1, max_value=MOST_ID, help_text="One of the buyer's own")


class CoverSerializer(serializers.Serializer):
    criterion = serializers.IntegerField(source="criterion.pk")
    label = serializers.CharField(source="criterion.label")
    feature = serializers.CharField(source="criterion.feature")
    covered = serializers.BooleanField(help_text="The other mark answers it: not asked again")
    why = serializers.CharField(help_text="What keeps it from being covered")


class RecognitionSerializer(serializers.Serializer):
    """`application`: the draft that the enterprise completes and sends; null where it was only asked what is covered."""

    application = serializers.IntegerField(allow_null=True)
    programme = serializers.IntegerField()
    criteria = CoverSerializer(many=True)


class RecogniseCuration(APIView):
    """Another buyer's mark for a programme of one's own: GET says what it covers, POST asks the enterprise for the rest."""

    policies = {"get": BUYER, "post": OFFICER}

    @extend_schema(
        parameters=[OpenApiParameter("programme", OpenApiTypes.INT, required=True)], responses=RecognitionSerializer
    )
    def get(self, request: Request, token: str) -> Response:
        curation, programme = recognition_of(request, token, request.query_params)
        return Response(_recognition(curation, programme, None))

    @extend_schema(request=RecogniseInput, responses={201: RecognitionSerializer})
    def post(self, request: Request, token: str) -> Response:
        curation, programme = recognition_of(request, token, request.data)
        made = ask_for_recognition(curation, programme, by=request.user)
        return Response(_recognition(curation, programme, made.pk), status=status.HTTP_201_CREATED)


class WithdrawRecognition(APIView):
    """Takes back a request that the enterprise has not answered yet; 409 when it has."""

    policies = {"post": OFFICER}

    @extend_schema(request=RecogniseInput, responses={204: None})
    def post(self, request: Request, token: str) -> Response:
        curation, programme = recognition_of(request, token, request.data)
        withdraw_request(curation, programme, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def recognition_of(request: Request, token: str, data: Any) -> tuple[Curation, Programme]:
    others = Curation.objects.public().of_other_buyers(request.user).with_names()
    curation = get_object_or_404(others, token=token)
    read = RecogniseInput(data=data)
    read.is_valid(raise_exception=True)
    programme = Programme.objects.managed_by(request.user).filter(pk=read.validated_data["programme"]).first()
    if programme is None:
        raise serializers.ValidationError({"programme": _("There is no such object.")})
    return curation, programme


def _recognition(curation: Curation, programme: Programme, application: int | None) -> dict[str, Any]:
    lines = cover_of(curation, programme)
    return dict(RecognitionSerializer({"application": application, "programme": programme.pk, "criteria": lines}).data)


def _public(token: str) -> Curation:
    return get_object_or_404(Curation.objects.public().with_names(), token=token)
