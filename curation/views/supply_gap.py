"""The supply gap, for ministries: what buyers want against what may be had, and the lists behind each figure."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from curation import supply_report as report
from curation.forms.supply_gap import BehindForm, SupplyGapForm
from curation.selectors import supply_gap as selector
from curation.selectors.desk import provinces
from portal.exports import CSV, XLSX, as_streamed, write_csv, write_xlsx
from portal.methods import require_safe
from portal.policy import MINISTRY, policy

PER_PAGE = 50
# What nobody offers, or too few do: one figure counts both.
OPEN, OPEN_STATES = "open", ("none", "short")


@policy(MINISTRY)
@require_safe
def supply_gap(request: HttpRequest) -> HttpResponse:
    form = _form(request, SupplyGapForm)
    gaps = selector.supply_gap(form.asked)
    state = request.GET.get("state", "")
    state = state if state in (*selector.STATES, OPEN) else ""
    wanted = OPEN_STATES if state == OPEN else (state,) if state else selector.STATES
    shown = [gap for gap in gaps if gap.state in wanted]
    context = {
        "form": form,
        "asked": form.asked,
        "filtered": bool(form.wanted) or bool(state),
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "states": report.STATES,
        "state": state,
        "counts": {name: sum(gap.state == name for gap in gaps) for name in selector.STATES},
        "all": len(gaps),
        "needs": sum(gap.needs for gap in gaps),
        "substituting": sum(gap.substituting for gap in gaps),
        "open_value": sum(gap.value for gap in gaps if gap.state in OPEN_STATES),
        "day": timezone.localdate(),
    }
    return render(request, "curation/supply_gap.html", context)


@policy(MINISTRY)
@require_safe
def supply_gap_needs(request: HttpRequest) -> HttpResponse:
    asked = _form(request, BehindForm).asked
    page = Paginator(selector.wanted_needs(asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, **_row(asked), "day": timezone.localdate()}
    return render(request, "curation/supply_gap_needs.html", context)


@policy(MINISTRY)
@require_safe
def supply_gap_businesses(request: HttpRequest) -> HttpResponse:
    asked = _form(request, BehindForm).asked
    page = Paginator(selector.offering_rows(asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": selector.offering(list(page)), **_row(asked), "day": timezone.localdate()}
    return render(request, "curation/supply_gap_businesses.html", context)


@policy(MINISTRY)
@require_safe
def supply_gap_export(request: HttpRequest, of: str) -> HttpResponseBase:
    """The table, or a list behind it, with the filters of the page. What begins like a formula is shielded."""
    asked = _form(request, BehindForm).asked
    match of:
        case "needs":
            name, rows = _("Needs"), report.needs(selector.wanted_needs(asked))
        case "businesses":
            name, rows = _("Businesses"), report.businesses(selector.offering(selector.offering_rows(asked)))
        case _:
            name, rows = _("Supply gap"), report.table(selector.supply_gap(asked))
    file = f"kesenjangan-pasokan-{of}-{timezone.localdate():%Y%m%d}"
    if request.GET.get("as") == "csv":
        return as_streamed(partial(write_csv, rows), f"{file}.csv", CSV)
    return as_streamed(partial(write_xlsx, name, rows), f"{file}.xlsx", XLSX)


def _form(request: HttpRequest, kind: type[SupplyGapForm]) -> Any:
    return kind(request.GET, provinces=provinces(), buyers=selector.buyers_with_needs())


def _row(asked: selector.Asked) -> dict[str, Any]:
    """Which row of the table the list stands behind, in words."""
    return {"asked": asked, "row": selector.row_words(asked)}
