"""Requests for finance in every state, to the two banks of the sample, by the services that pages call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from partnerships.enums import InvoiceStatus, OrderStatus, PartnershipStatus
from partnerships.models import FinancingRequest, Invoice, Partnership, PurchaseOrder
from partnerships.sample.past import ago
from partnerships.sample.trade import Trade
from partnerships.selectors.sharing import Paper, shareable
from partnerships.services import financing, financing_desk
from partnerships.services.financing import Wish
from partnerships.services.financing_days import keep_day
from partnerships.services.financing_desk import Offer
from portal.enums import Role
from portal.models import Organisation, User
from portal.sample.people import acting_in
from portal.sample.quiet import quietly
from portal.services.organisation import state_answer_days

ANSWER_DAYS = {"BRI": 7, "BNI": 10}
PURPOSE = "Membeli bahan baku dan membayar upah sampai pembeli membayar."
PART = Decimal("0.5")
QUESTION = "Mohon rincian penggunaan dana per bulan dan rencana pelunasannya."
ANSWER = "Tujuh puluh persen bahan baku, sisanya upah; lunas saat pembeli membayar."
NOT_HERE = (
    "Nilainya di bawah batas terkecil kami untuk pembiayaan pesanan. KUR mikro lebih cocok; cabang terdekat membantu."
)
# What most businesses tick; some tick less.
USUAL = (
    "legal_form",
    "nib",
    "business_class",
    "annual_sales",
    "track_record",
    "contract",
    "contract_value",
    "contract_status",
)
FEW = ("nib", "business_class")


class Asking:
    """One business with a contract in force, and the two banks."""

    def __init__(self, contract: Partnership) -> None:
        trade = Trade(contract)
        self.contract, self.owner = contract, trade.owner
        self.enterprise = trade.share.enterprise

    def sent(
        self, bank: str, *, part: Decimal = PART, fields: tuple[str, ...] = USUAL, **papers: object
    ) -> FinancingRequest:
        paper = Paper(self.enterprise, self.contract, **papers)  # type: ignore[arg-type]
        there = {each.name for each in shareable(paper)}
        wish = Wish(int(paper.worth * part), 6, PURPOSE, tuple(name for name in fields if name in there))
        return financing.send_request(paper, _bank(bank), wish, by=self.owner)

    def order(self) -> PurchaseOrder | None:
        own = PurchaseOrder.objects.filter(partnership=self.contract, share__enterprise=self.enterprise)
        return own.filter(status=OrderStatus.CONFIRMED).order_by("pk").first()

    def invoice(self) -> Invoice | None:
        own = Invoice.objects.filter(order__partnership=self.contract, order__share__enterprise=self.enterprise)
        return own.filter(status=InvoiceStatus.SENT).order_by("pk").first()


def load_financing() -> None:
    if FinancingRequest.objects.exists():
        return
    for short_name, days in ANSWER_DAYS.items():
        state_answer_days(_bank(short_name), days, by=_officer(short_name))
    contracts = Partnership.objects.filter(is_sample=True, status=PartnershipStatus.ACTIVE)
    for contract, tell in zip(contracts.select_related("buyer").order_by("pk"), LIVES, strict=False):
        with quietly():
            tell(Asking(contract))


def _in_hand(asking: Asking) -> None:
    """An invoice that a bank offers to pay before its day, an order that another asks about, one that was just sent."""
    bri, bni = _officer("BRI"), _officer("BNI")
    invoice, order = asking.invoice(), asking.order()
    if invoice is not None:
        early = asking.sent("BRI", fields=(*USUAL, "invoice", "invoice_amounts"), invoice=invoice)
        financing_desk.make_offer(early, _offer(early.amount), by=bri)
    if order is not None:
        asked = asking.sent("BNI", fields=(*FEW, "order", "order_value"), order=order)
        financing_desk.ask_for_more(asked, question=QUESTION, by=bni)
    asking.sent("BRI")


def _paid_out(asking: Asking) -> None:
    bri = _officer("BRI")
    request = asking.sent("BRI", part=Decimal("0.2"))
    financing_desk.ask_for_more(request, question=QUESTION, by=bri)
    financing.answer_question(request, text=ANSWER, fields=["marks"], by=asking.owner)
    financing_desk.make_offer(request, _offer(request.amount), by=bri)
    financing.accept_offer(request, by=asking.owner)
    today = timezone.localdate()
    financing_desk.record_disbursement(
        request, amount=request.amount, paid_on=today, reference="BRI-PK-20261104", by=bri
    )


def _turned_down(asking: Asking) -> None:
    """By one bank, with a reason; the other has taken it up. Little was shared, and then the consent was withdrawn."""
    declined = asking.sent("BNI", part=Decimal("0.01"), fields=FEW)
    financing_desk.decline(declined, why="amount", reason=NOT_HERE, by=_officer("BNI"))
    other = asking.sent("BRI", part=Decimal("0.1"), fields=FEW)
    financing_desk.take_up(other, by=_officer("BRI"))
    financing.stop_sharing(other, by=asking.owner)


def _taken_back(asking: Asking) -> None:
    """One more was never answered: no service enters the past, so its days are written; its end is the calendar's."""
    unanswered = asking.sent("BRI", part=Decimal("0.05"), fields=FEW)
    FinancingRequest.objects.filter(pk=unanswered.pk).update(due_on=ago(9), lapses_on=ago(1))
    keep_day(unanswered)
    financing.withdraw_request(asking.sent("BNI", fields=FEW), by=asking.owner)
    request = asking.sent("BNI", part=Decimal("0.1"))
    financing_desk.make_offer(request, _offer(request.amount), by=_officer("BNI"))
    financing.accept_offer(request, by=asking.owner)


def _offer(amount: int) -> Offer:
    until = timezone.localdate() + dt.timedelta(days=14)
    return Offer(amount, 6, until, Decimal("9.00"), "", "Agunan: tagihan kepada pembeli. Biaya provisi 0,5%.")


def _bank(short_name: str) -> Organisation:
    return Organisation.objects.get(short_name=short_name, capabilities__contains=["financier"])


def _officer(short_name: str) -> User:
    return acting_in(_bank(short_name), Role.FINANCE_OFFICER)


LIVES = (_in_hand, _paid_out, _turned_down, _taken_back)
