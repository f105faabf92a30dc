"""Who takes part, in which roles, and by which number: a tax number only where it cannot be a person's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from partnerships.enums import SignOffStatus
from partnerships.models import Partnership, Share
from portal.enums import LegalForm
from portal.models import Enterprise, Organisation, Region

COUNTRY = "Indonesia"
# The list of the tax office at org-id.guide. There is none for the NIB, so the NIB is not published.
TAX_SCHEME = "ID-DJP"
# Legal persons by law. A CV is none, and a one-person company is one natural person's: their numbers stay here.
LEGAL_PERSONS = (LegalForm.PT, LegalForm.COOPERATIVE)


def party_key(organisation: int) -> str:
    return f"mitrapasok-org-{organisation}"


def party_id(organisation: Organisation) -> str:
    return party_key(organisation.pk)


def reference(organisation: Organisation) -> dict[str, Any]:
    return {"id": party_id(organisation), "name": organisation.name}


def parties_of(partnership: Partnership, *, paid: Iterable[Share]) -> list[dict[str, Any]]:
    """The buyer, the suppliers, and the authorities that signed the text in force off."""
    shares = list(partnership.shares.all())
    payees = {share.pk for share in paid}
    places = _places(shares)
    buyer = _party(partnership.buyer, ["buyer", "procuringEntity", *(["payer"] if payees else [])])
    suppliers = [
        _party(share.organisation, ["supplier", *(["payee"] if share.pk in payees else [])])
        | {"identifier": _identifier(share.enterprise, share.organisation), "address": places.get(share.pk)}
        for share in shares
    ]
    authorities = [
        _party(place.authority, ["interestedParty"])
        for place in partnership.sign_offs.all()
        if place.revision == partnership.revision and place.status == SignOffStatus.SIGNED
    ]
    return [buyer, *suppliers, *authorities]


def _party(organisation: Organisation, roles: list[str]) -> dict[str, Any]:
    return reference(organisation) | {"roles": roles}


def _identifier(enterprise: Enterprise, organisation: Organisation) -> dict[str, Any] | None:
    """A 16-digit NPWP that does not begin with 0 is somebody's NIK."""
    number = enterprise.npwp
    merged = organisation.pk != enterprise.organisation_id
    if merged or enterprise.legal_form not in LEGAL_PERSONS or len(number) != 16 or not number.startswith("0"):
        return None
    return {"scheme": TAX_SCHEME, "id": number, "legalName": organisation.name}


def _places(shares: list[Share]) -> dict[int, dict[str, Any]]:
    """Province and regency by share: nobody's street."""
    codes = {share.pk: share.enterprise.village_id for share in shares if share.enterprise.village_id}
    wanted = {code[:length] for code in codes.values() for length in (2, 5)}
    regions = Region.objects.in_bulk(wanted)
    return {
        key: {"locality": str(regions[code[:5]]), "region": str(regions[code[:2]]), "countryName": COUNTRY}
        for key, code in codes.items()
        if code[:5] in regions
    }
