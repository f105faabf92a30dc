"""Contracts as lists and pages show them: where each stands, who is awaited, and what happens next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.enums import PartnershipStatus as S
from partnerships.models import Partnership, Revision
from partnerships.selectors.amendments import text_in_force
from partnerships.selectors.signatories import Signatory, awaited, progress, signatories, with_signatories
from portal import statuses
from portal.enums import Role
from portal.models import User

# The next move is the buyer's.
WITH_THE_BUYER = {S.DRAFT: Role.OFFICER, S.RETURNED: Role.OFFICER, S.ACCEPTED: Role.APPROVER}


@dataclass(frozen=True)
class Terms:
    """What a list prints of a text."""

    title: str
    value: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class Contract:
    """A contract with its signatories, as this reader sees it."""

    partnership: Partnership
    places: list[Signatory]
    reader: User | None
    # The last offered text, for who may not read the draft that follows it.
    offered: Revision | None = None

    @property
    def terms(self) -> Terms:
        if self.offered is None:
            row = self.partnership
            return Terms(row.title, row.value, row.starts_on, row.ends_on)
        text = self.offered.content
        days = (dt.date.fromisoformat(text[name]) for name in ("starts_on", "ends_on"))
        return Terms(text["title"], text["value"], *days)

    @property
    def parties(self) -> str:
        """CV Baja Karya Tegal × PT PLN (Persero)."""
        names = [share.name for share in self.partnership.shares.all()]
        return f"{', '.join(names)} × {self.partnership.buyer.name}"

    @property
    def awaited(self) -> list[Signatory]:
        return awaited(self.places)

    @property
    def signed(self) -> int:
        return progress(self.places)[0]

    @property
    def signatures(self) -> int:
        return progress(self.places)[1]

    @property
    def authority(self) -> str:
        """Who the tag names: the reader's own authority when its turn is on, else the first awaited."""
        if self.partnership.status != S.AUTHORITY_REVIEW:
            return ""
        waiting = sorted(self.awaited, key=lambda place: not place.yours)
        return waiting[0].name if waiting else ""

    @property
    def yours(self) -> bool:
        """Is the next move the reader's?"""
        if any(place.yours for place in self.awaited) and self.partnership.status != S.ACCEPTED:
            return True
        role = WITH_THE_BUYER.get(S(self.partnership.status))
        return (
            role is not None
            and self.reader is not None
            and self.reader.organisation_id == self.partnership.buyer_id
            and self.reader.acts_as(role)
        )

    @property
    def note(self) -> str:
        """Who acts next, and since when that is awaited."""
        status = self.partnership.status
        if status == S.RETURNED:
            return _("Reason: %(reason)s A new text voids earlier signatures.") % {
                "reason": _sentence(self.partnership.reason)
            }
        if status == S.DRAFT:
            return _("%(buyer)s is writing the text.") % {"buyer": self.partnership.buyer.label}
        if status in (S.REFUSED, S.TERMINATED):
            return _("Reason: %(reason)s") % {"reason": _sentence(self.partnership.reason)}
        if not self.awaited:
            return ""
        first = max(self.awaited, key=lambda place: place.days)
        return ngettext(
            "%(n)s of %(total)s signatures; awaiting %(name)s, %(days)s day.",
            "%(n)s of %(total)s signatures; awaiting %(name)s, %(days)s days.",
            first.days,
        ) % {"n": self.signed, "total": self.signatures, "name": first.name, "days": first.days}


def contract(partnership: Partnership, reader: User | None) -> Contract:
    return contracts([partnership], reader)[0]


def contracts(partnerships: Iterable[Partnership], reader: User | None) -> list[Contract]:
    rows = list(partnerships)
    hidden = [row.pk for row in rows if row.status == S.DRAFT and not may_read_draft(row, reader)]
    texts = (
        {text.partnership_id: text for text in Revision.objects.filter(partnership__in=hidden).order_by("number")}
        if hidden
        else {}
    )
    return [Contract(row, signatories(row, reader), reader, texts.get(row.pk)) for row in rows]


def may_read_draft(partnership: Partnership, reader: User | None) -> bool:
    """Only the buyer reads a text that was not offered yet."""
    return reader is not None and reader.organisation_id == partnership.buyer_id


def own_partnerships(user: User, status: str = "") -> QuerySet[Partnership]:
    """What this person's list shows, ready for `contracts`."""
    found = with_signatories(Partnership.objects.visible_to(user))
    return found.filter(status=status) if status in S.values else found


def status_chips(user: User, current: str) -> list[dict[str, Any]]:
    """One filter for each state that has contracts, with how many."""
    rows = Partnership.objects.visible_to(user).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    chips = [{"label": _("All"), "count": sum(counts.values()), "url": "?", "current": current not in S.values}]
    chips += [
        {
            "label": statuses.label("Partnership", state),
            "count": counts[state],
            "url": f"?status={state}",
            "current": current == state,
        }
        for state in S.values
        if state in counts
    ]
    return chips


def newest_text(partnership: Partnership) -> Revision | None:
    """The last text that was offered: what parties other than the drafting buyer read."""
    return partnership.revisions.order_by("-number").first()


def text_numbered(partnership: Partnership, number: int | None) -> Revision | None:
    """One of its texts; the newest where no number is given."""
    return partnership.revisions.filter(number=number).first() if number is not None else newest_text(partnership)


def text_before(partnership: Partnership, number: int) -> Revision | None:
    """What its signers compare it with: the text before it, and for every text of an amendment the one it would replace."""
    if partnership.amends is not None:
        return text_in_force(partnership.amends, before=partnership.amendment)
    return partnership.revisions.filter(number__lt=number).order_by("-number").first()


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."
