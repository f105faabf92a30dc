"""The rights over one's own data by API, and the desk that answers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.products import read
from portal.enums import Role
from portal.forms.data_request import AnswerForm
from portal.models import DataRequest
from portal.personal_data import Subject, kept, obstacles
from portal.policy import MINISTRY, SIGNED_IN, roles
from portal.sections import IDENTITY_FACTS
from portal.selectors.data_request import described
from portal.selectors.personal_data import owned_alone
from portal.services import data_request as service
from portal.services.erasure import as_recorded
from portal.views.files import answer_file

ABOUT = (*IDENTITY_FACTS, service.DOCUMENT, service.ACCOUNT, service.OTHER)


class KeptSerializer(serializers.Serializer):
    what = serializers.CharField()
    ground = serializers.CharField(help_text="The law that obliges to keep it")
    count = serializers.IntegerField()


class DataRequestSerializer(serializers.ModelSerializer):
    number = serializers.CharField()
    kept = KeptSerializer(many=True)
    can_be_fetched = serializers.BooleanField(help_text="The copy can be downloaded now, at `file/`")

    class Meta:
        model = DataRequest
        fields = [
            "id", "number", "kind", "status", "enterprise", "received_at", "due_on", "about", "answer", "answered_at",
            "file_size", "ends_at", "can_be_fetched", "kept",
        ]  # fmt: skip
        read_only_fields = fields


class FactSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField()


class DeskSerializer(DataRequestSerializer):
    """`facts`: its words, for whoever answers it; an operator sees kind, state and term alone."""

    person_name = serializers.CharField(source="person")
    facts = serializers.SerializerMethodField()

    class Meta(DataRequestSerializer.Meta):
        fields = [*DataRequestSerializer.Meta.fields, "person_name", "facts"]
        read_only_fields = fields

    @extend_schema_field(FactSerializer(many=True))
    def get_facts(self, request: DataRequest) -> list[dict[str, Any]]:
        if not self.context["request"].user.acts_as(Role.MINISTRY_ADMIN):
            return []
        return [{"label": str(each["label"]), "value": str(each["value"])} for each in described(request)]


class CopyInput(serializers.Serializer):
    with_business = serializers.BooleanField(default=True, help_text="Also everything of the business you own")


class CorrectionInput(serializers.Serializer):
    """`about` a verified fact of the business, with what is right in `wanted`; or something else, in words."""

    about = serializers.ChoiceField(choices=ABOUT)
    wanted = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    explanation = serializers.CharField(max_length=2000)


class ErasureInput(serializers.Serializer):
    password = serializers.CharField(max_length=200)
    sure = serializers.BooleanField(help_text="true: it cannot be undone")


class ObstacleSerializer(serializers.Serializer):
    text = serializers.CharField()
    path = serializers.CharField(help_text="Page where it is ended; empty where one waits")


class PreviewSerializer(serializers.Serializer):
    obstacles = serializers.ListField(child=serializers.CharField())
    to_end_first = ObstacleSerializer(many=True, help_text="The same, each with its page")
    businesses = serializers.ListField(child=serializers.CharField(), help_text="Closed and emptied with you")
    kept = KeptSerializer(many=True)


class DataRequestViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "copy": SIGNED_IN,
        "correct": SIGNED_IN,
        "erase": SIGNED_IN,
        "erasure_preview": SIGNED_IN,
        "file": SIGNED_IN,
        "withdraw": SIGNED_IN,
    }
    serializer_class = DataRequestSerializer
    filterset_fields = ["kind", "status"]

    def get_queryset(self) -> QuerySet[DataRequest]:
        if getattr(self, "swagger_fake_view", False):
            return DataRequest.objects.none()
        return DataRequest.objects.visible_to(self.request.user)

    @extend_schema(request=CopyInput, responses={202: DataRequestSerializer})
    @action(detail=False, methods=["post"])
    def copy(self, request: Request) -> Response:
        """A copy of everything about you: a ZIP, made by a job; poll it until `can_be_fetched`."""
        sent = read(CopyInput(data=request.data))
        made = service.ask_for_copy(request.user, with_business=sent["with_business"], by=request.user)
        return self._answer(made, status.HTTP_202_ACCEPTED)

    @extend_schema(request=CorrectionInput, responses={201: DataRequestSerializer})
    @action(detail=False, methods=["post"])
    def correct(self, request: Request) -> Response:
        """Asks a ministry to put right what you cannot change yourself; `due_on` is its term."""
        made = service.ask_for_correction(request.user, **read(CorrectionInput(data=request.data)), by=request.user)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(responses=PreviewSerializer, filters=False)
    @action(detail=False, methods=["get"], url_path="erasure-preview", pagination_class=None)
    def erasure_preview(self, request: Request) -> Response:
        """What stands in the way of an erasure, what goes, and what the law obliges to keep."""
        subject = Subject(request.user, tuple(owned_alone(request.user)))
        found = obstacles(subject)
        shown = {
            "obstacles": [each.text for each in found],
            "to_end_first": found,
            "businesses": [str(each) for each in subject.enterprises],
            "kept": as_recorded(kept(subject)),
        }
        return Response(PreviewSerializer(shown).data)

    @extend_schema(request=ErasureInput, responses={202: DataRequestSerializer})
    @action(detail=False, methods=["post"])
    def erase(self, request: Request) -> Response:
        """Erases your account, and the businesses you alone own, within minutes. Tokens end with it."""
        sent = read(ErasureInput(data=request.data))
        if not sent["sure"]:
            raise serializers.ValidationError({"sure": [_("Tick this if you are sure. Without it nothing is erased.")]})
        if not request.user.check_password(sent["password"]):
            raise serializers.ValidationError({"password": [_("This is not your password")]})
        return self._answer(service.ask_for_erasure(request.user, by=request.user), status.HTTP_202_ACCEPTED)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> FileResponse:
        """The copy, until its link ends; then 404."""
        asked = self.get_object()
        if not asked.can_be_fetched:
            raise Http404
        service.note_fetched(asked, by=request.user)
        return answer_file(asked.file, f"mitrapasok-{asked.number}")

    @extend_schema(request=None, responses=DataRequestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        asked = self.get_object()
        service.withdraw(asked, by=request.user)
        return self._answer(asked)

    def _answer(self, asked: DataRequest, code: int = status.HTTP_200_OK) -> Response:
        asked.refresh_from_db()
        return Response(self.get_serializer(asked).data, status=code)


class AnswerInput(serializers.Serializer):
    decision = serializers.ChoiceField(choices=[AnswerForm.DONE, AnswerForm.DECLINED])
    answer = serializers.CharField(max_length=2000)


class DataRequestDeskViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Everybody's requests: an operator sees that terms are kept, a ministry answers corrections."""

    policies = {
        "list": roles(Role.MINISTRY_ADMIN, Role.OPERATOR),
        "retrieve": roles(Role.MINISTRY_ADMIN, Role.OPERATOR),
        "answer": MINISTRY,
    }
    serializer_class = DeskSerializer
    filterset_fields = ["kind", "status", "due_on"]

    def get_queryset(self) -> QuerySet[DataRequest]:
        if getattr(self, "swagger_fake_view", False):
            return DataRequest.objects.none()
        found = DataRequest.objects.managed_by(self.request.user)
        return found.select_related("person", "enterprise__organisation").order_by("due_on", "pk")

    @extend_schema(request=AnswerInput, responses=DeskSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """`done` puts a verified fact right as asked; `declined` says why not."""
        sent = read(AnswerInput(data=request.data))
        act = service.carry_out if sent["decision"] == AnswerForm.DONE else service.decline
        asked = self.get_object()
        act(asked, sent["answer"], by=request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=asked.pk)).data)
