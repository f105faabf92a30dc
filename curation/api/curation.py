"""The mark by API: one's own, checking one by its code, revoking one."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.models import Curation
from curation.services.certificate import revoke_curation
from portal.policy import APPLICATION_READERS, OFFICER, PUBLIC


class CurationSerializer(serializers.ModelSerializer):
    """What anybody may know of a mark."""

    enterprise = serializers.CharField(source="enterprise.organisation.name", read_only=True)
    buyer = serializers.CharField(source="programme.buyer.name", read_only=True)
    programme = serializers.CharField(source="programme.name", read_only=True)
    valid = serializers.BooleanField(source="is_valid", read_only=True)

    class Meta:
        model = Curation
        fields = [
            "token", "enterprise", "enterprise_id", "buyer", "programme", "programme_id", "valid", "valid_from",
            "valid_until", "revoked_at", "revoked_reason",
        ]  # fmt: skip
        read_only_fields = fields


class CurationFilter(filters.FilterSet):
    valid = filters.BooleanFilter(method="only_valid")

    class Meta:
        model = Curation
        fields = ["enterprise", "programme"]

    def only_valid(self, queryset: QuerySet[Curation], name: str, value: bool) -> QuerySet[Curation]:
        return queryset.valid() if value else queryset


class CurationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """An enterprise's own marks; for a buyer those it gave: with whom it can contract."""

    policies = {"list": APPLICATION_READERS}
    serializer_class = CurationSerializer
    filterset_class = CurationFilter

    def get_queryset(self) -> QuerySet[Curation]:
        if getattr(self, "swagger_fake_view", False):
            return Curation.objects.none()
        return _with_names(Curation.objects.visible_to(self.request.user))


class VerifyCuration(APIView):
    """Whether a mark stands today, by the code of its certificate."""

    policies = {"get": PUBLIC}

    @extend_schema(responses=CurationSerializer)
    def get(self, request: Request, token: str) -> Response:
        return Response(CurationSerializer(get_object_or_404(_with_names(Curation.objects.public()), token=token)).data)


class RevokeInput(serializers.Serializer):
    reason = serializers.CharField(max_length=2000, help_text="Everybody who checks the certificate reads it")


class RevokeCuration(APIView):
    """The buyer takes its mark back; the place goes to the first on the waiting list."""

    policies = {"post": OFFICER}

    @extend_schema(request=RevokeInput, responses=CurationSerializer)
    def post(self, request: Request, token: str) -> Response:
        marks = _with_names(Curation.objects.visible_to(request.user))
        curation = get_object_or_404(marks, token=token)
        read = RevokeInput(data=request.data)
        read.is_valid(raise_exception=True)
        revoke_curation(curation, reason=read.validated_data["reason"], by=request.user)
        return Response(CurationSerializer(marks.get(pk=curation.pk)).data)


def _with_names(marks: QuerySet[Curation]) -> QuerySet[Curation]:
    return marks.select_related("enterprise__organisation", "programme__buyer")
