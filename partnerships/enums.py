from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartnershipStatus(TextChoices):
    """`APPLIED` and `DROPPED` are of amendments alone: in force as the contract's text, or given up before that."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    SOE_SIGNED = "soe_signed"
    AUTHORITY_REVIEW = "authority_review"
    RETURNED = "returned"
    ACTIVE = "active"
    REFUSED = "refused"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    APPLIED = "applied"
    DROPPED = "dropped"


class OrderStatus(TextChoices):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"


class DeliveryStatus(TextChoices):
    """`NOT_ACCEPTED`: nothing of it was taken; `DEEMED_ACCEPTED`: the buyer did not answer in the agreed time."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    NOT_ACCEPTED = "not_accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
    WITHDRAWN = "withdrawn"


class InvoiceStatus(TextChoices):
    SENT = "sent"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    PAID = "paid"


class InvoiceKind(TextChoices):
    GOODS = "goods", _("Goods and services")
    ADVANCE = "advance", _("Advance")


class InvoiceLineKind(TextChoices):
    """`PPN_COLLECTED`: the buyer, as the state's collector, pays the PPN to the treasury and not to the enterprise."""

    GOODS = "goods", _("Goods and services")
    ADVANCE = "advance", _("Advance")
    SETTLEMENT = "settlement", _("Advance settled")
    PPN = "ppn", _("PPN")
    PPN_COLLECTED = "ppn_collected", _("PPN paid to the treasury by the buyer")
    PPH = "pph", _("PPh withheld")
    PENALTY = "penalty", _("Penalty")


class PpnWay(TextChoices):
    NONE = "none", _("None: the business is no taxable entrepreneur (PKP)")
    PAID = "paid", _("Paid by the buyer with the invoice")
    COLLECTED = "collected", _("Paid to the treasury by the buyer, as a collector (WAPU)")


class PphRate(TextChoices):
    """Codes of the dated rule "pph"; how many per cent each is stands there."""

    GOODS = "pph22", _("PPh 22, goods to a state-owned enterprise")
    SERVICES = "pph23", _("PPh 23, services")
    FINAL = "final", _("Final PPh for small businesses")


class PaymentStatus(TextChoices):
    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"


class AgreementKind(TextChoices):
    PARTNERSHIP = "partnership", _("Partnership")
    TECHNOLOGY = "technology", _("Technology and digitalisation")


class SignOrder(TextChoices):
    PARALLEL = "parallel", _("In parallel")
    SEQUENTIAL = "sequential", _("One after the other")


class Party(TextChoices):
    """In what capacity somebody signs."""

    ENTERPRISE = "enterprise", _("Enterprise")
    BUYER = "buyer", _("Buyer")
    AUTHORITY = "authority", _("Authority")


class SigningMethod(TextChoices):
    """What a signer proved when signing."""

    EMAIL_CODE = "email_code", _("One-time code by e-mail")
    SECOND_FACTOR = "second_factor", _("Second factor")


class SignOffStatus(TextChoices):
    PENDING = "pending"
    SIGNED = "signed"
    RETURNED = "returned"


class IncidentStatus(TextChoices):
    """`CONFIDENTIAL`: only the authority reads it; `SETTLED`: both sides agree; the authority's end is one of the last three."""

    CONFIDENTIAL = "confidential"
    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    CLOSED = "closed"


class IncidentKind(TextChoices):
    LATE_DELIVERY = "late_delivery", _("Late delivery")
    QUALITY = "quality", _("Quality of the goods")
    LATE_ACCEPTANCE = "late_acceptance", _("Late acceptance")
    LATE_PAYMENT = "late_payment", _("Late or missing payment")
    UNCLEAR_SPECIFICATION = "unclear_specification", _("Unclear specification")
    UNFAIR_TERMS = "unfair_terms", _("Unfair terms or pressure")
    OTHER = "other", _("Something else")


class Stance(TextChoices):
    """What the side that answers an incident says of it. Who concedes has its part in it counted; who agrees silently has not."""

    CONCEDES = "concedes", _("We take responsibility and put it right")
    OBJECTS = "objects", _("We see it differently")


class FinancingKind(TextChoices):
    """On the strength of what: a contract in force, an order under it, an invoice that is not paid yet."""

    WORKING_CAPITAL = "working_capital", _("Working capital")
    PURCHASE_ORDER = "purchase_order", _("Purchase-order finance")
    INVOICE = "invoice", _("Invoice finance")


class FinancingStatus(TextChoices):
    SENT = "sent"
    TAKEN_UP = "taken_up"
    ASKED = "asked"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DISBURSED = "disbursed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class DeclineReason(TextChoices):
    CAPACITY = "capacity", _("The ability to repay could not be shown")
    DOCUMENTS = "documents", _("Documents or information are missing")
    PRODUCT = "product", _("We have no product for this purpose")
    AMOUNT = "amount", _("The amount or the term is outside our limits")
    HISTORY = "history", _("Earlier credit is not settled")
    REGION = "region", _("We do not serve this region or line of business")
    OTHER = "other", _("Another reason, explained below")


class KnowledgeKind(TextChoices):
    TRAINING = "training", _("Training")
    MENTORING = "mentoring", _("Mentoring")
    TECHNOLOGY = "technology", _("Technology")


class KnowledgeStatus(TextChoices):
    """`REPORTED`: there is evidence, which the enterprise has not confirmed yet; `CALLED_OFF`: it was agreed before."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CALLED_OFF = "called_off"
    REPORTED = "reported"
    DONE = "done"
