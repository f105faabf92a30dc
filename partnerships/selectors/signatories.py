"""Who signs a contract, who has, and who is awaited since when. Works on prefetched rows, so lists stay cheap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from partnerships.enums import PartnershipStatus, Party, SignOffStatus
from partnerships.models import AgreementParty, Partnership, Share, Signature, SignOff
from partnerships.selectors.nameless import with_namelessness
from portal.models import Organisation, User
from portal.selectors.ladder import of_parties

DONE, NOW, TODO, BACK = "done", "now", "todo", "back"


@dataclass(frozen=True)
class Signatory:
    """One place on the stepper. `since`: from when this party is awaited; `days`: how many days that is now."""

    party: Party
    organisation: Organisation
    state: str
    who: str = ""
    at: dt.datetime | None = None
    since: dt.datetime | None = None
    due: dt.date | None = None
    yours: bool = False

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def days(self) -> int:
        if self.since is None:
            return 0
        return (timezone.localdate() - timezone.localdate(self.since)).days


def with_signatories(partnerships: QuerySet[Partnership]) -> QuerySet[Partnership]:
    """Everything `signatories` looks at, in a fixed number of queries."""
    return partnerships.select_related("buyer", "agreement", "amends").prefetch_related(
        parties(),
        Prefetch("signatures", Signature.objects.select_related("signed_by")),
        Prefetch("sign_offs", SignOff.objects.select_related("authority", "decided_by")),
        Prefetch("agreement__parties", AgreementParty.objects.select_related("organisation")),
    )


def parties(to: str = "shares") -> Prefetch:
    """The enterprises of contracts, each with where it stands on the verification ladder."""
    shares = with_namelessness(Share.objects.select_related("party"))
    return Prefetch(to, shares.prefetch_related(of_parties()))


def signatories(partnership: Partnership, user: User | None = None) -> list[Signatory]:
    """Enterprises, then the buyer, then the authorities, each with where it stands under the current text."""
    own = user.organisation_id if user is not None else None
    signed = {
        (each.party, each.organisation_id): each
        for each in partnership.signatures.all()
        if each.revision == partnership.revision
    }
    places: list[Signatory] = []
    for share in partnership.shares.all():
        organisation = share.organisation
        open_now = partnership.status == PartnershipStatus.OFFERED
        places.append(_place(Party.ENTERPRISE, organisation, signed, partnership.offered_at if open_now else None, own))
    last_acceptance = max((each.at for each in places if each.at), default=None)
    open_now = partnership.status == PartnershipStatus.ACCEPTED
    places.append(_place(Party.BUYER, partnership.buyer, signed, last_acceptance if open_now else None, own))
    return places + _authorities(partnership, own)


def awaited(places: Iterable[Signatory]) -> list[Signatory]:
    return [place for place in places if place.state == NOW]


def progress(places: Iterable[Signatory]) -> tuple[int, int]:
    """How many have signed, of how many."""
    states = [place.state for place in places]
    return states.count(DONE), len(states)


def required_authorities(partnership: Partnership, day: dt.date | None = None) -> list[Organisation]:
    """The authorities the agreement asks for this contract, each as whoever holds its office on that day, in signing order.

    One that was dissolved is replaced by its successor; where two places fall to the same successor, it signs once.
    """
    day = day or timezone.localdate()
    found: dict[int, Organisation] = {}
    for party in required_places(partnership):
        holder = in_office(party.organisation, day)
        if holder is not None:
            found.setdefault(holder.pk, holder)
    return list(found.values())


def required_places(partnership: Partnership) -> list[AgreementParty]:
    cooperative = any(share.enterprise.is_cooperative for share in partnership.shares.all())
    return [
        party
        for party in partnership.agreement.parties.all()
        if party.signs and (cooperative or not party.only_cooperatives)
    ]


def in_office(organisation: Organisation, day: dt.date) -> Organisation | None:
    """The organisation itself, or along its successors the one that exists on that day."""
    seen: set[int] = set()
    current: Organisation | None = organisation
    while current is not None and current.pk not in seen:
        if current.is_valid_on(day):
            return current
        seen.add(current.pk)
        current = current.successor
    return None


def _place(
    party: Party,
    organisation: Organisation,
    signed: dict[tuple[str, int], Signature],
    since: dt.datetime | None,
    own: int | None,
) -> Signatory:
    signature = signed.get((party, organisation.pk))
    if signature is not None:
        return Signatory(
            party,
            organisation,
            DONE,
            who=str(signature.signed_by),
            at=signature.signed_at,
            yours=organisation.pk == own,
        )
    return Signatory(party, organisation, NOW if since else TODO, since=since, yours=organisation.pk == own)


def _authorities(partnership: Partnership, own: int | None) -> list[Signatory]:
    rows = [row for row in partnership.sign_offs.all() if row.revision == partnership.revision]
    if not rows:
        return [
            Signatory(Party.AUTHORITY, holder, TODO, yours=holder.pk == own)
            for holder in required_authorities(partnership)
        ]
    return [_sign_off_place(partnership, row, own) for row in rows]


def _sign_off_place(partnership: Partnership, row: SignOff, own: int | None) -> Signatory:
    yours = row.authority_id == own
    if row.status != SignOffStatus.PENDING:
        state = DONE if row.status == SignOffStatus.SIGNED else BACK
        return Signatory(Party.AUTHORITY, row.authority, state, who=str(row.decided_by), at=row.decided_at, yours=yours)
    if partnership.status != PartnershipStatus.AUTHORITY_REVIEW or row.opened_at is None:
        return Signatory(Party.AUTHORITY, row.authority, TODO, yours=yours)
    return Signatory(Party.AUTHORITY, row.authority, NOW, since=row.opened_at, due=row.due_on, yours=yours)
