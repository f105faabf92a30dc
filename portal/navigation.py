"""Which desk each role sits at, and the links on it. URL names only: pages of the upper apps are named here as strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.enums import Role
from portal.models import Membership, User


@dataclass(frozen=True)
class Item:
    url_name: str
    label: Any
    icon: str = ""


@dataclass(frozen=True)
class Frame:
    user: User | None
    organisation: Any
    role: Any
    desk: str
    desk_label: Any


DESKS = {
    Role.OWNER: "sme",
    Role.STAFF: "sme",
    Role.OFFICER: "buyer",
    Role.APPROVER: "buyer",
    Role.MINISTRY_ADMIN: "authority",
    Role.COMPANION: "plut",
    Role.PLUT_MANAGER: "centre",
    Role.FINANCE_OFFICER: "financier",
    Role.REGIONAL_OFFICER: "region",
    Role.SERVICE_OFFICER: "service",
    Role.OPERATOR: "operator",
}
LABELS = {
    "sme": _("My business"),
    "buyer": _("Procurement desk"),
    "authority": _("Partnership sign-off"),
    "plut": _("Companion desk"),
    "centre": _("PLUT centre"),
    "financier": _("Finance desk"),
    "region": _("Regional desk"),
    "service": _("Service desk"),
    "operator": _("Operations"),
    "public": "",
}
ITEMS: dict[str, list[Item]] = {
    "sme": [
        Item("home", _("Home"), "house"),
        Item("dossier", _("Business profile"), "building-2"),
        Item("product_list", _("Products"), "package"),
        Item("opportunity_list", _("Opportunities"), "briefcase"),
        Item("partnership_list", _("Partnerships"), "file-text"),
        Item("financing_list", _("Finance"), "scale"),
        Item("consent_list", _("Consents"), "shield-check"),
        Item("inbox", _("Messages"), "message-circle"),
    ],
    "buyer": [
        Item("home", _("Overview")),
        Item("buyer_need_list", _("Needs")),
        Item("programme_list", _("Curation")),
        Item("partnership_list", _("Partners")),
        Item("incident_list", _("Problem reports")),
        Item("inbox", _("Messages")),
    ],
    "authority": [
        Item("home", _("Overview")),
        Item("sign_off_queue", _("Sign-off")),
        Item("verification_queue", _("Verification")),
        Item("data_request_list", _("Personal data")),
        Item("partnership_list", _("Contracts")),
        Item("national_figures", _("National data")),
        Item("supply_gap", _("Supply")),
        Item("fairness_list", _("Fairness")),
        Item("inbox", _("Messages")),
    ],
    "plut": [
        Item("home", _("Overview")),
        Item("kit_list", _("Visit kits")),
        Item("inbox", _("Messages")),
    ],
    "centre": [
        Item("home", _("Overview")),
        Item("kit_list", _("Visit kits")),
        Item("inbox", _("Messages")),
    ],
    "financier": [
        Item("home", _("Overview")),
        Item("financing_list", _("Requests for finance")),
        Item("financing_days", _("Answer days")),
        Item("inbox", _("Messages")),
    ],
    "operator": [
        Item("home", _("Overview")),
        Item("organisation_list", _("Organisations")),
        Item("agreement_list", _("Agreements")),
        Item("job_list", _("Jobs")),
        Item("data_request_list", _("Personal data")),
        Item("inbox", _("Messages")),
    ],
}
COMMON = [Item("home", _("Overview")), Item("inbox", _("Messages"))]


def frame_of(user: User | None, acting: Membership | None) -> Frame:
    if acting is None:
        return Frame(user if user is not None and user.is_authenticated else None, None, "", "public", "")
    desk = DESKS[Role(acting.role)]
    return Frame(user, acting.organisation, acting.get_role_display(), desk, LABELS[desk])


def items_for(acting: Membership | None) -> list[Item]:
    return [] if acting is None else ITEMS.get(DESKS[Role(acting.role)], COMMON)


def base_template(acting: Membership | None) -> str:
    """The frame for pages that several desks share."""
    if acting is None:
        return "base_public.html"
    return "base_sme.html" if DESKS[Role(acting.role)] == "sme" else "base_desk.html"


def open_template(acting: Membership | None) -> str:
    """The frame for pages that are everybody's: whoever sits at a desk keeps its menu, a small business's frame is too
    narrow for them."""
    template = base_template(acting)
    return "base_public.html" if template == "base_sme.html" else template
