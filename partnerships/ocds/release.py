"""One release: the whole process of a partnership as it stands, and what has changed since the one before."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import translation

from partnerships.enums import PartnershipStatus
from partnerships.models import Line, Partnership, Share, SignOff
from partnerships.ocds import implementation as done
from partnerships.ocds import process
from partnerships.ocds.parties import parties_of, party_id
from partnerships.ocds.values import without_empty
from partnerships.selectors.nameless import with_namelessness
from partnerships.selectors.realised import confirmed_payments, realised_orders
from portal.models import Organisation

LANGUAGE = "id"


# In the place of the name of a business that was one person's own, when that person was erased.
ERASED = "(nama dihapus)"


@dataclass(frozen=True)
class Draft:
    """`content` without `ocid`, `id`, `date` and `tag`, and without the names of businesses that are a person's own."""

    content: dict[str, Any]
    names: dict[Organisation, str]

    def filled(self) -> dict[str, Any]:
        return with_names(self.content, {party_id(each): name for each, name in self.names.items()})


def draft_of(partnership: Partnership) -> Draft:
    """Reads the rows in a fixed number of queries."""
    read = _with_everything().get(pk=partnership.pk)
    with translation.override(LANGUAGE):
        content = _content(read)
    own = [share for share in read.shares.all() if share.own]
    keys = {party_id(share.organisation) for share in own}
    for place in _named(content):
        if place["id"] in keys:
            place.pop("name", None)
    return Draft(content, {each.organisation: "" if each.nameless else each.organisation.name for each in own})


def with_names(content: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """`names` by the id of the party; an empty one was erased."""
    filled = deepcopy(content)
    for place in _named(filled):
        if place["id"] in names:
            place["name"] = names[place["id"]] or ERASED
    return filled


def tags(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """What this release is about, from what differs from the one before; empty when nothing does. Both with names."""
    if before is None:
        found = ["planning"] if after.get("planning") else []
        found += ["tender"] if after.get("tender") else []
        return [*found, "award", "contract", *(["implementation"] if _implemented(after) else [])]
    found = [f"{name}Update" for name in ("planning", "tender") if before.get(name) != after.get(name)]
    found += ["awardUpdate"] if before["awards"] != after["awards"] else []
    if _status(before) != _status(after):
        found.append("contractTermination")
    elif _amendments(before) != _amendments(after):
        found.append("contractAmendment")
    elif _agreed(before) != _agreed(after):
        found.append("contractUpdate")
    if _implemented(before) != _implemented(after):
        found.append("implementationUpdate" if _implemented(before) else "implementation")
    if not found and before != after:
        found.append("contractUpdate")
    return found


def _content(partnership: Partnership) -> dict[str, Any]:
    lines = list(partnership.lines.all())
    orders = realised_orders(partnership)
    paid = [order.row.share for order in orders if confirmed_payments(order)]
    return without_empty(
        {
            "initiationType": "tender",
            "language": LANGUAGE,
            "parties": parties_of(partnership, paid=paid),
            "buyer": {"id": party_id(partnership.buyer), "name": partnership.buyer.name},
            "planning": process.planning(partnership.need),
            "tender": process.tender(partnership),
            "awards": [process.award(partnership, lines)],
            "contracts": [process.contract(partnership, lines, done.implementation(partnership, orders))],
        }
    )


def _with_everything() -> Any:
    return Partnership.objects.select_related("buyer", "need__kbli").prefetch_related(
        Prefetch(
            "shares",
            with_namelessness(Share.objects.select_related("party", "enterprise__organisation", "curation__programme")),
        ),
        Prefetch("lines", Line.objects.select_related("product")),
        Prefetch(
            "amendments",
            Partnership.objects.filter(status=PartnershipStatus.APPLIED).select_related("amends").order_by("amendment"),
        ),
        Prefetch("sign_offs", SignOff.objects.select_related("authority")),
    )


def _named(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every place that names an organisation."""
    yield from content["parties"]
    yield content["buyer"]
    if "procuringEntity" in content.get("tender", {}):
        yield content["tender"]["procuringEntity"]
    for award in content["awards"]:
        yield from award["suppliers"]
    for contract in content["contracts"]:
        for each in contract.get("implementation", {}).get("transactions", []):
            yield from (each["payer"], each["payee"])


def _status(content: dict[str, Any]) -> list[str]:
    return [each["status"] for each in content["contracts"]]


def _amendments(content: dict[str, Any]) -> list[Any]:
    return [each.get("amendments") for each in content["contracts"]]


def _agreed(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: value for key, value in each.items() if key != "implementation"} for each in content["contracts"]]


def _implemented(content: dict[str, Any]) -> list[Any]:
    return [each["implementation"] for each in content["contracts"] if "implementation" in each]
