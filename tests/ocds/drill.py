"""`make ocds`: PARTNERSHIPS=200 in every state out of the sample data, exported as a reader gets them, and checked.

By the standard's own tools, offline (libcoveocds with all additional checks, ocdskit), and by our checks of what these do not see.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from partnerships.enums import DeliveryStatus, InvoiceStatus, OrderStatus, PartnershipStatus, PaymentStatus
from partnerships.models import Delivery, Invoice, Partnership, Payment, PurchaseOrder
from partnerships.models.partnership import PUBLIC_STATES
from partnerships.ocds.parties import LEGAL_PERSONS
from portal.models import Enterprise, User
from tests.ocds import checking, standard
from tests.ocds.partnerships import build

WANTED = int(os.environ.get("PARTNERSHIPS", "200"))
FEED, RECORDS, YEAR = "/api/v1/ocds/releases/", "/api/v1/ocds/records/", "/ocds/releases-{}.jsonl.gz"
# A buyer's signature and the way to the authorities are one step: nothing rests there.
STATES = {
    Partnership: set(PartnershipStatus) - {PartnershipStatus.SOE_SIGNED},
    PurchaseOrder: set(OrderStatus),
    Delivery: set(DeliveryStatus),
    Invoice: set(InvoiceStatus),
    Payment: set(PaymentStatus),
}


@dataclass
class Export:
    """What a reader gets who follows the links from page to page."""

    packages: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def releases(self) -> list[dict[str, Any]]:
        return [release for package in self.packages for release in package["releases"]]

    @property
    def compiled(self) -> list[dict[str, Any]]:
        return [record["compiledRelease"] for package in self.records for record in package["records"]]


def main() -> int:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    count = build(WANTED)
    missing = missing_states()
    states = Counter(Partnership.objects.values_list("status", flat=True))
    print(f"{count} partnerships: " + ", ".join(f"{state} {n}" for state, n in sorted(states.items())), flush=True)
    export = exported()
    found = checked(export, known_numbers())
    for line in found.said[:40]:
        print(line)
    public = Partnership.objects.filter(status__in=PUBLIC_STATES).count()
    whole = count >= WANTED and not missing and len(export.compiled) == public and export.lines == export.releases
    if not whole:
        print(
            f"missing states: {missing}; {len(export.compiled)} records of {public}; {len(export.lines)} lines a year"
        )
    print(found.line(len(export.releases)), flush=True)
    return 0 if whole and found.clean else 1


def missing_states() -> list[str]:
    return [
        f"{model.__name__} {state}"
        for model, states in STATES.items()
        for state in sorted(states - set(model.objects.values_list("status", flat=True)))
    ]


def exported() -> Export:
    export = Export(list(_pages(FEED)), list(_pages(RECORDS)))
    for year in sorted({release["date"][:4] for release in export.releases}):
        packed = b"".join(Client().get(YEAR.format(year)).streaming_content)
        export.lines += [json.loads(line) for line in gzip.decompress(packed).splitlines()]
    return export


def _pages(address: str) -> Iterator[dict[str, Any]]:
    while address:
        answer = Client().get(address.removeprefix(settings.SITE_URL))
        assert answer.status_code == 200, (address, answer.status_code)
        yield answer.json()
        address = standard.next_page(answer)


def known_numbers() -> set[str]:
    """Of people: what stands in accounts, and in businesses all but the tax number of a legal person."""
    found = {value for pair in User.objects.values_list("email", "phone") for value in pair}
    for each in Enterprise.objects.all():
        found |= {each.email, each.phone, each.owner_nik}
        legal = each.legal_form in LEGAL_PERSONS and each.npwp.startswith("0")
        found |= set() if legal else {each.npwp}
    return {each for each in found if each}


@dataclass
class Found:
    counts: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not any(self.counts.values())

    def add(self, name: str, said: list[str]) -> None:
        self.counts[name] += len(said)
        self.said += [f"{name}: {each}" for each in said]

    def line(self, releases: int) -> str:
        names = ("validation_errors", "codelist", "additional_checks", "additional_fields", "broken_references", "personal_numbers")  # fmt: skip
        return f"ocds: releases={releases} " + " ".join(f"{name}={self.counts[name]}" for name in names)


def checked(export: Export, known: set[str]) -> Found:
    found = Found()
    with tempfile.TemporaryDirectory(prefix="mitrapasok-ocds-") as name:
        for package in [*export.packages, *_of_compiled(export)]:
            report = standard.report(package, Path(name))
            for key, said in standard.findings(report).items():
                found.add(key, said)
    for package in export.records:
        found.add("validation_errors", standard.record_errors(package))
    found.add("broken_references", checking.broken(export.releases) + checking.broken(export.compiled))
    found.add("broken_references", _merged_otherwise(export))
    found.add("personal_numbers", checking.personal([*export.releases, *export.compiled], known))
    return found


def _of_compiled(export: Export) -> Iterator[dict[str, Any]]:
    """libcoveocds takes no record package offline: what a record amounts to is a release all the same."""
    for package in export.records:
        releases = [record["compiledRelease"] for record in package["records"]]
        yield {key: value for key, value in package.items() if key != "records"} | {"releases": releases}


def _merged_otherwise(export: Export) -> list[str]:
    """Records whose compiled release is not what ocdskit makes of their releases."""
    package = export.packages[0] | {"releases": export.releases}
    theirs = {each["ocid"]: checking.in_order(each) for each in standard.compiled_by_ocdskit(package)}
    ours = {each["ocid"]: checking.in_order(each) for each in export.compiled}
    return [f"{ocid} is merged otherwise" for ocid in theirs.keys() | ours.keys() if theirs.get(ocid) != ours.get(ocid)]
