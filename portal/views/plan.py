"""The business plan with what came of it: read by whoever sees the dossier, entered by whoever fills it in."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.consents import in_ones_hands
from portal.enums import PlanIndicator
from portal.forms.plan_progress import ProgressForm
from portal.methods import require_http_methods, require_safe
from portal.models import Enterprise, PlanTarget
from portal.policy import DOSSIER_READERS, FILLING_IN, policy
from portal.selectors.dossier import answers_in
from portal.selectors.plan import merged_progress_of, progress_in, progress_of
from portal.services.plan import report_progress
from portal.views.steps import attempt


@policy(DOSSIER_READERS)
@require_safe
def plan_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Every target beside what was reached, with its history."""
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation")
    enterprise = get_object_or_404(visible, pk=pk)
    return render(
        request,
        "portal/plan/progress.html",
        {
            "enterprise": enterprise,
            "answers": answers_in(enterprise, "plan"),
            "targets": progress_of(enterprise),
            "merged": merged_progress_of(enterprise),
            "may_report": request.user.has_perm("portal.report_progress", enterprise),
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def plan_report(request: HttpRequest, pk: int, quarter: int) -> HttpResponse:
    """What was reached in one quarter. Nothing is overwritten: a correction stands above what was entered before."""
    visible = PlanTarget.objects.visible_to(request.user).select_related("enterprise__organisation")
    target = get_object_or_404(visible, pk=pk)
    found = progress_in(target, quarter) if 1 <= quarter <= 4 else None
    if found is None or not found.aim or not in_ones_hands(request.user, "plan"):
        raise Http404
    form = ProgressForm(kept_forms.typed(request), target=target)
    if request.method == "POST" and form.is_valid():
        step = partial(
            report_progress,
            target,
            quarter,
            actual=form.cleaned_data["actual"],
            note=form.cleaned_data["note"],
            by=request.user,
        )
        if attempt(request, step, form):
            messages.success(request, _("Saved: %(what)s, %(quarter)s.") % {"what": target, "quarter": found.name})
            return redirect("plan_progress", pk=target.enterprise_id)
    context = {
        "enterprise": target.enterprise,
        "target": target,
        "progress": found,
        "form": form,
        "is_money": PlanIndicator(target.indicator).is_money,
    }
    return render(request, "portal/plan/report.html", context, status=422 if request.method == "POST" else 200)
