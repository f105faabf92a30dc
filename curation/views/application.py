"""An enterprise's applications: apply, check, send; then answer, withdraw, appeal."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.forms.application import AnswerForm, AppealForm, ApplyForm
from curation.models import AppealPaper, Application, Programme
from curation.scoring.explain import explain, shortest_path
from curation.selectors import opportunities as selector
from curation.selectors.answers import changes_since, with_evidence
from curation.selectors.asked import asked_of
from curation.selectors.mending import mending_of, moves_of
from curation.selectors.papers import with_numbers
from curation.services import application as service
from curation.services.recognition import cover_of
from curation.services.scoring import dry_run
from portal import kept_forms
from portal.enums import Role
from portal.methods import require_http_methods, require_safe
from portal.policy import APPLICATION_READERS, SME, policy, roles
from portal.presentation.dates import tanggal
from portal.selectors.enterprise import enterprise_of
from portal.views.files import answer_file
from portal.views.steps import attempt

READERS = roles(Role.OWNER, Role.STAFF, Role.COMPANION, Role.MINISTRY_ADMIN)
PER_PAGE = 20


@policy(SME)
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """First step: which product, and what this programme wants to know that the dossier lacks. Then check, then send."""
    programme = get_object_or_404(Programme.objects.visible_to(request.user).select_related("buyer"), pk=pk)
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    standing = selector.standing_applications(enterprise, [programme]).get(pk)
    if request.method == "GET" and standing is not None and standing.status != A.DRAFT:
        messages.info(request, _("Your business has already applied here: %(number)s.") % {"number": standing.number})
        return redirect("application_detail", pk=standing.pk)
    explanation = dry_run(enterprise, programme) if programme.criteria else None
    asked = asked_of(enterprise, explanation) if explanation else None
    given = request.GET.get("product")
    form = ApplyForm(
        kept_forms.typed(request),
        enterprise=enterprise,
        asked=asked.here if asked else {},
        initial={"product": given} if given else {},
    )
    if request.method == "POST" and form.is_valid():
        product = form.cleaned_data["product"]
        step = partial(
            service.start_application,
            programme,
            enterprise,
            product=product,
            answers=form.answers,
            by=request.user,
        )
        if attempt(request, step, form):
            return redirect("application_check", pk=selector.draft_of(enterprise, programme).pk)
    context = {
        "form": form,
        "programme": programme,
        "enterprise": enterprise,
        "asked": asked,
        "full": programme.is_full,
        "recognised": selector.recognised_draft(enterprise, programme),
    }
    return render(request, "curation/apply.html", context, status=422 if request.method == "POST" else 200)


@policy(SME)
@require_http_methods(["GET", "POST"])
def application_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Second step: what will be frozen and sent, with a link to change each; then send."""
    application = _application(request, pk)
    refused = request.method == "POST" and not attempt(
        request, lambda: service.submit_application(application, by=request.user)
    )
    if request.method == "POST" and not refused:
        messages.success(request, _("Your application is sent."))
        return redirect("application_detail", pk=pk)
    application.refresh_from_db(fields=["status"])
    if application.status != A.DRAFT:
        return redirect("application_detail", pk=pk)
    context = {
        "application": application,
        "programme": application.programme,
        "explanation": with_numbers(
            dry_run(application.enterprise, application.programme, application.product), request.user
        ),
        "full": application.programme.is_full,
        **_recognition(application),
    }
    return render(request, "curation/application_check.html", context, status=422 if refused else 200)


def _recognition(application: Application) -> dict[str, Any]:
    """Where it starts from another buyer's mark: what that covers, and so is asked no more."""
    if application.recognises is None or not application.may_be_recognised:
        return {}
    lines = cover_of(application.recognises, application.programme)
    return {
        "recognised": application.recognises,
        "lines": lines,
        "asked": {line.criterion.pk for line in lines if not line.covered},
    }


