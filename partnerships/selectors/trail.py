"""The audit trail of a contract as a page shows it, newest first, and whether its chain is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Partnership
from portal import audit
from portal.models import AuditEntry, AuditPersonal, Organisation
from portal.models.audit import stream_of

EVENTS: dict[str, Any] = {
    "draft": gettext_lazy("Began the draft"),
    "change": gettext_lazy("Changed the draft"),
    "offer": gettext_lazy("Offered text %(revision)s"),
    "withdraw_offer": gettext_lazy("Took the offer back"),
    "send_acceptance_code": gettext_lazy("Asked for a code to accept"),
    "enterprise_accepts": gettext_lazy("Accepted text %(revision)s"),
    "accept": gettext_lazy("Every enterprise has accepted text %(revision)s"),
    "refuse": gettext_lazy("Did not take the offer"),
    "sign_for_buyer": gettext_lazy("Signed text %(revision)s for the buyer"),
    "send_to_authorities": gettext_lazy("Text %(revision)s went to the authorities"),
    "sign_off": gettext_lazy("Signed text %(revision)s off"),
    "pass_on": gettext_lazy("The sign-off passed to the successor"),
    "return": gettext_lazy("Returned text %(revision)s"),
    "activate": gettext_lazy("The partnership is in force"),
    "revise": gettext_lazy("Began text %(revision)s"),
    "confirm_completion": gettext_lazy("Confirmed that everything is done"),
    "complete": gettext_lazy("Completed"),
    "terminate": gettext_lazy("Terminated"),
    "apply": gettext_lazy("The amendment is in force"),
    "amended": gettext_lazy("An amendment came into force"),
    "drop": gettext_lazy("Gave the amendment up"),
    "lapse": gettext_lazy("The amendment ended with its contract"),
}
PARTS: dict[str, Any] = {
    "parties": gettext_lazy("Changed the enterprises"),
    "terms": gettext_lazy("Changed the terms"),
    "lines": gettext_lazy("Changed the lines"),
    "clauses": gettext_lazy("Changed the clauses"),
}


@dataclass(frozen=True)
class Trail:
    entries: list[dict[str, Any]]
    intact: bool


def trail_of(partnership: Partnership) -> Trail:
    stream = stream_of(partnership)
    rows = list(AuditEntry.objects.of(partnership).select_related("actor").order_by("-seq"))
    organisations = Organisation.objects.in_bulk({row.organisation_id for row in rows if row.organisation_id})
    personal = dict(AuditPersonal.objects.filter(entry_stream=stream).values_list("digest", "values"))
    entries = [
        {
            "at": row.at,
            "actor": _actor(row, organisations),
            "event": _event(row, personal.get(row.personal_digest, {})),
            "hash": bytes(row.digest).hex(),
        }
        for row in rows
    ]
    return Trail(entries, audit.first_break(stream) is None)


def _actor(row: AuditEntry, organisations: dict[int, Organisation]) -> str:
    if row.actor is None:
        return ""
    organisation = organisations.get(row.organisation_id)
    return f"{row.actor} · {organisation.label}" if organisation else str(row.actor)


def _event(row: AuditEntry, personal: dict[str, Any]) -> str:
    words = PARTS.get(row.payload.get("part", "")) or EVENTS.get(row.action, row.action)
    text = str(words) % {"revision": row.payload.get("revision", "")}
    if reason := personal.get("reason"):
        return _("%(event)s: “%(reason)s”") % {"event": text, "reason": reason}
    return text
