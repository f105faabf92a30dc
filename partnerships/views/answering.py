"""The enterprise's answer, and the approver's signature."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus, Party, SigningMethod
from partnerships.forms.signing import AcceptForm, ReasonForm, SignForm
from partnerships.models import Partnership
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import contract, newest_text, text_before
from partnerships.selectors.duties import obstacle_to_accept, obstacle_to_sign
from partnerships.selectors.signatories import with_signatories
from partnerships.services import acceptance_code, offer, signing
from partnerships.services.document import as_printed
from partnerships.services.lint import before_signing, failures
from partnerships.views.steps import find, moved_on, with_fingerprint
from portal import kept_forms
from portal.methods import require_http_methods, require_POST
from portal.policy import APPROVER, SME, policy
from portal.views.steps import attempt


@policy(SME)
@require_http_methods(["GET", "POST"])
def partnership_accept(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if partnership.status != PartnershipStatus.OFFERED or _answered(request, partnership):
        messages.info(request, _("You have answered this offer already, or it is not open any more."))
        return redirect("partnership_detail", pk)
    if obstacle := obstacle_to_accept(request.user, partnership):
        messages.error(request, obstacle)
        return redirect("partnership_detail", pk)
    form = AcceptForm(
        request.POST or None,
        user=request.user,
        partnership=partnership,
        initial={"document_hash": partnership.document_hash},
    )
    status = 200
    if request.method == "POST":
        if _is_stale(form, partnership):
            messages.error(request, _("The text has changed since you opened it. Read the current one first."))
            return redirect("partnership_accept", pk)
        if form.is_valid():
            data = form.cleaned_data
            if attempt(
                request,
                lambda: offer.accept(
                    partnership,
                    document_hash=data["document_hash"],
                    method=SigningMethod(data["method"]),
                    by=request.user,
                ),
            ):
                said = _("You accepted. We tell you when the others have signed.")
                messages.success(request, with_fingerprint(partnership, said))
            return redirect("partnership_detail", pk)
        status = 422
    return render(request, "partnerships/accept.html", _page(request, partnership) | {"form": form}, status=status)


@policy(SME)
@require_POST
def partnership_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the one-time code."""
    partnership = find(request, pk)
    if partnership.status == PartnershipStatus.OFFERED and attempt(
        request, lambda: acceptance_code.send_code(partnership, by=request.user)
    ):
        messages.success(
            request, _("The code is on its way to %(email)s. It works for ten minutes.") % {"email": request.user.email}
        )
    return redirect("partnership_accept", pk)


@policy(SME)
@require_http_methods(["GET", "POST"])
def partnership_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    form = ReasonForm(kept_forms.typed(request))
    if partnership.status != PartnershipStatus.OFFERED:
        said = _("You have answered this offer already, or it is not open any more.")
        return moved_on(request, partnership, said, form)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request, partial(offer.refuse, partnership, reason=form.cleaned_data["reason"], by=request.user), form
        )
    ):
        messages.success(request, _("Your answer was sent to %(buyer)s.") % {"buyer": partnership.buyer.name})
        return redirect("partnership_detail", pk)
    return render(
        request,
        "partnerships/reason.html",
        {
            "form": form,
            "partnership": partnership,
            "title": _("Do not take the offer"),
            "intro": _("%(buyer)s reads your reason, and may offer better terms.") % {"buyer": partnership.buyer.name},
            "submit_text": _("Do not take the offer"),
            "danger": True,
            "cancel_url": partnership_path(partnership),
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(APPROVER)
@require_http_methods(["GET", "POST"])
def partnership_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver's page: the facts, the text's hash, and the second factor asked again."""
    partnership = find(request, pk)
    if partnership.status != PartnershipStatus.ACCEPTED:
        messages.info(request, _("This contract does not wait for a signature of the buyer."))
        return redirect("partnership_detail", pk)
    form = SignForm(
        request.POST or None,
        user=request.user,
        agree_label=_("I have read text %(n)s and sign this partnership for %(buyer)s.")
        % {"n": partnership.revision, "buyer": partnership.buyer.name},
        initial={"document_hash": partnership.document_hash},
    )
    obstacle = obstacle_to_sign(request.user, partnership)
    checks = before_signing(partnership)
    status = 200
    if request.method == "POST":
        if obstacle:
            status = 403
        elif _is_stale(form, partnership):
            messages.error(request, _("The text has changed since you opened it. Read the current one first."))
            return redirect("partnership_sign", pk)
        elif form.is_valid():
            document_hash = form.cleaned_data["document_hash"]
            if attempt(
                request, lambda: signing.sign_for_buyer(partnership, document_hash=document_hash, by=request.user)
            ):
                said = _("You signed. The contract is with the authorities now.")
                messages.success(request, with_fingerprint(partnership, said))
            return redirect("partnership_detail", pk)
        else:
            status = 422
    return render(
        request,
        "partnerships/sign.html",
        _page(request, partnership)
        | {"form": form, "obstacle": obstacle, "checks": checks, "blocked": failures(checks)},
        status=status,
    )


def partnership_path(partnership: Partnership) -> str:
    return reverse("partnership_detail", args=[partnership.pk])


def _page(request: HttpRequest, partnership: Partnership) -> dict[str, object]:
    with_places = with_signatories(Partnership.objects.visible_to(request.user).filter(pk=partnership.pk)).get()
    text = newest_text(partnership)
    earlier = text_before(partnership, text.number)
    return {
        "partnership": partnership,
        "contract": contract(with_places, request.user),
        "text": text,
        "content": as_printed(text.content),
        "facts": as_printed(text.content, get_language() or "id"),
        "earlier": earlier,
        "changes": changes(earlier.content, text.content) if earlier and partnership.amends_id else [],
        "later_label": text.label,
    }


def _is_stale(form: AcceptForm | SignForm, partnership: Partnership) -> bool:
    """Asked before the code is used up: a second tab with an older text."""
    return form.data.get("document_hash") != partnership.document_hash


def _answered(request: HttpRequest, partnership: Partnership) -> bool:
    return partnership.signatures.filter(
        revision=partnership.revision, party=Party.ENTERPRISE, organisation=request.user.organisation_id
    ).exists()
