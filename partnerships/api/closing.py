from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.services.closing import close_enterprise
from portal.enums import Role
from portal.models import Enterprise
from portal.policy import roles


class ClosingInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class ClosedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()


class CloseEnterprise(APIView):
    """Closes one's own business for good. 422 names the applications and contracts that are still open."""

    policies = {"post": roles(Role.OWNER)}

    @extend_schema(request=ClosingInput, responses=ClosedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), pk=pk)
        sent = ClosingInput(data=request.data)
        sent.is_valid(raise_exception=True)
        close_enterprise(enterprise, reason=sent.validated_data["reason"], by=request.user)
        return Response(ClosedSerializer(enterprise).data)
