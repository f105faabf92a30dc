from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from portal.methods import require_POST, require_safe
from portal.models import Notification
from portal.notifications import words
from portal.policy import SIGNED_IN, policy


@policy(SIGNED_IN)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(Notification.objects.visible_to(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "portal/inbox.html", {"page": page, "lines": [(line, *words(line)) for line in page]})


@policy(SIGNED_IN)
@require_POST
def inbox_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks a line as read and goes to what it is about."""
    line = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    Notification.objects.visible_to(request.user).filter(pk=line.pk, read_at=None).update(read_at=timezone.now())
    return redirect(line.path or "inbox")


@policy(SIGNED_IN)
@require_POST
def inbox_read_all(request: HttpRequest) -> HttpResponse:
    Notification.objects.visible_to(request.user).unread().update(read_at=timezone.now())
    return redirect("inbox")
