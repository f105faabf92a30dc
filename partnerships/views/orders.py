"""Orders under a contract: placed by the buyer's officer, answered by the enterprise, ended early only by both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.enums import OrderStatus
from partnerships.flow import ORDER
from partnerships.forms.orders import OrderForm
from partnerships.models import PurchaseOrder
from partnerships.selectors import orders as selector
from partnerships.selectors.incidents import reports_of
from partnerships.selectors.invoices import may_have_advance, money_of
from partnerships.selectors.track_record import own_record, recent_disputes
from partnerships.services import ordering
from partnerships.views.steps import find, form_page, moved_on, with_reason
from portal import kept_forms
from portal.flow import MoveNotAllowed
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import OFFICER, PARTIES, SME, TRADERS, policy
from portal.views.steps import attempt

PAGE = 20


@policy(PARTIES)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()[:60]
    page = Paginator(selector.own_orders(request.user, status, words), PAGE).get_page(request.GET.get("page"))
    record = own_record(request.user)
    return render(
        request,
        "partnerships/order_list.html",
        {
            "page": page,
            "orders": selector.orders(page, request.user),
            "chips": selector.order_chips(request.user, status),
            "filtered": status in OrderStatus.values,
            "words": words,
            "record": record,
            "disputes": recent_disputes(record),
        },
    )


@policy(PARTIES)
@require_safe
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    user = request.user
    asked = row.rest_asked_by_id
    may_end = row.status == OrderStatus.CONFIRMED and user.has_perm("partnerships.end_rest", row)
    found = selector.order(row, user)
    return render(
        request,
        "partnerships/order_detail.html",
        {
            "order": found,
            "row": row,
            "partnership": row.partnership,
            "moves": {move.name for move in ORDER.open_to(user, row)},
            "may_invoice": found.to_invoice and user.has_perm("partnerships.supply", row),
            "may_invoice_advance": row.status == OrderStatus.CONFIRMED
            and user.has_perm("partnerships.supply", row)
            and money_of(row).advance_open > 0,
            "may_finance": row.status == OrderStatus.CONFIRMED and user.has_perm("partnerships.ask_for_finance", row),
            "may_deliver": row.status == OrderStatus.CONFIRMED and user.has_perm("partnerships.supply", row),
            "may_ask_end": may_end and asked is None and found.to_deliver,
            "may_answer_end": may_end and asked not in (None, user.organisation_id),
            "may_take_back_end": may_end and asked == user.organisation_id,
            "may_report": user.has_perm("partnerships.report_incident", row.partnership),
            "reports": reports_of(user, order=row),
        },
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def order_new(request: HttpRequest, pk: int) -> HttpResponse:
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.place_order", partnership):
        raise PermissionDenied
    suppliers = selector.suppliers(partnership)
    chosen = request.GET.get("enterprise", "")
    found = [each for each in suppliers if len(suppliers) == 1 or str(each[0].enterprise_id) == chosen]
    share, lines = found[0] if found else (None, [])
    form = OrderForm(
        kept_forms.typed(request),
        lines=lines,
        free=selector.free_to_order(partnership),
        advances=may_have_advance(partnership),
    )
    try:
        ordering.check_in_force(partnership)
    except MoveNotAllowed as refusal:
        return moved_on(request, partnership, refusal.message, form)
    if share is None:
        return render(request, "partnerships/order_for.html", {"partnership": partnership, "suppliers": suppliers})
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or reverse("partnership_detail", args=[pk]))
        data = form.cleaned_data
        made: list[PurchaseOrder] = []

        def place() -> None:
            made.append(
                ordering.place_order(
                    partnership,
                    share,
                    form.quantities(),
                    by=request.user,
                    advance=data.get("advance") or 0,
                    **{name: data[name] for name in ("deliver_by", "deliver_to", "reference", "note")},
                )
            )

        if attempt(request, place, form):
            location = reverse("order_detail", args=[made[0].pk])
            form.remember(location)
            messages.success(request, _("The order was sent. %(name)s was told.") % {"name": share.name})
            return redirect(location)
    return form_page(
        request,
        form,
        back=partnership.number,
        under=f"{share.name} · {partnership.title}",
        title=_("Place an order"),
        intro=_("Enter quantities for the lines you order now; leave the others empty."),
        submit_text=_("Send the order"),
        cancel_url=reverse("partnership_detail", args=[pk]),
    )


@policy(SME)
@require_POST
def order_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    ordering.confirm_order(row, by=request.user)
    messages.success(request, _("You confirmed the order. Record each delivery here."))
    return redirect("order_detail", pk)


@policy(SME)
@require_http_methods(["GET", "POST"])
def order_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(
        request,
        pk,
        ordering.refuse_order,
        move="refuse",
        title=_("Do not take the order"),
        intro=_("The buyer reads your reason. The quantity can be ordered again."),
        submit_text=_("Send the answer"),
        done=_("The buyer has been told."),
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def order_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(
        request,
        pk,
        ordering.withdraw_order,
        move="withdraw",
        title=_("Take the order back"),
        intro=_("The enterprise has not confirmed it yet, and reads your reason."),
        submit_text=_("Take back"),
        done=_("The order was taken back. The enterprise was told."),
    )


@policy(TRADERS)
@require_http_methods(["GET", "POST"])
def order_end_rest(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    return with_reason(
        request,
        row,
        partial(ordering.ask_to_end_rest, row),
        permission="partnerships.end_rest",
        is_open=row.status == OrderStatus.CONFIRMED and row.rest_asked_by_id is None,
        detail=reverse("order_detail", args=[pk]),
        title=_("Ask to end the rest"),
        intro=_("What was not delivered will not come any more, once the other side agrees. It can be ordered again."),
        submit_text=_("Ask the other side"),
        done=_("The other side was asked."),
    )


@policy(TRADERS)
@require_POST
def order_rest_agree(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    ordering.agree_to_end_rest(row, by=request.user)
    messages.success(request, _("The rest of the order was ended."))
    return redirect("order_detail", pk)


@policy(TRADERS)
@require_POST
def order_rest_keep(request: HttpRequest, pk: int) -> HttpResponse:
    row = find_order(request, pk)
    ordering.keep_rest(row, by=request.user)
    messages.success(request, _("The order goes on in full."))
    return redirect("order_detail", pk)


def find_order(request: HttpRequest, pk: int) -> PurchaseOrder:
    found = selector.with_everything(PurchaseOrder.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answered(
    request: HttpRequest, pk: int, service: Callable[..., None], *, move: str, done: str, **page: str
) -> HttpResponse:
    """While nobody has answered the order."""
    row = find_order(request, pk)
    return with_reason(
        request,
        row,
        partial(service, row),
        permission=str(ORDER[move].permission),
        is_open=row.status == OrderStatus.PLACED,
        detail=reverse("order_detail", args=[pk]),
        done=done,
        **page,
    )
