"""Enterprises by API: the same services as the pages, and the same forms to read what is sent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.conditional import Conditional, check_match
from portal.api.enterprise_serializers import (
    ActivityInput,
    AnnualSalesInput,
    AsOfQuery,
    ClassHistorySerializer,
    EnterpriseChanges,
    EnterpriseInListSerializer,
    EnterpriseSerializer,
    RegistrationInput,
    ReturnInput,
    SuspendInput,
    VisitInput,
    VisitSerializer,
)
from portal.api.idempotency import Idempotent
from portal.api.plan_serializers import ProgressInput, QuarterProgressSerializer, TargetProgressSerializer
from portal.enums import LegalForm, Role
from portal.forms.annual_sales import AnnualSalesForm
from portal.forms.enterprise import SECTION_FORMS
from portal.forms.enterprise.partial import read_some
from portal.forms.plan_progress import ProgressForm
from portal.models import Enterprise, KbliClass, Visit
from portal.policy import DOSSIER_READERS, FILLING_IN, MINISTRY, SIGNED_IN, SME, roles
from portal.sections import RELATED, SECTION_OF
from portal.selectors.class_history import as_of
from portal.selectors.ladder import with_ladder
from portal.selectors.plan import progress_in, progress_of
from portal.selectors.reference import kbli_edition_hint
from portal.services import dossier
from portal.services import enterprise as service
from portal.services.annual_sales import deny_full_year, report_sales
from portal.services.confirmation import confirm_profile
from portal.services.plan import report_progress
from portal.services.visit import record_visit


class EnterpriseFilter(FilterSet):
    number = CharFilter(method="of_number", label="Exactly this NPWP, or NIK of the owner, with or without its points")

    class Meta:
        model = Enterprise
        fields = ["status", "business_class", "is_ikm", "legal_form"]

    def of_number(self, found: QuerySet[Enterprise], name: str, value: str) -> QuerySet[Enterprise]:
        return found.with_tax_or_identity_number(value)


@extend_schema_view(
    create=extend_schema(request=RegistrationInput, responses={201: EnterpriseSerializer}),
    partial_update=extend_schema(request=EnterpriseChanges, responses=EnterpriseSerializer),
)
class EnterpriseViewSet(Idempotent, Conditional, mixins.ListModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": DOSSIER_READERS,
        "retrieve": DOSSIER_READERS,
        "create": SIGNED_IN,
        "partial_update": FILLING_IN,
        "submit": SME,
        "verify": MINISTRY,
        "return_": MINISTRY,
        "suspend": MINISTRY,
        "restore": MINISTRY,
        "confirm": roles(Role.OWNER, Role.STAFF, Role.COMPANION),
        "annual_sales": FILLING_IN,
        "class_history": DOSSIER_READERS,
        "visits": DOSSIER_READERS,
        "add_visit": roles(Role.COMPANION),
        "plan_progress": DOSSIER_READERS,
        "report_progress": FILLING_IN,
    }
    filterset_class = EnterpriseFilter

    def get_serializer_class(self) -> type:
        return EnterpriseInListSerializer if self.action == "list" else EnterpriseSerializer

    def get_queryset(self) -> QuerySet[Enterprise]:
        if getattr(self, "swagger_fake_view", False):
            return Enterprise.objects.none()
        visible = with_ladder(Enterprise.objects.visible_to(self.request.user))
        return visible.select_related("organisation", "village").prefetch_related(*RELATED)

    def create(self, request: Request) -> Response:
        """Registers a business; the caller becomes its owner.

        A token acts for the organisation it was made for: make one for the new business to go on with it. A session acts for
        a person's first organisation until they choose another on the page `/act-for/`.
        """
        data = _read(RegistrationInput, request.data)
        made = service.register_enterprise(data["name"], LegalForm(data["legal_form"]), by=request.user)
        membership = made.organisation.memberships.get(user=request.user)
        request.user.act_as(membership)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        """With its ETag; If-None-Match answers 304."""
        return self.with_etag(request, self.get_object())

    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the answers that are sent, of any section, all or none. With If-Match only what was read: 412."""
        enterprise = self.get_object()
        with transaction.atomic():
            locked = self.get_queryset().select_for_update(of=("self",)).get(pk=enterprise.pk)
            named = request.headers.get("If-Match", "")
            check_match(named, self.etag_of(locked) if named else "")
            change(locked, request.data, by=request.user)
        return self.with_etag(request, self.get_queryset().get(pk=enterprise.pk))

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Sends it for checking. 422 names everything that is missing."""
        enterprise = self.get_object()
        service.submit_enterprise(enterprise, by=request.user)
        return self._again(enterprise)

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: str) -> Response:
        enterprise = self.get_object()
        service.verify_enterprise(enterprise, by=request.user)
        return self._again(enterprise)

    @extend_schema(request=ReturnInput, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, pk: str) -> Response:
        enterprise = self.get_object()
        reasons = [
            service.Reason(each["reason"], each["section"]) for each in _read(ReturnInput, request.data)["reasons"]
        ]
        service.return_enterprise(enterprise, reasons, by=request.user)
        return self._again(enterprise)

    @extend_schema(request=SuspendInput, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str) -> Response:
        enterprise = self.get_object()
        service.suspend_enterprise(enterprise, _read(SuspendInput, request.data)["reason"], by=request.user)
        return self._again(enterprise)

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        enterprise = self.get_object()
        service.restore_enterprise(enterprise, by=request.user)
        return self._again(enterprise)

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Everything in the profile is still right: whoever fell out of what buyers find is in it again."""
        enterprise = self.get_object()
        confirm_profile(enterprise, by=request.user)
        return self._again(enterprise)

    @extend_schema(request=AnnualSalesInput, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"], url_path="annual-sales", url_name="annual-sales")
    def annual_sales(self, request: Request, pk: str) -> Response:
        """The sales of the year that has ended, when `annual_sales_due` asks for it. 409 where it does not, or not any more."""
        enterprise = self.get_object()
        sent = _read(AnnualSalesInput, request.data)
        form = AnnualSalesForm({"amount": sent.get("amount", ""), "none": sent["no_full_year"]}, may_deny=True)
        if not form.is_valid():
            raise ValidationError({name: list(texts) for name, texts in form.errors.items()})
        amount = form.cleaned_data["amount"]
        if amount is None:
            deny_full_year(enterprise, sent["year"], by=request.user)
        else:
            report_sales(enterprise, sent["year"], amount, by=request.user)
        return self._again(enterprise)

    @extend_schema(parameters=[AsOfQuery], responses=ClassHistorySerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="class", url_name="class-history", pagination_class=None)
    def class_history(self, request: Request, pk: str) -> Response:
        """Class and IKM by the rules of any day, and every derivation so far, oldest first."""
        enterprise = self.get_object()
        asked = AsOfQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = as_of(enterprise, asked.validated_data.get("on") or timezone.localdate())
        history = enterprise.class_history.select_related("class_rule", "by")
        return Response(ClassHistorySerializer({**vars(found), "history": history}).data)

    @extend_schema(responses=VisitSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def visits(self, request: Request, pk: str) -> Response:
        """A companion's visits, newest first."""
        enterprise = self.get_object()
        found = Visit.objects.visible_to(request.user).filter(enterprise=enterprise).select_related("made_by", "plut")
        return Response(VisitSerializer(found, many=True).data)

    @extend_schema(request=VisitInput, responses={201: VisitSerializer})
    @visits.mapping.post
    def add_visit(self, request: Request, pk: str) -> Response:
        """Notes a visit. It cannot be changed afterwards."""
        enterprise = self.get_object()
        visit = record_visit(enterprise, by=request.user, **_read(VisitInput, request.data))
        return Response(VisitSerializer(visit).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=TargetProgressSerializer(many=True), filters=False)
    @action(
        detail=True,
        methods=["get"],
        url_path="plan-progress",
        url_name="plan-progress",
        pagination_class=None,
        filterset_class=None,
    )
    def plan_progress(self, request: Request, pk: str) -> Response:
        """Every target of the plan beside what was reached, with its history."""
        return Response(TargetProgressSerializer(progress_of(self.get_object()), many=True).data)

    @extend_schema(request=ProgressInput, responses={201: QuarterProgressSerializer})
    @plan_progress.mapping.post
    def report_progress(self, request: Request, pk: str) -> Response:
        """Enters what was reached in a quarter. A correction is another entry. 409 for a quarter that has not begun."""
        enterprise = self.get_object()
        sent = _read(ProgressInput, request.data)
        target = enterprise.plan_targets.filter(indicator=sent["indicator"], year=sent["year"]).first()
        if target is None:
            raise ValidationError({"indicator": [_("The plan has no such target in that year.")]})
        form = ProgressForm({"actual": sent["actual"], "note": sent["note"]}, target=target)
        if not form.is_valid():
            raise ValidationError({name: list(texts) for name, texts in form.errors.items()})
        report_progress(
            target, sent["quarter"], actual=form.cleaned_data["actual"], note=form.cleaned_data["note"], by=request.user
        )
        found = progress_in(target, sent["quarter"])
        return Response(QuarterProgressSerializer(found).data, status=status.HTTP_201_CREATED)

    def _again(self, enterprise: Enterprise) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=enterprise.pk)).data)


