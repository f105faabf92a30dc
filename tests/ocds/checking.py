"""What the standard's tools do not see: ids that point nowhere, schemes nobody registered, and numbers of people."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

# Of organisations at org-id.guide, of items and units in the standard's lists.
REGISTERED = {"identifier": {"ID-DJP"}, "classification": {"HS"}, "unit": {"UNCEFACT"}}
NAMED = ("buyer", "procuringEntity", "payer", "payee", "suppliers", "tenderers")
ROLES = {
    "buyer": "buyer",
    "procuringEntity": "procuringEntity",
    "suppliers": "supplier",
    "payer": "payer",
    "payee": "payee",
}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+07:00")
# A NIK, an NPWP of either length, a mobile phone, an address.
LIKE_A_NUMBER = re.compile(r"\d{15,16}|(?:\+?62|0)8\d{7,11}")
FINGERPRINT = re.compile(r"\b[0-9a-f]{64}\b")
DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+\+07:00)?")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
DATES = ("date", "dateSigned", "dateMet", "dueDate", "dateModified", "startDate", "endDate", "datePublished")


def broken(releases: Iterable[dict[str, Any]]) -> list[str]:
    """Of all releases of an export, in words; empty where every reference leads somewhere."""
    found, ids = [], Counter()
    ocids: dict[str, str] = {}
    for release in releases:
        ids[release.get("id")] += 1
        contract = release["contracts"][0]["id"]
        if ocids.setdefault(release["ocid"], contract) != contract:
            found.append(f"{release['ocid']} is two processes")
        found += [f"{release['id']}: {each}" for each in _broken(release)]
    return found + [f"{key} was published {count} times" for key, count in ids.items() if count > 1 or not key]


def personal(releases: Iterable[dict[str, Any]], known: Iterable[str]) -> list[str]:
    """`known`: numbers and addresses of people. A legal person's tax number is none; everything else that looks like one is."""
    numbers = {each for each in known if each}
    found = []
    for release in releases:
        for path, value in _texts(release):
            digits = re.sub(r"[\s.\-()]", "", DAY.sub(" ", FINGERPRINT.sub(" ", value)))
            if path.endswith("identifier.id") and digits not in numbers:
                continue
            if (
                LIKE_A_NUMBER.search(digits)
                or ADDRESS.search(value)
                or any(each in value or each in digits for each in numbers)
            ):
                found.append(f"{release['id']} {path}: {value}")
    return found


def in_order(value: Any) -> Any:
    """Merging puts what is new at the end of a list; no list of ours has an order."""
    if isinstance(value, dict):
        return {key: in_order(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(in_order, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def _broken(release: dict[str, Any]) -> Iterator[str]:
    parties = {party.get("id"): party for party in release["parties"]}
    awards = {award["id"] for award in release["awards"]}
    if release["buyer"]["id"] not in parties:
        yield "the buyer is not among the parties"
    for contract in release["contracts"]:
        if contract["awardID"] not in awards:
            yield f"award {contract['awardID']} is not there"
    referred = set()
    for key, place in _references(release):
        referred.add(place.get("id"))
        party = parties.get(place.get("id"))
        if party is None or party["name"] != place.get("name"):
            yield f"{key} {place.get('id')} is no party, or has another name there"
        elif ROLES[key] not in party["roles"]:
            yield f"{key} {place['id']} lacks the role"
    for key, party in parties.items():
        if key not in referred and party["roles"] != ["interestedParty"]:
            yield f"{key} is a party that nothing refers to"
    yield from _without_id(release, "")
    for path, value in _objects(release):
        name = path.rpartition(".")[2]
        if name in REGISTERED and "scheme" in value and value["scheme"] not in REGISTERED[name]:
            yield f"{path}: the scheme {value['scheme']} is not registered"
    for path, value in _texts(release):
        if path.rpartition(".")[2] in DATES and not DATE.fullmatch(value):
            yield f"{path}: {value} is no whole date-time of Jakarta"


def _references(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for _path, each in _objects(value):
        for key in NAMED:
            if key in each:
                yield from ((key, place) for place in (each[key] if isinstance(each[key], list) else [each[key]]))


def _without_id(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _without_id(each, f"{path}.{key}")
    elif isinstance(value, list):
        ids = [each.get("id") for each in value if isinstance(each, dict)]
        if not all(ids) or len(set(ids)) < len(ids):
            yield f"{path}: an id is missing or stands twice"
        for each in value:
            yield from _without_id(each, path)


def _objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            yield from _objects(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each, path)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, path)
