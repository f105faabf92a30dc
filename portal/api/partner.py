"""For systems that hold the same data already – a cooperative's, a local government's – with each enterprise's consent.

A change names the state it was made on (If-Match), a call that makes something its key (Idempotency-Key), and every save
is recorded with the consent, as a companion's is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.conditional import Conditional, check_match
from portal.api.enterprise import change
from portal.api.enterprise_serializers import EnterpriseChanges
from portal.api.idempotency import Idempotent
from portal.api.partner_serializers import (
    BulkAnswer,
    DossierRow,
    DossierRows,
    PartnerDossierSerializer,
    PartnerProductInput,
    ProductRow,
)
from portal.api.problems import problem_of
from portal.api.product_serializers import ProductInput, ProductSerializer
from portal.api.products import read
from portal.consents import PRODUCTS, scope_labels
from portal.enums import TokenScope
from portal.flow import NotPermitted
from portal.models import Consent, Enterprise, Product, User
from portal.policy import PARTNER
from portal.selectors.partner import consents_held, entrusted_enterprises, entrusted_products
from portal.selectors.product import with_tkdn_certificate
from portal.services import product as product_service

Row = Callable[[dict[str, Any]], tuple[int, int, str]]


class Entrusted(Idempotent, Conditional, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What both kinds of rows have in common."""

    def consents(self) -> dict[int, Consent]:
        if not hasattr(self, "_consents"):
            self._consents = consents_held(self.request.user)
        return self._consents

    def under_consent(self, enterprise: Enterprise) -> User:
        """The caller, acting for the partner under this enterprise's consent."""
        return self.request.user.act_on_behalf(self.consents()[enterprise.pk])

    def consent_for(self, key: int, scope: str) -> Consent:
        """Of this enterprise, for this part of it. A stranger's is not there."""
        consent = self.consents().get(key)
        if consent is None:
            raise Http404
        if not consent.covers(scope):
            raise NotPermitted(
                _("The business gave no consent for “%(section)s”.") % {"section": scope_labels([scope])[0]},
                move="save",
                status="",
                code="no_consent",
            )
        return consent

    def in_bulk(self, rows: list[dict[str, Any]], each: Row) -> Response:
        """Every row by itself: one that fails changes nothing and stops none. Locks are taken in one order, whatever the
        order of the rows, so that two calls never wait for each other."""
        keys = {consent.enterprise.nib: key for key, consent in self.consents().items()}
        enterprises = [_number(row.get("enterprise")) or keys.get(str(row.get("nib")), 0) for row in rows]
        order = sorted(range(len(rows)), key=lambda place: (enterprises[place], str(rows[place].get("code")), place))
        answers: list[dict[str, Any]] = [{}] * len(rows)
        for place in order:
            try:
                with transaction.atomic():
                    code, key, tag = each(rows[place])
                    answers[place] = {"row": place, "status": code, "id": key, "etag": tag, "problem": None}
            except Exception as error:  # whatever it is: a foreseen one is this row's answer, any other is ours
                problem = problem_of(error)
                if problem is None:
                    raise
                tag = getattr(error, "etag", "") or None
                answers[place] = {
                    "row": place,
                    "status": problem["status"],
                    "id": None,
                    "etag": tag,
                    "problem": problem,
                }
        return _bulk_answer(answers)


