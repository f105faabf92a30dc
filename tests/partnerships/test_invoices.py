"""Money under an order: invoiced as accepted, advances settled, taxes as lines, paid in parts and never above, late days shown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partnerships.enums import InvoiceLineKind, InvoiceStatus, OrderStatus, PaymentStatus, PpnWay
from partnerships.models import Invoice, Payment, PurchaseOrder
from partnerships.selectors import invoices as selector
from partnerships.selectors import orders as order_selector
from partnerships.services import invoicing, ordering, paying
from partnerships.tasks import keep_up
from portal import audit, jobs
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import DatedRule, Notification, User
from portal.models.audit import stream_of
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.factories.products import picture
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PRICE = 40_000


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    """As they are shipped: the reference data are not loaded into every test database."""
    for key, parameters in (
        ("ppn", {"percent": 12, "numerator": 11, "denominator": 12}),
        ("pph", {"pph22": 1.5, "pph23": 2, "final": 0.5}),
        ("late_interest", {"percent_a_year": 6}),
    ):
        if not DatedRule.objects.filter(key=key).exists():
            DatedRule.objects.create(key=key, valid_from=dt.date(2020, 1, 1), parameters=parameters, legal_source="Uji")


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def amounts(invoice: Invoice) -> dict[str, int]:
    return dict(invoice.lines.values_list("kind", "amount"))


def days_on(days: int) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days))


def test_from_the_accepted_delivery_to_the_confirmed_payment(world: World) -> None:
    delivery = ordered.accepted(world, 100)
    order = delivery.order
    invoice = ordered.invoiced(delivery, by=world.owner, ppn=PpnWay.PAID, pph="pph22")
    goods = 100 * PRICE
    assert amounts(invoice) == {"goods": goods, "ppn": goods * 11 // 100, "pph": -goods * 15 // 1000}
    assert (invoice.before_tax, invoice.total) == (goods, goods + goods * 11 // 100 - goods * 15 // 1000)
    assert invoice.due_on == timezone.localdate() + dt.timedelta(days=14)
    assert told(world.officer)[-1] == "invoice.sent"
    first = ordered.paid(invoice, 1_000_000, by=world.officer)
    assert invoice.status == InvoiceStatus.SENT
    second = ordered.paid(invoice, invoice.total - 1_000_000, by=world.officer, reference="TRX-2")
    assert invoice.status == InvoiceStatus.PAID
    order.refresh_from_db()
    assert order.status == OrderStatus.SETTLED
    paying.confirm_payment(first, by=world.owner)
    paying.confirm_payment(second, by=world.owner)
    assert {"payment.confirmed", "order.settled"} <= set(told(world.officer))
    for each in (order, invoice, first, second):
        assert audit.first_break(stream_of(each)) is None


def test_a_collector_pays_the_ppn_to_the_treasury(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner, ppn=PpnWay.COLLECTED)
    assert invoice.total == invoice.before_tax == 100 * PRICE
    assert amounts(invoice)["ppn"] == -amounts(invoice)["ppn_collected"] == 440_000


def test_nothing_is_invoiced_twice_or_before_it_is_accepted(world: World) -> None:
    order = ordered.confirmed(world, 100)
    waiting = ordered.delivered(order, 40, by=world.owner)
    with pytest.raises(ValidationError):
        ordered.invoiced(waiting, by=world.owner)
    ordered.answered(waiting, 30, by=world.officer, reason="Cacat.")
    invoice = ordered.invoiced(waiting, by=world.owner)
    assert invoice.before_tax == 30 * PRICE, "only what was accepted"
    with pytest.raises(ValidationError) as refusal:
        ordered.invoiced(waiting, by=world.owner, reference="INV/2")
    assert list(refusal.value.message_dict) == ["deliveries"]
    invoicing.withdraw_invoice(invoice, by=world.owner)
    assert ordered.invoiced(waiting, by=world.owner).before_tax == 30 * PRICE


def test_an_advance_is_capped_and_settled_by_later_invoices(world: World) -> None:
    contract = ordered.with_advances(world)
    with pytest.raises(ValidationError) as refusal:
        ordered.placed(world, 100, partnership=contract, advance=30 * PRICE + 1)
    assert list(refusal.value.message_dict) == ["advance"]
    order = ordered.confirmed(world, 100, partnership=contract, advance=30 * PRICE)
    with pytest.raises(ValidationError):
        ordered.advance_invoiced(order, 30 * PRICE + 1, by=world.owner)
    advance = ordered.advance_invoiced(order, 30 * PRICE, by=world.owner)
    ordered.paid(advance, by=world.officer)
    with pytest.raises(ValidationError):
        ordered.advance_invoiced(order, 1, by=world.owner, reference="UM/2")
    invoices = []
    for number, quantity in enumerate((50, 25, 25), 1):
        delivery = ordered.answered(ordered.delivered(order, quantity, by=world.owner), quantity, by=world.officer)
        invoices.append(ordered.invoiced(delivery, by=world.owner, reference=f"INV/{number}"))
    assert [amounts(each)["settlement"] for each in invoices] == [-15 * PRICE, -30 * PRICE // 4, -30 * PRICE // 4]
    assert sum(each.before_tax for each in [advance, *invoices]) == 100 * PRICE
    for number, each in enumerate(invoices):
        ordered.paid(each, by=world.officer, reference=f"TRX-{number}")
    order.refresh_from_db()
    assert order.status == OrderStatus.SETTLED


def test_without_the_clause_there_is_no_advance(world: World) -> None:
    with pytest.raises(ValidationError) as refusal:
        ordered.placed(world, 100, advance=1)
    assert list(refusal.value.message_dict) == ["advance"]
    page = signed_in(world.officer).get(reverse("order_new", args=[make.active(world).pk]))
    assert "advance" not in page.context["form"].fields


def test_the_rest_is_not_ended_while_an_advance_for_it_is_not_settled(world: World) -> None:
    order = ordered.confirmed(world, 100, partnership=ordered.with_advances(world), advance=30 * PRICE)
    ordered.paid(ordered.advance_invoiced(order, 30 * PRICE, by=world.owner), by=world.officer)
    ordering.ask_to_end_rest(order, reason="Proyek berhenti.", by=world.officer)
    with pytest.raises(MoveNotAllowed) as refusal:
        ordering.agree_to_end_rest(order, by=world.owner)
    assert refusal.value.code == "invoiced_within_accepted"


@pytest.mark.parametrize(
    ("deductions", "field"),
    [
        ({"penalty": 100 * PRICE + 1, "penalty_note": "Terlambat"}, "penalty"),
        ({"penalty": -1, "penalty_note": "Terlambat"}, "penalty"),
        ({"penalty": 5}, "penalty_note"),
        ({"reference": "  "}, "reference"),
    ],
)
def test_what_cannot_be_invoiced_is_said_at_its_field(world: World, deductions: dict[str, Any], field: str) -> None:
    delivery = ordered.accepted(world, 100)
    with pytest.raises(ValidationError) as refusal:
        ordered.invoiced(delivery, by=world.owner, **deductions)
    assert list(refusal.value.message_dict) == [field]


def test_a_penalty_is_a_line_of_its_own(world: World) -> None:
    invoice = ordered.invoiced(
        ordered.accepted(world, 100), by=world.owner, penalty=20_000, penalty_note="Lima hari terlambat, 1 per mil"
    )
    assert invoice.total == 100 * PRICE - 20_000
    assert invoice.lines.get(kind=InvoiceLineKind.PENALTY).note.startswith("Lima hari")


def test_a_payment_above_the_invoice_is_refused_at_its_field(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    page = reverse("payment_new", args=[invoice.pk])
    sent = {"amount": "4.000.001", "paid_on": str(timezone.localdate()), "reference": "TRX"}
    answer = signed_in(world.officer).post(page, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"] == ["Dari tagihan ini masih terbuka Rp4.000.000."]
    by_api = signed_in(world.officer).post(
        "/api/v1/payments/",
        {"invoice": invoice.pk, **sent, "amount": 4_000_001},
        content_type="application/json",
    )
    assert by_api.status_code == 422
    assert "amount" in by_api.json()["errors"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"reference": " "}, "reference"),
        ({"reference": "TRX-1"}, "reference"),
        ({"paid_on": dt.date(2020, 1, 1)}, "paid_on"),
        ({"paid_on": dt.date(2099, 1, 1)}, "paid_on"),
    ],
)
def test_a_payment_that_cannot_be_is_said_at_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    ordered.paid(invoice, 10, by=world.officer)
    with pytest.raises(ValidationError) as refusal:
        ordered.paid(invoice, **{"amount": 10, "reference": "TRX-2", "by": world.officer, **changes})
    assert list(refusal.value.message_dict) == [field]


def test_a_disputed_payment_opens_the_invoice_until_it_is_cleared(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    payment = ordered.paid(invoice, by=world.officer)
    paying.dispute_payment(payment, reason="Belum masuk rekening.", by=world.owner)
    invoice.refresh_from_db()
    order = PurchaseOrder.objects.get()
    assert (payment.status, invoice.status, order.status) == (
        PaymentStatus.DISPUTED,
        InvoiceStatus.SENT,
        OrderStatus.CONFIRMED,
    )
    assert told(world.officer)[-1] == "payment.disputed"
    with pytest.raises(ValidationError):
        ordered.paid(invoice, 1, by=world.officer, reference="TRX-2")
    paying.withdraw_payment(payment, reason="Salah rekening.", by=world.officer)
    again = ordered.paid(invoice, by=world.officer, reference="TRX-1")
    paying.confirm_payment(again, by=world.owner)
    with pytest.raises(MoveNotAllowed):
        paying.dispute_payment(again, reason="Keliru.", by=world.owner)
    order.refresh_from_db()
    assert order.status == OrderStatus.SETTLED


def test_what_was_disputed_may_turn_out_to_have_come(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    payment = ordered.paid(invoice, by=world.officer)
    paying.dispute_payment(payment, reason="Belum masuk.", by=world.owner)
    paying.confirm_payment(payment, by=world.owner)
    assert Invoice.objects.get().status == InvoiceStatus.PAID
    assert PurchaseOrder.objects.get().status == OrderStatus.SETTLED


def test_who_may_not_invoice_pay_or_confirm(world: World) -> None:
    delivery = ordered.accepted(world, 100)
    stranger = person(Role.OFFICER)
    with pytest.raises(NotPermitted):
        ordered.invoiced(delivery, by=world.officer)
    invoice = ordered.invoiced(delivery, by=world.owner)
    for wrong in (world.owner, stranger, world.approver):
        with pytest.raises(NotPermitted):
            ordered.paid(invoice, 10, by=wrong)
    payment = ordered.paid(invoice, 10, by=world.officer)
    for wrong in (world.officer, stranger):
        with pytest.raises(NotPermitted):
            paying.confirm_payment(payment, by=wrong)


def test_an_invoice_is_returned_with_a_reason_in_time_and_before_any_payment(world: World) -> None:
    delivery = ordered.accepted(world, 100)
    invoice = ordered.invoiced(delivery, by=world.owner)
    with pytest.raises(ValidationError):
        invoicing.return_invoice(invoice, reason=" ", by=world.officer)
    with days_on(15), pytest.raises(MoveNotAllowed) as refusal:
        invoicing.return_invoice(invoice, reason="Faktur pajak belum ada.", by=world.officer)
    assert refusal.value.code == "overdue"
    invoicing.return_invoice(invoice, reason="Faktur pajak belum ada.", by=world.officer)
    assert told(world.owner)[-1] == "invoice.returned"
    other = ordered.invoiced(delivery, by=world.owner)
    ordered.paid(other, 10, by=world.officer)
    for refuse in (
        lambda: invoicing.return_invoice(other, reason="Salah.", by=world.officer),
        lambda: invoicing.withdraw_invoice(other, by=world.owner),
    ):
        with pytest.raises(MoveNotAllowed) as refusal:
            refuse()
        assert refusal.value.code == "paid"


def test_days_late_and_interest_are_shown_and_not_charged(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    with days_on(14):
        assert selector.bill(Invoice.objects.get()).days_late == 0
    with days_on(14 + 73):
        bill = selector.bill(Invoice.objects.get())
        assert (bill.days_late, bill.interest) == (73, 48_000)  # 4.000.000 × 6 % × 73/365
        assert bill.row.total == 4_000_000
        page = signed_in(world.owner).get(reverse("invoice_detail", args=[invoice.pk])).content.decode()
        assert "73 hari terlambat" in page
        assert "Rp48.000" in page
        ordered.paid(invoice, by=world.officer)
    with days_on(200):
        assert selector.bill(Invoice.objects.get()).days_late == 73, "the clock stops with the payment"


def test_both_sides_are_told_once_that_its_day_has_passed(world: World) -> None:
    ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    with days_on(15):
        for _twice in range(2):
            keep_up()
            jobs.drain()
    assert told(world.owner).count("invoice.late") == told(world.officer).count("invoice.late") == 1


def test_a_rule_of_the_country_shortens_the_term(world: World) -> None:
    delivery = ordered.accepted(world, 100)
    DatedRule.objects.create(
        key="payment_term", valid_from=dt.date(2020, 1, 1), parameters={"max_days": 10}, legal_source="Uji"
    )
    invoice = ordered.invoiced(delivery, by=world.owner)
    assert invoice.due_on == timezone.localdate() + dt.timedelta(days=10)


def test_fractions_round_half_up_and_still_tie(world: World) -> None:
    order = ordered.confirmed(world, 100)
    for number, quantity in enumerate(("0.33", "0.33", "99.34"), 1):
        delivery = ordered.delivered(order, Decimal(quantity), by=world.owner)
        ordered.answered(delivery, Decimal(quantity), by=world.officer)
        ordered.paid(
            ordered.invoiced(delivery, by=world.owner, reference=f"INV/{number}", pph="final"),
            by=world.officer,
            reference=f"TRX-{number}",
        )
    order.refresh_from_db()
    assert order.status == OrderStatus.SETTLED
    assert sum(Invoice.objects.values_list("before_tax", flat=True)) == 100 * PRICE


def test_by_page_from_the_invoice_to_the_confirmation(world: World) -> None:
    delivery = ordered.accepted(world, 100)
    owner, officer = signed_in(world.owner), signed_in(world.officer)
    detail = reverse("order_detail", args=[delivery.order_id])
    new = reverse("invoice_new", args=[delivery.order_id])
    assert new in owner.get(detail).content.decode()
    sent = {"deliveries": [delivery.pk], "reference": "001/INV", "ppn": "none", "pph": "final"}
    assert owner.post(new, {**sent, "deliveries": []}).status_code == 422
    assert owner.post(new, {**sent, "deliveries": ["999999"]}).status_code == 422
    bad = owner.post(new, {**sent, "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 not whole")})
    assert bad.status_code == 422
    assert "file" in bad.context["form"].errors
    made = owner.post(new, {**sent, "file": SimpleUploadedFile("a.png", picture("PNG"))})
    invoice = Invoice.objects.get()
    assert made["Location"] == reverse("invoice_detail", args=[invoice.pk])
    assert owner.get(new).status_code == 302, "nothing is left to be invoiced"
    assert owner.post(new, sent).status_code == 409
    assert officer.get(reverse("invoice_file", args=[invoice.pk])).status_code == 200
    pay = reverse("payment_new", args=[invoice.pk])
    assert pay in officer.get(made["Location"]).content.decode()
    form = officer.get(pay).context["form"]
    paid = {
        "amount": str(invoice.total),
        "paid_on": str(timezone.localdate()),
        "reference": "TRX-1",
        "form_key": form["form_key"].value(),
    }
    assert officer.post(pay, paid).status_code == 302
    assert officer.post(pay, paid).status_code == 409, "it is paid by now"
    payment = Payment.objects.get()
    page = owner.get(made["Location"]).content.decode()
    assert reverse("payment_dispute", args=[payment.pk]) in page
    assert owner.post(reverse("payment_confirm", args=[payment.pk])).status_code == 302
    assert owner.post(reverse("payment_dispute", args=[payment.pk]), {"reason": "Belum"}).status_code == 409
    assert officer.post(reverse("payment_withdraw", args=[payment.pk]), {"reason": "Salah"}).status_code == 409
    assert "Selesai" in owner.get(detail).content.decode()


def test_by_api_from_the_invoice_to_the_confirmation(world: World) -> None:
    contract = ordered.with_advances(world)
    order = ordered.confirmed(world, 100, partnership=contract, advance=1_000_000)
    owner, officer = signed_in(world.owner), signed_in(world.officer)

    def send(client: Client, path: str, body: Any = None) -> Any:
        return client.post(f"/api/v1/{path}", body or {}, content_type="application/json")

    both = {"order": order.pk, "reference": "UM", "advance": 5, "deliveries": [1]}
    assert send(owner, "invoices/", both).status_code == 422
    advance = send(owner, "invoices/", {"order": order.pk, "reference": "UM", "advance": 1_000_000}).json()
    assert (advance["kind"], advance["total"], advance["open"]) == ("advance", 1_000_000, 1_000_000)
    delivery = ordered.answered(ordered.delivered(order, 100, by=world.owner), 100, by=world.officer)
    made = send(
        owner, "invoices/", {"order": order.pk, "reference": "INV", "deliveries": [delivery.pk], "ppn": "paid"}
    ).json()
    assert [line["kind"] for line in made["lines"]] == ["goods", "settlement", "ppn"]
    assert made["before_tax"] == 3_000_000
    for number, each in enumerate((advance, made)):
        body = {
            "invoice": each["id"],
            "amount": each["total"],
            "paid_on": str(timezone.localdate()),
            "reference": f"TRX-{number}",
        }
        payment = send(officer, "payments/", body)
        assert payment.status_code == 201
        assert send(owner, f"payments/{payment.json()['id']}/confirm/").json()["status"] == "confirmed"
        assert send(owner, f"payments/{payment.json()['id']}/dispute/", {"reason": "x"}).status_code == 409
    seen = officer.get(f"/api/v1/orders/{order.pk}/").json()
    assert (seen["status"], seen["invoiced_amount"], seen["paid_amount"]) == ("settled", 4_000_000, 4_330_000)
    assert officer.get("/api/v1/invoices/", {"status": "paid"}).json()["count"] == 2
    assert signed_in(person(Role.OFFICER)).get(f"/api/v1/invoices/{made['id']}/").status_code == 404


def test_who_acts_next_is_said_with_the_days(world: World) -> None:
    order = ordered.confirmed(world, 100)

    def steps() -> list[tuple[str, str]]:
        row = order_selector.with_everything(PurchaseOrder.objects.filter(pk=order.pk)).get()
        return [(step.party, step.text) for step in order_selector.order(row, None).steps]

    assert steps() == [("enterprise", "serahkan yang dipesan")]
    delivery = ordered.delivered(order, 100, by=world.owner)
    assert steps() == [("buyer", "periksa serah terima BAST-001")]
    ordered.answered(delivery, 100, by=world.officer)
    assert steps() == [("enterprise", "kirim tagihan untuk yang sudah diterima")]
    invoice = ordered.invoiced(delivery, by=world.owner)
    assert steps() == [("buyer", "bayar tagihan INV/1")]
    payment = ordered.paid(invoice, by=world.officer)
    assert steps() == [("enterprise", "konfirmasi pembayaran TRX-1")]
    paying.dispute_payment(payment, reason="Belum masuk.", by=world.owner)
    assert steps() == [("buyer", "selesaikan pembayaran TRX-1 yang dipersoalkan")]
