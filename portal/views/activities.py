"""The activities page of the dossier: search by GET, choose by POST, each choice saved at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.forms.enterprise.activities import ActivityForm, ActivitySearchForm
from portal.models import Enterprise
from portal.rules.kbli import kbli_edition
from portal.sections import BY_NAME
from portal.selectors.reference import kbli_edition_hint, search_kbli
from portal.services import dossier as service

MOST_FOUND = 8
ACTIONS = {
    "add": service.add_activity,
    "main": service.make_main_activity,
    "remove": service.remove_activity,
}


def activities(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    form = ActivityForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        action = ACTIONS.get(request.POST.get("action", "add"), service.add_activity)
        try:
            action(enterprise, form.cleaned_data["kbli"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, [text for texts in problem.message_dict.values() for text in texts])
        else:
            messages.success(request, _("Saved: %(kbli)s") % {"kbli": form.cleaned_data["kbli"]})
            return redirect("dossier_section", section="activities")
    search = ActivitySearchForm(request.GET) if "q" in request.GET else ActivitySearchForm()
    words, edition = "", kbli_edition(timezone.localdate())
    if search.is_bound and search.is_valid():
        words, edition = search.cleaned_data["q"].strip(), search.cleaned_data["edition"]
    hint = kbli_edition_hint(words, edition) if words.replace(".", "").isdigit() else None
    found = (hint.suggestions if hint else search_kbli(words, edition, MOST_FOUND)) if words else []
    chosen = list(enterprise.activities.select_related("kbli"))
    return render(
        request,
        "portal/enterprise/activities.html",
        {
            "enterprise": enterprise,
            "section": BY_NAME["activities"],
            "form": form,
            "search": search,
            "words": words,
            "found": found,
            "hint": hint,
            "chosen": chosen,
            "picked": form["kbli"].value() or "",
            "chosen_ids": {activity.kbli_id for activity in chosen},
            "edition_in_force": kbli_edition(timezone.localdate()),
            "reasons": [each["reason"] for each in enterprise.return_reasons if each["section"] == "activities"],
        },
        status=422 if request.method == "POST" else 200,
    )
