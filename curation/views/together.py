"""Several applicants at once: one decision, a reason for each, and an answer for each row."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.enums import ApplicationStatus as A
from curation.forms.bulk import TogetherForm
from curation.models import Application, Programme
from curation.selectors import desk
from curation.services.bulk import MOST_TOGETHER, Result, decide_together
from curation.views.desk import filters_of
from portal import kept_forms, statuses
from portal.methods import require_http_methods
from portal.policy import OFFICER, policy


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def decide_on_several(request: HttpRequest, pk: int) -> HttpResponse:
    """Those ticked in the queue that are in review. What could not be decided stays in the form, with the reason at its row."""
    programme = get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)
    chosen = _chosen(request, programme)
    results: list[Result] = []
    status = 200
    # Not only those still in review: what somebody else decided meanwhile is answered, too.
    listed = list(chosen)
    form = _form(request, [each for each in listed if request.method == "POST" or each.status == A.IN_REVIEW])
    if request.method == "POST":
        status = 422
        if form.is_valid() and form.rows:
            results = decide_together(programme, form.wanted, by=request.user)
            failed = [result for result in results if result.decision is None]
            if not failed:
                messages.success(request, _said(len(results)))
                return redirect("application_desk", pk=pk)
            for result in failed:
                form.blame(result)
            undecided = {result.wanted.application for result in failed if result.status != 409}
            form.rows = [pair for pair in form.rows if pair[0].application.pk in undecided]
    context = {
        "programme": programme,
        "form": form,
        "results": [(result, _state(result)) for result in results],
        "left_out": len(listed) - len(form.rows) if request.method == "GET" else 0,
        "most": MOST_TOGETHER,
        "has_errors": status == 422,
    }
    return render(request, "curation/together.html", context, status=status)


def _chosen(request: HttpRequest, programme: Programme) -> QuerySet[Application]:
    """Those ticked; with `all`, those in review that the filters of the address leave. Of what is sent: those it names."""
    if request.method == "POST":
        named = [name.removeprefix("reason_") for name in request.POST if name.startswith("reason_")]
        return desk.queue(programme, request.user, {}).filter(pk__in=_numbers(named))
    if "all" in request.GET:
        wanted = filters_of(request, programme).wanted | {"status": A.IN_REVIEW}
        return desk.queue(programme, request.user, wanted)[:MOST_TOGETHER]
    return desk.queue(programme, request.user, {}).filter(pk__in=_numbers(request.GET.getlist("compare")))


def _numbers(texts: list[str]) -> list[int]:
    return [int(each) for each in texts[:MOST_TOGETHER] if each.isdecimal() and len(each) < 18]


def _form(request: HttpRequest, applications: list[Application]) -> TogetherForm:
    return TogetherForm(
        kept_forms.typed(request), rows=desk.rows(applications, []), explanations=desk.explanations(applications)
    )


def _said(count: int) -> str:
    return ngettext(
        "%(n)s application was decided. The enterprise has been told.",
        "%(n)s applications were decided. The enterprises have been told.",
        count,
    ) % {"n": count}


def _state(result: Result) -> str:
    return statuses.label("Application", result.decision.outcome) if result.decision else _("Not decided")
