"""Lists of products by API: upload one, ask how far it is, read what was wrong."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal import exports, product_files
from portal.api.idempotency import Idempotent
from portal.api.product_serializers import FileQuery, ImportInput, ImportProblemSerializer, ImportSerializer
from portal.api.products import own_enterprise, read
from portal.enums import ImportMode
from portal.models import ProductImport
from portal.policy import FILLING_IN
from portal.selectors.enterprise import enterprise_of
from portal.services import product_import as service
from portal.uploads.refusals import refusal


@extend_schema_view(
    create=extend_schema(request={"multipart/form-data": ImportInput}, responses={202: ImportSerializer})
)
class ImportViewSet(Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": FILLING_IN,
        "retrieve": FILLING_IN,
        "create": FILLING_IN,
        "problems": FILLING_IN,
        "corrections": FILLING_IN,
        "template": FILLING_IN,
        "current": FILLING_IN,
    }
    serializer_class = ImportSerializer
    parser_classes = [MultiPartParser]
    filterset_fields = ["mode"]

    def get_queryset(self) -> QuerySet[ProductImport]:
        if getattr(self, "swagger_fake_view", False):
            return ProductImport.objects.none()
        visible = ProductImport.objects.visible_to(self.request.user)
        return visible.filter(enterprise=enterprise_of(self.request.user))

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

    @extend_schema(
        parameters=[FileQuery], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False
    )
    @action(detail=True, methods=["get"])
    def corrections(self, request: Request, pk: str) -> HttpResponse:
        """The rows that were not taken, with what is wrong in place: mended, the same file may be sent again."""
        done = self.get_object()
        kind = read(FileQuery(data=request.query_params))["file"]
        if not done.may_be_corrected or not (kind == "csv" or done.fits_workbook):
            raise NotFound
        try:
            if kind == "csv":
                return exports.as_download(product_files.corrections_csv(done), f"produk-{done.pk}.csv", "text/csv")
            return exports.as_download(product_files.corrections_xlsx(done), f"produk-{done.pk}.xlsx", exports.XLSX)
        except FileNotFoundError as error:
            raise NotFound(refusal("sheet_gone", {})) from error

    @extend_schema(
        parameters=[FileQuery], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False
    )
    @action(detail=False, methods=["get"])
    def template(self, request: Request) -> HttpResponse:
        """The empty list, with drop-down lists, examples and an explanation of each column."""
        if read(FileQuery(data=request.query_params))["file"] == "csv":
            return exports.as_download(product_files.template_csv(), "produk.csv", "text/csv")
        return exports.as_download(
            product_files.template_xlsx(enterprise_of(request.user)), "produk.xlsx", exports.XLSX
        )

    @extend_schema(
        parameters=[FileQuery], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False
    )
    @action(detail=False, methods=["get"], url_path="products")
    def current(self, request: Request) -> HttpResponseBase:
        """The products as they stand, as a list to change and send again. Sent as it is, it changes nothing."""
        enterprise = own_enterprise(request)
        if read(FileQuery(data=request.query_params))["file"] == "csv":
            write = partial(product_files.write_products_csv, enterprise)
            return exports.as_streamed(write, f"produk-{enterprise.pk}.csv", exports.CSV)
        write = partial(product_files.write_products_xlsx, enterprise)
        return exports.as_streamed(write, f"produk-{enterprise.pk}.xlsx", exports.XLSX)
