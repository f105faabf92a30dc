"""Members of cooperatives by API: the cooperative's list, and each enterprise's own word on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.products import own_enterprise, read
from portal.enums import Unit
from portal.forms.cooperative import GivenForm, MemberForm
from portal.models import CooperativeMember
from portal.policy import DOSSIER_READERS, FILLING_IN, SME
from portal.selectors.cooperative import list_of, together
from portal.selectors.kit import plain
from portal.services import cooperative as service


class CooperativeMemberSerializer(serializers.ModelSerializer):
    """`enterprise`: whom the cooperative asked; `member` is the same once it said yes."""

    cooperative_name = serializers.CharField(source="cooperative.organisation.name")
    enterprise = serializers.IntegerField(source="enterprise.pk", default=None, allow_null=True)

    class Meta:
        model = CooperativeMember
        fields = [
            "id", "cooperative", "cooperative_name", "status", "enterprise", "member", "name", "nib", "village", "product",
            "capacity", "unit", "listed_at", "answered_at",
        ]  # fmt: skip
        read_only_fields = fields


class MemberInput(serializers.Serializer):
    """`village` is asked for where nobody is registered with the NIB."""

    name = serializers.CharField(max_length=200)
    nib = serializers.CharField(required=False, allow_blank=True)
    village = serializers.CharField(required=False, allow_blank=True)
    product = serializers.CharField(max_length=200)
    capacity = serializers.CharField(help_text="A number, per month")
    unit = serializers.ChoiceField(choices=Unit.choices)


class GivenInput(serializers.Serializer):
    product = serializers.CharField(max_length=200, required=False)
    capacity = serializers.CharField(help_text="A number, per month", required=False)
    unit = serializers.ChoiceField(choices=Unit.choices, required=False)


def member_of(sent: Any) -> dict[str, Any]:
    """Who is put on the list, as the page's form reads it."""
    return _valid(MemberForm(read(MemberInput(data=sent))))


def given_of(listed: CooperativeMember, sent: Any) -> dict[str, Any]:
    """What it gives after the change: what isn't sent stays."""
    stored = {"product": listed.product, "capacity": plain(listed.capacity), "unit": listed.unit}
    return _valid(GivenForm({**stored, **read(GivenInput(data=sent))}))


def _valid(form: MemberForm | GivenForm) -> dict[str, Any]:
    if not form.is_valid():
        raise ValidationError({name: list(texts) for name, texts in form.errors.items()})
    return form.cleaned_data


class TogetherSerializer(serializers.Serializer):
    """Of the members that said yes, in the cooperative's own unit where theirs converts into it."""

    members = serializers.IntegerField()
    total = serializers.DecimalField(max_digits=18, decimal_places=2)
    unit = serializers.CharField(allow_blank=True)
    own = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    others = serializers.DictField(child=serializers.DecimalField(max_digits=18, decimal_places=2))
    summary = serializers.CharField(source="words", allow_blank=True)


class CooperativeMemberViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": DOSSIER_READERS,
        "retrieve": DOSSIER_READERS,
        "create": FILLING_IN,
        "partial_update": FILLING_IN,
        "capacity": FILLING_IN,
        "invite": FILLING_IN,
        "remove": FILLING_IN,
        "accept": SME,
        "refuse": SME,
        "leave": SME,
    }
    serializer_class = CooperativeMemberSerializer
    filterset_fields = ["cooperative", "member", "status"]

    def get_queryset(self) -> QuerySet[CooperativeMember]:
        if getattr(self, "swagger_fake_view", False):
            return CooperativeMember.objects.none()
        visible = CooperativeMember.objects.visible_to(self.request.user)
        return visible.select_related("cooperative__organisation", "invited__organisation", "member__organisation")

    @extend_schema(request=MemberInput, responses={201: CooperativeMemberSerializer})
    def create(self, request: Request) -> Response:
        """Puts an enterprise on your cooperative's list. One that is registered with the NIB is asked."""
        made = service.list_member(own_enterprise(request), by=request.user, **member_of(request.data))
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GivenInput, responses=CooperativeMemberSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes what a member on your list gives. Who it is stays; it is told."""
        listed = self.get_object()
        if not request.user.has_perm("portal.list_members", listed):
            raise PermissionDenied
        service.change_given(listed, by=request.user, **given_of(listed, request.data))
        return Response(self.get_serializer(self.get_queryset().get(pk=listed.pk)).data)

    @extend_schema(responses=TogetherSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_fields=None)
    def capacity(self, request: Request) -> Response:
        """What your members give together, beside what you declare."""
        cooperative = own_enterprise(request)
        found = together(cooperative, list_of(cooperative))
        return Response(TogetherSerializer({**vars(found), "others": dict(found.others), "words": found.words}).data)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """Asks one that stood there with its name only and has registered meanwhile."""
        return self._done(service.invite_listed, request)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        return self._done(service.remove_member, request)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Your enterprise belongs to this cooperative."""
        return self._done(service.accept_cooperative, request)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        return self._done(service.refuse_cooperative, request)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str) -> Response:
        return self._done(service.leave_cooperative, request)

    def _done(self, change: Any, request: Request) -> Response:
        listed = self.get_object()
        change(listed, by=request.user)
        return Response(self.get_serializer(self.get_queryset().get(pk=listed.pk)).data)
