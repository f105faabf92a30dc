"""Kits by API: taken along, brought back, compared and merged by the same services as the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal import exports
from portal.api.idempotency import Idempotent
from portal.api.products import own_enterprise, read
from portal.enums import KitStatus
from portal.kits.beside import beside
from portal.kits.comparing import Side
from portal.kits.handing_out import hand_out
from portal.kits.merging import compared, merge_kit
from portal.kits.paper import paper_of
from portal.kits.returning import bring_back, correct
from portal.kits.telling import told_of
from portal.kits.workbook import workbook_of
from portal.models import Enterprise, VisitKit
from portal.policy import COMPANION, PLUT, SME
from portal.selectors.kit import carried, kits_made_for, with_state
from portal.services import kit as service


class KitSerializer(serializers.ModelSerializer):
    """`state` of the kit: `filled_from` is the version of the dossier that it was filled from."""

    enterprise_name = serializers.CharField(source="enterprise.organisation.name")
    handed_to_name = serializers.CharField(source="handed_to.full_name")
    state = serializers.SerializerMethodField()
    filled_from = serializers.CharField(source="state")
    outcome = serializers.JSONField()

    class Meta:
        model = VisitKit
        fields = [
            "id", "number", "enterprise", "enterprise_name", "handed_to", "handed_to_name", "state", "filled_from",
            "language", "handed_out_at", "until", "copy_of", "brought_at", "brought_by", "merged_at", "merged_by", "outcome",
        ]  # fmt: skip
        read_only_fields = fields

    def get_state(self, kit: VisitKit) -> str:
        known = self.context.get("states", {})
        return known[kit.pk] if kit.pk in known else carried(kit, self.context["request"].user).state


class KitMadeForMeSerializer(serializers.Serializer):
    """As the business reads it: `changed` and `left` in words."""

    number = serializers.CharField(source="kit.number")
    status = serializers.CharField(source="kit.status")
    handed_to_name = serializers.CharField(source="kit.handed_to.full_name")
    centre = serializers.CharField(source="kit.plut.name")
    handed_out_at = serializers.DateTimeField(source="kit.handed_out_at")
    until = serializers.DateField(source="kit.until")
    merged_at = serializers.DateTimeField(source="kit.merged_at", allow_null=True)
    changed = serializers.ListField(child=serializers.CharField())
    left = serializers.ListField(child=serializers.CharField())


class HandOutInput(serializers.Serializer):
    enterprises = serializers.ListField(child=serializers.IntegerField(min_value=1), allow_empty=False)


class UploadInput(serializers.Serializer):
    file = serializers.FileField()


class WrongCellSerializer(serializers.Serializer):
    cell = serializers.CharField(source="cell.address")
    typed = serializers.CharField(source="cell.text")
    label = serializers.CharField()
    text = serializers.CharField()


class ItemSerializer(serializers.Serializer):
    """An answer that the kit changes. `path` names it in `choices`."""

    path = serializers.CharField()
    section = serializers.CharField()
    label = serializers.CharField()
    handed_out = serializers.CharField(source="base")
    kit = serializers.CharField()
    now = serializers.CharField()
    state = serializers.ChoiceField(choices=["proposed", "conflict", "unreadable", "blocked"])
    why = serializers.ListField(child=serializers.CharField())
    wrong = WrongCellSerializer(many=True)


class BesideSerializer(serializers.Serializer):
    """Another filled copy of the same kit, and what it changes while it waits."""

    kit = serializers.IntegerField(source="kit.pk")
    number = serializers.CharField(source="kit.number")
    status = serializers.CharField(source="kit.status")
    brought_by = serializers.IntegerField(source="kit.brought_by_id")
    brought_by_name = serializers.CharField(source="kit.brought_by.full_name")
    brought_at = serializers.DateTimeField(source="kit.brought_at")
    file_name = serializers.CharField(source="kit.file_name")
    items = ItemSerializer(many=True)


class KitComparisonSerializer(serializers.Serializer):
    """`seen`: send it with the merge, which is refused when either side was changed meanwhile.

    `beside`: other answers to the same kit, which stay as they are until somebody merges them or calls them back.
    """

    kit = KitSerializer()
    seen = serializers.CharField()
    items = ItemSerializer(many=True)
    beside = BesideSerializer(many=True)


class CellInput(serializers.Serializer):
    cell = serializers.CharField(help_text="As in `wrong`: the sheet, an exclamation mark, the cell.")
    text = serializers.CharField(allow_blank=True, max_length=4000)


class KitCorrectionInput(serializers.Serializer):
    cells = CellInput(many=True)


class KitMergeInput(serializers.Serializer):
    """`choices` by path: `kit` or `now`. What is proposed is taken unless told otherwise; a conflict needs a choice."""

    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=[side.value for side in Side]), required=False
    )
    seen = serializers.CharField(required=False, allow_blank=True)
    leave_out = serializers.BooleanField(default=False, help_text="Merge without the answers that cannot be read.")


class MergedSerializer(serializers.Serializer):
    merged_now = serializers.BooleanField(help_text="False where somebody had merged it before: nothing was changed.")
    detail = serializers.CharField()
    kit = KitSerializer()


@extend_schema_view(create=extend_schema(request=HandOutInput, responses={201: KitSerializer(many=True)}))
class KitViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": PLUT,
        "retrieve": PLUT,
        "create": COMPANION,
        "upload": COMPANION,
        "workbook": PLUT,
        "paper": PLUT,
        "comparison": PLUT,
        "cells": COMPANION,
        "merge": COMPANION,
        "call_back": PLUT,
        "made_for_me": SME,
    }
    serializer_class = KitSerializer
    parser_classes = [JSONParser, MultiPartParser]
    filterset_fields = ["enterprise", "status"]

    def get_queryset(self) -> QuerySet[VisitKit]:
        if getattr(self, "swagger_fake_view", False):
            return VisitKit.objects.none()
        visible = VisitKit.objects.visible_to(self.request.user)
        return visible.select_related("enterprise__organisation", "plut", "handed_to", "consent", "merged_by")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "states": getattr(self, "states", {})}

    def paginate_queryset(self, queryset: QuerySet[VisitKit]) -> list[VisitKit] | None:
        """The states of a page are asked for together."""
        page = super().paginate_queryset(queryset)
        self.states = {row.kit.pk: row.state for row in with_state(page or [], self.request.user)}
        return page

    def create(self, request: Request) -> Response:
        """Hands out one for each; whoever has one out already gets that one again."""
        wanted = read(HandOutInput(data=request.data))["enterprises"]
        mine = Enterprise.objects.visible_to(request.user).filter(pk__in=wanted).select_related("organisation")
        unknown = sorted(set(wanted) - {each.pk for each in mine})
        if unknown:
            named = ", ".join(map(str, unknown))
            raise ValidationError({"enterprises": [_("Not assigned to you: %(numbers)s.") % {"numbers": named}]})
        made = [kit.pk for kit, _is_new in hand_out(mine, by=request.user)]
        kits = self.get_queryset().filter(pk__in=made).order_by("pk")
        return Response(self.get_serializer(kits, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request={"multipart/form-data": UploadInput}, responses=KitComparisonSerializer)
    @action(detail=False, methods=["post"])
    def upload(self, request: Request) -> Response:
        """A filled workbook comes back; the answer is what it would change. Nothing is saved in the dossier yet."""
        file = read(UploadInput(data=request.data))["file"]
        kit = bring_back(file, file.size, name=file.name, by=request.user)
        return self._compared(kit)

    @extend_schema(responses=KitMadeForMeSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], url_path="for-me", filterset_fields=None)
    def made_for_me(self, request: Request) -> Response:
        """The kits that were made for your business, and what each of them changed."""
        enterprise = own_enterprise(request)
        page = super().paginate_queryset(kits_made_for(enterprise)) or []
        return self.get_paginated_response(KitMadeForMeSerializer(told_of(enterprise, page), many=True).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def workbook(self, request: Request, pk: str) -> HttpResponse:
        """The XLSX as it was handed out."""
        kit = self.get_object()
        return exports.as_download(workbook_of(kit), f"{kit.number}.xlsx", exports.XLSX)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def paper(self, request: Request, pk: str) -> HttpResponse:
        """The form to print."""
        kit = self.get_object()
        return exports.as_download(paper_of(kit), f"{kit.number}.pdf", "application/pdf")

    @extend_schema(responses=KitComparisonSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def comparison(self, request: Request, pk: str) -> Response:
        """Every answer that the kit changes: as handed out, in the kit, now. Empty before it came back and after it was merged."""
        kit = self.get_object()
        return self._compared(kit)

    @extend_schema(request=KitCorrectionInput, responses=KitComparisonSerializer)
    @action(detail=True, methods=["post"])
    def cells(self, request: Request, pk: str) -> Response:
        """Writes other texts into cells that could not be read."""
        kit = self.get_object()
        written = {each["cell"]: each["text"] for each in read(KitCorrectionInput(data=request.data))["cells"]}
        kit = correct(kit, written, by=request.user)
        return self._compared(kit)

    @extend_schema(request=KitMergeInput, responses=MergedSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Saves what was chosen, all at once, on behalf of the business. Merged before: nothing is changed, and who did it is said."""
        kit = self.get_object()
        values = read(KitMergeInput(data=request.data))
        try:
            kit = merge_kit(
                kit,
                values.get("choices", {}),
                by=request.user,
                seen=values.get("seen", ""),
                leave_out=values["leave_out"],
            )
        except service.AlreadyMerged as merged:
            kit, said = merged.kit, merged.message
        else:
            said = ""
        return Response({"merged_now": not said, "detail": said, "kit": self.get_serializer(self._again(kit)).data})

    @extend_schema(request=None, responses=KitSerializer)
    @action(detail=True, methods=["post"], url_path="call-back", url_name="call-back")
    def call_back(self, request: Request, pk: str) -> Response:
        """It can no longer be merged; a new one may be handed out."""
        kit = self.get_object()
        service.call_back_kit(kit, by=request.user)
        return Response(self.get_serializer(self._again(kit)).data)

    def _again(self, kit: VisitKit) -> VisitKit:
        return self.get_queryset().get(pk=kit.pk)

    def _compared(self, kit: VisitKit) -> Response:
        kit = self._again(kit)
        found: dict[str, Any] = {"kit": kit, "seen": "", "items": [], "beside": []}
        if kit.status == KitStatus.BROUGHT_BACK:
            comparison = compared(kit, by=self.request.user)
            found |= {"seen": comparison.seen, "items": comparison.items, "beside": beside(kit, by=self.request.user)}
        return Response(KitComparisonSerializer(found, context=self.get_serializer_context()).data)
