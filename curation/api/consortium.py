"""Consortia by API: a buyer forms, saves, invites, fills and gives up; an enterprise answers for its own share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.enums import ConsortiumStatus
from curation.forms.consortium import first_wish
from curation.models import Consortium, ConsortiumMember, Need
from curation.selectors.consortium import with_need
from curation.selectors.consortium_words import (
    alternatives_said,
    left_out_said,
    member_reasons,
    reasons,
    shortfall_said,
)
from curation.services import consortium as service
from curation.services.forming import Proposal, Wish, proposal
from portal.api.enterprise_serializers import RungSerializer
from portal.policy import BUYER, OFFICER, SME
from portal.selectors.ladder import ladder_of, of_parties, read_facts

MOST_TICKS = 500


class ConsortiumMemberSerializer(serializers.ModelSerializer):
    enterprise = serializers.IntegerField(source="enterprise_id", read_only=True)
    name = serializers.CharField(source="enterprise.organisation.name", read_only=True)
    product = serializers.IntegerField(source="product_id", read_only=True, allow_null=True)
    share = serializers.DecimalField(max_digits=5, decimal_places=2, read_only=True, help_text="Per cent of the whole")
    reasons = serializers.SerializerMethodField()
    checked = serializers.SerializerMethodField()

    class Meta:
        model = ConsortiumMember
        fields = [
            "id", "enterprise", "name", "checked", "product", "status", "pinned", "quantity", "share", "price", "reasons",
            "answer_by", "answered_at", "reason",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RungSerializer)
    def get_checked(self, member: ConsortiumMember) -> Any:
        return RungSerializer(ladder_of(member.enterprise)).data

    def get_reasons(self, member: ConsortiumMember) -> list[str]:
        return member_reasons(member) if member.price is not None else []


class ConsortiumInListSerializer(serializers.ModelSerializer):
    number = serializers.CharField(read_only=True)
    need = serializers.IntegerField(source="need_id", read_only=True)
    item = serializers.CharField(source="need.item", read_only=True)
    ends_on = serializers.DateField(read_only=True)

    class Meta:
        model = Consortium
        fields = [
            "id", "number", "need", "item", "status", "quantity", "unit", "ceiling_price", "required_certificates",
            "starts_on", "months", "ends_on", "members_at_most", "least_share", "most_share", "each_holds",
            "curated_only", "near_only", "proved", "created_at", "invited_at", "answer_by", "replace_by",
            "completed_at", "ended_at", "reason",
        ]  # fmt: skip
        read_only_fields = fields


class ConsortiumSerializer(ConsortiumInListSerializer):
    members = serializers.SerializerMethodField()

    class Meta(ConsortiumInListSerializer.Meta):
        fields = [*ConsortiumInListSerializer.Meta.fields, "members"]
        read_only_fields = fields

    @extend_schema_field(ConsortiumMemberSerializer(many=True))
    def get_members(self, consortium: Consortium) -> list[dict[str, Any]]:
        rows = list(consortium.members.prefetch_related(of_parties()))
        for row in rows:
            row.consortium = consortium
        return list(ConsortiumMemberSerializer(rows, many=True).data)


class FellowSerializer(serializers.Serializer):
    name = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    status = serializers.CharField()


class ShareInListSerializer(serializers.ModelSerializer):
    """An enterprise's own share. `unit`: the need's."""

    consortium = serializers.CharField(source="consortium.number", read_only=True)
    buyer = serializers.CharField(source="consortium.need.buyer.name", read_only=True)
    need = serializers.IntegerField(source="consortium.need_id", read_only=True)
    item = serializers.CharField(source="consortium.need.item", read_only=True)
    unit = serializers.CharField(source="consortium.unit", read_only=True)
    starts_on = serializers.DateField(source="consortium.starts_on", read_only=True)
    ends_on = serializers.DateField(source="consortium.ends_on", read_only=True)
    product = serializers.IntegerField(source="product_id", read_only=True, allow_null=True)

    class Meta:
        model = ConsortiumMember
        fields = [
            "id", "consortium", "buyer", "need", "item", "status", "product", "quantity", "unit", "price",
            "product_quantity", "starts_on", "ends_on", "answer_by", "answered_at", "reason",
        ]  # fmt: skip
        read_only_fields = fields


class ShareSerializer(ShareInListSerializer):
    together_with = serializers.SerializerMethodField()

    class Meta(ShareInListSerializer.Meta):
        fields = [*ShareInListSerializer.Meta.fields, "together_with"]
        read_only_fields = fields

    @extend_schema_field(FellowSerializer(many=True))
    def get_together_with(self, member: ConsortiumMember) -> list[dict[str, Any]]:
        others = member.consortium.members.filter(status__in=["invited", "accepted"]).exclude(pk=member.pk)
        return [
            {"name": other.enterprise.name, "quantity": str(other.quantity), "status": other.status}
            for other in others.select_related("enterprise__organisation")
        ]


class WishInput(serializers.Serializer):
    """What is not given stays as the need, or the consortium, has it. `pinned` and `excluded`: enterprises by id."""

    starts_on = serializers.DateField(required=False)
    months = serializers.IntegerField(required=False)
    members_at_most = serializers.IntegerField(required=False)
    least_share = serializers.IntegerField(required=False)
    most_share = serializers.IntegerField(required=False)
    each_holds = serializers.BooleanField(required=False)
    curated_only = serializers.BooleanField(required=False)
    near_only = serializers.BooleanField(required=False)
    pinned = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_TICKS)
    excluded = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_TICKS)

    def wish(self, before: Wish) -> Wish:
        given = {name: value for name, value in self.validated_data.items() if name in Wish.__dataclass_fields__}
        for name in ("pinned", "excluded"):
            if name in given:
                given[name] = frozenset(given[name])
        return Wish(**{name: getattr(before, name) for name in Wish.__dataclass_fields__} | given)


class NewConsortiumInput(WishInput):
    need = serializers.IntegerField(min_value=1)
    seen = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)


class FormAgainInput(WishInput):
    seen = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    days = serializers.IntegerField(required=False, default=service.ANSWER_DAYS)


class InviteMembersInput(serializers.Serializer):
    days = serializers.IntegerField(
        required=False, default=service.ANSWER_DAYS, help_text="Working days in which the members answer"
    )


class GiveUpInput(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


class ShareAnswerInput(serializers.Serializer):
    """`reason` is required where an accepted share is given back."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ProposedPartSerializer(serializers.Serializer):
    enterprise = serializers.IntegerField(source="row.key")
    name = serializers.CharField(source="row.enterprise.name")
    checked = RungSerializer(source="ladder", help_text="Where it stands on the verification ladder today")
    product = serializers.IntegerField(source="row.product.pk")
    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    share = serializers.DecimalField(max_digits=5, decimal_places=2)
    price = serializers.DecimalField(max_digits=18, decimal_places=2)
    reasons = serializers.ListField(child=serializers.CharField())


