"""A person's rights over their own data: a copy, a correction, erasure; consents have pages of their own."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.forms.data_request import AccountForm, CopyForm, CorrectionForm, EraseForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import DataRequest
from portal.personal_data import Obstacle, Subject, kept, obstacles
from portal.policy import SIGNED_IN, policy
from portal.selectors.personal_data import owned_alone, owned_now
from portal.services import data_request as service
from portal.services.account import change_account
from portal.sessions import ERASING
from portal.views.files import answer_file

LAST_REQUESTS = 20


@policy(SIGNED_IN)
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    request.session.pop(ERASING, None)
    requests = DataRequest.objects.visible_to(request.user)
    return render(
        request,
        "portal/my_data/overview.html",
        {"requests": requests[:LAST_REQUESTS], "business": owned_now(request.user)},
    )


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def my_account(request: HttpRequest) -> HttpResponse:
    """Name and phone; the e-mail address and the password have pages of their own."""
    stored = {"full_name": request.user.full_name, "phone": request.user.phone}
    form = AccountForm(kept_forms.typed(request), initial=stored)
    if request.method == "POST" and form.is_valid():
        change_account(request.user, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("my_data")
    context = {"form": form, "title": _("Name and phone"), "cancel_url": reverse("my_data")}
    return render(request, "portal/my_data/account.html", context, status=_status(request))


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def my_data_copy(request: HttpRequest) -> HttpResponse:
    form = CopyForm(kept_forms.typed(request), business=owned_now(request.user))
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect("my_data")
        with_business = form.cleaned_data.get("with_business", False)
        service.ask_for_copy(request.user, with_business=with_business, by=request.user)
        form.remember(reverse("my_data"))
        messages.success(request, _("Your copy is being made. This page shows the link; you are told by e-mail, too."))
        return redirect("my_data")
    context = {"form": form, "days": service.LINK_DAYS, "cancel_url": reverse("my_data")}
    return render(request, "portal/my_data/copy.html", context, status=_status(request))


@policy(SIGNED_IN)
@require_safe
def my_data_file(request: HttpRequest, pk: int) -> FileResponse:
    """The copy, for its person alone and until its link ends."""
    asked = get_object_or_404(DataRequest.objects.visible_to(request.user), pk=pk)
    if not asked.can_be_fetched:
        raise Http404
    service.note_fetched(asked, by=request.user)
    return answer_file(asked.file, f"mitrapasok-{asked.number}")


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def my_data_correct(request: HttpRequest) -> HttpResponse:
    business = owned_now(request.user)
    form = CorrectionForm(kept_forms.typed(request), business=business)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect("my_data")
        values = {name: form.cleaned_data[name] for name in ("about", "wanted", "explanation")}
        try:
            service.ask_for_correction(request.user, **values, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form.remember(reverse("my_data"))
            messages.success(request, _("Received. The ministry answers within the term that this page shows."))
            return redirect("my_data")
    context = {"form": form, "business": business, "cancel_url": reverse("my_data")}
    return render(request, "portal/my_data/correct.html", context, status=_status(request))


@policy(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def my_data_erase(request: HttpRequest) -> HttpResponse:
    """What goes, what stays and on which ground, and what stands in the way, before anything is asked."""
    subject = Subject(request.user, tuple(owned_alone(request.user)))
    first = obstacles(subject)
    if request.method == "POST" and "first" in request.POST:
        return _to_obstacle(request, first)
    form = EraseForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            service.ask_for_erasure(request.user, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            messages.success(
                request, _("Your data are erased within minutes. A last message goes to your e-mail address.")
            )
            return redirect("account_login")
    if not first:
        request.session.pop(ERASING, None)
    context = {
        "form": form,
        "obstacles": first,
        "kept": kept(subject),
        "businesses": subject.enterprises,
        "cancel_url": reverse("my_data"),
    }
    return render(request, "portal/my_data/erase.html", context, status=_status(request))


@policy(SIGNED_IN)
@require_POST
def my_data_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(DataRequest.objects.visible_to(request.user), pk=pk)
    service.withdraw(asked, by=request.user)
    messages.success(request, _("Taken back. Nothing is changed."))
    return redirect("my_data")


def _to_obstacle(request: HttpRequest, found: Sequence[Obstacle]) -> HttpResponse:
    """Whoever goes and ends it is led back by every page, until nothing is left or they leave it be."""
    chosen = {str(place): each for place, each in enumerate(found)}.get(request.POST["first"])
    if chosen is None or not chosen.path:
        return redirect("my_data_erase")
    request.session[ERASING] = True
    return redirect(chosen.path)


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
