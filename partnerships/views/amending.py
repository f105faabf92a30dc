"""Beginning an amendment of a contract in force, and giving it up. In between it is drafted and signed like any contract."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.forms.amending import AmendForm
from partnerships.models import Partnership
from partnerships.selectors.amendments import may_amend
from partnerships.services import amending
from partnerships.views.steps import find_to_draft, moved_on
from portal import kept_forms
from portal.methods import require_http_methods, require_POST
from portal.policy import OFFICER, policy
from portal.views.steps import attempt


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def partnership_amend(request: HttpRequest, pk: int) -> HttpResponse:
    contract = find_to_draft(request, pk)
    form = AmendForm(kept_forms.typed(request))
    if not may_amend(contract, request.user):
        said = _("It is not in force, or an amendment is under way already. See how it stands now.")
        return moved_on(request, contract, said, form)
    made: list[Partnership] = []

    def begin() -> None:
        made.append(amending.open_amendment(contract, rationale=form.cleaned_data["rationale"], by=request.user))

    if request.method == "POST" and form.is_valid() and attempt(request, begin, form):
        messages.success(request, _("Change what the amendment changes. The contract stays as it is until all signed."))
        return redirect("partnership_terms", made[0].pk)
    return render(
        request,
        "partnerships/reason.html",
        {
            "form": form,
            "partnership": contract,
            "title": _("Amend the contract"),
            "intro": _(
                "You get a draft with all that holds today. It is signed by everybody who signed the contract; until then, "
                "orders go on under the text in force."
            ),
            "submit_text": _("Begin the amendment"),
            "cancel_url": reverse("partnership_detail", args=[pk]),
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(OFFICER)
@require_POST
def amendment_drop(request: HttpRequest, pk: int) -> HttpResponse:
    amendment = get_object_or_404(Partnership.objects.visible_to(request.user).filter(amends__isnull=False), pk=pk)
    if not request.user.has_perm("partnerships.drop_amendment", amendment):
        raise PermissionDenied
    if attempt(request, lambda: amending.drop_amendment(amendment, by=request.user)):
        messages.success(request, _("The amendment was given up. The contract goes on as it is."))
        return redirect("partnership_detail", amendment.amends_id or pk)
    return redirect("partnership_detail", pk)
