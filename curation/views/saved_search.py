"""Saved searches: save the filters of a list, be told, pause, delete; and stop the messages by their link."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from curation.enums import SearchOf
from curation.forms.saved_search import PaceForm, SaveSearchForm, filter_form, filters_of, first_answers, in_words
from curation.models import SavedSearch
from curation.selectors.saved_searches import LISTS, address_of, own_searches
from curation.services import saved_search as service
from portal import kept_forms
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import PUBLIC, SIGNED_IN, policy
from portal.views.steps import attempt


def save_url(request: HttpRequest, of: SearchOf, wanted: Mapping[str, str]) -> str:
    """Where the filters of this list are saved; nothing where nobody is signed in, or there is nothing to save."""
    if not wanted or not request.user.is_authenticated or request.user.acting is None:
        return ""
    return f"{reverse('saved_search_add')}?{urlencode({'of': of.value, **wanted})}"


@policy(SIGNED_IN)
@require_safe
def saved_search_list(request: HttpRequest) -> HttpResponse:
    searches = list(own_searches(request.user))
    forms = {of: filter_form(of, {}) for of in {search.of for search in searches}}
    rows = [(search, in_words(forms[search.of], search.filters)) for search in searches]
    return render(request, "curation/saved_search_list.html", {"rows": rows})


@policy(SIGNED_IN)
@require_safe
def saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """What it finds now: the list with its filters."""
    return redirect(address_of(_find(request, pk)))


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def saved_search_add(request: HttpRequest) -> HttpResponse:
    of = request.GET.get("of", "")
    of = of if of in SearchOf.values else SearchOf.NEEDS.value
    form = SaveSearchForm(kept_forms.typed(request), initial=first_answers(of, request.GET.dict()))
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data

        def save() -> None:
            service.save_search(sent["of"], sent["filters"], by=request.user, name=sent["name"], pace=sent["pace"])

        if attempt(request, save, form):
            messages.success(request, _("Saved. You are told of what is new from now on."))
            return redirect("saved_search_list")
    of, filters = _asked(form)
    context = {
        "form": form,
        "title": _("Save the search"),
        "kind": SearchOf(of).label,
        "said": in_words(filter_form(of, {}), filters),
        "cancel_url": reverse(LISTS[SearchOf(of)]),
    }
    return render(request, "curation/saved_search_form.html", context, status=422 if request.method == "POST" else 200)


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def saved_search_edit(request: HttpRequest, pk: int) -> HttpResponse:
    search = _find(request, pk)
    form = PaceForm(kept_forms.typed(request), initial={"name": search.name, "pace": search.pace})

    def change() -> None:
        service.change_search(search, by=request.user, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and attempt(request, change, form):
        messages.success(request, _("Saved."))
        return redirect("saved_search_list")
    context = {
        "form": form,
        "title": search.name,
        "kind": search.get_of_display(),
        "said": in_words(filter_form(search.of, {}), search.filters),
        "cancel_url": reverse("saved_search_list"),
    }
    return render(request, "curation/saved_search_form.html", context, status=422 if request.method == "POST" else 200)


@policy(SIGNED_IN)
@require_POST
def saved_search_pause(request: HttpRequest, pk: int) -> HttpResponse:
    service.pause_search(_find(request, pk), by=request.user)
    messages.success(request, _("Paused. Nothing is sent until you go on."))
    return redirect("saved_search_list")


@policy(SIGNED_IN)
@require_POST
def saved_search_resume(request: HttpRequest, pk: int) -> HttpResponse:
    service.resume_search(_find(request, pk), by=request.user)
    messages.success(request, _("You are told again of what is new from now on."))
    return redirect("saved_search_list")


@policy(SIGNED_IN)
@require_POST
def saved_search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    service.delete_search(_find(request, pk), by=request.user)
    messages.success(request, _("Deleted."))
    return redirect("saved_search_list")


@csrf_exempt
@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
def alerts_stop(request: HttpRequest, token: UUID) -> HttpResponse:
    """By the link of a message, without signing in. Looking at it stops nothing: mail programs look at links by themselves.

    A mail program that stops messages with one click posts without a session (RFC 8058): the token is all that it needs, and
    all that anybody could do with it.
    """
    search = get_object_or_404(SavedSearch, token=token)
    of_all = "all" in request.GET or "all" in request.POST
    if request.method == "POST":
        service.stop_alerts(token, all_of_them=of_all)
    # A message may be passed on: what it is about only its owner reads.
    name = search.name if request.user.is_authenticated and request.user.pk == search.user_id else ""
    context = {"name": name, "all": of_all, "done": request.method == "POST"}
    return render(request, "curation/alerts_stop.html", context)


def _asked(form: SaveSearchForm) -> tuple[str, dict[str, str]]:
    """What is being saved, also while the form is wrong."""
    of = str(form["of"].value() or "")
    of = of if of in SearchOf.values else SearchOf.NEEDS.value
    return of, filters_of(of, str(form["filters"].value() or ""))


def _find(request: HttpRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
