"""A need that is too big for one, enterprises that could share it, and consortia in each state, by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from curation.models import Consortium, ConsortiumMember, Need
from curation.services.consortium import accept_share, cancel_consortium, invite_members, save_proposal
from curation.services.forming import Wish
from curation.services.searching import refresh_search
from portal.models import Enterprise, Product, User
from tests.factories import curation, partnerships
from tests.factories.enterprises import enterprise, owner_of, product


@dataclass
class Supply:
    """Foundries in Klaten, each with one product in kilograms; `officer` has curated them."""

    officer: User
    need: Need
    firms: list[Enterprise] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)

    def add(self, capacity: int, price: int = 27_500, *, curated: bool = True, **fields: Any) -> Enterprise:
        made = enterprise(**fields)
        self.firms.append(made)
        self.owners.append(owner_of(made))
        self.products.append(product(made, monthly_capacity=Decimal(capacity), price=price))
        if curated:
            self.curate(made)
        refresh_search()
        return made

    def curate(self, firm: Enterprise) -> None:
        programme = self.need.programmes.first() or partnerships.programme_of(self.officer)
        programme.needs.add(self.need)
        partnerships.curation_of(firm, programme, by=self.officer)

    def wish(self, **fields: Any) -> Wish:
        return Wish(**{"starts_on": timezone.localdate() + dt.timedelta(days=30), "members_at_most": 4, **fields})

    def owner(self, member: ConsortiumMember) -> User:
        return self.owners[[firm.pk for firm in self.firms].index(member.enterprise_id)]


def supply(*capacities: int, quantity: int = 1000, officer: User | None = None, **fields: Any) -> Supply:
    """By default three that share 1,000 kilograms a month."""
    officer = officer or curation.officer()
    made = Supply(officer, curation.need(by=officer, quantity_per_month=Decimal(quantity), **fields))
    for place, capacity in enumerate(capacities or (600, 500, 400)):
        made.add(capacity, 27_000 + 100 * place)
    return made


def draft(made: Supply, **wish: Any) -> Consortium:
    # Formed from what is found.
    refresh_search()
    return save_proposal(made.need, made.wish(**wish), by=made.officer)[0]


def inviting(made: Supply, **wish: Any) -> Consortium:
    consortium = draft(made, **wish)
    invite_members(consortium, by=made.officer)
    return consortium


def complete(made: Supply, **wish: Any) -> Consortium:
    consortium = inviting(made, **wish)
    for member in consortium.members.filter(status="invited"):
        accept_share(member, by=made.owner(member))
    consortium.refresh_from_db()
    return consortium


def cancelled(made: Supply, **wish: Any) -> Consortium:
    consortium = inviting(made, **wish)
    cancel_consortium(consortium, by=made.officer, reason="Anggaran ditunda.")
    return consortium