@extend_schema_view(
    partial_update=extend_schema(request=EnterpriseChanges, responses=PartnerDossierSerializer),
)
class PartnerEnterpriseViewSet(Entrusted):
    """Dossiers that enterprises opened to the caller's organisation."""

    policies = {"list": PARTNER, "retrieve": PARTNER, "partial_update": PARTNER, "bulk": PARTNER}
    scopes = {
        "list": TokenScope.DOSSIER_READ,
        "retrieve": TokenScope.DOSSIER_READ,
        "partial_update": TokenScope.DOSSIER_WRITE,
        "bulk": TokenScope.DOSSIER_WRITE,
    }
    asks_for_key = frozenset({"bulk"})
    serializer_class = PartnerDossierSerializer
    filterset_fields = ["status", "nib"]

    def get_queryset(self) -> QuerySet[Enterprise]:
        if getattr(self, "swagger_fake_view", False):
            return Enterprise.objects.none()
        return entrusted_enterprises(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        fake = getattr(self, "swagger_fake_view", False)
        return {**super().get_serializer_context(), "consents": {} if fake else self.consents()}

    def retrieve(self, request: Request, pk: str) -> Response:
        """With its ETag; If-None-Match answers 304."""
        return self.with_etag(request, self.get_object())

    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the answers that are sent, all or none. If-Match must hold the ETag of what was read: 428, 412."""
        enterprise = self._locked(pk=self.get_object().pk)
        check_match(request.headers.get("If-Match", ""), self.etag_of(enterprise), required=True)
        change(enterprise, request.data, by=self.under_consent(enterprise))
        return self.with_etag(request, self.get_queryset().get(pk=enterprise.pk))

    @extend_schema(request=DossierRows, responses={200: BulkAnswer, 207: BulkAnswer})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 100 enterprises, each row by itself: `enterprise` or `nib`, `answers`, and `if_match` if it matters."""
        return self.in_bulk(read(DossierRows(data=request.data))["rows"], self._change_row)

    def _change_row(self, sent: dict[str, Any]) -> tuple[int, int, str]:
        row = read(DossierRow(data=sent))
        named = {"pk": row["enterprise"]} if "enterprise" in row else {"nib": row["nib"]}
        enterprise = self._locked(**named)
        check_match(row.get("if_match", ""), self.etag_of(enterprise) if "if_match" in row else "")
        change(enterprise, row["answers"], by=self.under_consent(enterprise))
        after = self.get_queryset().get(pk=enterprise.pk)
        return status.HTTP_200_OK, enterprise.pk, self.etag_of(after)

    def _locked(self, **named: Any) -> Enterprise:
        """A stranger's, or one whose consent has ended, is not there."""
        found = self.get_queryset().select_for_update(of=("self",)).filter(**named).first()
        if found is None:
            raise Http404
        return found


@extend_schema_view(
    create=extend_schema(request=PartnerProductInput, responses={201: ProductSerializer}),
    partial_update=extend_schema(request=ProductInput(partial=True), responses=ProductSerializer),
)
class PartnerProductViewSet(Entrusted):
    """Products of enterprises whose consent names them."""

    policies = {"list": PARTNER, "retrieve": PARTNER, "create": PARTNER, "partial_update": PARTNER, "bulk": PARTNER}
    scopes = {
        "list": TokenScope.PRODUCTS_READ,
        "retrieve": TokenScope.PRODUCTS_READ,
        "create": TokenScope.PRODUCTS_WRITE,
        "partial_update": TokenScope.PRODUCTS_WRITE,
        "bulk": TokenScope.PRODUCTS_WRITE,
    }
    asks_for_key = frozenset({"create", "bulk"})
    serializer_class = ProductSerializer
    filterset_fields = ["enterprise", "code"]

    def get_queryset(self) -> QuerySet[Product]:
        if getattr(self, "swagger_fake_view", False):
            return Product.objects.none()
        return with_tkdn_certificate(entrusted_products(self.request.user), timezone.localdate())

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.with_etag(request, self.get_object())

    def create(self, request: Request) -> Response:
        values = read(PartnerProductInput(data=request.data))
        made = self._add(values.pop("enterprise"), values)
        return self.with_etag(request, made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        """If-Match must hold the ETag of what was read: 428, 412."""
        product = self._locked(self.get_object())
        check_match(request.headers.get("If-Match", ""), self.etag_of(product), required=True)
        values = read(ProductInput(data=request.data, partial=True))
        product_service.change_product(product, by=self.under_consent(product.enterprise), **values)
        return self.with_etag(request, self.get_queryset().get(pk=product.pk))

    @extend_schema(request=DossierRows, responses={200: BulkAnswer, 207: BulkAnswer})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 100 products, each row by itself: added, or changed where the enterprise has its `code` already."""
        return self.in_bulk(read(DossierRows(data=request.data))["rows"], self._put_row)

    def _put_row(self, sent: dict[str, Any]) -> tuple[int, int, str]:
        known = self.get_queryset().filter(
            enterprise=_number(sent.get("enterprise")), code=str(sent.get("code", ""))[:40]
        )
        present = known.first()
        row = read(ProductRow(data=sent, partial=present is not None))
        tag = row.pop("if_match", "")
        if present is None:
            made = self._add(row.pop("enterprise"), row)
            return status.HTTP_201_CREATED, made.pk, self.etag_of(made)
        row.pop("enterprise")
        product = self._locked(present)
        check_match(tag, self.etag_of(product) if tag else "")
        product_service.change_product(product, by=self.under_consent(product.enterprise), **row)
        return status.HTTP_200_OK, product.pk, self.etag_of(self.get_queryset().get(pk=product.pk))

    def _add(self, key: int, values: dict[str, Any]) -> Product:
        consent = self.consent_for(key, PRODUCTS)
        made = product_service.add_product(consent.enterprise, by=self.under_consent(consent.enterprise), **values)
        return self.get_queryset().get(pk=made.pk)

    def _locked(self, product: Product) -> Product:
        found = self.get_queryset().select_for_update(of=("self",)).filter(pk=product.pk).first()
        if found is None:
            raise Http404
        return found


def _bulk_answer(answers: list[dict[str, Any]]) -> Response:
    failed = sum(each["problem"] is not None for each in answers)
    code = status.HTTP_207_MULTI_STATUS if failed else status.HTTP_200_OK
    title = _("Some rows were not taken; each says why.") if failed else _("All rows were taken.")
    body = {
        "type": "urn:mitrapasok:problem:some_rows" if failed else "about:blank",
        "title": title,
        "status": code,
        "done": len(answers) - failed,
        "failed": failed,
        "rows": answers,
    }
    return Response(body, status=code)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 2**31 else 0
