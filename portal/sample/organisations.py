"""Buyers, authorities, PLUT centres and the rest, with their people. What stands already is kept, and added to."""

from __future__ import annotations

from portal import audit
from portal.enums import Capability, Ownership
from portal.models import Organisation
from portal.reference.files import rows_of
from portal.sample.cast import AUTHORITIES, FOUNDERS, HELPERS, OTHER_BUYERS, PLAIN_BUYERS, House
from portal.sample.people import sample_person

LIST_OF_2019 = "Daftar BUMN sekitar 2019, sebelum penggabungan kemudian"


def add_organisations() -> None:
    sources = {row["name"]: row["source"] for row in rows_of("founding_soes.csv")}
    for house in (*FOUNDERS, *OTHER_BUYERS, *AUTHORITIES, *HELPERS):
        _add(house, sources.get(house.name) or (LIST_OF_2019 if house in OTHER_BUYERS else ""))
    for name in PLAIN_BUYERS:
        _organisation(House(name, "", (Capability.BUYER,), (), ownership=Ownership.STATE), LIST_OF_2019)


def _add(house: House, source: str) -> None:
    organisation = _organisation(house, source)
    for player in house.people:
        sample_person(player.email, player.name, organisation, player.role)


def _organisation(house: House, source: str) -> Organisation:
    """By name. One that is there keeps what it can and what somebody wrote; a bank becomes buyer and financier."""
    found = Organisation.objects.filter(name=house.name).first()
    if found is None:
        found = Organisation.objects.create(
            name=house.name,
            short_name=house.short_name,
            capabilities=list(house.capabilities),
            ownership=house.ownership,
            region_code=house.region,
            source=source,
            is_sample=True,
        )
        audit.record(
            found, "add_organisation", by=None, payload={"name": found.name, "capabilities": found.capabilities}
        )
        return found
    missing = [capability for capability in house.capabilities if not found.can(capability)]
    filled = {
        name: value
        for name, value in (("ownership", house.ownership), ("region_code", house.region))
        if value and not getattr(found, name)
    }
    if missing or filled:
        found.capabilities = [*found.capabilities, *missing]
        for name, value in filled.items():
            setattr(found, name, value)
        found.save(update_fields=["capabilities", *filled])
    return found
