"""What every page of a contract does alike: find it, and answer who comes too late."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from partnerships.models import Partnership
from portal.views.steps import too_late


def find(request: HttpRequest, pk: int) -> Partnership:
    found = (
        Partnership.objects.visible_to(request.user).select_related("buyer", "agreement", "need").filter(pk=pk).first()
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


def moved_on(request: HttpRequest, partnership: Partnership, reason: str, *typed: Any) -> HttpResponse:
    """It is no longer in the state this page is for: to its own page, or, with what was sent, to one that shows that."""
    detail = reverse("partnership_detail", args=[partnership.pk])
    if request.method == "POST":
        return too_late(request, reason, *typed, back=detail)
    messages.info(request, reason)
    return redirect(detail)
