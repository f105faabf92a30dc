"""Lists of products by API: upload one, ask how far it is, read what was wrong."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import Idempotent
from portal.api.product_serializers import ImportInput, ImportProblemSerializer, ImportSerializer
from portal.api.products import own_enterprise, read
from portal.enums import ImportMode
from portal.models import ProductImport
from portal.policy import SME
from portal.services import product_import as service


@extend_schema_view(
    create=extend_schema(request={"multipart/form-data": ImportInput}, responses={202: ImportSerializer})
)
class ImportViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {"list": SME, "retrieve": SME, "create": SME, "problems": SME}
    serializer_class = ImportSerializer
    parser_classes = [MultiPartParser]
    filterset_fields = ["mode"]

    def get_queryset(self) -> QuerySet[ProductImport]:
        if getattr(self, "swagger_fake_view", False):
            return ProductImport.objects.none()
        return ProductImport.objects.visible_to(self.request.user)

    def create(self, request: Request) -> Response:
        """Takes the file in and answers at once; a job reads it. A product is recognised by its code."""
        values = read(ImportInput(data=request.data))
        started = service.start_import(
            own_enterprise(request), values["file"], ImportMode(values["mode"]), by=request.user
        )
        return Response(self.get_serializer(started).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=ImportProblemSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def problems(self, request: Request, pk: str) -> Response:
        """Every wrong cell, by row and column, in the language asked for."""
        page = self.paginate_queryset(self.get_object().problems.all())
        return self.get_paginated_response(ImportProblemSerializer(page, many=True).data)
