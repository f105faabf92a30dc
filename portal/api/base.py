from __future__ import annotations

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.permissions import ANY_SCOPE
from portal.enums import Role
from portal.models import ApiToken
from portal.policy import PUBLIC, SIGNED_IN
from portal.services.account import change_account


class Schema(SpectacularAPIView):
    policies = {"get": PUBLIC}
    throttle_classes: list = []


class Documentation(SpectacularSwaggerSplitView):
    """Its script is asked for on its own: none runs inside a page."""

    policies = {"get": PUBLIC}
    throttle_classes: list = []


class ActingSerializer(serializers.Serializer):
    organisation = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    acting = ActingSerializer(allow_null=True)
    organisations = ActingSerializer(many=True)
    token = serializers.BooleanField(help_text="Whether the call was made with an API token.")


class AccountInput(serializers.Serializer):
    full_name = serializers.CharField(max_length=150, required=False)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)


class Me(APIView):
    """Who the API takes you for, and for which organisation you act."""

    policies = {"get": SIGNED_IN, "patch": SIGNED_IN}
    scopes = {"get": ANY_SCOPE}
    serializer_class = MeSerializer

    @extend_schema(request=AccountInput)
    def patch(self, request: Request) -> Response:
        """Changes your own name and phone, at once."""
        sent = AccountInput(data=request.data)
        sent.is_valid(raise_exception=True)
        stored = {"full_name": request.user.full_name, "phone": request.user.phone}
        change_account(request.user, by=request.user, **{**stored, **sent.validated_data})
        return self.get(request)

    def get(self, request: Request) -> Response:
        user = request.user
        acting = user.acting
        return Response(
            {
                "id": user.pk,
                "email": user.email,
                "name": user.full_name,
                "acting": acting
                and {"organisation": acting.organisation_id, "name": acting.organisation.name, "role": acting.role},
                "organisations": [
                    {"organisation": m.organisation_id, "name": m.organisation.name, "role": m.role}
                    for m in user.memberships.filter(ended_at=None).select_related("organisation")
                ],
                "token": isinstance(request.auth, ApiToken),
            }
        )
