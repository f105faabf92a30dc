"""A cooperative's list of members, and the enterprise's side of it: who lists us, and do we belong?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import kept_forms
from portal.flows import COOPERATIVE_MEMBER
from portal.forms.cooperative import MemberForm
from portal.models import CooperativeMember, Enterprise
from portal.policy import FILLING_IN, SME, policy
from portal.sections import BY_NAME, MEMBERS
from portal.selectors.cooperative import asking, given, list_of, together
from portal.selectors.enterprise import enterprise_of
from portal.services import cooperative as service
from portal.views.steps import attempt

DO: dict[str, Any] = {
    "invite": service.invite_listed,
    "remove": service.remove_member,
    "accept": service.accept_cooperative,
    "refuse": service.refuse_cooperative,
    "leave": service.leave_cooperative,
}


def members(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The dossier's section of a cooperative."""
    form = MemberForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        step = partial(service.list_member, enterprise, by=request.user, **form.cleaned_data)
        if attempt(request, step, form):
            messages.success(request, _("Saved: %(kbli)s") % {"kbli": form.cleaned_data["name"]})
            return redirect("dossier_section", section=MEMBERS)
    rows = list(list_of(enterprise))
    return render(
        request,
        "portal/cooperative/members.html",
        {
            "enterprise": enterprise,
            "section": BY_NAME[MEMBERS],
            "form": form,
            "rows": [(row, given(row), COOPERATIVE_MEMBER.open_to(request.user, row)) for row in rows],
            "together": together(enterprise, rows),
            "reasons": [each["reason"] for each in enterprise.return_reasons if each["section"] == MEMBERS],
        },
        status=422 if request.method == "POST" and not form.searching else 200,
    )


@policy(SME)
@require_safe
def cooperative_list(request: HttpRequest) -> HttpResponse:
    """Which cooperatives list the enterprise, with what; to say yes, to refuse, to leave."""
    enterprise = enterprise_of(request.user)
    rows = list(asking(enterprise)) if enterprise else []
    return render(
        request,
        "portal/cooperative/list.html",
        {"rows": [(row, given(row), COOPERATIVE_MEMBER.open_to(request.user, row)) for row in rows]},
    )


@policy(FILLING_IN)
@require_POST
def cooperative_member(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move of one row, from either side; what was changed meanwhile is answered with 409."""
    visible = CooperativeMember.objects.visible_to(request.user)
    listed = get_object_or_404(visible.select_related("cooperative__organisation", "invited", "member"), pk=pk)
    DO[move](listed, by=request.user)
    messages.success(request, SAID[move]())
    if move in ("invite", "remove"):
        return redirect("dossier_section", section=MEMBERS)
    return redirect("cooperative_list")


SAID: dict[str, Any] = {
    "invite": lambda: _("It is asked, and counts once it says yes."),
    "remove": lambda: _("Taken off the list."),
    "accept": lambda: _("You are a member of the cooperative. You can leave at any time."),
    "refuse": lambda: _("You refused. The cooperative has been told."),
    "leave": lambda: _("You left the cooperative. It has been told."),
}
