"""KBLI 2020 → 2025 by API: what may stand for a class, an enterprise's choice, and its review."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.products import own_enterprise, read
from portal.models import ActivityConversion, KbliClass
from portal.policy import DOSSIER_READERS, FILLING_IN, PUBLIC, VERIFIERS
from portal.rules.kbli import kbli_edition
from portal.selectors.conversion import candidates, reasons_of
from portal.services import conversion as service


class ClassSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="display_title")

    class Meta:
        model = KbliClass
        fields = ["edition", "code", "title"]


class CandidateSerializer(serializers.Serializer):
    """`reasons` in words; likenesses are shares from 0 to 1, as pg_trgm counts them."""

    kbli = ClassSerializer()
    title_likeness = serializers.FloatField()
    description_likeness = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.CharField(), source="words")


class CandidatesQuery(serializers.Serializer):
    code = serializers.RegexField(r"^[0-9]{5}$")
    edition = serializers.ChoiceField(choices=KbliClass.Edition.choices, default=KbliClass.Edition.KBLI_2020)


class CandidatesAnswer(serializers.Serializer):
    results = CandidateSerializer(many=True)


class KbliCandidates(APIView):
    """Which classes of the edition in force may stand for one of an older edition. Proposals: a person decides."""

    policies = {"get": PUBLIC}

    @extend_schema(parameters=[CandidatesQuery], responses=CandidatesAnswer)
    def get(self, request: Request) -> Response:
        asked = read(CandidatesQuery(data=request.query_params))
        edition = kbli_edition(timezone.localdate())
        kbli = KbliClass.objects.filter(level=5, **asked).first()
        found = candidates(kbli, edition) if kbli is not None and kbli.edition != edition else []
        return Response(CandidatesAnswer({"results": found}).data)


class ConversionSerializer(serializers.ModelSerializer):
    older = ClassSerializer()
    newer = ClassSerializer()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = ActivityConversion
        fields = ["id", "enterprise", "older", "newer", "reasons", "proposed_at", "outcome", "decided_at", "reason"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_reasons(self, conversion: ActivityConversion) -> list[str]:
        return reasons_of(conversion)


class ProposalInput(serializers.Serializer):
    """Codes of five digits: yours of the older edition, and the one of the edition in force."""

    older = serializers.RegexField(r"^[0-9]{5}$")
    older_edition = serializers.ChoiceField(choices=KbliClass.Edition.choices, default=KbliClass.Edition.KBLI_2020)
    newer = serializers.RegexField(r"^[0-9]{5}$")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        editions = {"older": given["older_edition"], "newer": kbli_edition(timezone.localdate())}
        found = {
            name: KbliClass.objects.filter(edition=edition, code=given[name], level=5).first()
            for name, edition in editions.items()
        }
        if missing := [name for name, kbli in found.items() if kbli is None]:
            raise serializers.ValidationError({name: [_("There is no such class.")] for name in missing})
        return found


class DeclineInput(serializers.Serializer):
    reason = serializers.CharField(max_length=1000)


class ConversionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": DOSSIER_READERS,
        "retrieve": DOSSIER_READERS,
        "create": FILLING_IN,
        "withdraw": FILLING_IN,
        "accept": VERIFIERS,
        "decline": VERIFIERS,
    }
    serializer_class = ConversionSerializer
    filterset_fields = ["enterprise", "outcome"]

    def get_queryset(self) -> QuerySet[ActivityConversion]:
        if getattr(self, "swagger_fake_view", False):
            return ActivityConversion.objects.none()
        return ActivityConversion.objects.visible_to(self.request.user).select_related("enterprise", "older", "newer")

    @extend_schema(request=ProposalInput, responses={201: ConversionSerializer})
    def create(self, request: Request) -> Response:
        """Proposes the class that stands for one of yours. A later proposal takes the place of an open one."""
        made = service.propose_conversion(
            own_enterprise(request), **read(ProposalInput(data=request.data)), by=request.user
        )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ConversionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        return self._done(service.withdraw_conversion, request)

    @extend_schema(request=None, responses=ConversionSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The enterprise has the newer class from now on, and scoring knows the pair."""
        return self._done(service.accept_conversion, request)

    @extend_schema(request=DeclineInput, responses=ConversionSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        reason = read(DeclineInput(data=request.data))["reason"]
        return self._done(service.decline_conversion, request, reason)

    def _done(self, change: Any, request: Request, *more: Any) -> Response:
        conversion = self.get_object()
        change(conversion, *more, by=request.user)
        conversion.refresh_from_db()
        return Response(self.get_serializer(conversion).data)
