"""The curation desk: queue left, one applicant right, the decision in the same view."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation import reports
from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.forms.review import MOST_COMPARED, DecisionForm, QueueFilterForm
from curation.models import Application, Programme, Review, ReviewPoint
from curation.selectors import desk
from curation.selectors import reviews as reviewing
from curation.selectors.answers import changes_since, with_evidence
from curation.selectors.unnamed import shown_text
from curation.services import review as service
from curation.services.recognition import cover_of
from portal import kept_forms, statuses
from portal.enums import Role
from portal.exports import CSV, XLSX, as_streamed
from portal.flow import TooLate
from portal.methods import require_http_methods, require_safe
from portal.policy import BUYER, policy
from portal.selectors.ladder import ladder_of
from portal.views.steps import attempt, too_late

PER_PAGE = 10
CHIPS = (A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.CURATED, A.WAITLISTED, A.DECLINED, A.APPEALED, A.WITHDRAWN)


@policy(BUYER)
@require_safe
def application_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """The queue, with its first applicant open beside it."""
    programme = _programme(request, pk)
    return render(request, "curation/desk.html", _queue(request, programme, None))


@policy(BUYER)
@require_http_methods(["GET", "POST"])
def application_review(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """One applicant beside the queue. A decision is posted to this same address, so an expired session keeps its text."""
    programme = _programme(request, pk)
    application = get_object_or_404(_applications(request, programme), pk=application_pk)
    explanation = desk.newest_explanation(application, request.user)
    data = kept_forms.typed(request) or _draft(request, application)
    form = DecisionForm(data, explanation=explanation, status=application.status)
    preview, status = None, 200
    if request.method == "POST":
        if "draft" in request.POST:
            return _keep_draft(request, application)
        if form.is_valid():
            preview = _preview(form, programme)
            if "preview" not in request.POST:
                if (answer := _decide(request, application, form)) is not None:
                    return answer
                status = 422
        elif application.status not in service.TO_DECIDE:
            return too_late(request, str(service.NOT_TO_DECIDE), form, back=request.path)
        else:
            status = 422
    context = _queue(request, programme, application, explanation=explanation, form=form, preview=preview)
    return render(request, "curation/desk.html", context, status=status)


@policy(BUYER)
@require_safe
def application_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The filtered queue as a spreadsheet, or as CSV. Texts stay texts: a name that begins with "=" is no formula."""
    programme = _programme(request, pk)
    criteria_set = programme.criteria
    heads = [each for each in criteria_set.criteria.all() if not each.is_gate] if criteria_set else []
    lines = reports.in_rows(desk.queue(programme, request.user, filters_of(request, programme).wanted), heads)
    if request.GET.get("as") == "csv":
        return as_streamed(partial(reports.write_list, lines, heads), f"pelamar-{programme.pk}.csv", CSV)
    return as_streamed(partial(reports.write_workbook, lines, heads), f"pelamar-{programme.pk}.xlsx", XLSX)


def _programme(request: HttpRequest, pk: int) -> Programme:
    return get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)


def _applications(request: HttpRequest, programme: Programme):
    return (
        Application.objects.visible_to(request.user)
        .filter(programme=programme)
        .select_related(
            "programme__buyer",
            "enterprise__organisation",
            "enterprise__village",
            "product",
            "recognises__programme__buyer",
        )
    )


def filters_of(request: HttpRequest, programme: Programme) -> QueueFilterForm:
    return QueueFilterForm(
        request.GET or None,
        provinces=[] if programme.blind else desk.provinces(),
        officers=reviewing.officers_of(programme),
        blind=programme.blind,
    )


