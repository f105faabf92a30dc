"""Consents by API: given and withdrawn by the enterprise, read by both sides."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.products import own_enterprise, read
from portal.consents import scope_choices, text_of
from portal.forms.consent import partners_for
from portal.models import Consent, Organisation, User
from portal.policy import CONSENT_READERS, OWNER, SME
from portal.services.consent import MOST_DAYS, give_consent, withdraw_consent


class ConsentSerializer(serializers.ModelSerializer):
    enterprise_name = serializers.CharField(source="enterprise.organisation.name")
    organisation_name = serializers.CharField(source="organisation.name")
    companion_name = serializers.CharField(source="companion.full_name", default=None, allow_null=True)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Consent
        fields = [
            "id", "enterprise", "enterprise_name", "purpose", "organisation", "organisation_name", "companion",
            "companion_name", "scopes", "text", "text_version", "means", "starts_at", "ends_at", "ended_at", "end_reason",
        ]  # fmt: skip
        read_only_fields = fields

    def get_text(self, consent: Consent) -> str:
        return text_of(consent)


class ConsentInput(serializers.Serializer):
    """To one's companion, or to a partner organisation. `text_version` says which words were agreed to."""

    companion = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False)
    partner = serializers.PrimaryKeyRelatedField(queryset=Organisation.objects.none(), required=False)
    scopes = serializers.MultipleChoiceField(choices=scope_choices())
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if enterprise := self.context.get("enterprise"):
            assigned = enterprise.assignments.open().values("companion")
            self.fields["companion"].queryset = User.objects.filter(pk__in=assigned)
            self.fields["partner"].queryset = partners_for(enterprise)


@extend_schema_view(create=extend_schema(request=ConsentInput, responses={201: ConsentSerializer}))
class ConsentViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {"list": CONSENT_READERS, "retrieve": CONSENT_READERS, "create": OWNER, "withdraw": SME}
    serializer_class = ConsentSerializer
    filterset_fields = ["enterprise", "purpose"]

    def get_queryset(self) -> QuerySet[Consent]:
        if getattr(self, "swagger_fake_view", False):
            return Consent.objects.none()
        visible = Consent.objects.visible_to(self.request.user)
        return visible.select_related("enterprise__organisation", "organisation", "companion")

    def create(self, request: Request) -> Response:
        """The owner's word, with the words now in use."""
        enterprise = own_enterprise(request)
        values = read(ConsentInput(data=request.data, context={"enterprise": enterprise}))
        consent = give_consent(enterprise, by=request.user, **values)
        return Response(self.get_serializer(consent).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ConsentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """At once: nothing more is read or filled in under it."""
        consent = get_object_or_404(self.get_queryset(), pk=pk)
        withdraw_consent(consent, by=request.user)
        consent.refresh_from_db()
        return Response(self.get_serializer(consent).data)
