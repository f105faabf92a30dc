from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartnershipStatus(TextChoices):
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


class OrderStatus(TextChoices):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DeliveryStatus(TextChoices):
    """`NOT_ACCEPTED`: nothing of it was taken; `DEEMED_ACCEPTED`: the buyer did not answer in the agreed time."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    NOT_ACCEPTED = "not_accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
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