def _queue(request: HttpRequest, programme: Programme, selected: Application | None, **detail: Any) -> dict[str, Any]:
    filters = filters_of(request, programme)
    applications = desk.queue(programme, request.user, filters.wanted)
    wanted, tally = filters.wanted, desk.counts(programme, request.user)
    number = request.GET.get("page") or (
        desk.page_of(selected, applications, wanted.get("sort", ""), PER_PAGE) if selected else 1
    )
    # Without other filters the chips know how many there are.
    narrowed = any(name not in ("sort", "status") for name in wanted)
    status = wanted.get("status", "")
    known = None if narrowed else tally.get(status, 0) if status else sum(tally.values())
    page = desk.BoundedPaginator(applications, PER_PAGE, known=known).get_page(number)
    criteria_set = programme.criteria
    heads = desk.columns(list(criteria_set.criteria.all())) if criteria_set else []
    listed = desk.rows(list(page), heads, first=page.start_index())
    if selected is None and page.object_list:
        selected = _applications(request, programme).filter(pk=page.object_list[0].pk).first()
        explanation = desk.newest_explanation(selected, request.user)
        draft = _draft(request, selected)
        detail = {
            "explanation": explanation,
            "form": DecisionForm(draft, explanation=explanation, status=selected.status),
        }
    compared = _compared(request, applications)
    may_manage = request.user.has_perm("curation.manage_programme", programme)
    before, after = desk.neighbours(listed, selected)
    context = {
        "programme": programme,
        "criteria_set": criteria_set,
        "needs": list(programme.needs.all()),
        "filters": filters,
        "filtered": narrowed,
        "chips": _chips(request, programme, tally, status),
        "heads": heads,
        "page": page,
        "rows": listed,
        "before": before,
        "may_manage": may_manage,
        "in_review": tally.get(A.IN_REVIEW, 0) if status in ("", A.IN_REVIEW) else 0,
        "lacking": reviewing.lacking_reviewers(programme).count() if may_manage and programme.reviewers_needed else 0,
        "mine_next": reviewing.next_to_review(programme, request.user),
        "after": after,
        "sort": filters.wanted.get("sort") or desk.DEFAULT_SORT,
        "compared": compared,
        "compare_lines": desk.compare(compared) if len(compared) > 1 else [],
        "compare_pks": [each.pk for each in compared],
        # Ticked on other pages: they stay in the form, so that paging loses nobody.
        "ticked_elsewhere": [each for each in compared if each.pk not in {row.application.pk for row in listed}],
        "too_many_ticked": len(_ticked(request)) > MOST_COMPARED,
        "most_compared": MOST_COMPARED,
        "address": _address(request),
        "application": selected,
        **detail,
    }
    return context | (_detail(request, selected, detail.get("explanation")) if selected else {})


def _detail(request: HttpRequest, application: Application, explanation: Any) -> dict[str, Any]:
    may_decide = application.status in service.TO_DECIDE and (
        request.user.has_perm("curation.decide_appeal", application)
        if application.status == A.APPEALED
        else request.user.has_perm("curation.decide_application", application)
    )
    if may_decide and request.user.acts_as(Role.APPROVER):
        may_decide = reviewing.is_split(application)
    return {
        "ladder": ladder_of(application.enterprise),
        "place": desk.place_of(application, explanation.score) if explanation else None,
        "frozen": application.newest_snapshot,
        "scores": application.scores.select_related("criteria_set"),
        "decisions": with_evidence(
            application.decisions.select_related(
                "decided_by", "run", "score__criteria_set__programme"
            ).prefetch_related("feedback__criterion"),
            request.user,
        ),
        "since": changes_since(application, explanation, request.user),
        "cover": cover_of(application.recognises, application.programme) if application.recognises else (),
        "answers": [
            (answer, shown_text(application, answer.text))
            for answer in application.answers.select_related("created_by")
        ],
        "appeal_papers": application.appeal_papers.select_related("document") if application.appealed_at else (),
        "may_decide": may_decide,
        "awaits": application.status in service.TO_DECIDE,
        **_reviews(request, application, may_decide),
    }


def _reviews(request: HttpRequest, application: Application, may_decide: bool) -> dict[str, Any]:
    """Who reviews it, and what they gave as far as this person may see it; and what keeps them from deciding."""
    reviews = list(Review.objects.visible_to(request.user).filter(application=application).select_related("reviewer"))
    panel = reviewing.panel_of(application, ReviewPoint.objects.visible_to(request.user)) if reviews else None
    # What was decided already is decided: an appeal asks for no further reviews.
    asked = may_decide and application.status == A.IN_REVIEW
    third = bool(reviews) and asked and reviewing.third_person_decides(application, request.user)
    return {
        "reviews": reviews,
        "own_review": next((each for each in reviews if each.reviewer_id == request.user.pk), None),
        "panel": panel if panel is not None and len(panel.reviews) > 1 else None,
        "reviews_missing": reviewing.reviews_missing(application) if asked else 0,
        "third_person": reviewing.third_person(application) if third else "",
        "only_signer": reviewing.only_signer(application, request.user) if asked else "",
        "may_choose_reviewers": application.status in reviewing.REVIEWED_IN
        and request.user.has_perm("curation.choose_reviewers", application),
    }


