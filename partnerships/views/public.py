"""Partnerships in force, for everybody to read: who supplies whom with what. No person's name or number."""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from curation.forms.paper import PaperForm
from partnerships.forms.signed_file import SignedFileForm
from partnerships.selectors.amendments import applied
from partnerships.selectors.open_data import ocid_of
from partnerships.selectors.public import paper_of, public_partnerships, public_places, totals
from partnerships.selectors.realised import realised
from partnerships.signatures.provider import DEVELOPMENT
from portal.methods import require_http_methods, require_safe
from portal.policy import PUBLIC, policy

PAGE = 20


@policy(PUBLIC)
@require_safe
def partnership_public_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(public_partnerships(query), PAGE).get_page(request.GET.get("page"))
    return render(request, "partnerships/public_list.html", {"page": page, "query": query, "totals": totals()})


@policy(PUBLIC)
@require_safe
def partnership_public(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = get_object_or_404(public_partnerships(), pk=pk)
    return render(
        request,
        "partnerships/public_detail.html",
        {
            "partnership": partnership,
            "places": public_places(partnership),
            "realised": realised(partnership),
            "ocid": ocid_of(partnership),
            "amendments": applied(partnership),
        },
    )


@policy(PUBLIC)
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """For whoever holds a paper and no camera: what stands on it leads to the public page of the mark or the contract."""
    form = PaperForm(request.GET or None)
    if form.is_bound and form.is_valid():
        if found := paper_of(form.cleaned_data["code"]):
            return redirect(found)
        form.refuse_as_unknown()
    context = {"form": form, "file_form": SignedFileForm()}
    return render(request, "curation/verify.html", context, status=422 if form.errors else 200)


@policy(PUBLIC)
@require_http_methods(["GET", "POST"])
def verify_file(request: HttpRequest) -> HttpResponse:
    """For whoever was sent a contract: upload it, and read who signed it, whether it was changed, and whether it counts."""
    if request.method != "POST":
        return render(request, "partnerships/verify_file.html", {"form": SignedFileForm()})
    if not ratelimit.consume(request, action="check_signed_file"):
        form = SignedFileForm()
        said = _("Too many files were checked from where you are. Wait a minute and try again.")
        return render(request, "partnerships/verify_file.html", {"form": form, "said": said}, status=429)
    form = SignedFileForm(request.POST, request.FILES)
    valid = form.is_valid()
    context = {
        "form": form if form.errors else SignedFileForm(),
        "checked": form.checked,
        "demo": settings.SIGNATURE_PROVIDER == DEVELOPMENT,
    }
    return render(request, "partnerships/verify_file.html", context, status=200 if valid else 422)
