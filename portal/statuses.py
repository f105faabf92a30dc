"""The one list of states as pages show them: label, icon, tag colour. One state looks the same on every screen.

Keyed by the name of the model, because the models live in three apps and this is the lowest. Labels carry the thing's
name as their context: the same English word can need two Indonesian ones (Closed: Tutup, Ditutup).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

GREY, INFO, OK, WARN, ERR = "", "info", "ok", "warn", "err"


class Status(NamedTuple):
    label: Any
    tag: str
    icon: str


STATES: dict[str, dict[str, Status]] = {
    "Enterprise": {
        "draft": Status(pgettext_lazy("Enterprise", "Draft"), GREY, "pencil"),
        "submitted": Status(pgettext_lazy("Enterprise", "Being checked"), INFO, "clock"),
        "returned": Status(pgettext_lazy("Enterprise", "Changes needed"), WARN, "triangle-alert"),
        "verified": Status(pgettext_lazy("Enterprise", "Active"), OK, "check"),
        "suspended": Status(pgettext_lazy("Enterprise", "Suspended"), ERR, "pause"),
        "closed": Status(pgettext_lazy("Enterprise", "Closed"), GREY, "minus"),
        "merged": Status(pgettext_lazy("Enterprise", "Merged"), GREY, "minus"),
    },
    "Document": {
        "declared": Status(pgettext_lazy("Document", "Self-declared"), GREY, "pencil"),
        "verified": Status(pgettext_lazy("Document", "Verified"), OK, "shield-check"),
        "refused": Status(pgettext_lazy("Document", "Not accepted"), ERR, "x"),
        "expired": Status(pgettext_lazy("Document", "Expired"), ERR, "clock"),
        "upcoming": Status(pgettext_lazy("Document", "Not yet valid"), GREY, "clock"),
    },
    "CooperativeMember": {
        "listed": Status(pgettext_lazy("CooperativeMember", "Not registered here"), GREY, "pencil"),
        "invited": Status(pgettext_lazy("CooperativeMember", "Asked"), INFO, "clock"),
        "accepted": Status(pgettext_lazy("CooperativeMember", "Member"), OK, "check"),
        "refused": Status(pgettext_lazy("CooperativeMember", "Refused"), GREY, "x"),
        "left": Status(pgettext_lazy("CooperativeMember", "Left"), GREY, "minus"),
        "removed": Status(pgettext_lazy("CooperativeMember", "Taken off the list"), GREY, "minus"),
    },
    "VisitKit": {
        "handed_out": Status(pgettext_lazy("VisitKit", "Handed out"), INFO, "package"),
        "brought_back": Status(pgettext_lazy("VisitKit", "To be merged"), WARN, "triangle-alert"),
        "merged": Status(pgettext_lazy("VisitKit", "Merged"), OK, "check"),
        "called_back": Status(pgettext_lazy("VisitKit", "Called back"), GREY, "minus"),
        "expired": Status(pgettext_lazy("VisitKit", "Expired"), GREY, "clock"),
    },
    "WebhookEndpoint": {
        "active": Status(pgettext_lazy("WebhookEndpoint", "Active"), OK, "check"),
        "paused": Status(pgettext_lazy("WebhookEndpoint", "Paused"), WARN, "pause"),
        "removed": Status(pgettext_lazy("WebhookEndpoint", "Removed"), GREY, "minus"),
    },
    "WebhookMessage": {
        "waiting": Status(pgettext_lazy("WebhookMessage", "Waiting"), INFO, "clock"),
        "delivered": Status(pgettext_lazy("WebhookMessage", "Delivered"), OK, "check"),
        "given_up": Status(pgettext_lazy("WebhookMessage", "Given up"), ERR, "x"),
    },
    # What a consent, or the centre, has made of a kit that is still out.
    "CarriedKit": {
        "consent_ended": Status(pgettext_lazy("CarriedKit", "Consent ended"), ERR, "x"),
        "unassigned": Status(pgettext_lazy("CarriedKit", "No longer yours"), GREY, "minus"),
    },
    "Programme": {
        "draft": Status(pgettext_lazy("Programme", "Draft"), GREY, "pencil"),
        "published": Status(pgettext_lazy("Programme", "Open"), OK, "check"),
        "closed": Status(pgettext_lazy("Programme", "Closed"), INFO, "lock"),
        "archived": Status(pgettext_lazy("Programme", "Archived"), GREY, "minus"),
    },
    "Application": {
        "draft": Status(pgettext_lazy("Application", "Draft"), GREY, "pencil"),
        "submitted": Status(pgettext_lazy("Application", "Submitted"), INFO, "clock"),
        "in_review": Status(pgettext_lazy("Application", "In review"), INFO, "clock"),
        "changes_requested": Status(pgettext_lazy("Application", "Changes needed"), WARN, "triangle-alert"),
        "curated": Status(pgettext_lazy("Application", "Curated"), OK, "check"),
        "waitlisted": Status(pgettext_lazy("Application", "Waiting list"), INFO, "clock"),
        "declined": Status(pgettext_lazy("Application", "Not selected"), ERR, "x"),
        "appealed": Status(pgettext_lazy("Application", "Appealed"), WARN, "scale"),
        "withdrawn": Status(pgettext_lazy("Application", "Withdrawn"), GREY, "minus"),
    },
    "Review": {
        "assigned": Status(pgettext_lazy("Review", "Not sent yet"), INFO, "clock"),
        "submitted": Status(pgettext_lazy("Review", "Sent"), OK, "check"),
        "recused": Status(pgettext_lazy("Review", "Conflict of interest"), WARN, "triangle-alert"),
        "released": Status(pgettext_lazy("Review", "Taken off"), GREY, "minus"),
    },
    "Interest": {
        "expressed": Status(pgettext_lazy("Interest", "Interested"), INFO, "clock"),
        "invited": Status(pgettext_lazy("Interest", "Invited"), INFO, "send"),
        "accepted": Status(pgettext_lazy("Interest", "Invitation accepted"), OK, "check"),
        "refused": Status(pgettext_lazy("Interest", "Invitation declined"), GREY, "x"),
        "declined": Status(pgettext_lazy("Interest", "Not invited"), GREY, "x"),
        "withdrawn": Status(pgettext_lazy("Interest", "Taken back"), GREY, "minus"),
        "lapsed": Status(pgettext_lazy("Interest", "Ended"), GREY, "clock"),
    },
    "Consortium": {
        "draft": Status(pgettext_lazy("Consortium", "Proposal"), GREY, "pencil"),
        "inviting": Status(pgettext_lazy("Consortium", "Members are asked"), INFO, "clock"),
        "complete": Status(pgettext_lazy("Consortium", "Complete"), OK, "check"),
        "failed": Status(pgettext_lazy("Consortium", "Did not come about"), ERR, "x"),
        "cancelled": Status(pgettext_lazy("Consortium", "Cancelled"), GREY, "minus"),
    },
    "ConsortiumMember": {
        "excluded": Status(pgettext_lazy("ConsortiumMember", "Kept out"), GREY, "minus"),
        "proposed": Status(pgettext_lazy("ConsortiumMember", "Proposed"), GREY, "pencil"),
        "invited": Status(pgettext_lazy("ConsortiumMember", "Asked"), INFO, "clock"),
        "accepted": Status(pgettext_lazy("ConsortiumMember", "Accepted"), OK, "check"),
        "declined": Status(pgettext_lazy("ConsortiumMember", "Declined"), GREY, "x"),
        "expired": Status(pgettext_lazy("ConsortiumMember", "No answer in time"), GREY, "clock"),
        "released": Status(pgettext_lazy("ConsortiumMember", "Released"), GREY, "minus"),
    },
    "Partnership": {
        "draft": Status(pgettext_lazy("Partnership", "Draft"), GREY, "pencil"),
        "offered": Status(pgettext_lazy("Partnership", "Offered"), INFO, "send"),
        "accepted": Status(pgettext_lazy("Partnership", "Accepted by SME"), INFO, "clock"),
        "soe_signed": Status(pgettext_lazy("Partnership", "Signed by SOE"), INFO, "clock"),
        "authority_review": Status(pgettext_lazy("Partnership", "Awaiting the authority"), INFO, "clock"),
        "returned": Status(pgettext_lazy("Partnership", "Returned"), WARN, "undo-2"),
        "active": Status(pgettext_lazy("Partnership", "In force"), OK, "check"),
        "refused": Status(pgettext_lazy("Partnership", "Refused"), GREY, "x"),
        "completed": Status(pgettext_lazy("Partnership", "Completed"), OK, "check"),
        "terminated": Status(pgettext_lazy("Partnership", "Terminated"), GREY, "minus"),
        "applied": Status(pgettext_lazy("Partnership", "In force as an amendment"), OK, "check"),
        "dropped": Status(pgettext_lazy("Partnership", "Given up"), GREY, "minus"),
    },
    "PurchaseOrder": {
        "placed": Status(pgettext_lazy("PurchaseOrder", "Awaiting confirmation"), INFO, "send"),
        "confirmed": Status(pgettext_lazy("PurchaseOrder", "Being supplied"), INFO, "package"),
        "refused": Status(pgettext_lazy("PurchaseOrder", "Not taken"), GREY, "x"),
        "withdrawn": Status(pgettext_lazy("PurchaseOrder", "Taken back"), GREY, "minus"),
        "settled": Status(pgettext_lazy("PurchaseOrder", "Settled"), OK, "check"),
    },
    "Invoice": {
        "sent": Status(pgettext_lazy("Invoice", "To be paid"), INFO, "clock"),
        "returned": Status(pgettext_lazy("Invoice", "Returned"), WARN, "undo-2"),
        "withdrawn": Status(pgettext_lazy("Invoice", "Taken back"), GREY, "minus"),
        "paid": Status(pgettext_lazy("Invoice", "Paid"), OK, "check"),
    },
    "Payment": {
        "recorded": Status(pgettext_lazy("Payment", "To be confirmed"), INFO, "clock"),
        "confirmed": Status(pgettext_lazy("Payment", "Received"), OK, "check"),
        "disputed": Status(pgettext_lazy("Payment", "Disputed"), ERR, "triangle-alert"),
        "withdrawn": Status(pgettext_lazy("Payment", "Taken back"), GREY, "minus"),
    },
    "FinancingRequest": {
        "sent": Status(pgettext_lazy("FinancingRequest", "Sent"), INFO, "send"),
        "taken_up": Status(pgettext_lazy("FinancingRequest", "Being checked"), INFO, "clock"),
        "asked": Status(pgettext_lazy("FinancingRequest", "More is asked"), WARN, "circle-help"),
        "offered": Status(pgettext_lazy("FinancingRequest", "Offer made"), INFO, "file-text"),
        "accepted": Status(pgettext_lazy("FinancingRequest", "Offer accepted"), OK, "check"),
        "disbursed": Status(pgettext_lazy("FinancingRequest", "Paid out"), OK, "circle-check"),
        "declined": Status(pgettext_lazy("FinancingRequest", "Not granted"), ERR, "x"),
        "lapsed": Status(pgettext_lazy("FinancingRequest", "Lapsed"), GREY, "clock"),
        "withdrawn": Status(pgettext_lazy("FinancingRequest", "Taken back"), GREY, "minus"),
    },
    "KnowledgeStep": {
        "proposed": Status(pgettext_lazy("KnowledgeStep", "Proposed"), INFO, "send"),
        "agreed": Status(pgettext_lazy("KnowledgeStep", "Agreed"), INFO, "calendar"),
        "refused": Status(pgettext_lazy("KnowledgeStep", "Not agreed"), GREY, "x"),
        "withdrawn": Status(pgettext_lazy("KnowledgeStep", "Taken back"), GREY, "minus"),
        "called_off": Status(pgettext_lazy("KnowledgeStep", "Called off"), GREY, "minus"),
        "reported": Status(pgettext_lazy("KnowledgeStep", "To be confirmed"), WARN, "clock"),
        "done": Status(pgettext_lazy("KnowledgeStep", "Done"), OK, "check"),
    },
    "Delivery": {
        "delivered": Status(pgettext_lazy("Delivery", "Being checked"), INFO, "clock"),
        "accepted": Status(pgettext_lazy("Delivery", "Accepted"), OK, "check"),
        "partly_accepted": Status(pgettext_lazy("Delivery", "Accepted in part"), WARN, "triangle-alert"),
        "not_accepted": Status(pgettext_lazy("Delivery", "Not accepted"), ERR, "x"),
        "deemed_accepted": Status(pgettext_lazy("Delivery", "Deemed accepted"), OK, "clock"),
        "withdrawn": Status(pgettext_lazy("Delivery", "Taken back"), GREY, "minus"),
    },
    "Incident": {
        "confidential": Status(pgettext_lazy("Incident", "With the ministry, in confidence"), WARN, "lock"),
        "open": Status(pgettext_lazy("Incident", "Awaiting an answer"), INFO, "clock"),
        "answered": Status(pgettext_lazy("Incident", "Answered"), INFO, "message-circle"),
        "escalated": Status(pgettext_lazy("Incident", "With the ministry"), WARN, "scale"),
        "settled": Status(pgettext_lazy("Incident", "Settled by both sides"), OK, "check"),
        "withdrawn": Status(pgettext_lazy("Incident", "Taken back"), GREY, "minus"),
        "upheld": Status(pgettext_lazy("Incident", "Found justified"), ERR, "triangle-alert"),
        "not_upheld": Status(pgettext_lazy("Incident", "Found not justified"), GREY, "x"),
        "closed": Status(pgettext_lazy("Incident", "Closed with advice"), GREY, "minus"),
    },
    "DataRequest": {
        "received": Status(pgettext_lazy("DataRequest", "Received"), INFO, "clock"),
        "ready": Status(pgettext_lazy("DataRequest", "Ready to download"), OK, "check"),
        "ended": Status(pgettext_lazy("DataRequest", "Link ended"), GREY, "minus"),
        "done": Status(pgettext_lazy("DataRequest", "Done"), OK, "check"),
        "declined": Status(pgettext_lazy("DataRequest", "Answered, not changed"), WARN, "x"),
        "withdrawn": Status(pgettext_lazy("DataRequest", "Taken back"), GREY, "minus"),
    },
    "SuspectedDuplicate": {
        "open": Status(pgettext_lazy("SuspectedDuplicate", "Suspected"), WARN, "triangle-alert"),
        "apart": Status(pgettext_lazy("SuspectedDuplicate", "Not the same"), GREY, "x"),
        "merged": Status(pgettext_lazy("SuspectedDuplicate", "Merged"), OK, "check"),
    },
    "ScoringRun": {
        "queued": Status(pgettext_lazy("ScoringRun", "Waiting"), GREY, "clock"),
        "scoring": Status(pgettext_lazy("ScoringRun", "Scoring"), INFO, "refresh-cw"),
        "marking": Status(pgettext_lazy("ScoringRun", "Marking"), INFO, "refresh-cw"),
        "done": Status(pgettext_lazy("ScoringRun", "Done"), OK, "check"),
        "failed": Status(pgettext_lazy("ScoringRun", "Stopped"), WARN, "triangle-alert"),
    },
    "SignOff": {
        "pending": Status(pgettext_lazy("SignOff", "Waiting"), INFO, "clock"),
        "signed": Status(pgettext_lazy("SignOff", "Signed"), OK, "check"),
        "returned": Status(pgettext_lazy("SignOff", "Returned"), WARN, "undo-2"),
    },
}
YOUR_TURN = "triangle-alert"
# Of a contract one state alone is coloured by who reads it; the others look the same on every screen.
YOURS_IN = {"Partnership": {"authority_review"}}


def status_of(thing: object, *, authority: object = None, yours: bool = False) -> Status:
    """Of a row, by the name of its class. `authority`: who is awaited; `yours`: the reader is that one."""
    state = str(thing.status if hasattr(thing, "status") else thing.state)  # type: ignore[attr-defined]
    return named_status(type(thing).__name__, state, authority=authority, yours=yours)


def named_status(thing: str, state: str, *, authority: object = None, yours: bool = False) -> Status:
    status = STATES[thing][state]
    if authority:
        status = status._replace(label=_("Awaiting {authority}").format(authority=authority))
    if yours and state in YOURS_IN.get(thing, {state}):
        status = status._replace(tag=WARN, icon=YOUR_TURN)
    return status


def label(thing: str, state: str) -> str:
    return str(STATES[thing][state].label)
