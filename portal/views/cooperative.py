"""A cooperative's list of members, and the enterprise's side of it: who lists us, and do we belong?"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.flows import COOPERATIVE_MEMBER
from portal.forms.cooperative import GivenForm, MemberForm
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import CooperativeMember, Enterprise
from portal.policy import FILLING_IN, SME, policy
from portal.sections import BY_NAME, MEMBERS
from portal.selectors.cooperative import asking, given, list_of, together
from portal.selectors.enterprise import enterprise_of
from portal.services import cooperative as service
from portal.services.dossier import discard_draft
from portal.views import drafts
from portal.views.steps import attempt

DO: dict[str, Any] = {
    "invite": service.invite_listed,
    "remove": service.remove_member,
    "accept": service.accept_cooperative,
    "refuse": service.refuse_cooperative,
    "leave": service.leave_cooperative,
}


def members(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The dossier's section of a cooperative. A member that is typed halfway waits in a draft, as every section's answers do."""
    section = BY_NAME[MEMBERS]
    form = _member_form(request, enterprise)
    if request.method == "POST":
        if "draft" in request.POST:
            drafts.keep(request, enterprise, section, request.POST)
            messages.success(request, _("Saved as a draft. Come back to it any time."))
            return redirect("dossier")
        if form.is_valid():
            step = partial(service.list_member, enterprise, by=request.user, **form.cleaned_data)
            if attempt(request, step, form):
                discard_draft(enterprise, MEMBERS, by=request.user)
                messages.success(request, _("Saved: %(kbli)s") % {"kbli": form.cleaned_data["name"]})
                return redirect("dossier_section", section=MEMBERS)
        drafts.keep(request, enterprise, section, request.POST)
    rows = list(list_of(enterprise))
    return render(
        request,
        "portal/cooperative/members.html",
        {
            "enterprise": enterprise,
            "section": section,
            "form": form,
            "draft": drafts.draft_of(request, enterprise, section),
            "rows": [(row, given(row), COOPERATIVE_MEMBER.open_to(request.user, row)) for row in rows],
            "together": together(enterprise, rows),
            "reasons": [each["reason"] for each in enterprise.return_reasons if each["section"] == MEMBERS],
        },
        status=422 if request.method == "POST" and not form.searching else 200,
    )


def _member_form(request: HttpRequest, enterprise: Enterprise) -> MemberForm:
    """What is sent, else what was typed before the session ended, else this person's draft – which is not yet to be judged."""
    if (data := kept_forms.typed(request)) is not None:
        return MemberForm(data)
    draft = drafts.draft_of(request, enterprise, BY_NAME[MEMBERS])
    return MemberForm(QueryDict(draft.answers), unfinished=True) if draft else MemberForm()


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


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def cooperative_member_change(request: HttpRequest, pk: int) -> HttpResponse:
    """What a member on the list gives; it is told."""
    visible = CooperativeMember.objects.visible_to(request.user).on_the_list()
    listed = get_object_or_404(visible.select_related("cooperative__organisation", "invited", "member"), pk=pk)
    if not request.user.has_perm("portal.list_members", listed):
        raise PermissionDenied
    stored = {"product": listed.product, "capacity": listed.capacity, "unit": listed.unit}
    form = GivenForm(kept_forms.typed(request), initial=stored)
    if request.method == "POST" and form.is_valid():
        step = partial(service.change_given, listed, by=request.user, **form.cleaned_data)
        if attempt(request, step, form):
            messages.success(request, _("Saved: %(kbli)s") % {"kbli": listed})
            return redirect("dossier_section", section=MEMBERS)
    context = {
        "form": form,
        "title": str(listed),
        "cancel_url": reverse("dossier_section", args=[MEMBERS]),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


SAID: dict[str, Any] = {
    "invite": lambda: _("It is asked, and counts once it says yes."),
    "remove": lambda: _("Taken off the list."),
    "accept": lambda: _("You are a member of the cooperative. You can leave at any time."),
    "refuse": lambda: _("You refused. The cooperative has been told."),
    "leave": lambda: _("You left the cooperative. It has been told."),
}
