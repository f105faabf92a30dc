"""Needs by API: everybody reads what is published; a buyer's officer adds, changes, publishes, withdraws."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.interest import InterestSerializer, InviteEnterpriseInput, invite
from curation.api.matched import MatchesQuery, NeedMatchesSerializer
from curation.models import Need
from curation.selectors.matches import matches_of
from curation.selectors.needs import need_tag
from curation.services import need as service
from curation.services.confirmation import confirm_need
from portal.api.conditional import Conditional, check_match
from portal.api.idempotency import Idempotent
from portal.api.product_serializers import HsTypedCode
from portal.enums import DocumentKind, Role, Unit
from portal.forms.fields import RUPIAH_LIMIT
from portal.models import KbliClass, Region
from portal.policy import BUYER, OFFICER, PUBLIC
from portal.rules.kbli import kbli_edition
from portal.selectors.reference import kbli_edition_hint


class NeedSerializer(serializers.ModelSerializer):
    number = serializers.CharField(read_only=True)
    buyer = serializers.CharField(source="buyer.name", read_only=True)
    state = serializers.SerializerMethodField()
    reference = serializers.SerializerMethodField(help_text="The buyer's own number; empty for everybody else")
    kbli = serializers.CharField(source="kbli.code", read_only=True)
    kbli_edition = serializers.IntegerField(source="kbli.edition", read_only=True)
    hs = serializers.CharField(source="hs_id", read_only=True, allow_null=True)
    delivery_region = serializers.CharField(source="delivery_region_id", read_only=True)
    delivery_region_name = serializers.CharField(source="delivery_region.full_name", read_only=True)

    class Meta:
        model = Need
        fields = [
            "id", "number", "reference", "buyer", "state", "item", "specification", "kbli", "kbli_edition", "hs",
            "quantity_per_month", "unit", "ceiling_price", "delivery_region", "delivery_region_name",
            "delivery_address", "deliver_from", "deliver_until", "required_certificates", "import_substitution",
            "for_export", "published_at", "withdrawn_at", "confirmed_at", "unconfirmed_since",
        ]  # fmt: skip
        read_only_fields = fields

    def get_state(self, need: Need) -> str:
        return need_tag(need)

    def get_reference(self, need: Need) -> str:
        request = self.context.get("request")
        user = request.user if request is not None else None
        own = (
            user is not None
            and user.is_authenticated
            and user.organisation_id == need.buyer_id
            and user.acts_as(Role.OFFICER, Role.APPROVER)
        )
        return need.reference if own else ""


class NeedInput(serializers.Serializer):
    """KBLI by code, of the edition in force unless another is named; HS and region by code; quantities and rupiah as numbers."""

    reference = serializers.CharField(max_length=60, required=False, allow_blank=True)
    item = serializers.CharField(max_length=200)
    specification = serializers.CharField(max_length=4000)
    kbli = serializers.RegexField(r"^\d{5}$")
    kbli_edition = serializers.ChoiceField(choices=KbliClass.Edition.choices, required=False)
    hs = HsTypedCode(required=False, allow_null=True)
    quantity_per_month = serializers.DecimalField(max_digits=14, decimal_places=2)
    unit = serializers.ChoiceField(choices=Unit.choices)
    ceiling_price = serializers.IntegerField(max_value=RUPIAH_LIMIT - 1)
    delivery_region = serializers.SlugRelatedField(slug_field="code", queryset=Region.objects.all())
    delivery_address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    deliver_from = serializers.DateField()
    deliver_until = serializers.DateField(required=False, allow_null=True)
    required_certificates = serializers.ListField(
        child=serializers.ChoiceField(choices=DocumentKind.choices), required=False, max_length=len(DocumentKind)
    )
    import_substitution = serializers.BooleanField(required=False)
    for_export = serializers.BooleanField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Two fields name one class."""
        edition = values.pop("kbli_edition", None) or kbli_edition(timezone.localdate())
        if "kbli" in values:
            found = KbliClass.objects.filter(edition=edition, code=values["kbli"], level=5).first()
            if found is None:
                hint = kbli_edition_hint(values["kbli"], edition)
                said = hint.message if hint else _("There is no such class in this edition.")
                raise serializers.ValidationError({"kbli": said})
            values["kbli"] = found
        return values


class NeedFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="item", lookup_expr="icontains")
    province = filters.CharFilter(field_name="delivery_region__code", lookup_expr="startswith")
    open = filters.BooleanFilter(method="only_open")
    reference = filters.CharFilter(
        method="of_reference", label="Of one's own needs: the number they have in one's own books"
    )

    class Meta:
        model = Need
        fields = ["buyer", "import_substitution", "for_export", "unit"]

    def only_open(self, queryset: QuerySet[Need], name: str, value: bool) -> QuerySet[Need]:
        return queryset.open() if value else queryset

    def of_reference(self, queryset: QuerySet[Need], name: str, value: str) -> QuerySet[Need]:
        return queryset.filter(pk__in=Need.objects.managed_by(self.request.user).filter(reference=value.strip()))


@extend_schema_view(
    create=extend_schema(request=NeedInput, responses={201: NeedSerializer}),
    partial_update=extend_schema(request=NeedInput, responses=NeedSerializer),
)
class NeedViewSet(Idempotent, Conditional, mixins.ListModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "create": OFFICER,
        "partial_update": OFFICER,
        "publish": OFFICER,
        "withdraw": OFFICER,
        "confirm": OFFICER,
        "matches": BUYER,
        "invitations": OFFICER,
    }
    serializer_class = NeedSerializer
    filterset_class = NeedFilter

    def get_queryset(self) -> QuerySet[Need]:
        if getattr(self, "swagger_fake_view", False):
            return Need.objects.none()
        user = self.request.user
        reading = self.action in ("list", "retrieve")
        needs = Need.objects.visible_to(user) if reading else Need.objects.managed_by(user)
        return needs.select_related("buyer", "kbli", "delivery_region")

    def create(self, request: Request) -> Response:
        """A draft; publish it so that suppliers find it."""
        read = NeedInput(data=request.data)
        read.is_valid(raise_exception=True)
        made = service.add_need(request.user.organisation, by=request.user, **read.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        """With its ETag; If-None-Match answers 304."""
        return self.with_etag(request, self.get_object())

    def partial_update(self, request: Request, pk: str) -> Response:
        """With If-Match only what was read: 412."""
        need = self.get_object()
        read = NeedInput(need, data=request.data, partial=True)
        read.is_valid(raise_exception=True)
        with transaction.atomic():
            locked = self.get_queryset().select_for_update(of=("self",)).get(pk=need.pk)
            check_match(request.headers.get("If-Match", ""), self.etag_of(locked))
            service.change_need(need, by=request.user, **read.validated_data)
        return self.with_etag(request, self.get_queryset().get(pk=need.pk))

    @extend_schema(request=None, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        need = self.get_object()
        service.publish_need(need, by=request.user)
        return self._again(need)

    @extend_schema(request=None, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        need = self.get_object()
        service.withdraw_need(need, by=request.user)
        return self._again(need)

    @extend_schema(request=None, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """It still stands: a paused one is found again. 409 where it was withdrawn or is over."""
        need = self.get_object()
        confirm_need(need, by=request.user)
        return self._again(need)

    @extend_schema(parameters=[MatchesQuery], responses=NeedMatchesSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def matches(self, request: Request, pk: str) -> Response:
        """The enterprises that fit, each rank with its parts and what is missing."""
        need = self.get_object()
        asked = MatchesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        matches = matches_of(need, user=request.user, curated=asked.validated_data["curated"])
        return Response(NeedMatchesSerializer(matches).data)

    @extend_schema(request=InviteEnterpriseInput, responses={201: InterestSerializer})
    @action(detail=True, methods=["post"])
    def invitations(self, request: Request, pk: str) -> Response:
        """Invites an enterprise in one step. 409 where a colleague was first, it has applied, or the need is closed."""
        made = invite(self.get_object(), request.data, by=request.user)
        return Response(InterestSerializer(made).data, status=status.HTTP_201_CREATED)

    def _again(self, need: Need) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=need.pk)).data)
