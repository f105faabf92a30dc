"""The ministry's desk: enterprises that wait for verification, oldest first, and the decision on one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.enums import EnterpriseStatus
from portal.flow import MoveNotAllowed
from portal.flows import ENTERPRISE
from portal.forms.enterprise.decision import RESTORE, RETURN, SUSPEND, VERIFY, DecisionForm
from portal.forms.enterprise.search import QueueForm
from portal.methods import require_http_methods, require_safe
from portal.models import Enterprise
from portal.policy import MINISTRY, policy
from portal.rules.kbli import kbli_edition
from portal.sections import sections_of
from portal.selectors.dossier import answers_of, checks_of, trail_of
from portal.selectors.duplicates import suspected_of
from portal.selectors.enterprise import (
    awaiting_verification,
    counts_by_status,
    standing_of,
    verification_queue,
    with_renewals_to_check,
)
from portal.selectors.ladder import ladder_of
from portal.services import enterprise as service
from portal.statuses import label

PAGE_SIZE = 20


@policy(MINISTRY)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The list with its first enterprise open beside it; a phone shows the list alone."""
    shown = _list(request)
    first = shown["page"].object_list[:1]
    if first:
        enterprise = _find(request, first[0].pk)
        shown |= _opened(enterprise, _decision_form(request, enterprise, None))
    return render(request, "portal/verification/queue.html", shown)


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def verification_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """List and dossier side by side where the screen is wide; the decision is made in the same view."""
    enterprise = _find(request, pk)
    data = kept_forms.typed(request)
    form = _decision_form(request, enterprise, data)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _decided(request, enterprise, form):
            return redirect(_next(request))
        status = 422
    context = _list(request) | _opened(enterprise, form)
    return render(request, "portal/verification/detail.html", context, status=status)


def _find(request: HttpRequest, pk: int) -> Enterprise:
    visible = Enterprise.objects.visible_to(request.user).select_related(
        "organisation", "village", "decided_by", "merged_into__organisation"
    )
    return get_object_or_404(visible.prefetch_related("activities__kbli"), pk=pk)


def _opened(enterprise: Enterprise, form: DecisionForm) -> dict[str, Any]:
    standing = standing_of(enterprise)
    return {
        "enterprise": enterprise,
        "form": form if form.fields["decision"].choices else None,
        "sections": answers_of(enterprise, in_full=True),
        "checks": checks_of(enterprise, edition_in_force=kbli_edition(timezone.localdate())),
        "standing": standing,
        "too_large": service.too_large_text() if standing.is_large else "",
        "reasons": enterprise.return_reasons,
        "ladder": ladder_of(enterprise),
        "merged_from": enterprise.merged_from.select_related("organisation").order_by("merged_at"),
        "suspected": suspected_of(enterprise),
        **trail_of(enterprise),
    }


def _decision_form(request: HttpRequest, enterprise: Enterprise, data: Any) -> DecisionForm:
    return DecisionForm(data, moves=_decisions(request, enterprise), sections=sections_of(enterprise))


def _decisions(request: HttpRequest, enterprise: Enterprise) -> list[Any]:
    wanted = (VERIFY, RETURN, SUSPEND, RESTORE)
    return [move for move in ENTERPRISE.open_to(request.user, enterprise) if move.name in wanted]


def _decided(request: HttpRequest, enterprise: Enterprise, form: DecisionForm) -> bool:
    """False leaves the form on the page, with what was typed and why it can't be done."""
    decision, by = form.cleaned_data["decision"], request.user
    try:
        match decision:
            case "verify":
                service.verify_enterprise(enterprise, by=by)
            case "return":
                service.return_enterprise(enterprise, form.reasons(), by=by)
            case "suspend":
                service.suspend_enterprise(enterprise, " ".join(each.text for each in form.reasons()), by=by)
            case "restore":
                service.restore_enterprise(enterprise, by=by)
    except MoveNotAllowed as problem:
        form.add_error(None, problem.message)
        return False
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    words = {"name": enterprise.name, "state": label("Enterprise", enterprise.status)}
    messages.success(request, _("%(name)s is now “%(state)s”. The business has been told.") % words)
    return True


def _next(request: HttpRequest) -> str:
    """The next one that waits; an empty queue says so itself."""
    waiting = awaiting_verification().first()
    return reverse("verification_detail", args=[waiting.pk]) if waiting else reverse("verification_queue")


def _list(request: HttpRequest) -> dict[str, Any]:
    asked = QueueForm(request.GET)
    asked.full_clean()
    status = asked.cleaned_data.get("status") or EnterpriseStatus.SUBMITTED
    words = asked.cleaned_data.get("q", "")
    renewed = status == QueueForm.RENEWED
    counts = counts_by_status(request.user)
    address = reverse("verification_queue")
    return {
        "page": Paginator(
            verification_queue(request.user, status=status, renewed=renewed, text=words), PAGE_SIZE
        ).get_page(request.GET.get("page")),
        "words": words,
        "status_shown": status,
        "chips": [
            {
                "label": label("Enterprise", each),
                "count": counts.get(each, 0),
                "current": each == status,
                "url": f"{address}?{urlencode({'status': each})}",
            }
            for each in QueueForm.SHOWN
        ]
        + [
            {
                "label": _("Renewed papers to check"),
                "count": with_renewals_to_check(request.user).count(),
                "current": renewed,
                "url": f"{address}?{urlencode({'status': QueueForm.RENEWED})}",
            }
        ],
        "updated_at": timezone.now(),
    }
