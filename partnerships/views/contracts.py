"""Lists and pages of contracts, for everybody in them; their texts; and how they end."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.exports import pdf_answer
from partnerships.flow import PARTNERSHIP
from partnerships.forms.signing import ReasonForm
from partnerships.models import Partnership, Revision
from partnerships.models.partnership import PUBLIC_STATES
from partnerships.selectors.amendments import amendments_of, may_amend, text_in_force
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import (
    contract,
    contracts,
    may_read_draft,
    newest_text,
    own_partnerships,
    status_chips,
    text_before,
    text_numbered,
)
from partnerships.selectors.duties import obstacle_to_sign
from partnerships.selectors.incidents import reports_of
from partnerships.selectors.knowledge import steps_of
from partnerships.selectors.ledger import ledger_of, may_confirm_completion, sides_to_confirm
from partnerships.selectors.signatories import with_signatories
from partnerships.selectors.trail import trail_of
from partnerships.services import completing, ending
from partnerships.services.document import as_printed, content_of
from partnerships.views.steps import find, moved_on
from portal import kept_forms
from portal.enums import Role
from portal.methods import require_http_methods, require_safe
from portal.policy import PARTIES, policy, roles
from portal.views.steps import attempt

PAGE = 20


@policy(PARTIES)
@require_safe
def partnership_list(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    page = Paginator(own_partnerships(request.user, status), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "partnerships/partnership_list.html",
        {
            "page": page,
            "contracts": contracts(page, request.user),
            "chips": status_chips(request.user, status),
            "filtered": status in PartnershipStatus.values,
            "may_draft": request.user.has_perm("partnerships.add_partnership"),
        },
    )


@policy(PARTIES)
@require_safe
def partnership_detail(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = with_signatories(Partnership.objects.visible_to(request.user)).filter(pk=pk).first()
    if partnership is None:
        raise Http404
    user = request.user
    may_draft = user.has_perm("partnerships.draft_partnership", partnership)
    text = newest_text(partnership)
    in_force = text_in_force(partnership)
    live = partnership.status == PartnershipStatus.DRAFT and may_read_draft(partnership, user)
    content = content_of(partnership) if live else in_force.content if in_force else None
    ledger = ledger_of(partnership, user)
    own_place = partnership.sign_offs.filter(revision=partnership.revision, authority=user.organisation_id).first()
    return render(
        request,
        "partnerships/partnership_detail.html",
        {
            "contract": contract(partnership, user),
            "partnership": partnership,
            "text": text,
            "facts": as_printed(content, get_language() or "id") if content else None,
            "earlier": text if live else text_before(partnership, text.number) if text else None,
            "moves": {move.name for move in PARTNERSHIP.open_to(user, partnership)},
            "may_draft": may_draft and partnership.status == PartnershipStatus.DRAFT,
            "obstacle": obstacle_to_sign(user, partnership)
            if partnership.status == PartnershipStatus.ACCEPTED and user.acts_as(Role.APPROVER)
            else "",
            "own_place": own_place,
            "amendments": contracts(with_signatories(amendments_of(partnership, user)), user),
            "amended_by": in_force.partnership if in_force and in_force.partnership_id != partnership.pk else None,
            "may_amend": may_amend(partnership, user),
            "trail": trail_of(partnership),
            "orders": ledger.orders,
            "ledger": ledger,
            "may_confirm": may_confirm_completion(user, partnership),
            "to_confirm": sides_to_confirm(partnership) if _is_closing(partnership) else [],
            "knowledge": steps_of(partnership.pk, user),
            "may_propose": partnership.status == PartnershipStatus.ACTIVE
            and user.has_perm("partnerships.propose_knowledge", partnership),
            "may_finance": partnership.status == PartnershipStatus.ACTIVE
            and user.has_perm("partnerships.ask_for_finance", partnership),
            "may_order": partnership.status == PartnershipStatus.ACTIVE
            and user.has_perm("partnerships.place_order", partnership),
            "may_report": partnership.status in PUBLIC_STATES
            and user.has_perm("partnerships.report_incident", partnership),
            "reports": reports_of(user, partnership=partnership),
        },
    )


@policy(PARTIES)
@require_safe
def partnership_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The text as it is signed, to read and to print; `?revision=2` for an earlier one."""
    partnership = find(request, pk)
    text = _text(request, partnership)
    return render(
        request,
        "partnerships/document.html",
        {"partnership": partnership, "text": text, "content": as_printed(text.content)},
    )


