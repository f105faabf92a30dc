"""The certificate of a curated enterprise: shown, printed, checked by anybody, revoked."""

from __future__ import annotations

import uuid

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.forms.certificate import RevokeForm
from curation.forms.paper import PaperForm
from curation.models import Curation, Renewal
from curation.services import certificate as service
from curation.services.attestation import public_keys
from curation.services.certificate_pdf import pdf_of
from curation.services.renewal import obstacle_to_renewal, unmet_of
from portal import kept_forms
from portal.exports import as_download
from portal.methods import require_http_methods, require_safe
from portal.policy import APPLICATION_READERS, OFFICER, PUBLIC, policy
from portal.views.steps import attempt


@policy(APPLICATION_READERS)
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """To show and print; what stands here counts only as far as the public page behind the QR code agrees."""
    curation = get_object_or_404(_curations(request), application=pk)
    address = settings.SITE_URL + reverse("certificate_verify", args=[curation.token])
    applies = request.user.has_perm("curation.apply", curation.application)
    obstacle = obstacle_to_renewal(curation) if applies else None
    context = {
        "curation": curation,
        "address": address,
        "qr": segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        "may_revoke": curation.revoked_at is None and request.user.has_perm("curation.revoke_curation", curation),
        "may_renew": applies and obstacle is None,
        "obstacle": obstacle,
        "renewals": [(renewal, unmet_of(renewal)) for renewal in _renewals(curation)],
        "mend": applies,
        "may_decide": request.user.has_perm("curation.decide_renewal", curation),
    }
    return render(request, "curation/certificate.html", context)


@policy(APPLICATION_READERS)
@require_safe
def certificate_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    curation = get_object_or_404(_curations(request), application=pk)
    return as_download(pdf_of(curation), f"sertifikat-{curation.application.number}.pdf", "application/pdf")


@policy(PUBLIC)
@require_safe
def certificate_verify(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """For whoever scans the code: whose mark it is, and whether it stands today. Nothing that isn't public."""
    curation = Curation.objects.public().with_names().filter(token=token).first()
    if curation is None:
        form = PaperForm({"code": str(token)})
        form.refuse_as_unknown()
        return render(request, "curation/verify.html", {"form": form}, status=404)
    return render(request, "curation/certificate_verify.html", {"curation": curation})


@policy(PUBLIC)
@require_safe
def certificate_keys(request: HttpRequest) -> JsonResponse:
    """The public keys that signed certificates are checked with, offline too: fetched once, kept."""
    return JsonResponse(public_keys(), content_type="application/jwk-set+json")


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def curation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    curation = get_object_or_404(_curations(request), pk=pk)
    form = RevokeForm(kept_forms.typed(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request,
            lambda: service.revoke_curation(curation, reason=form.cleaned_data["reason"], by=request.user),
            form,
        )
    ):
        messages.success(request, _("The mark is revoked. The enterprise has been told."))
        return redirect("certificate", pk=curation.application_id)
    context = {
        "form": form,
        "title": _("Revoke the mark"),
        "intro": _("The certificate of %(name)s then shows as revoked to everybody who checks it.")
        % {"name": curation.enterprise.name},
        "submit_text": _("Revoke the mark"),
        "cancel_url": reverse("certificate", args=[curation.application_id]),
        "danger": True,
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _renewals(curation: Curation) -> QuerySet[Renewal]:
    return curation.renewals.select_related("decided_by", "score__criteria_set__programme")


def _curations(request: HttpRequest):
    return Curation.objects.visible_to(request.user).with_names()
