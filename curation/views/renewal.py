"""The next term of a mark: the enterprise asks on one page, the buyer decides on another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import RenewalOutcome
from curation.forms.certificate import RenewalDecisionForm, RenewForm
from curation.models import Curation, Renewal
from curation.scoring.changes import Changes, changes
from curation.scoring.explain import Explanation, explain
from curation.selectors.papers import with_numbers
from curation.services import renewal as service
from curation.services.scoring import dry_run
from portal import kept_forms
from portal.flow import TooLate
from portal.methods import require_http_methods
from portal.models import User
from portal.policy import BUYER, SME, policy
from portal.views.steps import attempt, too_late


@policy(SME)
@require_http_methods(["GET", "POST"])
def certificate_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A shortened application: everything is filled in as it stands now; only what changed or is missing asks for a look."""
    marks = (
        Curation.objects.visible_to(request.user).with_names().select_related("application__product", "decision__score")
    )
    curation = get_object_or_404(marks, application=pk)
    form = RenewForm(kept_forms.typed(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request, lambda: service.ask_for_renewal(curation, text=form.cleaned_data["text"], by=request.user), form
        )
    ):
        messages.success(request, _("Your renewal is asked for. Your mark stands meanwhile."))
        return redirect("certificate", pk=pk)
    obstacle = service.obstacle_to_renewal(curation)
    if request.method == "GET" and obstacle is not None:
        messages.error(request, obstacle.message)
        return redirect("certificate", pk=pk)
    application = curation.application
    now = with_numbers(dry_run(curation.enterprise, curation.programme, application.product), request.user)
    context = {
        "form": form,
        "curation": curation,
        "explanation": now,
        "since": _since(curation, now, request.user),
    }
    return render(request, "curation/renew.html", context, status=422 if request.method == "POST" else 200)


@policy(BUYER)
@require_http_methods(["GET", "POST"])
def renewal(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent, scored, beside what the mark was given on; then the decision."""
    rows = Renewal.objects.managed_by(request.user).select_related(
        "curation__programme__buyer",
        "curation__enterprise__organisation",
        "curation__decision__score__criteria_set__programme",
        "curation__application",
        "score__criteria_set__programme",
        "decided_by",
    )
    subject = get_object_or_404(rows, pk=pk)
    form = RenewalDecisionForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        outcome, reason = RenewalOutcome(form.cleaned_data["outcome"]), form.cleaned_data["reason"]
        try:
            done = attempt(
                request, lambda: service.decide_renewal(subject, outcome, reason=reason, by=request.user), form
            )
        except TooLate as late:
            return too_late(request, late.message, form, back=request.get_full_path())
        if done:
            messages.success(request, _("Decided. The enterprise has been told."))
            return redirect("curation_list")
    score = service.score_of(subject)
    explanation = with_numbers(explain(score), request.user) if score else None
    context = {
        "form": form,
        "renewal": subject,
        "curation": subject.curation,
        "explanation": explanation,
        "since": _since(subject.curation, explanation, request.user),
        "may_decide": subject.is_open and request.user.has_perm("curation.decide_renewal", subject.curation),
        "conflict_url": reverse(
            "conflict_declare", args=[subject.curation.programme_id, subject.curation.application_id]
        ),
        "back": reverse("curation_list"),
    }
    return render(request, "curation/renewal.html", context, status=422 if request.method == "POST" else 200)


def _since(curation: Curation, explanation: Explanation | None, user: User) -> Changes | None:
    given_on = curation.decision.score
    return changes(with_numbers(explain(given_on), user), explanation) if given_on and explanation else None
