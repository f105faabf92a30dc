"""The first page after signing in: what awaits this person. It draws on all three apps, so it lives in the highest."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from partnerships.selectors import financing
from partnerships.selectors import home as selectors
from partnerships.selectors.incidents import report, waiting_for_you
from partnerships.selectors.knowledge import counts_of
from partnerships.selectors.ledger import waiting_for
from partnerships.views.assisted import centre_desk, companion_desk
from portal.enums import Role
from portal.methods import require_safe
from portal.navigation import DESKS
from portal.policy import SIGNED_IN, policy
from portal.selectors.enterprise import completeness, enterprise_of
from portal.selectors.ladder import ladder_of

ROWS = 20
# On a phone.
STEPS = 5


@policy(SIGNED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    acting = request.user.acting
    if acting is None:
        return redirect("enterprise_register")
    desk = DESKS[Role(acting.role)]
    template, context = _PAGES.get(desk, _other)(request)
    return render(request, template, context)


def _sme(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return "home/other.html", {}
    steps = waiting_for(request.user)
    companion = enterprise.assignments.filter(ended_at=None).select_related("companion", "plut").first()
    return "home/sme.html", {
        "enterprise": enterprise,
        "next": selectors.next_action(enterprise, request.user, steps),
        "steps": steps[:STEPS],
        "reports": [report(each, request.user) for each in waiting_for_you(request.user)[:STEPS]],
        "completeness": completeness(enterprise, drafts=enterprise.section_drafts.all()),
        "products": enterprise.products.on_sale().count(),
        "applications": selectors.applications_of(enterprise)[:5],
        "documents": enterprise.documents.count(),
        "partnerships": selectors.contracts_of(request.user)[:5],
        "companion": companion,
        "financing": financing.briefs(financing.own_requests(request.user)[:STEPS]),
    }


def _buyer(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    queue = selectors.applications_to_decide(request.user)
    steps = waiting_for(request.user)
    return "home/buyer.html", {
        "kpis": selectors.buyer_kpis(request.user, steps),
        "steps": steps[:ROWS],
        "reports": [report(each, request.user) for each in waiting_for_you(request.user)[:ROWS]],
        "queue": queue[:ROWS],
        "renewals": selectors.renewals_to_decide(request.user)[:ROWS],
    }


def _authority(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    return "home/authority.html", {
        "kpis": selectors.authority_kpis(request.user),
        "knowledge": counts_of(request.user),
        "reports": [report(each, request.user) for each in waiting_for_you(request.user)[:ROWS]],
    }


def _operator(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    return "home/operator.html", {"kpis": selectors.operator_kpis()}


def _enterprises(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    page = Paginator(selectors.enterprises_seen(request.user), ROWS).get_page(request.GET.get("page"))
    return "home/enterprises.html", {"page": page, "rows": [(each, ladder_of(each)) for each in page]}


def _financier(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    waiting = financing.waiting_requests(request.user)
    return "home/financier.html", {
        "kpis": selectors.financier_kpis(request.user),
        "rows": financing.briefs(waiting[:ROWS]),
    }


def _other(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    return "home/other.html", {}


_PAGES = {
    "sme": _sme,
    "buyer": _buyer,
    "authority": _authority,
    "operator": _operator,
    "plut": companion_desk,
    "centre": centre_desk,
    "region": _enterprises,
    "financier": _financier,
}
