"""Whatever the two sides do, in whatever order, and somebody with raw SQL between them: goods and money tie after every step."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from partnerships.enums import DeliveryStatus, InvoiceStatus, OrderStatus, PaymentStatus
from partnerships.models import Delivery, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.models.invoice import LIVE
from partnerships.selectors.invoices import is_settled
from partnerships.services import delivering, invoicing, ordering, paying, receiving
from partnerships.services.receiving import Receipt
from portal.flow import MoveNotAllowed
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World

pytestmark = pytest.mark.django_db
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
QUANTITIES = st.decimals(min_value="0.01", max_value="60", places=2)
PARTS = st.integers(min_value=0, max_value=100)
# What somebody past our services would try: each is refused, or leaves everything tied.
RAW = (
    "UPDATE partnerships_deliveryline SET accepted = quantity + 1, rejected = 0, amount = 0",
    "UPDATE partnerships_deliveryline SET accepted = quantity, rejected = 0, amount = round(quantity * 40000)",
    "UPDATE partnerships_orderline SET quantity = quantity * 2",
    "UPDATE partnerships_orderline SET given_up = quantity",
    "UPDATE partnerships_invoice SET total = total + 1",
    "UPDATE partnerships_invoice SET status = 'paid'",
    "UPDATE partnerships_invoice SET status = 'withdrawn'",
    "UPDATE partnerships_payment SET amount = amount + 1",
    "UPDATE partnerships_payment SET status = 'withdrawn', reason = 'x'",
    "UPDATE partnerships_purchaseorder SET status = 'settled'",
    "UPDATE partnerships_purchaseorder SET advance = advance + 1",
    "UPDATE partnerships_delivery SET status = 'accepted', answered_at = now(), answered_by_id = recorded_by_id",
    "DELETE FROM partnerships_payment",
    "DELETE FROM partnerships_invoiceline",
    "UPDATE partnerships_deliveryline SET amount = amount + 1",
    "UPDATE partnerships_orderline SET price = price + 1, amount = round(quantity * (price + 1))",
    "UPDATE partnerships_orderline SET amount = amount - 1",
    "UPDATE partnerships_invoice SET before_tax = before_tax - 1",
    "UPDATE partnerships_invoiceline SET amount = 0",
    "UPDATE partnerships_payment SET status = 'confirmed', answered_by_id = recorded_by_id, answered_at = now()",
    "UPDATE partnerships_line SET quantity = 1, amount = price",
    "UPDATE partnerships_line SET price = price - 1, amount = round(quantity * (price - 1))",
    "UPDATE partnerships_partnership SET value = value - 1",
    # Invoiced once more, by a copy of what was sent already.
    "INSERT INTO partnerships_invoiceline (invoice_id, position, kind, delivery_line_id, amount, note)"
    " SELECT invoice_id, position + 50, 'advance', NULL, 1000, '' FROM partnerships_invoiceline",
    "INSERT INTO partnerships_payment (invoice_id, amount, paid_on, reference, status, recorded_by_id, recorded_at, reason)"
    " SELECT invoice_id, 1, paid_on, reference || '+', status, recorded_by_id, now(), reason FROM partnerships_payment",
)
# Rule 7 of the domain over the rows themselves, and not through our models: each names what must not be there.
LIVE_BILL = "i.status IN ('sent', 'paid')"
TIES = {
    "the value is the sum of the lines": "SELECT 1 FROM partnerships_partnership c WHERE c.value <>"
    " (SELECT sum(l.amount) FROM partnerships_line l WHERE l.partnership_id = c.id)",
    "an amount is quantity times price": "SELECT 1 FROM partnerships_line WHERE amount <> round(quantity * price)"
    " UNION ALL SELECT 1 FROM partnerships_orderline WHERE amount <> round(quantity * price)"
    " UNION ALL SELECT 1 FROM partnerships_deliveryline d JOIN partnerships_orderline n ON n.id = d.order_line_id"
    " WHERE d.accepted IS NOT NULL AND d.amount <> round(d.accepted * n.price)",
    "ordered within contracted": "SELECT 1 FROM partnerships_line l WHERE l.quantity <"
    " (SELECT sum(n.quantity - n.given_up) FROM partnerships_orderline n JOIN partnerships_purchaseorder o ON o.id = n.order_id"
    "  WHERE n.line_id = l.id AND o.status NOT IN ('refused', 'withdrawn'))",
    "accepted within ordered": "SELECT 1 FROM partnerships_orderline n WHERE n.quantity - n.given_up <"
    " (SELECT sum(d.accepted) FROM partnerships_deliveryline d WHERE d.order_line_id = n.id)",
    "accepted within delivered": "SELECT 1 FROM partnerships_deliveryline WHERE accepted + rejected > quantity",
    "nothing accepted of what was taken back": "SELECT 1 FROM partnerships_deliveryline l JOIN partnerships_delivery d"
    " ON d.id = l.delivery_id WHERE l.accepted > 0 AND d.status IN ('delivered', 'withdrawn', 'not_accepted')",
    "an invoice is the sum of its lines": "SELECT 1 FROM partnerships_invoice i JOIN partnerships_invoiceline l ON l.invoice_id = i.id"
    " GROUP BY i.id HAVING i.total <> sum(l.amount)"
    " OR i.before_tax <> coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('goods', 'advance', 'settlement')), 0)",
    "invoiced within accepted and the advance": "SELECT 1 FROM partnerships_purchaseorder o WHERE o.advance + coalesce("
    "(SELECT sum(d.amount) FROM partnerships_deliveryline d JOIN partnerships_orderline n ON n.id = d.order_line_id WHERE n.order_id = o.id), 0)"
    f" < (SELECT sum(i.before_tax) FROM partnerships_invoice i WHERE i.order_id = o.id AND {LIVE_BILL})",
    "a delivery is invoiced once": "SELECT 1 FROM partnerships_invoiceline l JOIN partnerships_invoice i ON i.id = l.invoice_id"
    f" WHERE l.delivery_line_id IS NOT NULL AND {LIVE_BILL} GROUP BY l.delivery_line_id HAVING count(*) > 1",
    "settled within the advance, and that within what was agreed": "SELECT 1 FROM partnerships_purchaseorder o"
    " JOIN partnerships_invoice i ON i.order_id = o.id JOIN partnerships_invoiceline l ON l.invoice_id = i.id"
    f" WHERE {LIVE_BILL} GROUP BY o.id HAVING sum(l.amount) FILTER (WHERE l.kind = 'advance') > o.advance"
    " OR coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('advance', 'settlement')), 0) < 0",
    "paid within invoiced": "SELECT 1 FROM partnerships_invoice i WHERE i.total <"
    " (SELECT sum(y.amount) FROM partnerships_payment y WHERE y.invoice_id = i.id AND y.status <> 'withdrawn')",
    "nothing is paid of an invoice that does not count": "SELECT 1 FROM partnerships_payment y JOIN partnerships_invoice i"
    f" ON i.id = y.invoice_id WHERE y.status <> 'withdrawn' AND NOT {LIVE_BILL}",
}


class OrderLife(RuleBasedStateMachine):
    world: World
    contract: Partnership
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0
        self.point = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    @initialize(quantity=st.integers(min_value=1, max_value=120), advance=PARTS)
    def begin(self, quantity: int, advance: int) -> None:
        most = quantity * 40_000 * 30 // 100
        self.order = ordered.confirmed(self.world, quantity, partnership=self.contract, advance=most * advance // 100)

    @rule(quantity=QUANTITIES)
    def deliver(self, quantity: Decimal) -> None:
        self.attempt(lambda: ordered.delivered(self.order, quantity, by=self.world.owner, bast_number=self.number()))

    @rule(part=PARTS, which=PARTS)
    def answer(self, part: int, which: int) -> None:
        if delivery := self.one_of(Delivery.objects.filter(status=DeliveryStatus.DELIVERED), which):
            line = delivery.lines.get()
            taken = (line.quantity * part / 100).quantize(Decimal("0.01"))
            receipts = {line: Receipt(taken, "Sebagian cacat.")}
            self.attempt(lambda: receiving.answer_delivery(delivery, receipts, by=self.world.officer))

    @rule(which=PARTS)
    def take_delivery_back(self, which: int) -> None:
        if delivery := self.one_of(Delivery.objects.all(), which):
            self.attempt(lambda: delivering.withdraw_delivery(delivery, by=self.world.owner))

    @rule(
        which=PARTS,
        penalty=st.integers(min_value=0, max_value=50_000),
        ppn=st.sampled_from(["none", "paid", "collected"]),
    )
    def invoice(self, which: int, penalty: int, ppn: str) -> None:
        if delivery := self.one_of(Delivery.objects.all(), which):
            fields = {"penalty": penalty, "penalty_note": "Terlambat.", "ppn": ppn, "pph": "final"}
            self.attempt(lambda: ordered.invoiced(delivery, by=self.world.owner, reference=self.number(), **fields))

    @rule(part=PARTS)
    def invoice_advance(self, part: int) -> None:
        amount = self.order.advance * part // 100
        self.attempt(lambda: ordered.advance_invoiced(self.order, amount, by=self.world.owner, reference=self.number()))

    @rule(which=PARTS, part=st.integers(min_value=1, max_value=150))
    def pay(self, which: int, part: int) -> None:
        if invoice := self.one_of(Invoice.objects.all(), which):
            amount = max(1, invoice.total * part // 100)
            self.attempt(lambda: ordered.paid(invoice, amount, by=self.world.officer, reference=self.number()))

    @rule(which=PARTS, what=st.sampled_from(["confirm", "dispute", "withdraw"]))
    def answer_payment(self, which: int, what: str) -> None:
        if payment := self.one_of(Payment.objects.all(), which):
            acts: dict[str, Callable[[], object]] = {
                "confirm": lambda: paying.confirm_payment(payment, by=self.world.owner),
                "dispute": lambda: paying.dispute_payment(payment, reason="Belum masuk.", by=self.world.owner),
                "withdraw": lambda: paying.withdraw_payment(payment, reason="Keliru.", by=self.world.officer),
            }
            self.attempt(acts[what])

    @rule(which=PARTS, returned=st.booleans())
    def void_invoice(self, which: int, returned: bool) -> None:
        if invoice := self.one_of(Invoice.objects.all(), which):
            self.attempt(
                (lambda: invoicing.return_invoice(invoice, reason="Keliru.", by=self.world.officer))
                if returned
                else (lambda: invoicing.withdraw_invoice(invoice, by=self.world.owner))
            )

    @rule(agreed=st.booleans())
    def end_rest(self, agreed: bool) -> None:
        self.attempt(lambda: ordering.ask_to_end_rest(self.order, reason="Cukup.", by=self.world.owner))
        answer = ordering.agree_to_end_rest if agreed else ordering.keep_rest
        self.attempt(lambda: answer(self.order, by=self.world.officer))

    @rule(sql=st.sampled_from(RAW))
    def past_the_services(self, sql: str) -> None:
        key = {"purchaseorder": "id", "orderline": "order_id", "delivery": "order_id", "invoice": "order_id"}
        table = sql.split("partnerships_")[1].split()[0]
        contract = f"(SELECT partnership_id FROM partnerships_purchaseorder WHERE id = {self.order.pk})"
        within = {
            "line": f"partnership_id = {contract} AND %s > 0",
            "partnership": f"id = {contract} AND %s > 0",
            "deliveryline": "delivery_id IN (SELECT id FROM partnerships_delivery WHERE order_id = %s)",
            "invoiceline": "invoice_id IN (SELECT id FROM partnerships_invoice WHERE order_id = %s)",
            "payment": "invoice_id IN (SELECT id FROM partnerships_invoice WHERE order_id = %s)",
        }.get(table, f"{key.get(table)} = %s")
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"{sql} WHERE {within}", [self.order.pk])
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except DatabaseError:
            pass

    @invariant()
    def everything_ties(self) -> None:
        type(self).steps += 1
        if not hasattr(self, "order"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name, untied in TIES.items():
                cursor.execute(f"SELECT count(*) FROM ({untied}) AS untied")
                assert cursor.fetchone() == (0,), name
        order = PurchaseOrder.objects.get(pk=self.order.pk)
        (line,) = order.lines.all()
        handed = list(line.deliveries.all())
        accepted = sum((each.accepted or Decimal(0) for each in handed), Decimal(0))
        assert accepted <= line.quantity - line.given_up <= line.line.quantity
        assert all((each.accepted or 0) + (each.rejected or 0) <= each.quantity for each in handed)
        worth = sum(each.amount or 0 for each in handed)
        bills = list(Invoice.objects.filter(order=order).prefetch_related("lines", "payments"))
        assert sum(bill.before_tax for bill in bills if bill.status in LIVE) <= worth + order.advance
        for bill in bills:
            assert bill.total == sum(each.amount for each in bill.lines.all())
            held = sum(each.amount for each in bill.payments.all() if each.status != PaymentStatus.WITHDRAWN)
            paid = sum(
                each.amount
                for each in bill.payments.all()
                if each.status in (PaymentStatus.RECORDED, PaymentStatus.CONFIRMED)
            )
            assert held <= bill.total
            assert (bill.status == InvoiceStatus.PAID) == (paid == bill.total and bill.status in LIVE)
        if order.status == OrderStatus.SETTLED:
            assert is_settled(order)
            goods = sum(bill.before_tax for bill in bills if bill.status in LIVE)
            assert goods == worth, "an advance is in the end nothing but a part of it"

    def attempt(self, act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                act()
        except (ValidationError, MoveNotAllowed):
            pass

    def one_of(self, rows: Any, which: int) -> Any:
        model = rows.model
        own = {"order": self.order} if model is not Payment else {"invoice__order": self.order}
        found = list(rows.filter(**own).order_by("pk"))
        return found[which % len(found)] if found else None

    def number(self) -> str:
        self.numbers += 1
        return f"N-{self.numbers}"


def live(examples: int, steps: int) -> int:
    world = make.world(authorities=1)
    machine = type("Life", (OrderLife,), {"world": world, "contract": ordered.with_advances(world), "steps": 0})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=SLOW,
            derandomize=True,
            database=None,
        ),
    )
    return machine.steps


def test_goods_and_money_tie_after_every_step() -> None:
    assert live(6, 20) > 60


@pytest.mark.long
def test_goods_and_money_tie_for_ten_thousand_steps() -> None:
    steps = live(250, 50)
    print(f"orders: steps={steps} illegal_states=0")
    assert steps >= 10_000
