"""What of this app is told to other systems, and to whose: both sides of a contract, of an order only its own two; of a request for
money the financier and who asks, never the buyer."""

from django.utils.translation import gettext_lazy as _

from partnerships.models import Delivery, FinancingRequest, Invoice, Partnership, Payment, PurchaseOrder
from portal.enums import Capability
from portal.webhooks import register

CONTRACT = {
    "model": Partnership,
    "sides": ("buyer", "shares__enterprise__organisation"),
    "facts": {"id": "pk", "status": "status", "revision": "revision", "need": "need_id"},
    "address": "/api/v1/partnerships/{id}/",
}
register("contract.offered", label=_("A contract is offered"), actions=("offer",), **CONTRACT)
register("contract.accepted", label=_("All enterprises accepted a contract"), actions=("accept",), **CONTRACT)
register("contract.refused", label=_("A contract is refused"), actions=("refuse",), **CONTRACT)
register("contract.signed", label=_("The buyer signed a contract"), actions=("sign_for_buyer",), **CONTRACT)
register("contract.returned", label=_("A contract is returned by an authority"), actions=("return",), **CONTRACT)
register("contract.active", label=_("A contract comes into force"), actions=("activate",), **CONTRACT)
register("contract.terminated", label=_("A contract is terminated"), actions=("terminate",), **CONTRACT)
register("contract.completed", label=_("A contract is completed"), actions=("complete",), **CONTRACT)

ORDER = {
    "model": PurchaseOrder,
    "sides": ("partnership__buyer", "share__enterprise__organisation"),
    "facts": {"id": "pk", "status": "status", "partnership": "partnership_id", "enterprise": "share__enterprise_id"},
    "address": "/api/v1/orders/{id}/",
}
register("order.placed", label=_("An order is placed"), actions=("place",), **ORDER)
register("order.confirmed", label=_("An order is confirmed"), actions=("confirm",), **ORDER)
register("order.refused", label=_("An order is refused"), actions=("refuse",), **ORDER)
register("order.withdrawn", label=_("An order is taken back"), actions=("withdraw",), **ORDER)
register("order.settled", label=_("An order is supplied and paid"), actions=("settle",), **ORDER)

DELIVERY = {
    "model": Delivery,
    "sides": ("order__partnership__buyer", "order__share__enterprise__organisation"),
    "facts": {"id": "pk", "status": "status", "order": "order_id", "partnership": "order__partnership_id"},
    "address": "/api/v1/deliveries/{id}/",
}
ANSWERS = ("accept", "accept_part", "not_accept", "deem")
register("delivery.handed_over", label=_("A delivery is handed over"), actions=("deliver",), **DELIVERY)
register("delivery.answered", label=_("A delivery is answered, or deemed accepted"), actions=ANSWERS, **DELIVERY)
register("delivery.withdrawn", label=_("A delivery is taken back"), actions=("withdraw",), **DELIVERY)

INVOICE = {
    "model": Invoice,
    "sides": DELIVERY["sides"],
    "facts": DELIVERY["facts"],
    "address": "/api/v1/invoices/{id}/",
}
register("invoice.sent", label=_("An invoice is sent"), actions=("send",), **INVOICE)
register("invoice.returned", label=_("An invoice is returned"), actions=("return",), **INVOICE)
register("invoice.withdrawn", label=_("An invoice is taken back"), actions=("withdraw",), **INVOICE)
register("invoice.paid", label=_("An invoice is paid in full"), actions=("settle",), **INVOICE)

PAYMENT = {
    "model": Payment,
    "sides": ("invoice__order__partnership__buyer", "invoice__order__share__enterprise__organisation"),
    "facts": {"id": "pk", "status": "status", "invoice": "invoice_id", "order": "invoice__order_id"},
    "address": "/api/v1/payments/{id}/",
}
register("payment.recorded", label=_("A payment is recorded"), actions=("pay",), **PAYMENT)
register("payment.confirmed", label=_("A payment is confirmed"), actions=("confirm",), **PAYMENT)
register("payment.disputed", label=_("A payment is disputed"), actions=("dispute",), **PAYMENT)
register("payment.withdrawn", label=_("A payment is taken back"), actions=("withdraw",), **PAYMENT)

FINANCING = {
    "model": FinancingRequest,
    "sides": ("financier", "enterprise__organisation"),
    "facts": {"id": "pk", "status": "status", "enterprise": "enterprise_id"},
    "address": "/api/v1/financing-requests/{id}/",
    "capabilities": (Capability.FINANCIER, Capability.ENTERPRISE),
}
register("financing.sent", label=_("A request for finance is sent"), actions=("send",), **FINANCING)
register("financing.taken_up", label=_("A request for finance is taken up"), actions=("take_up",), **FINANCING)
register("financing.asked", label=_("The financier asks for more"), actions=("ask",), **FINANCING)
register("financing.answered", label=_("The business answers the financier"), actions=("answer",), **FINANCING)
register("financing.offered", label=_("The financier makes an offer"), actions=("offer",), **FINANCING)
register("financing.accepted", label=_("The offer of finance is accepted"), actions=("accept",), **FINANCING)
register("financing.disbursed", label=_("Finance is paid out"), actions=("disburse",), **FINANCING)
register("financing.declined", label=_("Finance is not granted"), actions=("decline",), **FINANCING)
register("financing.withdrawn", label=_("A request for finance is taken back"), actions=("withdraw",), **FINANCING)
register("financing.lapsed", label=_("A request for finance lapses"), actions=("lapse",), **FINANCING)
