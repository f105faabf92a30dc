"""Papers and certificates: the enterprise's own list, adding and renewing, and the check by ministry or companion."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.document_kinds import KINDS
from portal.enums import Role
from portal.forms.document import DocumentForm, RefusalForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Document, Enterprise
from portal.policy import FILLING_IN, VERIFIERS, policy, roles
from portal.selectors.document import Paper, papers_of, unchecked_legality
from portal.selectors.enterprise import enterprise_of
from portal.selectors.halal import halal_of_enterprise
from portal.selectors.ladder import ladder_of
from portal.selectors.owed_papers import missing_papers
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
            "halal": halal_of_enterprise(enterprise, timezone.localdate()),
            "missing_papers": missing_papers(enterprise, timezone.localdate()),
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
            "halal": halal_of_enterprise(enterprise, timezone.localdate()),
            "missing_papers": missing_papers(enterprise, timezone.localdate()),
            "may_verify": request.user.has_perm("portal.verify_documents", enterprise),
            "on_the_spot": request.user.acts_as(Role.COMPANION),
            "unchecked": [kind.label for kind in unchecked_legality(enterprise, timezone.localdate())],
            "ladder": ladder_of(enterprise),
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def document_add(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    return _form(request, enterprise)


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def document_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """The next one in the place of this one, which stays in the history."""
    document = get_object_or_404(Document.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    return _form(request, document.enterprise, renews=document)


def _form(request: HttpRequest, enterprise: Enterprise, renews: Document | None = None) -> HttpResponse:
    data = request.POST if request.method == "POST" else kept_forms.take(request)
    kind = request.GET.get("kind", "")
    if data is None and renews is None and kind not in KINDS:
        return render(request, "portal/documents/choose.html", {"kinds": KINDS.values()})
    form = DocumentForm(data, request.FILES or None, enterprise=enterprise, kind=kind, renews=renews)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "document_list")
        try:
            if renews is None:
                document = service.add_document(enterprise, by=request.user, **form.values)
            else:
                document = service.renew_document(renews, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form.remember(reverse("document_list"))
            messages.success(request, _("%(name)s is saved.") % {"name": document})
            if warning := Paper(document, timezone.localdate()).number_warning:
                messages.warning(request, warning)
            return redirect("document_list")
    title = form.chosen.label if form.chosen else _("Add a document")
    if renews is not None:
        title = _("Renew: %(name)s") % {"name": title}
    return render(
        request,
        "portal/documents/form.html",
        {
            "form": form,
            "title": title,
            "renews": renews,
            "cancel_url": reverse("document_list"),
        },
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


@policy(VERIFIERS)
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


@policy(VERIFIERS)
@require_http_methods(["GET", "POST"])
def document_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """With a reason, which its owner reads."""
    document = get_object_or_404(Document.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    if not request.user.has_perm("portal.verify_documents", document.enterprise):
        raise PermissionDenied
    location = reverse("enterprise_document_list", args=[document.enterprise_id])
    form = RefusalForm(request.POST if request.method == "POST" else kept_forms.take(request))
    if request.method == "POST" and form.is_valid():
        service.refuse_document(document, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("%(name)s is not accepted. The business has been told.") % {"name": document})
        return redirect(location)
    return render(
        request,
        "portal/documents/refuse.html",
        {"form": form, "document": document, "paper": Paper(document, timezone.localdate()), "cancel_url": location},
        status=422 if request.method == "POST" else 200,
    )
