"""Contracts and sign-offs over the API: the same services as the pages, the text signed named in If-Match."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_filters import BooleanFilter, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.api import serializers as out
from partnerships.api.documents import PdfRenderer, TextQuery
from partnerships.api.preconditions import current_text, draft_read, etag_of, hash_read
from partnerships.enums import PartnershipStatus, SigningMethod
from partnerships.exports import pdf_answer
from partnerships.flow import PARTNERSHIP
from partnerships.models import Partnership, SignOff
from partnerships.selectors.agreements import agreements_in_force
from partnerships.selectors.amendments import amendments_of
from partnerships.selectors.contracts import contract, contracts, newest_text, text_numbered
from partnerships.selectors.ledger import ledger_of
from partnerships.selectors.library import current_clauses
from partnerships.selectors.signatories import with_signatories
from partnerships.services import acceptance_code, amending, completing, drafting, ending, offer, signing
from partnerships.services.agreement import agreement_in_force
from partnerships.services.document import content_of
from partnerships.services.from_consortium import draft_from_consortium
from partnerships.services.lint import lint
from portal import second_factor
from portal.enums import Role
from portal.policy import APPROVER, BUYER, MINISTRY, OFFICER, PARTIES, SME, roles

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="Hash of the text read, in quotes"
)


class PartnershipViewSet(viewsets.GenericViewSet):
    policies = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "checks": BUYER,
        "create": OFFICER,
        "from_consortium": OFFICER,
        "partial_update": OFFICER,
        "parties": OFFICER,
        "lines": OFFICER,
        "clauses": OFFICER,
        "offer": OFFICER,
        "withdraw": OFFICER,
        "revise": OFFICER,
        "amend": OFFICER,
        "drop": OFFICER,
        "acceptance_code": SME,
        "accept": SME,
        "refuse": SME,
        "sign": APPROVER,
        "terminate": roles(Role.APPROVER, Role.OWNER),
        "complete": roles(Role.APPROVER, Role.OWNER),
        "document": PARTIES,
    }
    serializer_class = out.ContractSerializer
    filterset_fields = ["status", "need", "buyer", "amends"]

    def get_queryset(self) -> QuerySet[Partnership]:
        if getattr(self, "swagger_fake_view", False):
            return Partnership.objects.none()
        return with_signatories(Partnership.objects.visible_to(self.request.user)).select_related("need")

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(out.ContractSerializer(contracts(page, request.user), many=True).data)

    @extend_schema(responses=out.ContractDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(request=out.DraftSerializer, responses={201: out.ContractDetailSerializer})
    def create(self, request: Request) -> Response:
        taken = out.DraftSerializer(data=request.data, context={"request": request})
        taken.is_valid(raise_exception=True)
        fields = dict(taken.validated_data)
        agreement = fields.pop("agreement", None) or agreement_in_force()
        if agreement is None:
            raise ValidationError({"agreement": _("No agreement is in force today.")})
        enterprises = fields.pop("enterprises")
        draft = drafting.create_draft(
            fields.pop("need"),
            agreement=agreement,
            enterprises=enterprises,
            leader=drafting.leader_of(enterprises, fields.pop("leader", None)),
            by=request.user,
            **fields,
        )
        return self._answer(draft, status.HTTP_201_CREATED)

    @extend_schema(request=out.FromConsortiumSerializer, responses={201: out.ContractDetailSerializer})
    @action(detail=False, methods=["post"])
    def from_consortium(self, request: Request) -> Response:
        """A draft with the parties, term and lines that the members of a complete consortium accepted."""
        taken = out.FromConsortiumSerializer(data=request.data, context={"request": request})
        taken.is_valid(raise_exception=True)
        draft = draft_from_consortium(taken.validated_data["consortium"], by=request.user)
        return self._answer(draft, status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[IF_MATCH], request=out.TermsSerializer(partial=True), responses=out.ContractDetailSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the terms of a draft: what is sent and nothing else."""
        partnership = self.get_object()
        seen = draft_read(request)
        taken = out.TermsSerializer(data=request.data, partial=True)
        taken.is_valid(raise_exception=True)
        with current_text():
            drafting.set_terms(partnership, by=request.user, seen=seen, **taken.validated_data)
        return self._answer(partnership)

    @extend_schema(parameters=[IF_MATCH], request=out.PartiesSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["put"])
    def parties(self, request: Request, pk: str) -> Response:
        """Who supplies. The lines of an enterprise that leaves go with it."""
        partnership = self.get_object()
        seen = draft_read(request)
        taken = out.PartiesSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        enterprises = taken.validated_data["enterprises"]
        leader = drafting.leader_of(enterprises, taken.validated_data.get("leader"))
        with current_text():
            drafting.set_parties(partnership, enterprises, leader, by=request.user, seen=seen)
        return self._answer(partnership)

    @extend_schema(parameters=[IF_MATCH], request=out.LinesSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["put"])
    def lines(self, request: Request, pk: str) -> Response:
        """Write all lines of a draft anew."""
        partnership = self.get_object()
        seen = draft_read(request)
        taken = out.LinesSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        with current_text():
            drafting.set_lines(partnership, taken.to_input(), by=request.user, seen=seen)
        return self._answer(partnership)

    @extend_schema(parameters=[IF_MATCH], request=out.ClausesSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["put"])
    def clauses(self, request: Request, pk: str) -> Response:
        """Write all clauses of a draft anew; the library is at /clauses/."""
        partnership = self.get_object()
        seen = draft_read(request)
        taken = out.ClausesSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        with current_text():
            drafting.set_clauses(partnership, taken.to_input(), by=request.user, seen=seen)
        return self._answer(partnership)

    @extend_schema(responses=out.CheckSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_fields=None)
    def checks(self, request: Request, pk: str) -> Response:
        """What stands against offering it today, and what to look at."""
        return Response(out.CheckSerializer(lint(self.get_object()), many=True).data)

    @extend_schema(request=None, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, pk: str) -> Response:
        partnership = self.get_object()
        offer.offer(partnership, by=request.user)
        return self._answer(partnership)

    @extend_schema(request=None, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        partnership = self.get_object()
        offer.withdraw_offer(partnership, by=request.user)
        return self._answer(partnership)

    @extend_schema(request=None, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        partnership = self.get_object()
        drafting.revise(partnership, by=request.user)
        return self._answer(partnership)

    @extend_schema(request=out.AmendInput, responses={201: out.ContractDetailSerializer})
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """A draft that amends this contract in force, with all that holds today in it; drafted, offered and signed likewise."""
        contract = self.get_object()
        taken = out.AmendInput(data=request.data)
        taken.is_valid(raise_exception=True)
        made = amending.open_amendment(contract, rationale=taken.validated_data["rationale"], by=request.user)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Give an amendment up, before it is offered or after it came back."""
        amendment = self.get_object()
        if amendment.amends_id is None:
            raise NotFound
        amending.drop_amendment(amendment, by=request.user)
        return self._answer(amendment)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="acceptance-code")
    def acceptance_code(self, request: Request, pk: str) -> Response:
        """Send the caller a one-time code by e-mail."""
        acceptance_code.send_code(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[IF_MATCH], request=out.AcceptSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        partnership = self.get_object()
        document_hash = hash_read(request, partnership)
        taken = out.AcceptSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        method, code = SigningMethod(taken.validated_data["method"]), taken.validated_data["code"]
        with _code_field():
            acceptance_code.confirm(request.user, partnership, method, code)
        with current_text():
            offer.accept(partnership, document_hash=document_hash, method=method, by=request.user)
        return self._answer(partnership)

    @extend_schema(request=out.ReasonSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        partnership = self.get_object()
        taken = out.ReasonSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        offer.refuse(partnership, reason=taken.validated_data["reason"], by=request.user)
        return self._answer(partnership)

    @extend_schema(parameters=[IF_MATCH], request=out.CodeSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """For the buyer, with the second factor asked again."""
        partnership = self.get_object()
        document_hash = hash_read(request, partnership)
        _second_factor(request)
        with current_text():
            signing.sign_for_buyer(partnership, document_hash=document_hash, by=request.user)
        return self._answer(partnership)

    @extend_schema(request=out.ReasonSerializer, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, pk: str) -> Response:
        """End a partnership in force, with a reason that the other side reads."""
        partnership = self.get_object()
        taken = out.ReasonSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        ending.terminate(partnership, reason=taken.validated_data["reason"], by=request.user)
        return self._answer(partnership)

    @extend_schema(request=None, responses=out.ContractDetailSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Say that nothing is open; with the last side the partnership is completed. 409 while an order is open."""
        partnership = self.get_object()
        completing.confirm_completion(partnership, by=request.user)
        return self._answer(partnership)

    @extend_schema(parameters=[TextQuery], responses={(200, "application/pdf"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, pagination_class=None, filterset_fields=None, renderer_classes=[JSONRenderer, PdfRenderer])
    def document(self, request: Request, pk: str) -> HttpResponse:
        """The newest frozen text, or an earlier one, as a PDF. The hash of the text stands in `X-Document-SHA256`.

        It holds the signatures made so far: how many says `X-Signatures`, and `X-File-SHA256` is the hash of the file.
        """
        asked = TextQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        partnership = self.get_object()
        text = text_numbered(partnership, asked.validated_data.get("revision"))
        if text is None:
            raise NotFound
        return pdf_answer(partnership, text)

    def _answer(self, partnership: Partnership, code: int = status.HTTP_200_OK) -> Response:
        user = self.request.user
        fresh = with_signatories(Partnership.objects.visible_to(user)).select_related("need").get(pk=partnership.pk)
        frozen = newest_text(fresh)
        drafting_buyer = fresh.status == PartnershipStatus.DRAFT and fresh.buyer_id == user.organisation_id
        context = {
            "frozen": frozen,
            "text": content_of(fresh) if drafting_buyer else frozen.content if frozen else None,
            "amendments": amendments_of(fresh, user).select_related("amends"),
            "moves": [move.name for move in PARTNERSHIP.open_to(user, fresh)],
            "ledger": ledger_of(fresh, user),
        }
        body = out.ContractDetailSerializer(contract(fresh, user), context=context).data
        tagged = drafting_buyer or fresh.document_hash
        return Response(body, status=code, headers={"ETag": etag_of(fresh)} if tagged else {})


class ClauseLibrary(APIView):
    """Clauses to draft from: the minimum content of a partnership contract, and useful ones beside it."""

    policies = {"get": BUYER}

    @extend_schema(responses=out.LibraryClauseSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(out.LibraryClauseSerializer(current_clauses(), many=True).data)


class AgreementsInForce(APIView):
    policies = {"get": PARTIES}

    @extend_schema(responses=out.AgreementSerializer(many=True))
    def get(self, request: Request) -> Response:
        found = agreements_in_force().prefetch_related("parties__organisation")
        return Response(out.AgreementSerializer(found, many=True).data)


class SignOffFilter(FilterSet):
    open = BooleanFilter(method="only_open", label="Awaiting a decision now: the queue")

    class Meta:
        model = SignOff
        fields = ["status"]

    def only_open(self, places: QuerySet[SignOff], name: str, value: bool) -> QuerySet[SignOff]:
        waiting = SignOff.objects.visible_to(self.request.user).awaiting().order_by().values("pk")
        return places.filter(pk__in=waiting) if value else places.exclude(pk__in=waiting)


@extend_schema_view(list=extend_schema(description="The authority's places, oldest first; `open=true` is its queue."))
class SignOffViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    ministry = MINISTRY
    policies = {"list": ministry, "retrieve": ministry, "sign": ministry, "return_": ministry}
    serializer_class = out.SignOffSerializer
    filterset_class = SignOffFilter

    def get_queryset(self) -> QuerySet[SignOff]:
        if getattr(self, "swagger_fake_view", False):
            return SignOff.objects.none()
        return SignOff.objects.visible_to(self.request.user).select_related("partnership").order_by("opened_at", "pk")

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self.get_object())

    @extend_schema(parameters=[IF_MATCH], request=out.CodeSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        place = self.get_object()
        document_hash = hash_read(request, place.partnership)
        _second_factor(request)
        with current_text():
            signing.sign_off(place, document_hash=document_hash, by=request.user)
        return self._answer(place)

    @extend_schema(parameters=[IF_MATCH], request=out.ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, pk: str) -> Response:
        place = self.get_object()
        document_hash = hash_read(request, place.partnership)
        taken = out.ReasonSerializer(data=request.data)
        taken.is_valid(raise_exception=True)
        with current_text():
            signing.return_with_reasons(
                place, document_hash=document_hash, reason=taken.validated_data["reason"], by=request.user
            )
        return self._answer(place)

    def _answer(self, place: SignOff) -> Response:
        fresh = self.get_queryset().get(pk=place.pk)
        return Response(self.get_serializer(fresh).data, headers={"ETag": etag_of(fresh.partnership)})


def _second_factor(request: Request) -> None:
    taken = out.CodeSerializer(data=request.data)
    taken.is_valid(raise_exception=True)
    with _code_field():
        second_factor.confirm(request.user, taken.validated_data["code"])


@contextmanager
def _code_field() -> Iterator[None]:
    """What is wrong with a code is said of the field `code`."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({"code": error.messages}) from error
