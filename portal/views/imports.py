"""Uploading a list of products: the template, the upload, how far it is, the rows to correct."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from portal import exports, product_files
from portal.enums import ImportMode
from portal.forms.product_import import ImportForm
from portal.methods import require_http_methods, require_safe
from portal.models import ProductImport
from portal.policy import FILLING_IN, policy
from portal.selectors.enterprise import enterprise_of
from portal.selectors.product_import import is_stuck, why_refused, worded
from portal.services import product_import as service
from portal.uploads.refusals import refusal

PER_PAGE = 50
LAST_UPLOADS = 10


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            return redirect(form.earlier_location() or "import_start")
        try:
            started = service.start_import(
                enterprise, form.cleaned_data["file"], ImportMode(form.cleaned_data["mode"]), by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            location = reverse("import_status", args=[started.pk])
            form.remember(location)
            return redirect(location)
    return render(
        request,
        "portal/imports/start.html",
        {"form": form, "uploads": _imports(request)[:LAST_UPLOADS], "has_products": enterprise.products.exists()},
        status=422 if form.errors else 200,
    )


@policy(FILLING_IN)
@require_safe
def import_status(request: HttpRequest, pk: int) -> HttpResponse:
    """While it runs, `?part=progress` answers with the bar alone."""
    done = _import(request, pk)
    context = {"import": done, "refusals": why_refused(done), "stuck": is_stuck(done)}
    if request.GET.get("part") == "progress":
        return render(request, "portal/imports/progress.html", context)
    page = Paginator(done.problems.all(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/imports/status.html",
        {**context, "page": page, "problems": [worded(problem) for problem in page]},
    )


@policy(FILLING_IN)
@require_safe
def import_problems(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken, with what is wrong in place, to be corrected and uploaded again."""
    done = _import(request, pk)
    as_csv = request.GET.get("format") == "csv"
    if not done.may_be_corrected or not (as_csv or done.fits_workbook):
        raise Http404
    try:
        if as_csv:
            return exports.as_download(product_files.corrections_csv(done), f"produk-{done.pk}.csv", "text/csv")
        return exports.as_download(product_files.corrections_xlsx(done), f"produk-{done.pk}.xlsx", exports.XLSX)
    except FileNotFoundError:
        messages.error(request, refusal("sheet_gone", {}))
        return redirect("import_status", pk=done.pk)


@policy(FILLING_IN)
@require_safe
def import_template(request: HttpRequest) -> HttpResponse:
    if request.GET.get("format") == "csv":
        return exports.as_download(product_files.template_csv(), "produk.csv", "text/csv")
    return exports.as_download(product_files.template_xlsx(enterprise_of(request.user)), "produk.xlsx", exports.XLSX)


@policy(FILLING_IN)
@require_safe
def product_download(request: HttpRequest) -> HttpResponseBase:
    """The products as they stand, as a list to change and upload again."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    if request.GET.get("format") == "csv":
        write = partial(product_files.write_products_csv, enterprise)
        return exports.as_streamed(write, f"produk-{enterprise.pk}.csv", exports.CSV)
    write = partial(product_files.write_products_xlsx, enterprise)
    return exports.as_streamed(write, f"produk-{enterprise.pk}.xlsx", exports.XLSX)


def _imports(request: HttpRequest) -> QuerySet[ProductImport]:
    """Of the business at hand: who looks after several fills in for one at a time."""
    return ProductImport.objects.visible_to(request.user).filter(enterprise=enterprise_of(request.user))


def _import(request: HttpRequest, pk: int) -> ProductImport:
    return get_object_or_404(_imports(request), pk=pk)