def _read(serializer: type, data: Any) -> dict[str, Any]:
    read = serializer(data=data)
    read.is_valid(raise_exception=True)
    return read.validated_data


ALONG = tuple(name for form in SECTION_FORMS.values() for name in form.along)


def change(enterprise: Enterprise, sent: Any, *, by: Any) -> None:
    """Every section's form reads its part, beside what is stored; nothing is written before all of them agree."""
    if not isinstance(sent, dict):
        raise ValidationError(_("Send an object with the fields to change."))
    unknown = {name: [_("There is no such field.")] for name in sent if name not in (*SECTION_OF, *ALONG, "activities")}
    if unknown:
        raise ValidationError(unknown)
    errors: dict[str, list[str]] = {}
    sections: dict[str, dict[str, Any]] = {}
    for section, form in SECTION_FORMS.items():
        names = [name for name in sent if SECTION_OF.get(name) == section or name in form.along]
        if names:
            sections[section] = read_some(enterprise, form, {name: sent[name] for name in names}, errors)
    activities = _activities(sent["activities"], errors) if "activities" in sent else None
    if errors:
        raise ValidationError(errors)
    for section, values in sections.items():
        dossier.save_section(enterprise, section, values, by=by)
    if activities is not None:
        dossier.replace_activities(enterprise, activities, by=by)


def _activities(sent: Any, errors: dict[str, list[str]]) -> list[tuple[KbliClass, bool]]:
    read = ActivityInput(data=sent, many=True)
    if not read.is_valid():
        errors["activities"] = [_("Send a list of objects with code, edition and main.")]
        return []
    found, problems = [], []
    for each in read.validated_data:
        kbli = KbliClass.objects.filter(code=each["code"], edition=each["edition"], level=5).first()
        if kbli:
            found.append((kbli, each["main"]))
            continue
        hint = kbli_edition_hint(each["code"], each["edition"])
        problems.append(hint.message if hint else _("%(code)s is no class of KBLI %(edition)s.") % each)
    if problems:
        errors["activities"] = problems
    return found
