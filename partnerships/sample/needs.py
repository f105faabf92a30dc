"""What the buyers ask for: needs worded after titles of real tenders (column `after` of needs.csv), published or in draft."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.utils import timezone

from curation.models import Need
from curation.services.need import add_need, publish_need, withdraw_need
from portal.enums import Capability, Role
from portal.models import KbliClass, Organisation, Region, User
from portal.rules.kbli import kbli_edition
from portal.sample.keys import dice
from portal.sample.people import acting_in

NEEDS = Path(__file__).with_name("needs.csv")
# Every so many-th stays a draft; one is withdrawn.
DRAFT_EVERY = 9
WITHDRAWN = "Jasa bubut dan frais komponen mesin"


@cache
def rows() -> tuple[dict[str, str], ...]:
    with NEEDS.open(encoding="utf-8", newline="") as source:
        return tuple(csv.DictReader(source))


def wanted_by(buyer: str, trade: str) -> list[str]:
    """The items that this buyer, by its short name, asks for in a trade."""
    return [row["item"] for row in rows() if row["buyer"] == buyer and row["trade"] == trade]


def add_needs(in_programmes: set[str]) -> None:
    """`in_programmes`: items that a programme is about, so they must be published."""
    roll, edition = dice("needs"), kbli_edition(timezone.localdate())
    for number, row in enumerate(rows(), 1):
        officer = officer_of(row["buyer"])
        need = add_need(officer.organisation, by=officer, **_values(row, edition, roll.randint(30, 150)))
        Need.objects.filter(pk=need.pk).update(is_sample=True)
        if row["item"] not in in_programmes and number % DRAFT_EVERY == 0:
            continue
        publish_need(need, by=officer)
        _backdate(need, roll.randint(3, 70))
        if row["item"] == WITHDRAWN:
            withdraw_need(need, by=officer)


def officer_of(short_name: str, *, second: bool = False) -> User:
    """The buyer's first officer, or the second, acting for it."""
    organisation = Organisation.objects.with_capability(Capability.BUYER).get(short_name=short_name)
    return officers_of(short_name)[1] if second else acting_in(organisation, Role.OFFICER)


def officers_of(short_name: str) -> list[User]:
    organisation = Organisation.objects.with_capability(Capability.BUYER).get(short_name=short_name)
    found = organisation.memberships.active().filter(role=Role.OFFICER).select_related("user", "organisation")
    return [membership.user.act_as(membership) for membership in found.order_by("pk")]


def _values(row: dict[str, str], edition: int, days: int) -> dict[str, object]:
    start = timezone.localdate() + dt.timedelta(days=days)
    return {
        "item": row["item"],
        "specification": row["specification"],
        "kbli": KbliClass.objects.get(edition=edition, code=row["kbli"]),
        "hs_id": row["hs"] or None,
        "quantity_per_month": Decimal(row["quantity"]),
        "unit": row["unit"],
        "ceiling_price": int(row["ceiling"]),
        "delivery_region": Region.objects.get(code=row["region"]),
        "deliver_from": start,
        "deliver_until": start + dt.timedelta(days=365),
        "required_certificates": [kind for kind in row["certificates"].split("|") if kind],
        "import_substitution": row["substitutes"] == "1",
        "for_export": row["exports"] == "1",
    }


def _backdate(need: Need, days: int) -> None:
    when = timezone.now() - dt.timedelta(days=days)
    Need.objects.filter(pk=need.pk).update(created_at=when - dt.timedelta(days=2), published_at=when)
    need.published_at = when
