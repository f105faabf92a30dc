"""The officer's steps: choose a need, parties, terms, lines, clauses, check, offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from curation.models import Consortium, Need
from partnerships.enums import PartnershipStatus
from partnerships.forms.clauses import ClausesForm
from partnerships.forms.lines import BaseLines, lines_formset, with_more_rows
from partnerships.forms.parties import NewPartiesForm, PartiesForm
from partnerships.forms.terms import TermsForm
from partnerships.models import Partnership, Revision
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import text_before
from partnerships.selectors.drafts import fingerprint
from partnerships.selectors.standing import needs_to_contract
from partnerships.services import drafting, offer
from partnerships.services.agreement import agreement_in_force
from partnerships.services.document import as_printed, content_of
from partnerships.services.from_consortium import draft_from_consortium
from partnerships.services.lint import failures, lint
from partnerships.views.steps import find, find_to_draft, moved_on
from portal import kept_forms
from portal.flow import TooLate
from portal.forms.once import ALREADY_SENT
from portal.forms.typed import differences
from portal.meanwhile import ChangedMeanwhile
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import OFFICER, policy
from portal.views.steps import attempt, tried

STEPS = [
    ("partnership_parties", gettext_lazy("Enterprises")),
    ("partnership_terms", gettext_lazy("Term and payment")),
    ("partnership_lines", gettext_lazy("Lines")),
    ("partnership_clauses", gettext_lazy("Clauses")),
    ("partnership_check", gettext_lazy("Check and offer")),
]
STEP_TEMPLATES = {
    "partnership_parties": "partnerships/step_form.html",
    "partnership_terms": "partnerships/step_form.html",
    "partnership_lines": "partnerships/step_lines.html",
    "partnership_clauses": "partnerships/step_clauses.html",
}


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_new(request: HttpRequest) -> HttpResponse:
    """First the need, then who supplies it and on what terms: that makes the draft."""
    user = request.user
    if not request.GET.get("need", "").isdigit():
        return render(request, "partnerships/choose_need.html", {"needs": needs_to_contract(user)})
    need = get_object_or_404(Need.objects.managed_by(user).published(), pk=request.GET["need"])
    data = kept_forms.typed(request)
    parties = NewPartiesForm(data, buyer=user.organisation, need=need)
    terms = TermsForm(
        data, initial={"title": need.item, "agreement": agreement_in_force(), "starts_on": need.deliver_from}
    )
    status = 200
    if request.method == "POST":
        if parties.is_valid() & terms.is_valid():
            if not parties.claim(user):
                messages.info(request, ALREADY_SENT)
                return redirect(parties.earlier_location() or "partnership_list")
            try:
                draft = drafting.create_draft(
                    need,
                    enterprises=parties.cleaned_data["parties"],
                    leader=parties.cleaned_data["leading"],
                    by=user,
                    **terms.terms(),
                )
            except ValidationError as error:
                terms.add_error(None, error.messages)
            else:
                location = reverse("partnership_lines", args=[draft.pk])
                parties.remember(location)
                return redirect(location)
        status = 422
    return render(
        request,
        "partnerships/new.html",
        {"need": need, "parties": parties, "terms": terms, "has_errors": status == 422},
        status=status,
    )


@policy(OFFICER)
@require_POST
def partnership_from_consortium(request: HttpRequest, pk: int) -> HttpResponse:
    """Parties and lines as the members accepted them; the officer goes on from the lines."""
    consortium = get_object_or_404(Consortium.objects.managed_by(request.user), pk=pk)
    draft = draft_from_consortium(consortium, by=request.user)
    messages.success(request, _("Drafted from the consortium. Check the lines, then go on."))
    return redirect("partnership_lines", draft.pk)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_parties(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_to_draft(request, pk)
    if draft.amends_id is not None:
        typed = PartiesForm(kept_forms.typed(request), buyer=draft.buyer, need=draft.need)
        return moved_on(request, draft, drafting.parties_stay(), typed)

    def form(data: QueryDict | None = None) -> PartiesForm:
        return PartiesForm(data, buyer=draft.buyer, need=draft.need, initial=PartiesForm.initial_of(draft))

    def save(typed: PartiesForm, seen: str) -> None:
        parties, leader = typed.cleaned_data["parties"], typed.cleaned_data["leading"]
        if gone := drafting.set_parties(draft, parties, leader, by=request.user, seen=seen):
            said = ngettext("%(n)s line went with its enterprise.", "%(n)s lines went with their enterprises.", gone)
            messages.warning(request, said % {"n": gone})

    return _edit(request, draft, "partnership_parties", form, save)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_terms(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_to_draft(request, pk)

    def form(data: QueryDict | None = None) -> TermsForm:
        return TermsForm(data, instance=draft)

    def save(typed: TermsForm, seen: str) -> None:
        drafting.set_terms(draft, by=request.user, seen=seen, **typed.terms())

    return _edit(request, draft, "partnership_terms", form, save)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_lines(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_to_draft(request, pk)
    if request.method == "POST" and "add" in request.POST and draft.status == PartnershipStatus.DRAFT:
        return _step(
            request, draft, "partnership_lines", lines_formset(draft, with_more_rows(request.POST)), request.POST
        )

    def save(typed: BaseLines, seen: str) -> None:
        drafting.set_lines(draft, typed.lines(), by=request.user, seen=seen)

    return _edit(request, draft, "partnership_lines", partial(lines_formset, draft), save)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_clauses(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_to_draft(request, pk)

    def save(typed: ClausesForm, seen: str) -> None:
        drafting.set_clauses(draft, typed.clauses(), by=request.user, seen=seen)

    return _edit(request, draft, "partnership_clauses", partial(ClausesForm, partnership=draft), save)


@policy(OFFICER)
@require_safe
def partnership_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole text, what stands against offering it, and – for a revision – what it changes."""
    draft = find_to_draft(request, pk)
    if draft.status != PartnershipStatus.DRAFT:
        return moved_on(request, draft, drafting.not_a_draft(draft))
    return _check_page(request, draft)


