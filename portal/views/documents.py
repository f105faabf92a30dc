"""Papers and certificates: the enterprise's own list, adding one, and the ministry's check."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import kept_forms
from portal.enums import Role
from portal.forms.document import DocumentForm
from portal.forms.once import ALREADY_SENT
from portal.models import Document, Enterprise
from portal.policy import FILLING_IN, MINISTRY, policy, roles
from portal.selectors.enterprise import enterprise_of
from portal.selectors.product import papers_of
from portal.services import document as service

CHECKERS = roles(Role.MINISTRY_ADMIN, Role.COMPANION, Role.PLUT_MANAGER, Role.REGIONAL_OFFICER)


@policy(FILLING_IN)
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    return render(
        request,
        "portal/documents/list.html",
        {
            "enterprise": enterprise,
            "papers": papers_of(enterprise, request.user, timezone.localdate()),
            "may_edit": request.user.has_perm("portal.edit_documents", enterprise),
        },
    )


@policy(CHECKERS)
@require_safe
def enterprise_document_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of an enterprise, for those who look after it or check it."""
    enterprises = Enterprise.objects.visible_to(request.user).select_related("organisation")
    enterprise = get_object_or_404(enterprises, pk=pk)
    return render(
        request,
        "portal/documents/check.html",
        {
            "enterprise": enterprise,
            "papers": papers_of(enterprise, request.user, timezone.localdate()),
            "may_verify": request.user.has_perm("portal.verify_documents", enterprise),
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def document_add(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    data = kept_forms.typed(request)
    form = DocumentForm(data, request.FILES or None, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "document_list")
        try:
            document = service.add_document(enterprise, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form.remember(reverse("document_list"))
            messages.success(request, _("%(name)s is saved.") % {"name": document})
            return redirect("document_list")
    return render(
        request,
        "portal/documents/form.html",
        {"form": form, "title": _("Add a document"), "cancel_url": reverse("document_list")},
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def document_remove(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        try:
            service.remove_document(document, by=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("%(name)s is removed.") % {"name": document})
        return redirect("document_list")
    return render(request, "portal/documents/remove.html", {"document": document})


@policy(MINISTRY)
@require_POST
def document_verify(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    try:
        service.verify_document(document, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("%(name)s is verified.") % {"name": document})
    return redirect("enterprise_document_list", pk=document.enterprise_id)
