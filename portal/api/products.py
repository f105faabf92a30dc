"""Products by API: the same services as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.conditional import Conditional, check_match
from portal.api.idempotency import Idempotent
from portal.api.product_serializers import (
    NOT_SAID,
    HalalSerializer,
    LadderSerializer,
    LoadSerializer,
    PhotoChange,
    PhotoInput,
    PhotosAnswer,
    PhotoSerializer,
    PhotosInput,
    ProductInput,
    ProductSerializer,
)
from portal.enums import Unit
from portal.models import Enterprise, Photo, Product
from portal.policy import FILLING_IN, SIGNED_IN
from portal.rules.tkdn import standing
from portal.selectors.enterprise import enterprise_of
from portal.selectors.halal import halal_of_product
from portal.selectors.product import with_tkdn_certificate
from portal.selectors.product_capacity import load_of
from portal.services import photo as photo_service
from portal.services import product as service


class ProductFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="words", label=_("Name or code"))
    kbli = django_filters.CharFilter(field_name="kbli__code", lookup_expr="startswith")
    hs = django_filters.CharFilter(field_name="hs__code", lookup_expr="startswith")
    unit = django_filters.ChoiceFilter(choices=Unit.choices)
    on_sale = django_filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull")

    class Meta:
        model = Product
        fields = ["enterprise"]

    def words(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        return queryset.filter(Q(name__icontains=value) | Q(code__icontains=value))


@extend_schema_view(
    create=extend_schema(request=ProductInput, responses={201: ProductSerializer}),
    partial_update=extend_schema(request=ProductInput(partial=True), responses=ProductSerializer),
)
class ProductViewSet(Idempotent, Conditional, mixins.ListModelMixin, viewsets.GenericViewSet):
    """One's own products; for buyers those that verified enterprises offer."""

    policies = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": FILLING_IN,
        "partial_update": FILLING_IN,
        "withdraw": FILLING_IN,
        "restore": FILLING_IN,
        "photos": FILLING_IN,
        "photo_batch": FILLING_IN,
        "remove_photo": FILLING_IN,
        "change_photo": FILLING_IN,
        "capacity": FILLING_IN,
        "ladder": FILLING_IN,
        "halal": FILLING_IN,
    }
    serializer_class = ProductSerializer
    filterset_class = ProductFilter

    def get_queryset(self) -> QuerySet[Product]:
        if getattr(self, "swagger_fake_view", False):
            return Product.objects.none()
        visible = Product.objects.visible_to(self.request.user)
        certified = with_tkdn_certificate(visible, timezone.localdate())
        return certified.select_related("enterprise", "kbli").prefetch_related("photos")

    def create(self, request: Request) -> Response:
        values = read(ProductInput(data=request.data))
        product = service.add_product(own_enterprise(request), by=request.user, **values)
        return Response(self._shown(product), status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        """With its ETag; If-None-Match answers 304."""
        return self.with_etag(request, self.get_object())

    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes what is sent and nothing else. With If-Match only what was read: 412."""
        product = self.get_object()
        values = read(ProductInput(data=request.data, partial=True))
        with transaction.atomic():
            locked = self.get_queryset().select_for_update(of=("self",)).get(pk=product.pk)
            named = request.headers.get("If-Match", "")
            check_match(named, self.etag_of(locked) if named else "")
            service.change_product(locked, by=request.user, **values)
        return self.with_etag(request, self.get_queryset().get(pk=product.pk))

    @extend_schema(request=None, responses=ProductSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Takes it off sale; nothing is deleted."""
        product = self.get_object()
        service.withdraw_product(product, by=request.user)
        return Response(self._shown(product))

    @extend_schema(request=None, responses=ProductSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        product = self.get_object()
        service.restore_product(product, by=request.user)
        return Response(self._shown(product))

    @extend_schema(responses=LoadSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def capacity(self, request: Request) -> Response:
        """What the products on sale add up to beside the business's own capacity. `exceeded` is a warning, nothing more."""
        return Response(LoadSerializer(load_of(own_enterprise(request)) or NOT_SAID).data)

    @extend_schema(responses=LadderSerializer)
    @action(detail=True, methods=["get"])
    def ladder(self, request: Request, pk: str) -> Response:
        """Where the product stands by TKDN and BMP today, and what the next step brings."""
        product = self.get_object()
        found = standing(product.tkdn, product.bmp, timezone.localdate())
        if found is None:
            raise NotFound
        return Response(LadderSerializer(found).data)

    @extend_schema(responses={200: HalalSerializer, 204: None})
    @action(detail=True, methods=["get"])
    def halal(self, request: Request, pk: str) -> Response:
        """Whether it needs a halal certificate; 204 for goods that need none."""
        found = halal_of_product(self.get_object(), timezone.localdate())
        if found is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(HalalSerializer(found).data)

    @extend_schema(request={"multipart/form-data": PhotoInput}, responses={201: PhotoSerializer, 200: PhotoSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def photos(self, request: Request, pk: str) -> Response:
        """Adds a photo: JPEG, PNG or WebP. The same photo again answers 200 with the one that is there."""
        product = self.get_object()
        values = read(PhotoInput(data=request.data))
        added = photo_service.add_photos(product, [values["file"]], by=request.user, caption=values["caption"])
        if added.refused:
            refused = added.refused[0][1]
            raise ValidationError({"file": ValidationError(str(refused), code=refused.code)})
        if added.too_many:
            most = _("A product has at most %(most)s photos.") % {"most": photo_service.MOST_PHOTOS}
            raise ValidationError({"file": ValidationError(most, code="too_many")})
        photo = added.photos[0] if added.photos else added.already_there[0][1]
        shown = PhotoSerializer(photo, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_201_CREATED if added.photos else status.HTTP_200_OK)

    @extend_schema(
        request={"multipart/form-data": PhotosInput}, responses={201: PhotosAnswer, 200: PhotosAnswer}, filters=False
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser], url_path="photos/batch")
    def photo_batch(self, request: Request, pk: str) -> Response:
        """Several photos at once. A bad one costs the others nothing; 201 where at least one was added."""
        product = self.get_object()
        values = read(PhotosInput(data=request.data))
        added = photo_service.add_photos(product, values["files"], by=request.user, caption=values["caption"])
        answer = {
            "added": added.photos,
            "already_there": [photo for _name, photo in added.already_there],
            "refused": [
                {"file": name, "code": refused.code, "message": str(refused)} for name, refused in added.refused
            ],
            "too_many": added.too_many,
        }
        shown = PhotosAnswer(answer, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_201_CREATED if added.photos else status.HTTP_200_OK)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["delete"], url_path=r"photos/(?P<photo_pk>\d{1,18})")
    def remove_photo(self, request: Request, pk: str, photo_pk: str) -> Response:
        photo_service.remove_photo(self._photo(photo_pk), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=PhotoChange, responses=PhotoSerializer)
    @remove_photo.mapping.patch
    def change_photo(self, request: Request, pk: str, photo_pk: str) -> Response:
        """What it shows, and its place among the others."""
        photo = self._photo(photo_pk)
        photo_service.change_photo(photo, by=request.user, **read(PhotoChange(data=request.data)))
        photo.refresh_from_db()
        return Response(PhotoSerializer(photo, context=self.get_serializer_context()).data)

    def _photo(self, photo_pk: str) -> Photo:
        photos = Photo.objects.visible_to(self.request.user).filter(product=self.get_object())
        return get_object_or_404(photos.select_related("product__enterprise"), pk=photo_pk)

    def _shown(self, product: Product) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=product.pk)).data


def own_enterprise(request: Request) -> Enterprise:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise PermissionDenied(_("Register your business first."))
    return enterprise


def read(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
