"""Papers and certificates by API."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.product_serializers import (
    DocumentInput,
    DocumentSerializer,
    KindSerializer,
    RefusalInput,
    RenewalInput,
)
from portal.api.products import own_enterprise, read
from portal.document_kinds import KINDS
from portal.enums import DocumentKind
from portal.models import Document
from portal.policy import DOSSIER_READERS, FILLING_IN, PUBLIC, VERIFIERS
from portal.services import document as service


class DocumentFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=DocumentKind.choices)
    valid_on = django_filters.DateFilter(method="on_day")
    verified = django_filters.BooleanFilter(field_name="verified_at", lookup_expr="isnull", exclude=True)
    # Declared in the place of a verified one, and not checked yet.
    renewal_to_check = django_filters.BooleanFilter(method="to_check")
    # Without those that another has taken the place of.
    current = django_filters.BooleanFilter(field_name="replaced_by", lookup_expr="isnull")

    class Meta:
        model = Document
        fields = ["enterprise", "product"]

    def on_day(self, queryset: QuerySet[Document], name: str, value: object) -> QuerySet[Document]:
        return queryset.counting_on(value)

    def to_check(self, queryset: QuerySet[Document], name: str, value: bool) -> QuerySet[Document]:
        waiting = queryset.renewals_to_check(timezone.localdate())
        return waiting if value else queryset.exclude(pk__in=waiting.values("pk"))


@extend_schema_view(
    create=extend_schema(request={"multipart/form-data": DocumentInput}, responses={201: DocumentSerializer})
)
class DocumentViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": DOSSIER_READERS,
        "retrieve": DOSSIER_READERS,
        "create": FILLING_IN,
        "destroy": FILLING_IN,
        "renew": FILLING_IN,
        "verify": VERIFIERS,
        "refuse": VERIFIERS,
        "kinds": PUBLIC,
    }
    serializer_class = DocumentSerializer
    parser_classes = [MultiPartParser, FormParser, JSONParser]
    filterset_class = DocumentFilter

    def get_queryset(self) -> QuerySet[Document]:
        if getattr(self, "swagger_fake_view", False):
            return Document.objects.none()
        return Document.objects.visible_to(self.request.user).select_related(
            "enterprise", "verified_for", "replaced_by"
        )

    def create(self, request: Request) -> Response:
        """Declares a document. The file may be left out; then nobody can verify it."""
        enterprise = own_enterprise(request)
        values = read(DocumentInput(data=request.data, context={"enterprise": enterprise}))
        document = service.add_document(enterprise, by=request.user, **values)
        return Response(self.get_serializer(document).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Only while nobody verified it."""
        service.remove_document(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        document = self.get_object()
        service.verify_document(document, by=request.user)
        document.refresh_from_db()
        return Response(self.get_serializer(document).data)

    @extend_schema(request=RefusalInput, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Does not accept it, with a reason that its owner reads."""
        document = self.get_object()
        service.refuse_document(document, read(RefusalInput(data=request.data))["reason"], by=request.user)
        document.refresh_from_db()
        return Response(self.get_serializer(document).data)

    @extend_schema(request={"multipart/form-data": RenewalInput}, responses={201: DocumentSerializer})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        """Declares the next one in its place. The old one stays, and counts as long as it is valid."""
        document = self.get_object()
        values = read(RenewalInput(data=request.data, context={"enterprise": document.enterprise}))
        made = service.renew_document(document, by=request.user, **values)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=KindSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def kinds(self, request: Request) -> Response:
        """What each kind needs, and how its number usually looks."""
        return Response(KindSerializer(KINDS.values(), many=True).data)
