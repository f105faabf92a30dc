"""Programmes by API: everybody reads the published ones; a buyer's officer runs its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.explained import DryRunSerializer
from curation.api.programme_serializers import (
    CriteriaInput,
    CriteriaSetSerializer,
    DraftSerializer,
    DryRunQuery,
    FairnessSerializer,
    PoolRunSerializer,
    ProgrammeInput,
    ProgrammeSerializer,
    QuotaInput,
    RunSerializer,
    TemplateInput,
    TemplateSerializer,
    WhatIfInput,
    WhatIfSerializer,
)
from curation.models import CriteriaSet, Criterion, PoolRun, Programme, ScoringRun
from curation.scoring.criteria import TEMPLATES, validate
from curation.scoring.pool import Rules
from curation.scoring.quantities import cents
from curation.selectors.fairness import fairness, reported
from curation.selectors.papers import with_numbers
from curation.selectors.programmes import with_counts
from curation.selectors.whatif import effect, without_evidence
from curation.services import criteria as criteria_service
from curation.services import programme as service
from curation.services.pool import start_pool_run
from curation.services.scoring import dry_run, start_official_run
from curation.services.whatif import name_movers
from portal.api.products import own_enterprise
from portal.enums import Role
from portal.models import Product
from portal.policy import BUYER, OFFICER, PUBLIC, SME, roles

MOVERS_PER_PAGE = 100
RUN_READERS = roles(Role.OFFICER, Role.APPROVER, Role.MINISTRY_ADMIN)


class ProgrammeFilter(filters.FilterSet):
    open = filters.BooleanFilter(method="only_open")
    reported = filters.BooleanFilter(method="only_reported")

    class Meta:
        model = Programme
        fields = ["buyer", "status", "needs"]

    def only_open(self, queryset: QuerySet[Programme], name: str, value: bool) -> QuerySet[Programme]:
        return queryset.open() if value else queryset

    def only_reported(self, queryset: QuerySet[Programme], name: str, value: bool) -> QuerySet[Programme]:
        """Those whose fairness report whoever asks may read."""
        return queryset.filter(pk__in=reported(self.request.user).values("pk")) if value else queryset


@extend_schema_view(
    create=extend_schema(request=ProgrammeInput, responses={201: ProgrammeSerializer}),
    partial_update=extend_schema(request=ProgrammeInput, responses=ProgrammeSerializer),
)
class ProgrammeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "criteria": PUBLIC,
        "create": OFFICER,
        "partial_update": OFFICER,
        "draft": OFFICER,
        "replace_draft": OFFICER,
        "publish": OFFICER,
        "use_template": OFFICER,
        "close": OFFICER,
        "archive": OFFICER,
        "quota": OFFICER,
        "run": OFFICER,
        "fairness": PUBLIC,
        "what_if": OFFICER,
        "pool_run": OFFICER,
        "dry_run": SME,
    }
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilter

    def get_queryset(self) -> QuerySet[Programme]:
        if getattr(self, "swagger_fake_view", False):
            return Programme.objects.none()
        user = self.request.user
        reading = self.action in ("list", "retrieve", "criteria", "dry_run")
        programmes = Programme.objects.visible_to(user) if reading else Programme.objects.managed_by(user)
        return with_counts(programmes).select_related("buyer").prefetch_related("needs").order_by("-closes_at", "-pk")

    def create(self, request: Request) -> Response:
        """A draft with an empty first version of criteria."""
        read = ProgrammeInput(data=request.data, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        made = service.add_programme(request.user.organisation, by=request.user, **read.validated_data)
        return Response(self.get_serializer(self.get_queryset().get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        programme = self.get_object()
        read = ProgrammeInput(programme, data=request.data, partial=True, context=self.get_serializer_context())
        read.is_valid(raise_exception=True)
        values = {"needs": list(programme.needs.all()), **read.validated_data}
        service.change_programme(programme, by=request.user, **values)
        return self._again(programme)

    @extend_schema(responses=CriteriaSetSerializer)
    @action(detail=True, methods=["get"])
    def criteria(self, request: Request, pk: str) -> Response:
        """The version in force."""
        criteria_set = get_object_or_404(
            CriteriaSet.objects.prefetch_related("criteria"), pk=getattr(self.get_object().criteria, "pk", None)
        )
        return Response(CriteriaSetSerializer(criteria_set).data)

    @extend_schema(responses=DraftSerializer)
    @action(detail=True, methods=["get"], url_path="criteria/draft")
    def draft(self, request: Request, pk: str) -> Response:
        """The version still worked on, with what keeps it from being published."""
        return self._draft(self.get_object())

    @extend_schema(request=CriteriaInput, responses=DraftSerializer)
    @draft.mapping.put
    def replace_draft(self, request: Request, pk: str) -> Response:
        """Put the whole draft at once. A published programme gets its next version."""
        programme = self.get_object()
        read = CriteriaInput(data=request.data)
        read.is_valid(raise_exception=True)
        criteria_service.replace_criteria(programme, by=request.user, **read.validated_data)
        return self._draft(programme)

    @extend_schema(request=TemplateInput, responses=DraftSerializer)
    @action(detail=True, methods=["post"], url_path="criteria/template")
    def use_template(self, request: Request, pk: str) -> Response:
        """Fill an empty draft with the criteria of a template."""
        programme = self.get_object()
        draft = get_object_or_404(programme.criteria_sets, published_at=None)
        criteria_service.use_template(draft, _read(TemplateInput, request)["template"], by=request.user)
        return self._draft(programme)

    @extend_schema(parameters=[DryRunQuery], responses=DryRunSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="dry-run", pagination_class=None, filterset_class=None)
    def dry_run(self, request: Request, pk: str) -> Response:
        """What one's own enterprise would score now, and what would get it curated. Nothing is stored."""
        programme, enterprise = self.get_object(), own_enterprise(request)
        asked = DryRunQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        number = asked.validated_data.get("product")
        products = Product.objects.visible_to(request.user).on_sale().filter(enterprise=enterprise)
        product = get_object_or_404(products, pk=number) if number else None
        if programme.criteria is None:
            raise NotFound
        return Response(DryRunSerializer(with_numbers(dry_run(enterprise, programme, product), request.user)).data)

    @extend_schema(request=None, responses=ProgrammeSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Freeze the criteria and open it; of a published programme: put the next version in force."""
        programme = self.get_object()
        draft = programme.criteria_sets.filter(published_at=None).first()
        if programme.status == "published" and draft is not None:
            criteria_service.put_in_force(draft, by=request.user)
        else:
            service.publish_programme(programme, by=request.user)
        return self._again(programme)

    @extend_schema(request=None, responses=ProgrammeSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        programme = self.get_object()
        service.close_programme(programme, by=request.user)
        return self._again(programme)

    @extend_schema(request=None, responses=ProgrammeSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """The programme ends: whoever still waits is told that no place came free."""
        programme = self.get_object()
        service.archive_programme(programme, by=request.user)
        return self._again(programme)

    @extend_schema(request=QuotaInput, responses=ProgrammeSerializer)
    @action(detail=True, methods=["post"])
    def quota(self, request: Request, pk: str) -> Response:
        """More places, never fewer. Whoever waits comes first."""
        programme = self.get_object()
        service.raise_quota(programme, _read(QuotaInput, request)["quota"], by=request.user)
        return self._again(programme)

    @extend_schema(request=None, responses={202: RunSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Start the official scoring; follow it at /scoring-runs/{id}/."""
        run = start_official_run(self.get_object(), by=request.user)
        return Response(RunSerializer(run).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=FairnessSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def fairness(self, request: Request, pk: str) -> Response:
        """Who applied, passed and did not, without small groups; to everybody once the decisions are out."""
        programme = get_object_or_404(reported(request.user), pk=pk)
        return Response(FairnessSerializer(fairness(programme)).data)

    @extend_schema(request=WhatIfInput, responses=WhatIfSerializer)
    @action(detail=True, methods=["post"], url_path="what-if")
    def what_if(self, request: Request, pk: str) -> Response:
        """Who would pass under the draft, changed as you say. Nothing is kept; the pool must have been scored once."""
        programme = self.get_object()
        draft = get_object_or_404(programme.criteria_sets.prefetch_related("criteria"), published_at=None)
        asked = _read(WhatIfInput, request)
        band = {name: asked.get(name, getattr(draft, name)) for name in ("threshold", "review_floor")}
        criteria_service.check_band(**band)
        criteria = (
            [Criterion(position=place, **line) for place, line in enumerate(asked["criteria"])]
            if "criteria" in asked
            else list(draft.criteria.all())
        )
        rules = Rules(
            tuple(criteria), cents(band["threshold"]), cents(band["review_floor"]), cents(programme.minimum_coverage)
        )
        found = effect(programme, rules)
        found.weights = sum((each.weight for each in criteria), Decimal(0))
        found.without_evidence = without_evidence(programme, criteria)
        if "movers" in asked:
            entering, offset = asked["movers"] == "entering", (asked["page"] - 1) * MOVERS_PER_PAGE
            named = name_movers(
                programme, rules, found, entering=entering, limit=MOVERS_PER_PAGE, offset=offset, by=request.user
            )
            found.movers, found.movers_withheld = named.rows, named.refusal
        return Response(WhatIfSerializer(found).data)

    @extend_schema(request=None, responses={202: PoolRunSerializer})
    @action(detail=True, methods=["post"], url_path="pool-run")
    def pool_run(self, request: Request, pk: str) -> Response:
        """Score every verified enterprise under the draft; follow it at /pool-runs/{id}/. Nobody is marked."""
        run = start_pool_run(self.get_object(), by=request.user)
        return Response(PoolRunSerializer(run).data, status=status.HTTP_202_ACCEPTED)

    def _draft(self, programme: Programme) -> Response:
        draft = get_object_or_404(programme.criteria_sets.prefetch_related("criteria"), published_at=None)
        draft.problems = validate(draft)
        draft.warnings = without_evidence(programme, draft.criteria.all())
        return Response(DraftSerializer(draft).data)

    def _again(self, programme: Programme) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=programme.pk)).data)


class CriteriaTemplates(APIView):
    """What buyers of some trades usually ask: to begin with, and to see how criteria are written."""

    policies = {"get": BUYER}

    @extend_schema(responses=TemplateSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(TemplateSerializer(TEMPLATES.values(), many=True).data)


def _read(serializer: type, request: Request) -> dict[str, Any]:
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data


class PoolRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {"list": BUYER, "retrieve": BUYER}
    serializer_class = PoolRunSerializer
    filterset_fields = ["programme", "state"]

    def get_queryset(self) -> QuerySet[PoolRun]:
        if getattr(self, "swagger_fake_view", False):
            return PoolRun.objects.none()
        return PoolRun.objects.visible_to(self.request.user)


class RunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {"list": RUN_READERS, "retrieve": RUN_READERS}
    serializer_class = RunSerializer
    filterset_fields = ["programme", "state"]

    def get_queryset(self) -> QuerySet[ScoringRun]:
        if getattr(self, "swagger_fake_view", False):
            return ScoringRun.objects.none()
        return ScoringRun.objects.visible_to(self.request.user).official().select_related("criteria_set")
