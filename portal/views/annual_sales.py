"""The sales of the year that has ended: one figure, one page."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.consents import in_ones_hands
from portal.forms.annual_sales import AnnualSalesForm
from portal.methods import require_http_methods
from portal.policy import FILLING_IN, policy
from portal.selectors.annual_sales import owed_sales_year
from portal.selectors.enterprise import enterprise_of
from portal.services.annual_sales import SECTION, deny_full_year, report_sales
from portal.views.steps import attempt


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def annual_sales(request: HttpRequest) -> HttpResponse:
    """For a business, and whoever fills in for it with its consent to the finances. Nothing to do while no year is owed."""
    enterprise = enterprise_of(request.user)
    if enterprise is None or not in_ones_hands(request.user, SECTION):
        raise Http404
    year = owed_sales_year(enterprise, timezone.localdate())
    if year is None:
        if request.method == "POST":
            messages.info(request, _("No sales are asked for now. They may have been entered already."))
            return redirect("dossier_section", section=SECTION)
        return render(request, "portal/enterprise/annual_sales.html", {"enterprise": enterprise})
    form = AnnualSalesForm(kept_forms.typed(request), may_deny=not enterprise.full_year_of_sales)
    if request.method == "POST" and form.is_valid():
        amount = form.cleaned_data["amount"]
        step = partial(deny_full_year, enterprise, year, by=request.user)
        if amount is not None:
            step = partial(report_sales, enterprise, year, amount, by=request.user)
        if attempt(request, step, form):
            messages.success(request, _said(year, amount))
            return redirect("dossier")
    return render(
        request,
        "portal/enterprise/annual_sales.html",
        {"enterprise": enterprise, "year": year, "form": form},
        status=422 if request.method == "POST" else 200,
    )


def _said(year: int, amount: int | None) -> str:
    if amount is None:
        return _("Noted. You are asked again when the next year has ended.")
    return _("The sales of %(year)s are saved. Your business class is derived from them.") % {"year": year}
