from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.permissions import ANY_SCOPE
from portal.enums import Role
from portal.models import ApiToken
from portal.policy import PUBLIC, SIGNED_IN


class Schema(SpectacularAPIView):
    policies = {"get": PUBLIC}
    throttle_classes: list = []


class Documentation(SpectacularSwaggerView):
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


class Me(APIView):
    """Who the API takes you for, and for which organisation you act."""

    policies = {"get": SIGNED_IN}
    scopes = {"get": ANY_SCOPE}
    serializer_class = MeSerializer

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
