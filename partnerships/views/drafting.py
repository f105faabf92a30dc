"""The officer's steps: choose a need, parties, terms, lines, clauses, check, offer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation.models import Need
from partnerships.forms.clauses import ClausesForm
from partnerships.forms.lines import lines_formset, with_more_rows
from partnerships.forms.parties import NewPartiesForm, PartiesForm
from partnerships.forms.terms import TermsForm
from partnerships.models import Partnership
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import text_before
from partnerships.selectors.standing import needs_to_contract
from partnerships.services import drafting, offer
from partnerships.services.agreement import agreement_in_force
from partnerships.services.document import as_printed, content_of
from partnerships.services.lint import failures, lint
from partnerships.views.steps import attempt, find, find_draft
from portal import kept_forms
from portal.forms.once import ALREADY_SENT
from portal.policy import OFFICER, policy

STEPS = [
    ("partnership_parties", gettext_lazy("Enterprises")),
    ("partnership_terms", gettext_lazy("Term and payment")),
    ("partnership_lines", gettext_lazy("Lines")),
    ("partnership_clauses", gettext_lazy("Clauses")),
    ("partnership_check", gettext_lazy("Check and offer")),
]


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
            draft = drafting.create_draft(
                need,
                enterprises=parties.cleaned_data["parties"],
                leader=parties.cleaned_data["leading"],
                by=user,
                **terms.terms(),
            )
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
@require_http_methods(["GET", "POST"])
def partnership_parties(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_draft(request, pk)
    if draft is None:
        return redirect("partnership_detail", pk)
    form = PartiesForm(_data(request), buyer=draft.buyer, need=draft.need, initial=PartiesForm.initial_of(draft))
    if request.method == "POST" and form.is_valid():
        gone = drafting.set_parties(draft, form.cleaned_data["parties"], form.cleaned_data["leading"], by=request.user)
        if gone:
            messages.warning(
                request,
                ngettext("%(n)s line went with its enterprise.", "%(n)s lines went with their enterprises.", gone)
                % {"n": gone},
            )
        return redirect("partnership_terms", pk)
    return _step(request, draft, "partnership_parties", "partnerships/step_form.html", {"form": form})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_terms(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_draft(request, pk)
    if draft is None:
        return redirect("partnership_detail", pk)
    form = TermsForm(_data(request), instance=draft)
    if request.method == "POST" and form.is_valid():
        drafting.set_terms(draft, by=request.user, **form.terms())
        return redirect("partnership_lines", pk)
    return _step(request, draft, "partnership_terms", "partnerships/step_form.html", {"form": form})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_lines(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_draft(request, pk)
    if draft is None:
        return redirect("partnership_detail", pk)
    if request.method == "POST" and "add" in request.POST:
        formset = lines_formset(draft, with_more_rows(request.POST))
        return _step(
            request, draft, "partnership_lines", "partnerships/step_lines.html", {"formset": formset}, shown=True
        )
    formset = lines_formset(draft, _data(request))
    if (
        request.method == "POST"
        and formset.is_valid()
        and attempt(request, lambda: drafting.set_lines(draft, formset.lines(), by=request.user))
    ):
        return redirect("partnership_clauses", pk)
    return _step(request, draft, "partnership_lines", "partnerships/step_lines.html", {"formset": formset})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_clauses(request: HttpRequest, pk: int) -> HttpResponse:
    draft = find_draft(request, pk)
    if draft is None:
        return redirect("partnership_detail", pk)
    form = ClausesForm(_data(request), partnership=draft)
    if request.method == "POST" and form.is_valid():
        drafting.set_clauses(draft, form.clauses(), by=request.user)
        return redirect("partnership_check", pk)
    return _step(request, draft, "partnership_clauses", "partnerships/step_clauses.html", {"form": form})


@policy(OFFICER)
@require_safe
def partnership_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole text, what stands against offering it, and – for a revision – what it changes."""
    draft = find_draft(request, pk)
    if draft is None:
        return redirect("partnership_detail", pk)
    checks = lint(draft)
    content = content_of(draft)
    earlier = text_before(draft, draft.revision)
    return _step(
        request,
        draft,
        "partnership_check",
        "partnerships/check.html",
        {
            "checks": sorted(checks, key=lambda check: ("fail", "warn", "ok").index(check.state)),
            "blocked": failures(checks),
            "content": as_printed(content),
            "earlier": earlier,
            "changes": changes(earlier.content, content) if earlier else [],
        },
    )


@policy(OFFICER)
@require_POST
def partnership_offer(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if attempt(request, lambda: offer.offer(partnership, by=request.user)):
        messages.success(request, _("The contract was offered. The enterprises were told."))
        return redirect("partnership_detail", pk)
    return redirect("partnership_check", pk)


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


def _data(request: HttpRequest) -> Any:
    return kept_forms.typed(request)


def _step(
    request: HttpRequest, draft: Partnership, name: str, template: str, context: dict[str, Any], *, shown: bool = False
) -> HttpResponse:
    """Draw a step. A POST that comes here went wrong, unless it only asked for more rows (`shown`)."""
    number = [step for step, _label in STEPS].index(name)
    steps = [{"label": label, "url": reverse(step, args=[draft.pk]), "current": step == name} for step, label in STEPS]
    wrong = request.method == "POST" and not shown
    return render(
        request,
        template,
        {
            "partnership": draft,
            "steps": steps,
            "number": number + 1,
            "title": STEPS[number][1],
            "has_errors": wrong,
            **context,
        },
        status=422 if wrong else 200,
    )
