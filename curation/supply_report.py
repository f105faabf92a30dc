"""The supply gap and the lists behind it as tables for spreadsheet programs: titles first, then a line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Need
from curation.selectors.supply_gap import Gap, Offering

STATES = {
    "none": gettext_lazy("Nobody offers it"),
    "short": gettext_lazy("Not enough"),
    "enough": gettext_lazy("Enough"),
}


def table(gaps: Iterable[Gap]) -> Iterator[list[Any]]:
    yield [
        "KBLI", _("Edition"), _("Class"), _("Province of delivery"), _("State"), _("Needs"), _("Replace an import"), "HS",
        _("Unit"), _("Wanted a month"), _("From"), _("Value in a year at the ceiling price (Rp)"), _("Curated businesses"),
        _("Active businesses"), _("Capacity a month, curated"), _("Capacity a month, active"),
        _("Active businesses in the country"), _("Capacity a month in the country"), _("Missing a month"),
        _("Businesses that sell in another unit"), _("As of"),
    ]  # fmt: skip
    day = timezone.localdate()
    for gap in gaps:
        yield [
            gap.code, gap.edition, gap.display_title, gap.province_name or _("Whole country"), str(STATES[gap.state]),
            gap.needs, gap.substituting, ", ".join(gap.hs), gap.unit_label, gap.wanted, gap.wanted_from, gap.value,
            gap.there.curated_firms, gap.there.firms, gap.there.curated_capacity, gap.there.capacity, gap.country.firms,
            gap.country.capacity, gap.missing, gap.other_unit, day,
        ]  # fmt: skip


def needs(rows: Iterable[Need]) -> Iterator[list[Any]]:
    yield [
        _("Number"), _("Item"), _("Buyer"), "KBLI", _("Edition"), _("Class"), "HS", _("Replaces an import"), _("For export"),
        _("Quantity per month"), _("Unit"), _("Ceiling price per unit"), _("Place of delivery"), _("Delivery from"),
        _("Delivery until"),
    ]  # fmt: skip
    said = {True: _("Yes"), False: _("No")}
    for need in rows:
        yield [
            need.number, need.item, need.buyer.name, need.kbli.code, need.kbli.edition, need.kbli.display_title, need.hs_id,
            said[need.import_substitution], said[need.for_export], need.quantity_per_month, need.get_unit_display(),
            need.ceiling_price, need.delivery_region.full_name, need.deliver_from, need.deliver_until,
        ]  # fmt: skip


def businesses(rows: Iterable[Offering]) -> Iterator[list[Any]]:
    yield [
        _("Business"), _("Place"), _("Checked so far"), _("Checked on"), "KBLI", _("Edition"), _("Curated"), _("Products"), _("Capacity a month"), _("Unit"), _("As of")
    ]  # fmt: skip
    said, day = {True: _("Yes"), False: _("No")}, timezone.localdate()
    for row in rows:
        village = row.enterprise.village
        yield [
            row.enterprise.organisation.name, village.full_name if village else "", str(row.ladder.rung.label),
            row.ladder.since, row.code, row.edition, said[row.curated],
            row.products, row.capacity, row.unit_label, day,
        ]  # fmt: skip
