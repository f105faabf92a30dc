"""Saved searches by API: one's own, of the organisation that one acts for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from curation.enums import AlertPace, SearchOf
from curation.forms.saved_search import MOST_QUERY, filters_in
from curation.models import SavedSearch
from curation.selectors.saved_searches import address_of, own_searches
from curation.services import saved_search as service
from portal.policy import SIGNED_IN


class SavedSearchSerializer(serializers.ModelSerializer):
    filters = serializers.DictField(child=serializers.CharField(), read_only=True)
    paused = serializers.SerializerMethodField()
    results = serializers.SerializerMethodField(help_text="The list with these filters")

    class Meta:
        model = SavedSearch
        fields = ["id", "of", "name", "filters", "pace", "paused", "results", "told_at", "created_at"]
        read_only_fields = fields

    def get_paused(self, search: SavedSearch) -> bool:
        return search.paused_at is not None

    def get_results(self, search: SavedSearch) -> str:
        return address_of(search)


class SavedSearchInput(serializers.Serializer):
    of = serializers.ChoiceField(choices=SearchOf.choices)
    name = serializers.CharField(max_length=80)
    filters = serializers.DictField(
        child=serializers.CharField(max_length=MOST_QUERY, allow_blank=True),
        help_text="As in the address of the list: q, province, certificate, kbli; of needs also flag; of businesses also"
        " class, checked, curated",
    )
    pace = serializers.ChoiceField(choices=AlertPace.choices, required=False, default=AlertPace.DAILY)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """A page leaves out what it does not understand; a program is told."""
        understood = filters_in(values["of"], values["filters"])
        unknown = sorted(name for name, value in values["filters"].items() if value and name not in understood)
        if unknown:
            said = _("Not understood: %(names)s.") % {"names": ", ".join(unknown)}
            raise serializers.ValidationError({"filters": said})
        return {**values, "filters": understood}


class SavedSearchChanges(serializers.Serializer):
    name = serializers.CharField(max_length=80, required=False)
    pace = serializers.ChoiceField(choices=AlertPace.choices, required=False)


@extend_schema_view(
    create=extend_schema(request=SavedSearchInput, responses={201: SavedSearchSerializer}),
    partial_update=extend_schema(request=SavedSearchChanges, responses=SavedSearchSerializer),
)
class SavedSearchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": SIGNED_IN,
        "partial_update": SIGNED_IN,
        "destroy": SIGNED_IN,
        "pause": SIGNED_IN,
        "resume": SIGNED_IN,
    }
    serializer_class = SavedSearchSerializer
    filterset_fields = ["of", "pace"]

    def get_queryset(self) -> QuerySet[SavedSearch]:
        if getattr(self, "swagger_fake_view", False):
            return SavedSearch.objects.none()
        return own_searches(self.request.user)

    def create(self, request: Request) -> Response:
        read = SavedSearchInput(data=request.data)
        read.is_valid(raise_exception=True)
        sent = read.validated_data
        made = service.save_search(sent["of"], sent["filters"], by=request.user, name=sent["name"], pace=sent["pace"])
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        search = self.get_object()
        read = SavedSearchChanges(data=request.data)
        read.is_valid(raise_exception=True)
        values = {"name": search.name, "pace": search.pace, **read.validated_data}
        service.change_search(search, by=request.user, **values)
        return self._again(search)

    def destroy(self, request: Request, pk: str) -> Response:
        service.delete_search(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SavedSearchSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        search = self.get_object()
        service.pause_search(search, by=request.user)
        return self._again(search)

    @extend_schema(request=None, responses=SavedSearchSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """New is what appears from now on."""
        search = self.get_object()
        service.resume_search(search, by=request.user)
        return self._again(search)

    def _again(self, search: SavedSearch) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=search.pk)).data)
