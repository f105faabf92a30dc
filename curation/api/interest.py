"""Interests and invitations by API: the same services as the pages, for both sides."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.programme_serializers import MOST_ID
from curation.models import Interest, Need
from curation.models.interest import MOST_SAID
from curation.selectors.interests import with_both
from curation.services import interest as service
from portal.api.enterprise_serializers import RungSerializer
from portal.enums import Role
from portal.models import Enterprise, Product, User
from portal.policy import OFFICER, SME, roles
from portal.selectors.enterprise import enterprise_of
from portal.selectors.ladder import ladder_of, read_facts

USUAL = "The last day to answer; else ten working days from today, within the round and the delivery period"

READERS = roles(Role.OWNER, Role.STAFF, Role.COMPANION, Role.OFFICER, Role.APPROVER)


class InterestSerializer(serializers.ModelSerializer):
    item = serializers.CharField(source="need.item", read_only=True)
    number = serializers.CharField(source="need.number", read_only=True)
    buyer = serializers.CharField(source="need.buyer.name", read_only=True)
    name = serializers.CharField(source="enterprise.name", read_only=True)
    checked = serializers.SerializerMethodField(
        help_text="Where the enterprise stands on the verification ladder today"
    )

    class Meta:
        model = Interest
        fields = [
            "id", "need", "number", "item", "buyer", "enterprise", "name", "checked", "product", "status", "note", "message",
            "reason", "programme", "application", "expressed_at", "invited_at", "answer_by", "answered_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RungSerializer)
    def get_checked(self, interest: Interest) -> dict[str, Any]:
        return RungSerializer(ladder_of(interest.enterprise)).data


class ExpressInput(serializers.Serializer):
    need = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    product = serializers.IntegerField(min_value=1, max_value=MOST_ID, required=False, allow_null=True)
    note = serializers.CharField(max_length=MOST_SAID, required=False, allow_blank=True, default="")


class AcceptInput(serializers.Serializer):
    product = serializers.IntegerField(
        min_value=1, max_value=MOST_ID, required=False, allow_null=True, help_text="Else the one it was invited with"
    )


class InterestReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=MOST_SAID)


class InviteEnterpriseInput(serializers.Serializer):
    enterprise = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    product = serializers.IntegerField(min_value=1, max_value=MOST_ID, required=False, allow_null=True)
    message = serializers.CharField(max_length=MOST_SAID, required=False, allow_blank=True, default="")
    programme = serializers.IntegerField(
        min_value=1, max_value=MOST_ID, required=False, allow_null=True, help_text="Else the open one that closes first"
    )
    answer_by = serializers.DateField(required=False, allow_null=True, default=None, help_text=USUAL)


class InviteInput(serializers.Serializer):
    answer_by = serializers.DateField(required=False, allow_null=True, default=None, help_text=USUAL)


class InterestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Of an enterprise its own; of a buyer those about its needs. One stands for each need and enterprise."""

    policies = {
        "list": READERS,
        "retrieve": READERS,
        "create": SME,
        "accept": SME,
        "refuse": SME,
        "withdraw": SME,
        "invite": OFFICER,
        "extend": OFFICER,
        "decline": OFFICER,
        "take_back": OFFICER,
    }
    serializer_class = InterestSerializer
    filterset_fields = ["status", "need"]

    def get_queryset(self) -> QuerySet[Interest]:
        if getattr(self, "swagger_fake_view", False):
            return Interest.objects.none()
        return with_both(Interest.objects.visible_to(self.request.user)).order_by("-created_at", "-pk")

    def paginate_queryset(self, queryset: QuerySet[Interest]) -> list[Interest] | None:
        page = super().paginate_queryset(queryset)
        read_facts(each.enterprise for each in page or ())
        return page

    @extend_schema(request=ExpressInput, responses={201: InterestSerializer})
    def create(self, request: Request) -> Response:
        """The enterprise is interested in a need; its buyer is told. 409 where that stands already or the need is closed."""
        read = ExpressInput(data=request.data)
        read.is_valid(raise_exception=True)
        sent = read.validated_data
        enterprise = enterprise_of(request.user)
        need = Need.objects.visible_to(request.user).published().filter(pk=sent["need"]).first()
        if enterprise is None:
            raise serializers.ValidationError({"need": _("Register your business first.")})
        if need is None:
            raise serializers.ValidationError({"need": _("There is no published need with this number.")})
        product = _product(enterprise.products.all(), sent.get("product"))
        made = service.express_interest(need, enterprise, by=request.user, product=product, note=sent["note"])
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=AcceptInput, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """`application` is the draft that was prepared, where a programme about the need is open."""
        interest = self.get_object()
        read = AcceptInput(data=request.data)
        read.is_valid(raise_exception=True)
        product = _product(interest.enterprise.products.all(), read.validated_data.get("product"))
        service.accept_invitation(interest, by=request.user, product=product)
        return self._answer(interest)

    @extend_schema(request=InterestReasonInput, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """The enterprise declines the invitation."""
        interest = self.get_object()
        service.refuse_invitation(interest, by=request.user, reason=_reason(request))
        return self._answer(interest)

    @extend_schema(request=None, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        interest = self.get_object()
        service.withdraw_interest(interest, by=request.user)
        return self._answer(interest)

    @extend_schema(request=InviteInput, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """Whoever said that it is interested."""
        interest = self.get_object()
        made = service.invite_enterprise(
            interest.need,
            interest.enterprise,
            by=request.user,
            product=interest.product,
            answer_by=_answer_by(request),
        )
        return self._answer(made)

    @extend_schema(request=InviteInput, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """More time for an invitation that waits for its answer. 409 where none does."""
        interest = self.get_object()
        service.extend_invitation(interest, by=request.user, answer_by=_answer_by(request))
        return self._answer(interest)

    @extend_schema(request=InterestReasonInput, responses=InterestSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """The buyer does not invite it, and says why."""
        interest = self.get_object()
        service.decline_interest(interest, by=request.user, reason=_reason(request))
        return self._answer(interest)

    @extend_schema(request=None, responses=InterestSerializer)
    @action(detail=True, methods=["post"], url_path="take-back", url_name="take-back")
    def take_back(self, request: Request, pk: str) -> Response:
        interest = self.get_object()
        service.take_invitation_back(interest, by=request.user)
        return self._answer(interest)

    def _answer(self, interest: Interest, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=interest.pk)).data, status=code)


def invite(need: Need, data: Any, *, by: User) -> Interest:
    """What is posted to a need's invitations."""
    read = InviteEnterpriseInput(data=data)
    read.is_valid(raise_exception=True)
    sent = read.validated_data
    enterprise = Enterprise.objects.public().filter(pk=sent["enterprise"]).first()
    if enterprise is None:
        raise serializers.ValidationError({"enterprise": _("Choose an active business.")})
    programme = None
    if sent.get("programme"):
        programme = need.programmes.filter(pk=sent["programme"]).first()
        if programme is None:
            raise serializers.ValidationError({"programme": _("This programme is not open for this need.")})
    product = _product(enterprise.products.all(), sent.get("product"))
    return service.invite_enterprise(
        need,
        enterprise,
        by=by,
        product=product,
        message=sent["message"],
        programme=programme,
        answer_by=sent["answer_by"],
    )


def _product(products: QuerySet[Product], key: int | None) -> Product | None:
    if key is None:
        return None
    found = products.filter(pk=key).first()
    if found is None:
        raise serializers.ValidationError({"product": _("This business does not sell this product.")})
    return found


def _answer_by(request: Request) -> dt.date | None:
    read = InviteInput(data=request.data)
    read.is_valid(raise_exception=True)
    return cast("dt.date | None", read.validated_data["answer_by"])


def _reason(request: Request) -> str:
    read = InterestReasonInput(data=request.data)
    read.is_valid(raise_exception=True)
    return str(read.validated_data["reason"])
