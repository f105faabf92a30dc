"""Papers and a cooperative's members for partners' systems: with the consent that names them, by the services of the pages.

A paper's content never changes, so it is added, renewed and removed. Whom a cooperative asks may come from its own system; who
is a member stays each member's own word.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.conditional import check_match
from portal.api.cooperatives import CooperativeMemberSerializer, GivenInput, given_of, member_of
from portal.api.partner import Entrusted
from portal.api.partner_serializers import (
    BulkAnswer,
    DossierRows,
    NamedEnterprise,
    PartnerDocumentInput,
    PartnerDocumentSerializer,
    PartnerMemberInput,
)
from portal.api.product_serializers import DocumentInput, RenewalInput
from portal.api.products import read
from portal.consents import DOCUMENTS
from portal.enums import TokenScope
from portal.models import CooperativeMember, Document
from portal.policy import PARTNER
from portal.sections import MEMBERS
from portal.selectors.partner import entrusted_documents, entrusted_members
from portal.services import cooperative as cooperative_service
from portal.services import document as document_service


class PartnerDocumentViewSet(Entrusted):
    """Papers of enterprises whose consent names them."""

    policies = {"list": PARTNER, "retrieve": PARTNER, "create": PARTNER, "renew": PARTNER, "destroy": PARTNER}
    scopes = {
        "list": TokenScope.DOCUMENTS_READ,
        "retrieve": TokenScope.DOCUMENTS_READ,
        "create": TokenScope.DOCUMENTS_WRITE,
        "renew": TokenScope.DOCUMENTS_WRITE,
        "destroy": TokenScope.DOCUMENTS_WRITE,
    }
    # A second renewal is refused by itself.
    asks_for_key = frozenset({"create"})
    serializer_class = PartnerDocumentSerializer
    parser_classes = [MultiPartParser, FormParser, JSONParser]
    filterset_fields = ["enterprise", "kind"]

    def get_queryset(self) -> QuerySet[Document]:
        if getattr(self, "swagger_fake_view", False):
            return Document.objects.none()
        return entrusted_documents(self.request.user)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.with_etag(request, self.get_object())

    @extend_schema(request={"multipart/form-data": PartnerDocumentInput}, responses={201: PartnerDocumentSerializer})
    def create(self, request: Request) -> Response:
        """Declares a paper; what a kind needs says `GET /documents/kinds/`."""
        consent = self.consent_for(read(NamedEnterprise(data=request.data))["enterprise"], DOCUMENTS)
        values = read(DocumentInput(data=request.data, context={"enterprise": consent.enterprise}))
        by = self.under_consent(consent.enterprise)
        made = document_service.add_document(consent.enterprise, by=by, **values)
        return self.with_etag(request, self.get_queryset().get(pk=made.pk), status.HTTP_201_CREATED)

    @extend_schema(request={"multipart/form-data": RenewalInput}, responses={201: PartnerDocumentSerializer})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        """Declares the next one in its place. The old one stays, and counts as long as it is valid."""
        document = self.get_object()
        values = read(RenewalInput(data=request.data, context={"enterprise": document.enterprise}))
        made = document_service.renew_document(document, by=self.under_consent(document.enterprise), **values)
        return self.with_etag(request, self.get_queryset().get(pk=made.pk), status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Only while nobody verified it. If-Match must hold the ETag of what was read: 428, 412."""
        document = self.get_queryset().select_for_update(of=("self",)).filter(pk=self.get_object().pk).first()
        if document is None:
            raise Http404
        check_match(request.headers.get("If-Match", ""), self.etag_of(document), required=True)
        document_service.remove_document(document, by=self.under_consent(document.enterprise))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PartnerMemberViewSet(Entrusted):
    """The lists of cooperatives whose consent names their members."""

    policies = {
        "list": PARTNER,
        "retrieve": PARTNER,
        "create": PARTNER,
        "bulk": PARTNER,
        "partial_update": PARTNER,
        "invite": PARTNER,
        "remove": PARTNER,
    }
    scopes = {
        "list": TokenScope.DOSSIER_READ,
        "retrieve": TokenScope.DOSSIER_READ,
        "create": TokenScope.DOSSIER_WRITE,
        "bulk": TokenScope.DOSSIER_WRITE,
        "partial_update": TokenScope.DOSSIER_WRITE,
        "invite": TokenScope.DOSSIER_WRITE,
        "remove": TokenScope.DOSSIER_WRITE,
    }
    asks_for_key = frozenset({"create", "bulk"})
    serializer_class = CooperativeMemberSerializer
    filterset_fields = ["cooperative", "status"]

    def get_queryset(self) -> QuerySet[CooperativeMember]:
        if getattr(self, "swagger_fake_view", False):
            return CooperativeMember.objects.none()
        return entrusted_members(self.request.user)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.with_etag(request, self.get_object())

    @extend_schema(request=PartnerMemberInput, responses={201: CooperativeMemberSerializer})
    def create(self, request: Request) -> Response:
        """Puts an enterprise on the cooperative's list. One that is registered with the NIB is asked."""
        return self.with_etag(request, self._listed(request.data), status.HTTP_201_CREATED)

    @extend_schema(request=DossierRows, responses={200: BulkAnswer, 207: BulkAnswer})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Up to 100 members, each row by itself. One that is on the list already is refused, and changes nothing."""
        return self.in_bulk(read(DossierRows(data=request.data))["rows"], self._list_row)

    @extend_schema(request=GivenInput, responses=CooperativeMemberSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """What a member gives. Who it is stays; it is told. If-Match must hold the ETag of what was read: 428, 412."""
        listed = self.get_queryset().select_for_update(of=("self",)).filter(pk=self.get_object().pk).first()
        if listed is None:
            raise Http404
        check_match(request.headers.get("If-Match", ""), self.etag_of(listed), required=True)
        by = self.under_consent(listed.cooperative)
        cooperative_service.change_given(listed, by=by, **given_of(listed, request.data))
        return self.with_etag(request, self.get_queryset().get(pk=listed.pk))

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """Asks one that stood there with its name only and has registered meanwhile."""
        return self._done(cooperative_service.invite_listed, request)

    @extend_schema(request=None, responses=CooperativeMemberSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        return self._done(cooperative_service.remove_member, request)

    def _list_row(self, sent: dict[str, Any]) -> tuple[int, int, str]:
        listed = self._listed(sent)
        return status.HTTP_201_CREATED, listed.pk, self.etag_of(listed)

    def _listed(self, sent: Any) -> CooperativeMember:
        consent = self.consent_for(read(NamedEnterprise(data=sent))["enterprise"], MEMBERS)
        by = self.under_consent(consent.enterprise)
        made = cooperative_service.list_member(consent.enterprise, by=by, **member_of(sent))
        return self.get_queryset().get(pk=made.pk)

    def _done(self, change: Any, request: Request) -> Response:
        listed = self.get_object()
        change(listed, by=self.under_consent(listed.cooperative))
        return self.with_etag(request, self.get_queryset().get(pk=listed.pk))
