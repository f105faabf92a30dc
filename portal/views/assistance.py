"""Asking for a companion, and filling in for a business. The companion's desk itself is partnerships.views.companion."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.consents import before_choosing, text_in_use
from portal.enums import ConsentPurpose
from portal.forms.assistance import AskForm
from portal.forms.consent import PaperConsentForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST
from portal.models import CompanionRequest, Consent, Enterprise
from portal.policy import COMPANION, SME, policy
from portal.selectors.enterprise import enterprise_of
from portal.services import assistance as service
from portal.services import behalf
from portal.services.consent import record_paper_consent


@policy(SME)
@require_http_methods(["GET", "POST"])
def companion_ask(request: HttpRequest) -> HttpResponse:
    """Ask a PLUT centre for a companion; what was asked and answered before."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    data = request.POST if request.method == "POST" else kept_forms.take(request)
    form = AskForm(data, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        try:
            asked = service.ask_for_companion(enterprise, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(centre)s has your request and will answer.") % {"centre": asked.plut})
            return redirect("companion_ask")
    requests = CompanionRequest.objects.visible_to(request.user).filter(enterprise=enterprise)
    return render(
        request,
        "portal/assistance/ask.html",
        {
            "form": form,
            "assigned": enterprise.assignments.open().select_related("companion", "plut").first(),
            "requests": requests.select_related("plut").order_by("-asked_at"),
            "waiting": requests.open().select_related("plut").first(),
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(SME)
@require_POST
def companion_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(CompanionRequest.objects.visible_to(request.user), pk=pk)
    try:
        service.take_back_request(asked, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("companion_ask")


@policy(COMPANION)
@require_POST
def fill_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin. Without a consent in force there is nothing to begin."""
    enterprise = _assigned(request, pk)
    held = Consent.objects.visible_to(request.user).held_by(request.user)
    consent = held.filter(enterprise=enterprise).select_related("enterprise__organisation").first()
    if consent is None:
        messages.warning(request, _("%(name)s has given no consent yet.") % {"name": enterprise})
        return redirect("assisted_enterprise", pk=enterprise.pk)
    behalf.begin_filling_in(request.user, consent, request.session)
    return redirect("dossier")


@policy(COMPANION)
@require_POST
def fill_in_stop(request: HttpRequest) -> HttpResponse:
    filled = request.user.on_behalf
    behalf.stop_filling_in(request.user, request.session)
    return redirect("assisted_enterprise", pk=filled.enterprise_id) if filled else redirect("home")


@policy(COMPANION)
@require_http_methods(["GET", "POST"])
def consent_on_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner signed at the visit: enter it with its photo."""
    enterprise = _assigned(request, pk)
    if not request.user.has_perm("portal.record_consent", enterprise):
        raise Http404
    form = PaperConsentForm(request.POST or kept_forms.take(request), request.FILES or None, enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "home")
        values = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}
        try:
            record_paper_consent(enterprise, by=request.user, **values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            location = reverse("assisted_enterprise", args=[enterprise.pk])
            form.remember(location)
            messages.success(request, _("The consent is recorded. The business has been told and can withdraw it."))
            return redirect(location)
    return render(
        request,
        "portal/assistance/paper_consent.html",
        {
            "form": form,
            "enterprise": enterprise,
            "text": before_choosing(text_in_use(ConsentPurpose.ASSISTANCE), enterprise),
            "version": text_in_use(ConsentPurpose.ASSISTANCE).version,
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


def _assigned(request: HttpRequest, pk: int) -> Enterprise:
    return get_object_or_404(Enterprise.objects.visible_to(request.user).select_related("organisation"), pk=pk)
