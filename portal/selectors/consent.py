"""Consents as their giver reads them: what was agreed, and everything that was changed under it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.models import AuditEntry, AuditPersonal, Consent, Enterprise, User
from portal.product_sheet.columns import BY_KEY as COLUMNS
from portal.sections import BY_NAME
from portal.selectors.dossier import as_text, label_of

MOST_CHANGES = 50
WHAT = {
    "save_section": gettext_lazy("Changed: %(section)s"),
    "add_activity": gettext_lazy("Activity %(kbli)s added"),
    "remove_activity": gettext_lazy("Activity %(kbli)s removed"),
    "make_main_activity": gettext_lazy("Activity %(kbli)s made the main one"),
    "add_product": gettext_lazy("Product added"),
    "change_product": gettext_lazy("Product changed"),
    "withdraw_product": gettext_lazy("Product taken off sale"),
    "restore_product": gettext_lazy("Product put on sale again"),
    "add_photo": gettext_lazy("Photo added"),
    "remove_photo": gettext_lazy("Photo removed"),
    "put_photo_first": gettext_lazy("Photo put first"),
    "add_document": gettext_lazy("Document added"),
    "remove_document": gettext_lazy("Document removed"),
    "bring_back_kit": gettext_lazy("Filled visit kit uploaded"),
    "merge_kit": gettext_lazy("Visit kit merged"),
}
# Not a change of anything.
OPENED = "fill_in_for"


@dataclass(frozen=True)
class Detail:
    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    at: dt.datetime
    who: User | None
    what: str
    details: tuple[Detail, ...]


def consents_of(enterprise: Enterprise, user: User) -> QuerySet[Consent]:
    return (
        Consent.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .select_related("enterprise__organisation", "organisation", "companion", "given_by", "recorded_by")
    )


def entries_under(consent: Consent) -> QuerySet[AuditEntry]:
    """Every audit entry that names this consent. `has_key` lets the database use the index made for it."""
    return AuditEntry.objects.filter(payload__has_key="on_behalf", payload__on_behalf__consent=consent.pk).exclude(
        action=OPENED
    )


def changes_under(consent: Consent) -> list[Change]:
    """Newest first, with the values before and after where they are still kept."""
    entries = list(entries_under(consent).select_related("actor").order_by("-at")[:MOST_CHANGES])
    digests = [entry.personal_digest for entry in entries if entry.personal_digest]
    values = dict(AuditPersonal.objects.filter(digest__in=digests).values_list("digest", "values"))
    return [_change(entry, values.get(entry.personal_digest, {})) for entry in entries]


def _change(entry: AuditEntry, values: dict[str, Any]) -> Change:
    section = entry.payload.get("section")
    words = {**entry.payload, "section": BY_NAME[section].title if section in BY_NAME else section or ""}
    return Change(entry.at, entry.actor, str(WHAT.get(entry.action, entry.action)) % words, _details(entry, values))


def _details(entry: AuditEntry, values: dict[str, Any]) -> tuple[Detail, ...]:
    if entry.action == "change_product":
        before, after = entry.payload["before"], entry.payload["after"]
        return tuple(Detail(COLUMNS[name].label, _said(before.get(name)), _said(after[name])) for name in after)
    if entry.action != "save_section":
        return ()
    before, after = values.get("before", {}), values.get("after", {})
    return tuple(Detail(label_of(name), _said(before.get(name)), _said(after[name])) for name in after)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return _("%(n)d rows") % {"n": len(value)}
    return as_text(value)
