"""Where an organisation has events sent, by API. A secret is in the answer that made it and in none after: so no answer is kept
for an Idempotency-Key here; an address is there once, and a second call says so."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal import webhooks
from portal.enums import WebhookOutcome, WebhookState
from portal.models import WebhookEndpoint, WebhookMessage
from portal.policy import SYSTEMS
from portal.services import webhook as service


class WebhookSerializer(serializers.ModelSerializer):
    status = serializers.CharField(read_only=True, help_text="active or paused")

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id", "url", "kinds", "status", "failing_since", "paused_at", "previous_until", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class WebhookWithSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="Shown here and never again")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class WebhookInput(serializers.Serializer):
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), max_length=100)


class WebhookKindSerializer(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()


class AttemptSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=WebhookOutcome.choices)
    code = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField()


class WebhookMessageSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    webhook = serializers.IntegerField(source="endpoint_id")
    webhook_id = serializers.CharField()
    kind = serializers.CharField()
    data = serializers.DictField()
    state = serializers.ChoiceField(choices=WebhookState.choices)
    tries = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(many=True)


class ReplayInput(serializers.Serializer):
    since = serializers.DateTimeField()


class SentSerializer(serializers.Serializer):
    sent = serializers.IntegerField(help_text="How many events are sent now")


@extend_schema_view(
    create=extend_schema(request=WebhookInput, responses={201: WebhookWithSecretSerializer}),
    partial_update=extend_schema(request=WebhookInput, responses=WebhookSerializer),
)
class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = dict.fromkeys(
        (
            "list", "retrieve", "create", "partial_update", "destroy", "kinds", "rotate", "pause", "resume", "test", "replay",
        ),
        SYSTEMS,
    )  # fmt: skip
    serializer_class = WebhookSerializer

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        if getattr(self, "swagger_fake_view", False):
            return WebhookEndpoint.objects.none()
        return WebhookEndpoint.objects.visible_to(self.request.user)

    def create(self, request: Request) -> Response:
        """With the secret: keep it now. 422 at `url` where it leads inside a network, or your organisation has it already."""
        taken = WebhookInput(data=request.data)
        taken.is_valid(raise_exception=True)
        made = service.add_webhook(request.user.organisation, by=request.user, **taken.validated_data)
        return Response(WebhookWithSecretSerializer(made).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        endpoint = self.get_object()
        taken = WebhookInput(data=request.data, partial=True)
        taken.is_valid(raise_exception=True)
        values: dict[str, Any] = {"url": endpoint.url, "kinds": endpoint.kinds, **taken.validated_data}
        service.change_webhook(endpoint, by=request.user, **values)
        return self._answer(endpoint)

    def destroy(self, request: Request, pk: str) -> Response:
        service.remove_webhook(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=WebhookKindSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def kinds(self, request: Request) -> Response:
        """The events there are for an organisation like yours."""
        there = webhooks.kinds_for(request.user.organisation)
        rows = [{"kind": kind, "label": str(label)} for kind, label in there.items()]
        return Response(WebhookKindSerializer(rows, many=True).data)

    @extend_schema(request=None, responses=WebhookWithSecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret. Until `previous_until` events are signed with both."""
        endpoint = self.get_object()
        service.rotate_secret(endpoint, by=request.user)
        endpoint.refresh_from_db()
        return Response(WebhookWithSecretSerializer(endpoint).data)

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        endpoint = self.get_object()
        service.pause_webhook(endpoint, by=request.user)
        return self._answer(endpoint)

    @extend_schema(request=None, responses=SentSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """What waited is sent."""
        return Response({"sent": service.resume_webhook(self.get_object(), by=request.user)})

    @extend_schema(request=None, responses=WebhookMessageSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Sends a `webhook.test`. 409 while the address is paused."""
        return Response(WebhookMessageSerializer(service.send_test(self.get_object(), by=request.user)).data)

    @extend_schema(request=ReplayInput, responses=SentSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Sends again all that happened since then, each under its old id."""
        endpoint = self.get_object()
        taken = ReplayInput(data=request.data)
        taken.is_valid(raise_exception=True)
        sent = service.replay(endpoint, by=request.user, since=taken.validated_data["since"])
        return Response({"sent": sent})

    def _answer(self, endpoint: WebhookEndpoint) -> Response:
        return Response(WebhookSerializer(self.get_queryset().get(pk=endpoint.pk)).data)


class WebhookMessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What was sent, the newest first, with each try."""

    policies = {"list": SYSTEMS, "retrieve": SYSTEMS, "replay": SYSTEMS}
    serializer_class = WebhookMessageSerializer
    filterset_fields = {"endpoint": ["exact"], "state": ["exact"], "kind": ["exact"], "occurred_at": ["gte"]}

    def get_queryset(self) -> QuerySet[WebhookMessage]:
        if getattr(self, "swagger_fake_view", False):
            return WebhookMessage.objects.none()
        return WebhookMessage.objects.visible_to(self.request.user).prefetch_related("attempts")

    @extend_schema(request=None, responses=SentSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Once more, under its old id. 409 while the address is paused."""
        message = self.get_object()
        return Response({"sent": service.replay(message.endpoint, by=request.user, only=message.pk)})
