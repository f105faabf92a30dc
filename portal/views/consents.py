"""The owner's consents: what is allowed to whom, giving one, and withdrawing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.consents import before_choosing, scope_labels, text_in_use, text_of
from portal.enums import ConsentPurpose
from portal.forms.consent import AgreeingForm, CompanionConsentForm, PartnerConsentForm
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Consent, Enterprise
from portal.policy import CONSENT_READERS, OWNER, SME, policy
from portal.selectors.consent import changes_under, consents_of
from portal.selectors.enterprise import enterprise_of
from portal.services import consent as service
from portal.views.files import answer_file


@policy(SME)
@require_safe
def consent_list(request: HttpRequest) -> HttpResponse:
    enterprise = _own(request)
    consents = consents_of(enterprise, request.user)
    in_force = list(consents.in_force())
    return render(
        request,
        "portal/consents/list.html",
        {
            "in_force": [(consent, scope_labels(consent.scopes)) for consent in in_force],
            "past": [consent for consent in consents if consent not in in_force],
            "has_kits": enterprise.kits.exists(),
            "companions": enterprise.assignments.open().select_related("companion", "plut"),
            "may_give": request.user.has_perm("portal.give_consent", enterprise),
        },
    )


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def consent_give(request: HttpRequest) -> HttpResponse:
    """To the companion who looks after the business."""
    enterprise = _own(request)
    if not enterprise.assignments.open().exists():
        return redirect("companion_ask")
    form = CompanionConsentForm(_data(request), enterprise=enterprise)
    return _give(request, enterprise, form, ConsentPurpose.ASSISTANCE)


@policy(OWNER)
@require_http_methods(["GET", "POST"])
def consent_give_partner(request: HttpRequest) -> HttpResponse:
    """To an organisation that holds the same data in its own system."""
    enterprise = _own(request)
    form = PartnerConsentForm(_data(request), enterprise=enterprise)
    return _give(request, enterprise, form, ConsentPurpose.PARTNER)


@policy(CONSENT_READERS)
@require_safe
def consent_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The words that were agreed to, and everything that was changed under them."""
    consent = _consent(request, pk)
    return render(
        request,
        "portal/consents/detail.html",
        {
            "consent": consent,
            "text": text_of(consent),
            "parts": scope_labels(consent.scopes),
            "changes": changes_under(consent),
            "in_force": Consent.objects.visible_to(request.user).in_force().filter(pk=consent.pk).exists(),
            "may_withdraw": request.user.has_perm("portal.withdraw_consent", consent.enterprise),
        },
    )


@policy(CONSENT_READERS)
@require_safe
def consent_paper(request: HttpRequest, pk: int) -> FileResponse:
    consent = _consent(request, pk)
    if not consent.paper:
        raise Http404
    return answer_file(consent.paper, f"consent-{consent.pk}")


@policy(SME)
@require_POST
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    consent = _consent(request, pk)
    service.withdraw_consent(consent, by=request.user)
    if consent.purpose == ConsentPurpose.SHARING:
        messages.success(request, _("Withdrawn. From now on nobody there can read what you shared."))
    else:
        messages.success(request, _("Withdrawn. From now on nothing more is filled in under this consent."))
    return redirect("consent_list")


def _give(request: HttpRequest, enterprise: Enterprise, form: AgreeingForm, purpose: ConsentPurpose) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "consent_list")
        values = form.cleaned_data
        try:
            consent = service.give_consent(
                enterprise,
                by=request.user,
                scopes=values["scopes"],
                days=values["days"],
                companion=values.get("companion"),
                partner=values.get("partner"),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            location = reverse("consent_detail", args=[consent.pk])
            form.remember(location)
            messages.success(request, _("Your consent is recorded. You can withdraw it at any time."))
            return redirect(location)
    return render(
        request,
        "portal/consents/give.html",
        {
            "form": form,
            "enterprise": enterprise,
            "text": before_choosing(text_in_use(purpose), enterprise),
            "version": text_in_use(purpose).version,
            "partner": purpose == ConsentPurpose.PARTNER,
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


def _data(request: HttpRequest) -> object:
    return request.POST if request.method == "POST" else kept_forms.take(request)


def _own(request: HttpRequest) -> Enterprise:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    return enterprise


def _consent(request: HttpRequest, pk: int) -> Consent:
    visible = Consent.objects.visible_to(request.user)
    related = ("enterprise__organisation", "organisation", "companion", "given_by", "recorded_by", "ended_by")
    return get_object_or_404(visible.select_related(*related), pk=pk)
