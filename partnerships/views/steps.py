"""What every page of a contract, and of what is ordered under it, does alike: find it, show a form, answer who comes too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.forms.signing import ReasonForm
from partnerships.models import Incident, Invoice, Partnership, PurchaseOrder
from portal import kept_forms
from portal.views.steps import attempt, too_late


def find(request: HttpRequest, pk: int) -> Partnership:
    found = (
        Partnership.objects.visible_to(request.user)
        .select_related("buyer", "agreement", "need", "amends")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def find_to_draft(request: HttpRequest, pk: int) -> Partnership:
    """One whose text this officer writes, in whichever state it is."""
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.draft_partnership", partnership):
        raise PermissionDenied
    return partnership


def with_fingerprint(partnership: Partnership, said: str) -> str:
    """After a signature: what the file is known by now. It was another before."""
    part = partnership.revisions.get(number=partnership.revision).newest_part
    return f"{said} " + _("The signed file now has the fingerprint SHA-256 %(hash)s.") % {"hash": part.sha256}


def moved_on(request: HttpRequest, partnership: Partnership, reason: str, *typed: Any) -> HttpResponse:
    """It is no longer in the state this page is for: to its own page, or, with what was sent, to one that shows that."""
    return late(request, reason, *typed, back=reverse("partnership_detail", args=[partnership.pk]))


def late(request: HttpRequest, reason: str, *typed: Any, back: str) -> HttpResponse:
    if request.method == "POST":
        return too_late(request, reason, *typed, back=back)
    messages.info(request, reason)
    return redirect(back)


def form_page(
    request: HttpRequest, form: forms.BaseForm, *, back: str, under: str, cancel_url: str, **page: str
) -> HttpResponse:
    """One step: `back` is the number of what it belongs to, at `cancel_url`; `under` its name. `page`: as `ui/form_page` takes."""
    context = {"form": form, "back": back, "under": under, "cancel_url": cancel_url, **page}
    return render(request, "partnerships/form.html", context, status=422 if request.method == "POST" else 200)


def with_reason(
    request: HttpRequest,
    row: PurchaseOrder | Invoice | Incident,
    step: Callable[..., object],
    *,
    permission: str,
    is_open: bool,
    done: str,
    detail: str,
    **page: str,
) -> HttpResponse:
    """A step that asks for nothing but its reason: `step` is called with it. `is_open`: the step can still be made."""
    if not request.user.has_perm(permission, row):
        raise PermissionDenied
    form = ReasonForm(kept_forms.typed(request))
    if not is_open:
        return late(request, _("Meanwhile this has changed. See how it stands now."), form, back=detail)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: step(reason=form.cleaned_data["reason"], by=request.user), form)
    ):
        messages.success(request, done)
        return redirect(detail)
    return form_page(request, form, back=row.number, under=row.partnership.title, cancel_url=detail, **page)