class ConsortiumAlternativeSerializer(serializers.Serializer):
    do = serializers.CharField(help_text="more, fewer, near, holding, or without:ENTERPRISE")
    title = serializers.CharField()
    difference = serializers.CharField()
    members = serializers.IntegerField()
    money = serializers.IntegerField(help_text="Rupiah a month")


class ProposalSerializer(serializers.Serializer):
    """`members` is empty where nothing covers the need: `short` says what is missing, `helps` what would change that."""

    quantity = serializers.DecimalField(max_digits=16, decimal_places=2)
    money = serializers.IntegerField(help_text="Rupiah a month")
    proved = serializers.BooleanField(help_text="Nothing better by more than half a per cent among the candidates")
    seen = serializers.CharField(help_text="Send it when saving: 409 where something else would be saved")
    candidates = serializers.IntegerField()
    members = ProposedPartSerializer(many=True)
    alternatives = ConsortiumAlternativeSerializer(many=True)
    short = serializers.ListField(child=serializers.CharField())
    helps = serializers.ListField(child=serializers.CharField())
    left_out = serializers.ListField(child=serializers.CharField())


def told(found: Proposal, need: Need) -> dict[str, Any]:
    short, helps = shortfall_said(found, need) if found.why is not None else ([], [])
    read_facts(part.row.enterprise for part in found.parts)
    parts = [
        ProposedPart(part, reasons(part.row.facts, part.price, need.ceiling_price, need.required_certificates))
        for part in found.parts
    ]
    return ProposalSerializer(
        {
            "quantity": found.quantity,
            "money": found.money,
            "proved": found.plan is not None and found.plan.proved,
            "seen": found.seen,
            "candidates": len(found.field.rows),
            "members": parts,
            "alternatives": [vars(said) for said in alternatives_said(found)] if found.plan is not None else [],
            "short": short,
            "helps": helps,
            "left_out": left_out_said(found, need),
        }
    ).data


class ProposedPart:
    """A part with its reasons."""

    def __init__(self, part: Any, why: list[str]) -> None:
        self.row, self.quantity, self.share, self.price = part.row, part.quantity, part.share, part.price
        self.reasons, self.ladder = why, ladder_of(part.row.enterprise)


