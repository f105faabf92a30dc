"""Problem reports: either side reports and answers, the ministry reads what came to it and decides."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import IncidentKind, IncidentStatus
from partnerships.forms.incidents import (
    AnswerForm,
    FilterForm,
    FindingForm,
    IncidentFilesForm,
    IncidentForm,
    NotSatisfiedForm,
)
from partnerships.models import Delivery, Incident, IncidentPaper, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.selectors import incidents as selector
from partnerships.selectors.orders import suppliers
from partnerships.services import incidents
from partnerships.views.steps import find, form_page, late, moved_on, with_reason
from portal import kept_forms
from portal.flow import MoveNotAllowed, status_label
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import MINISTRY, PARTIES, TRADERS, policy
from portal.views.files import answer_file
from portal.views.steps import attempt

PAGE = 20
SUBJECTS: dict[str, Any] = {"order": PurchaseOrder, "delivery": Delivery, "invoice": Invoice, "payment": Payment}


@policy(PARTIES)
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.listed(request.user, request.GET), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "partnerships/incident_list.html",
        {
            "page": page,
            "reports": [selector.report(each, request.user) for each in page],
            "chips": selector.chips(request.user, request.GET),
            "filters": FilterForm(request.GET or None),
            "filtered": any(request.GET.get(name) for name in ("status", "kind", "side")),
        },
    )


@policy(PARTIES)
@require_safe
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return render(
        request,
        "partnerships/incident_detail.html",
        {
            "report": selector.report(row, request.user),
            "incident": row,
            "papers": row.papers.select_related("organisation"),
            "subject_url": selector.subject_url(row, request.user),
            "subject_text": selector.subject_text(row),
            "hidden_from_buyer": row.released_at is None,
        },
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def incident_new(request: HttpRequest, pk: int) -> HttpResponse:
    """`?order=`, `?delivery=`, `?invoice=` or `?payment=`: of what; else of the contract as a whole."""
    partnership = find(request, pk)
    user = request.user
    if not user.has_perm("partnerships.report_incident", partnership):
        raise PermissionDenied
    about = _about(request, partnership)
    buys = user.organisation_id == partnership.buyer_id
    shares = [share for share, _lines in suppliers(partnership)] if buys and about is None else []
    try:
        incidents.check_reportable(partnership)
        authority = incidents.authority_for(partnership).label
    except MoveNotAllowed as refusal:
        return moved_on(request, partnership, refusal.message)
    form = IncidentForm(
        kept_forms.typed(request),
        request.FILES or None,
        shares=shares,
        confidence=not buys,
        buyer=partnership.buyer.label,
        authority=authority,
        initial=_suggested(about),
    )
    back = selector.url_of(about) if about is not None else reverse("partnership_detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        if not form.claim(user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or back)
        made: list[Incident] = []
        step = partial(incidents.open_incident, partnership, by=user, about=about, **form.said())
        if attempt(request, lambda: made.append(step()), form):
            location = reverse("incident_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("Your report was sent. You read here what becomes of it."))
            return redirect(location)
    other = partnership.buyer.label if not buys else _("The enterprise")
    said = {"other": other, "days": selector.terms().answer, "authority": authority}
    return form_page(
        request,
        form,
        back=selector.name_of(about) if about is not None else partnership.number,
        under=partnership.title,
        title=_("Report a problem"),
        intro=_(
            "%(other)s answers within %(days)s working days. Without an answer, or if it does not satisfy you, "
            "%(authority)s reads it."
        )
        % said,
        submit_text=_("Send the report"),
        cancel_url=back,
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def incident_answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    form = AnswerForm(kept_forms.typed(request), request.FILES or None)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return _step(
        request,
        row,
        form,
        partial(incidents.answer_incident, row, **data),
        permission="partnerships.answer_incident",
        is_open=row.status == IncidentStatus.OPEN
        or (row.status == IncidentStatus.ESCALATED and row.answered_at is None),
        done=_("Your answer was sent."),
        title=_("Answer the report"),
        intro=_("The other side agrees with your answer, or takes the report to %(authority)s.")
        % {"authority": row.authority.label},
        submit_text=_("Send the answer"),
    )


@policy(TRADERS)
@require_POST
def incident_settle(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    incidents.settle_incident(row, by=request.user)
    messages.success(request, _("The report has ended: both sides agree."))
    return redirect("incident_detail", pk)


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def incident_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    form = NotSatisfiedForm(kept_forms.typed(request))
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return _step(
        request,
        row,
        form,
        partial(incidents.escalate_incident, row, **data),
        permission="partnerships.escalate_incident",
        is_open=row.status == IncidentStatus.ANSWERED,
        done=_("%(authority)s now reads the report.") % {"authority": row.authority.label},
        title=_("Take it to the ministry"),
        intro=_("%(authority)s reads the report, the answer and your reasons, and decides.")
        % {"authority": row.authority.name},
        submit_text=_("Take it there"),
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def incident_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    return with_reason(
        request,
        row,
        partial(incidents.withdraw_incident, row),
        is_open=row.ended_at is None,
        permission="partnerships.withdraw_incident",
        detail=reverse("incident_detail", args=[pk]),
        title=_("Take the report back"),
        intro=_("It ends without a decision and counts for nobody’s record."),
        submit_text=_("Take back"),
        done=_("The report was taken back."),
    )


@policy(PARTIES)
@require_POST
def incident_release(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    incidents.release_incident(row, by=request.user)
    messages.success(request, _("The buyer now reads the report and answers in its term."))
    return redirect("incident_detail", pk)


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def incident_find(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    form = FindingForm(kept_forms.typed(request), heard=row.status != IncidentStatus.CONFIDENTIAL)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return _step(
        request,
        row,
        form,
        partial(incidents.find_on_incident, row, **data),
        permission="partnerships.find_incident",
        is_open=row.status in (IncidentStatus.CONFIDENTIAL, IncidentStatus.ESCALATED),
        done=_("Your decision was recorded, and its readers were told."),
        title=_("Decide on the report"),
        submit_text=_("Record the decision"),
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def incident_paper_add(request: HttpRequest, pk: int) -> HttpResponse:
    row = _find(request, pk)
    form = IncidentFilesForm(request.POST if request.method == "POST" else None, request.FILES or None)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return _step(
        request,
        row,
        form,
        partial(incidents.add_papers, row, **data),
        permission="partnerships.add_incident_paper",
        is_open=row.ended_at is None,
        done=_("The files were added."),
        title=_("Add photos and papers"),
        submit_text=_("Add"),
    )


@policy(PARTIES)
@require_safe
def incident_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    paper = get_object_or_404(IncidentPaper.objects.visible_to(request.user).select_related("incident"), pk=pk)
    return answer_file(paper.file, f"{paper.incident.number}-{paper.pk}")


def _step(
    request: HttpRequest,
    row: Incident,
    form: Any,
    step: Any,
    *,
    permission: str,
    is_open: bool,
    done: str,
    **page: str,
) -> HttpResponse:
    """A form of a report, for one that may. `step` is called with `by`."""
    if not request.user.has_perm(permission, row):
        raise PermissionDenied
    detail = reverse("incident_detail", args=[row.pk])
    if not is_open:
        said = _("This was already changed: it is now “%(status)s”.") % {"status": status_label(row)}
        return late(request, said, form, back=detail)
    if request.method == "POST" and form.is_valid() and attempt(request, lambda: step(by=request.user), form):
        messages.success(request, done)
        return redirect(detail)
    return form_page(request, form, back=row.number, under=row.partnership.title, cancel_url=detail, **page)


def _about(request: HttpRequest, partnership: Partnership) -> Any:
    """What the address names, where the reader sees it and it is of this contract."""
    for name, model in SUBJECTS.items():
        if (asked := request.GET.get(name)) is not None:
            row = model.objects.visible_to(request.user).filter(pk=asked).first() if asked.isdecimal() else None
            if row is None or row.partnership.pk != partnership.pk:
                raise Http404
            return row
    return None


def _suggested(about: Any) -> dict[str, str]:
    """What was said at the payment is not typed again."""
    if isinstance(about, Payment):
        return {"kind": IncidentKind.LATE_PAYMENT, "what": about.reason}
    return {"kind": IncidentKind.LATE_PAYMENT} if isinstance(about, Invoice) else {}


def _find(request: HttpRequest, pk: int) -> Incident:
    return get_object_or_404(Incident.objects.visible_to(request.user).for_page(), pk=pk)