@policy(OFFICER)
@require_POST
def partnership_offer(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find_to_draft(request, pk)
    if partnership.status != PartnershipStatus.DRAFT:
        messages.info(request, drafting.not_a_draft(partnership))
        return redirect("partnership_detail", pk)
    against = tried(partial(offer.offer, partnership, by=request.user))
    if against:
        return _check_page(request, partnership, against=[text for texts in against.values() for text in texts])
    messages.success(request, _("The contract was offered. The enterprises were told."))
    return redirect("partnership_detail", pk)


@policy(OFFICER)
@require_POST
def partnership_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if attempt(request, lambda: offer.withdraw_offer(partnership, by=request.user)):
        messages.success(request, _("The offer was taken back. You can change its text now."))
        return redirect("partnership_check", pk)
    return redirect("partnership_detail", pk)


@policy(OFFICER)
@require_POST
def partnership_revise(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if attempt(request, lambda: drafting.revise(partnership, by=request.user)):
        messages.success(request, _("You can change the text now. Earlier signatures no longer count."))
        return redirect("partnership_check", pk)
    return redirect("partnership_detail", pk)


def _edit(
    request: HttpRequest,
    draft: Partnership,
    name: str,
    form: Callable[..., Any],
    save: Callable[[Any, str], None],
) -> HttpResponse:
    """One step of the draft. `form`: the form with data, or without for what is saved now; `save`: what its answers do."""
    data = kept_forms.typed(request)
    typed = form(data)
    if draft.status != PartnershipStatus.DRAFT:
        return moved_on(request, draft, drafting.not_a_draft(draft), typed)
    if request.method == "GET":
        return _step(request, draft, name, typed, data)
    if not typed.is_valid():
        return _step(request, draft, name, typed, data, status=422)
    try:
        seen = request.POST.get("seen", "")
        if attempt(request, partial(save, typed, seen), None if name == "partnership_lines" else typed):
            return redirect(STEPS[_place(name) + 1][0], draft.pk)
    except ChangedMeanwhile as conflict:
        draft.refresh_from_db()
        rows = differences(form(), typed)
        # Saving again from here is meant: the page now carries what it shows.
        return _step(request, draft, name, typed, None, status=409, conflict=conflict, conflict_rows=rows)
    except TooLate as late:
        return moved_on(request, draft, late.message, typed)
    return _step(request, draft, name, typed, data, status=422)


def _step(
    request: HttpRequest,
    draft: Partnership,
    name: str,
    form: Any,
    data: QueryDict | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Draw a step. `data` holds the fingerprint of what the person had before them when they began."""
    seen = (data.get("seen") if data else "") or fingerprint(draft, name.removeprefix("partnership_"))
    kind = "formset" if name == "partnership_lines" else "form"
    return _page(request, draft, name, STEP_TEMPLATES[name], {kind: form, "seen": seen, **more}, status)


def _check_page(request: HttpRequest, draft: Partnership, against: Sequence[str] = ()) -> HttpResponse:
    """`against`: why it could not be offered, said on top where it isn't among the checks."""
    checks = lint(draft)
    for text in set(against) - {check.text for check in checks}:
        messages.error(request, text)
    content = content_of(draft)
    earlier = text_before(draft, draft.revision)
    context = {
        "checks": sorted(checks, key=lambda check: ("fail", "warn", "ok").index(check.state)),
        "blocked": failures(checks),
        "content": as_printed(content),
        "earlier": earlier,
        "changes": changes(earlier.content, content) if earlier else [],
        "later_label": Revision(partnership=draft, number=draft.revision).label,
    }
    return _page(request, draft, "partnership_check", "partnerships/check.html", context, 422 if against else 200)


def _page(
    request: HttpRequest, draft: Partnership, name: str, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    # An amendment keeps the parties.
    shown = STEPS if draft.amends_id is None else STEPS[1:]
    steps = [{"label": label, "url": reverse(step, args=[draft.pk]), "current": step == name} for step, label in shown]
    frame = {
        "partnership": draft,
        "steps": steps,
        "number": _place(name) + 1 - (len(STEPS) - len(shown)),
        "title": STEPS[_place(name)][1],
        "has_errors": status != 200,
    }
    return render(request, template, frame | context, status=status)


def _place(name: str) -> int:
    return [step for step, _label in STEPS].index(name)
