"""When and why an enterprise's class changed, and what the rules of any day say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.forms.as_of import AsOfForm
from portal.methods import require_safe
from portal.models import Enterprise
from portal.policy import DOSSIER_READERS, policy
from portal.selectors.class_history import as_of, timeline


@policy(DOSSIER_READERS)
@require_safe
def class_history(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Enterprise.objects.visible_to(request.user).select_related("organisation", "village")
    enterprise = get_object_or_404(visible.prefetch_related("activities__kbli"), pk=pk)
    form = AsOfForm(request.GET if "on" in request.GET else None)
    found = as_of(enterprise, form.day)
    return render(
        request,
        "portal/enterprise/class_history.html",
        {"enterprise": enterprise, "form": form, "found": found, "changes": timeline(enterprise)},
        status=422 if form.errors else 200,
    )