@policy(PARTIES)
@require_safe
def partnership_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    text = _text(request, partnership)
    return pdf_answer(partnership, text)


@policy(PARTIES)
@require_safe
def partnership_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest text against the one before it; for the drafting buyer, the draft against what was last offered."""
    partnership = find(request, pk)
    drafting = partnership.status == PartnershipStatus.DRAFT and may_read_draft(partnership, request.user)
    later = None if drafting else newest_text(partnership)
    earlier = text_before(partnership, partnership.revision if later is None else later.number)
    if earlier is None:
        raise Http404
    content = content_of(partnership) if later is None else later.content
    return render(
        request,
        "partnerships/changes.html",
        {
            "partnership": partnership,
            "earlier": earlier,
            "later_label": _label_of(partnership, later),
            "changes": changes(earlier.content, content),
        },
    )


@policy(roles(Role.APPROVER, Role.OWNER))
@require_http_methods(["GET", "POST"])
def partnership_terminate(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.end_partnership", partnership):
        raise PermissionDenied
    form = ReasonForm(kept_forms.typed(request))
    if partnership.status != PartnershipStatus.ACTIVE:
        return moved_on(request, partnership, _("Only a partnership in force can be terminated."), form)
    detail = reverse("partnership_detail", args=[pk])
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request, partial(ending.terminate, partnership, reason=form.cleaned_data["reason"], by=request.user), form
        )
    ):
        messages.success(request, _("The partnership was terminated. The other side and the authorities were told."))
        return redirect(detail)
    return render(
        request,
        "partnerships/reason.html",
        {
            "form": form,
            "partnership": partnership,
            "title": _("Terminate the partnership"),
            "intro": _("The other side and the authorities are told, and read your reason. This cannot be undone."),
            "submit_text": _("Terminate"),
            "danger": True,
            "cancel_url": detail,
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(roles(Role.APPROVER, Role.OWNER))
@require_http_methods(["GET", "POST"])
def partnership_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Its own confirm page: with the last side it cannot be undone."""
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.end_partnership", partnership):
        raise PermissionDenied
    detail = reverse("partnership_detail", args=[pk])
    ledger = ledger_of(partnership, request.user)
    if request.method == "POST":
        if completing.confirm_completion(partnership, by=request.user):
            messages.success(request, _("Every side has confirmed. The partnership is completed."))
        else:
            messages.success(request, _("You confirmed that nothing is open. The other sides were told."))
        return redirect(detail)
    if not may_confirm_completion(request.user, partnership):
        return moved_on(request, partnership, _("This cannot be confirmed now. See what is open, or who was asked."))
    context = {
        "partnership": partnership,
        "ledger": ledger,
        "missing": sides_to_confirm(partnership),
        "cancel_url": detail,
    }
    return render(request, "partnerships/complete.html", context)


def _label_of(partnership: Partnership, text: Revision | None) -> str:
    return Revision(partnership=partnership, number=partnership.revision).label if text is None else text.label


def _is_closing(partnership: Partnership) -> bool:
    return partnership.status == PartnershipStatus.ACTIVE and partnership.completion_consents.exists()


def _text(request: HttpRequest, partnership: Partnership) -> Revision:
    number = request.GET.get("revision", "")
    found = text_numbered(partnership, int(number) if number.isdigit() and len(number) < 5 else None)
    if found is None:
        raise Http404
    return found