@policy(READERS)
@require_safe
def my_applications(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.my_applications(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/my_applications.html", {"page": page})


@policy(READERS)
@require_safe
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of it: timeline, score by criterion, the decision with its reasons, what would get it curated."""
    application = _application(request, pk)
    scores = list(application.scores.select_related("criteria_set__programme"))
    explanation = with_numbers(explain(scores[0]), request.user) if scores else None
    decisions = with_evidence(
        application.decisions.select_related("run", "score__criteria_set__programme")
        .prefetch_related("feedback__criterion")
        .order_by("-decided_at", "-pk"),
        request.user,
    )
    moves = moves_of(application, request.user)
    lost = application.status in (A.DECLINED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.SUBMITTED)
    context = {
        "application": application,
        "programme": application.programme,
        "steps": selector.timeline(application),
        "next_step": selector.next_step(application) if moves else None,
        "explanation": explanation,
        "scores": scores,
        "frozen": application.newest_snapshot,
        "decision": decisions[0] if decisions else None,
        "decisions": decisions,
        "answers": application.answers.all(),
        "appeal_papers": application.appeal_papers.select_related("document") if application.appealed_at else (),
        "path": shortest_path(explanation) if explanation and lost and not explanation.passes else None,
        "mending": mending_of(application, moves),
        "moves": moves,
        "curation": getattr(application, "curation", None),
        "earlier": selector.earlier_application(application),
        "since": changes_since(application, explanation, request.user),
    }
    return render(request, "curation/application_detail.html", context)


@policy(SME)
@require_http_methods(["GET", "POST"])
def application_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Send requested changes: a word on what changed; the evidence is read anew."""
    application = _application(request, pk)
    form = AnswerForm(kept_forms.typed(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request,
            lambda: service.answer_changes(application, text=form.cleaned_data["text"], by=request.user),
            form,
        )
    ):
        messages.success(
            request,
            _("The changes are sent. %(buyer)s goes on with the review.")
            % {"buyer": application.programme.buyer.label},
        )
        return redirect("application_detail", pk=pk)
    if request.method == "GET" and application.status != A.CHANGES_REQUESTED:
        return redirect("application_detail", pk=pk)
    asked = application.decisions.filter(outcome=A.CHANGES_REQUESTED).select_related("score__criteria_set__programme")
    decision = next(iter(with_evidence(asked.prefetch_related("feedback__criterion")[:1], request.user)), None)
    context = {"form": form, "application": application, "decision": decision}
    return render(request, "curation/application_answer.html", context, status=422 if request.method == "POST" else 200)


@policy(SME)
@require_http_methods(["GET", "POST"])
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    if request.method == "POST":
        if attempt(request, lambda: service.withdraw_application(application, by=request.user)):
            messages.success(request, _("Your application is withdrawn."))
        return redirect("application_detail", pk=pk)
    context = {
        "title": _("Withdraw the application"),
        "intro": _(
            "“%(programme)s” will no longer look at your application. You may apply again while the programme is open."
        )
        % {"programme": application.programme.name},
        "submit_text": _("Withdraw the application"),
        "cancel_url": reverse("application_detail", args=[pk]),
        "danger": True,
    }
    return render(request, "ui/form_page.html", context)


@policy(SME)
@require_http_methods(["GET", "POST"])
def application_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    application = _application(request, pk)
    form = AppealForm(kept_forms.typed(request), enterprise=application.enterprise)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: service.appeal(application, by=request.user, **form.cleaned_data), form)
    ):
        messages.success(request, _("Your appeal is sent. Another person than the one who decided reads it."))
        return redirect("application_detail", pk=pk)
    if request.method == "GET" and not application.can_be_appealed:
        messages.error(request, _("This application can't be appealed now."))
        return redirect("application_detail", pk=pk)
    context = {
        "form": form,
        "title": _("Appeal against the decision"),
        "intro": _("Once, until %(date)s.") % {"date": _day(application)},
        "submit_text": _("Send the appeal"),
        "cancel_url": reverse("application_detail", args=[pk]),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(APPLICATION_READERS)
@require_safe
def appeal_paper(request: HttpRequest, pk: int, paper_pk: int) -> FileResponse:
    """A document that the appeal points to, for whoever decides on it."""
    papers = AppealPaper.objects.visible_to(request.user).select_related("document")
    document = get_object_or_404(papers, application=pk, pk=paper_pk).document
    if not document.file:
        raise Http404
    return answer_file(document.file, f"{document.kind}-{document.pk}")


def _application(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related(
            "programme__buyer", "enterprise__organisation", "product", "curation", "recognises__programme__buyer"
        ),
        pk=pk,
    )


def _day(application: Application) -> str:
    until = application.appeal_until
    return tanggal(until, "long") if until else ""