def _address(request: HttpRequest) -> str:
    """The filters, for links to other applicants: the page follows from whom one opens."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"?{kept.urlencode()}" if kept else ""


def _chips(request: HttpRequest, programme: Programme, tally: dict[str, int], current: str) -> list[dict[str, Any]]:
    desk_url = reverse("application_desk", args=[programme.pk])

    def address(status: str) -> str:
        kept = request.GET.copy()
        for name in ("page", "status", "compare"):
            kept.pop(name, None)
        if status:
            kept["status"] = status
        return f"{desk_url}?{kept.urlencode()}" if kept else desk_url

    chips = [{"label": _("All"), "count": sum(tally.values()), "current": not current, "url": address("")}]
    for status in CHIPS:
        if tally.get(status) or status == current:
            chips.append(
                {
                    "label": statuses.label("Application", status),
                    "count": tally.get(status, 0),
                    "current": status == current,
                    "url": address(status),
                }
            )
    return chips


def _compared(request: HttpRequest, applications) -> list[Application]:
    """Those ticked, from whichever page of the queue; the rest beyond the most are left out, and the page says so."""
    wanted = _ticked(request)[:MOST_COMPARED]
    return list(applications.filter(pk__in=wanted)) if wanted else []


def _ticked(request: HttpRequest) -> list[int]:
    typed = dict.fromkeys(request.GET.getlist("compare"))
    return [int(pk) for pk in typed if pk.isdecimal() and len(pk) < 18]


def _draft(request: HttpRequest, application: Application) -> QueryDict | None:
    """What this reviewer kept earlier, as typed."""
    kept = application.drafts.filter(reviewer=request.user).first()
    return QueryDict(kept.data) if kept else None


def _keep_draft(request: HttpRequest, application: Application) -> HttpResponse:
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "draft"):
        typed.pop(name, None)
    service.keep_draft(application, typed.urlencode(), by=request.user)
    messages.success(request, _("Kept as a draft. Only you see it."))
    return redirect(request.get_full_path())


def _preview(form: DecisionForm, programme: Programme) -> dict[str, Any]:
    return {
        "outcome": form.cleaned_data["outcome"],
        "answer_by": (form.term or service.usual_term(programme))
        if form.cleaned_data["outcome"] == Outcome.CHANGES_REQUESTED
        else None,
        "reason_apart": form.cleaned_data["reason"],
        "findings": form.findings,
    }


def _decide(request: HttpRequest, application: Application, form: DecisionForm) -> HttpResponse | None:
    """Save and go to the next applicant; None when the form is to be shown again."""
    outcome = Outcome(form.cleaned_data["outcome"])
    following = desk.next_in_queue(
        desk.queue(application.programme, request.user, filters_of(request, application.programme).wanted), application
    )
    step = partial(
        service.decide,
        application,
        outcome,
        by=request.user,
        reason=form.cleaned_data["reason"],
        findings=form.findings,
        score=form.explanation.score if form.explanation else None,
        answer_by=form.term,
    )
    try:
        if not attempt(request, step, form):
            return None
    except TooLate as late:
        return too_late(request, late.message, form, back=request.get_full_path())
    decision = application.decisions.order_by("-pk").first()
    said = _("%(name)s: %(state)s. The enterprise has been told.")
    if outcome == Outcome.CURATED and decision.outcome == A.WAITLISTED:
        said = _("%(name)s: %(state)s, because the quota is full. The enterprise has been told.")
    state = statuses.label("Application", decision.outcome)
    messages.success(request, said % {"name": application.name_at_desk, "state": state})
    address = _address(request)
    if following is None:
        return redirect(reverse("application_desk", args=[application.programme_id]) + address)
    return redirect(reverse("application_review", args=[application.programme_id, following.pk]) + address)