class NeedConsortium(APIView):
    """What would come of it: nothing is kept."""

    policies = {"post": OFFICER}

    @extend_schema(request=WishInput, responses=ProposalSerializer)
    def post(self, request: Request, pk: int) -> Response:
        need = get_object_or_404(_needs(request), pk=pk)
        read = WishInput(data=request.data)
        read.is_valid(raise_exception=True)
        return Response(told(proposal(need, read.wish(first_wish(need)), by=request.user), need))


class ConsortiumViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": BUYER,
        "retrieve": BUYER,
        "create": OFFICER,
        "again": OFFICER,
        "invite": OFFICER,
        "cancel": OFFICER,
    }
    filterset_fields = ["status", "need"]

    def get_serializer_class(self) -> type:
        return ConsortiumInListSerializer if self.action == "list" else ConsortiumSerializer

    def get_queryset(self) -> QuerySet[Consortium]:
        if getattr(self, "swagger_fake_view", False):
            return Consortium.objects.none()
        return Consortium.objects.managed_by(self.request.user).select_related("need__buyer", "need__kbli")

    @extend_schema(request=NewConsortiumInput, responses={201: ConsortiumSerializer})
    def create(self, request: Request) -> Response:
        """Formed and saved as a proposal; nobody is asked yet."""
        read = NewConsortiumInput(data=request.data)
        read.is_valid(raise_exception=True)
        need = _needs(request).filter(pk=read.validated_data["need"]).first()
        if need is None:
            raise serializers.ValidationError({"need": _("Your organisation has no published need with this number.")})
        wish = read.wish(first_wish(need))
        made, _found = service.save_proposal(need, wish, by=request.user, seen=read.validated_data["seen"])
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=FormAgainInput, responses=ConsortiumSerializer)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """A proposal is formed anew; of one that asks already, new members are asked for what became free."""
        consortium = self.get_object()
        read = FormAgainInput(data=request.data)
        read.is_valid(raise_exception=True)
        wish, seen = read.wish(first_wish(consortium.need, consortium)), read.validated_data["seen"]
        if consortium.status == ConsortiumStatus.DRAFT:
            service.save_proposal(consortium.need, wish, by=request.user, seen=seen, consortium=consortium)
        else:
            days = read.validated_data["days"]
            service.replace_members(consortium, wish, by=request.user, seen=seen, days=days)
        return self._answer(consortium)

    @extend_schema(request=InviteMembersInput, responses=ConsortiumSerializer)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        consortium = self.get_object()
        read = InviteMembersInput(data=request.data)
        read.is_valid(raise_exception=True)
        service.invite_members(consortium, by=request.user, days=read.validated_data["days"])
        return self._answer(consortium)

    @extend_schema(request=GiveUpInput, responses=ConsortiumSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        consortium = self.get_object()
        read = GiveUpInput(data=request.data)
        read.is_valid(raise_exception=True)
        service.cancel_consortium(consortium, by=request.user, reason=read.validated_data["reason"])
        return self._answer(consortium)

    def _answer(self, consortium: Consortium, code: int = status.HTTP_200_OK) -> Response:
        return Response(ConsortiumSerializer(self.get_queryset().get(pk=consortium.pk)).data, status=code)


class ConsortiumPartViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The shares that an enterprise was asked for."""

    policies = {"list": SME, "retrieve": SME, "accept": SME, "decline": SME}
    filterset_fields = ["status"]

    def get_serializer_class(self) -> type:
        return ShareInListSerializer if self.action == "list" else ShareSerializer

    def get_queryset(self) -> QuerySet[ConsortiumMember]:
        if getattr(self, "swagger_fake_view", False):
            return ConsortiumMember.objects.none()
        return with_need(ConsortiumMember.objects.visible_to(self.request.user)).order_by("-invited_at", "-pk")

    @extend_schema(request=None, responses=ShareSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Promises the capacity; 409 where it is no longer free, or the time is over."""
        member = self.get_object()
        service.accept_share(member, by=request.user)
        return self._answer(member)

    @extend_schema(request=ShareAnswerInput, responses=ShareSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Or, once accepted, gives the share back."""
        member = self.get_object()
        read = ShareAnswerInput(data=request.data)
        read.is_valid(raise_exception=True)
        service.decline_share(member, by=request.user, reason=read.validated_data["reason"])
        return self._answer(member)

    def _answer(self, member: ConsortiumMember) -> Response:
        return Response(ShareSerializer(self.get_queryset().get(pk=member.pk)).data)


def _needs(request: Request) -> QuerySet[Need]:
    return Need.objects.managed_by(request.user).published().select_related("buyer", "kbli", "delivery_region")
