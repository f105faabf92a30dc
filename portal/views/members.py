"""Colleagues: who acts for the organisation, inviting, leaving."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal import kept_forms, sessions
from portal.enums import Role
from portal.forms.member import InvitationForm
from portal.methods import require_http_methods, require_POST
from portal.models import Invitation, Membership
from portal.policy import PUBLIC, SIGNED_IN, policy
from portal.services import membership as service


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def member_list(request: HttpRequest) -> HttpResponse:
    """Everyone in the acting organisation sees the list; who may invite also sees the form."""
    organisation = request.user.organisation
    if organisation is None:
        return redirect("home")
    may_invite = request.user.has_perm("portal.invite_member", organisation)
    form = InvitationForm(kept_forms.typed(request), acting=request.user.acting) if may_invite else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            service.invite(organisation, form.cleaned_data["email"], Role(form.cleaned_data["role"]), by=request.user)
            messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
            return redirect("member_list")
        status = 422
    return render(
        request,
        "portal/member_list.html",
        {
            "organisation": organisation,
            "members": Membership.objects.active()
            .visible_to(request.user)
            .filter(organisation=organisation)
            .select_related("user"),
            "invitations": Invitation.objects.visible_to(request.user).open() if may_invite else [],
            "form": form,
        },
        status=status,
    )


@policy(SIGNED_IN)
@require_POST
def member_end(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.active().visible_to(request.user), pk=pk)
    if not request.user.has_perm("portal.end_membership", membership):
        raise PermissionDenied
    try:
        service.end_membership(membership, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("member_list")


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail. Signs the person up first when they have no account; the address must be theirs."""
    invitation = service.open_invitation(token)
    if invitation is None:
        return render(request, "portal/invitation_ended.html", status=404)
    error = ""
    if request.method == "POST" and request.user.is_authenticated:
        try:
            membership = service.accept_invitation(invitation, by=request.user)
        except ValidationError as problem:
            error = problem.messages[0]
        else:
            service.act_for(request.user, membership, request.session)
            sessions.limit(request.session, request.user)
            messages.success(request, _("You now act for %(name)s.") % {"name": membership.organisation.name})
            return redirect("home")
    return render(
        request,
        "portal/invitation.html",
        {"invitation": invitation, "token": token, "error": error},
        status=422 if error else 200,
    )
