"""A ministry's desk: its queue on the left, one contract on the right, the decision in the same view."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnerships.enums import Party, SignOffStatus
from partnerships.forms.signing import ReturnForm, SignForm
from partnerships.models import Partnership, SignOff
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import contract, newest_text, text_before
from partnerships.selectors.duties import obstacle_to_sign_off
from partnerships.selectors.queue import figures_of, queue_of, signed_per_quarter
from partnerships.selectors.signatories import with_signatories
from partnerships.selectors.trail import trail_of
from partnerships.services import signing
from partnerships.services.document import as_printed
from partnerships.services.lint import before_signing, failures
from partnerships.views.steps import with_fingerprint
from portal import kept_forms
from portal.exports import as_download, csv_bytes
from portal.flow import TooLate
from portal.methods import require_http_methods, require_safe
from portal.policy import MINISTRY, policy
from portal.views.steps import attempt, too_late


@policy(MINISTRY)
@require_safe
def sign_off_queue(request: HttpRequest) -> HttpResponse:
    """The queue with its oldest contract open beside it."""
    queue = queue_of(request.user)
    first = next((each.sign_off for each in queue if each.late or "late" not in request.GET), None)
    return _desk(request, first)


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    place = _find(request, pk)
    if request.method == "GET":
        return _desk(request, place)
    if place.status == SignOffStatus.SIGNED and place.decided_by_id == request.user.pk:
        messages.info(request, _("You have signed this contract off already."))
        return redirect("sign_off", pk)
    if request.POST.get("document_hash") != place.partnership.document_hash:
        messages.error(request, _("The text has changed since you opened it. Read the current one first."))
        return redirect("sign_off", pk)
    if obstacle := _obstacle(request, place):
        messages.error(request, obstacle)
        return redirect("sign_off", pk)
    form = _form(request, place)
    if not form.is_valid():
        return _desk(request, place, form)
    document_hash = form.cleaned_data["document_hash"]
    if attempt(request, lambda: signing.sign_off(place, document_hash=document_hash, by=request.user)):
        said = _("You signed %(number)s off.") % {"number": place.partnership.number}
        messages.success(request, with_fingerprint(place.partnership, said))
        return redirect("sign_off_queue")
    return redirect("sign_off", pk)


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def sign_off_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Return with reasons, on a page of its own."""
    place = _find(request, pk)
    form = ReturnForm(kept_forms.typed(request), initial={"document_hash": place.partnership.document_hash})
    here = reverse("sign_off", args=[pk])
    if obstacle := _obstacle(request, place):
        if request.method == "POST":
            return too_late(request, obstacle, form, back=here)
        messages.error(request, obstacle)
        return redirect(here)
    if request.method == "POST" and form.is_valid():
        step = partial(signing.return_with_reasons, place, by=request.user, **form.cleaned_data)
        try:
            returned = attempt(request, step, form)
        except TooLate as late:
            return too_late(request, late.message, form, back=here)
        if returned:
            said = _("%(number)s was returned with your reasons.") % {"number": place.partnership.number}
            messages.success(request, said)
            return redirect("sign_off_queue")
    return render(
        request,
        "partnerships/reason.html",
        {
            "form": form,
            "partnership": place.partnership,
            "title": _("Return with reasons"),
            "intro": _(
                "The buyer and the enterprises read your reasons. A new text voids every signature under this one."
            ),
            "submit_text": _("Return the contract"),
            "cancel_url": here,
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(MINISTRY)
@require_safe
def sign_off_csv(request: HttpRequest) -> HttpResponse:
    head = [
        _("Number"),
        _("Title"),
        _("Parties"),
        _("Checked so far"),
        _("Value"),
        _("Opened"),
        _("Due"),
        _("Working days left"),
    ]
    rows = [
        [
            each.partnership.number,
            each.partnership.title,
            each.parties,
            each.checked,
            each.partnership.value,
            timezone.localdate(each.sign_off.opened_at),
            each.sign_off.due_on,
            each.left,
        ]
        for each in queue_of(request.user)
    ]
    return as_download(csv_bytes([head, *rows]), f"antrean-{timezone.localdate()}.csv", "text/csv; charset=utf-8")


def _desk(request: HttpRequest, place: SignOff | None, form: SignForm | None = None) -> HttpResponse:
    queue = queue_of(request.user)
    late = "late" in request.GET
    quarters = signed_per_quarter(request.user)
    context = {
        "queue": [each for each in queue if each.late] if late else queue,
        "waiting": len(queue),
        "late": late,
        "figures": figures_of(request.user, queue),
        "quarters": quarters,
        "columns": [(each["label"], each["billions"]) for each in quarters],
        "now": timezone.now(),
        "place": place,
        "form": form,
    }
    if place is not None:
        context |= _open_contract(request, place, form)
    return render(
        request, "partnerships/sign_off.html", context, status=422 if form is not None and form.errors else 200
    )


def _open_contract(request: HttpRequest, place: SignOff, form: SignForm | None) -> dict[str, object]:
    partnership = with_signatories(
        Partnership.objects.visible_to(request.user).filter(pk=place.partnership_id).select_related("need")
    ).get()
    shown = contract(partnership, request.user)
    text = partnership.revisions.filter(number=place.revision).first() or newest_text(partnership)
    checks = before_signing(partnership)
    earlier = text_before(partnership, text.number)
    return {
        "contract": shown,
        "partnership": partnership,
        "authorities": [each for each in shown.places if each.party == Party.AUTHORITY],
        "text": text,
        "content": as_printed(text.content),
        "facts": as_printed(text.content, get_language() or "id"),
        "earlier": earlier,
        "changes": changes(earlier.content, text.content) if earlier and partnership.amends_id else [],
        "later_label": text.label,
        "checks": checks,
        "blocked": failures(checks),
        "obstacle": _obstacle(request, place),
        "open": place.status == SignOffStatus.PENDING and place.revision == partnership.revision,
        "form": form or _form(request, place),
        "trail": trail_of(partnership),
    }


def _find(request: HttpRequest, pk: int) -> SignOff:
    return get_object_or_404(
        SignOff.objects.visible_to(request.user).select_related(
            "partnership__buyer", "partnership__amends", "authority__successor"
        ),
        pk=pk,
    )


def _form(request: HttpRequest, place: SignOff) -> SignForm:
    return SignForm(
        request.POST or None,
        user=request.user,
        agree_label=_("I have read text %(n)s and approve this partnership on behalf of %(authority)s.")
        % {"n": place.partnership.revision, "authority": place.authority.name},
        initial={"document_hash": place.partnership.document_hash},
    )


def _obstacle(request: HttpRequest, place: SignOff) -> str:
    return obstacle_to_sign_off(request.user, place)
