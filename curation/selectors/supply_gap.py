"""What buyers want against what may be had: by KBLI class, place and unit, with the lists behind each figure.

One statement for the table and one for each list, made of the same parts, so that a figure and the list that it opens cannot
differ. What is counted, and what is not: docs/decisions/0024-what-the-supply-gap-counts.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from curation.matching.asking import ask
from curation.matching.facets import CURRENT
from curation.models import Need
from curation.models.need import NeedQuerySet
from curation.scoring.evidence import PER_UNIT, core_title
from portal.enums import EnterpriseStatus, Unit
from portal.models import Enterprise, KbliClass, Organisation, Region
from portal.models.reference import in_english
from portal.selectors.ladder import Ladder, ladder_of, with_ladder
from portal.units import FACTORS

# Days ahead, today included, for which money and promised capacity are counted.
AHEAD = 365
STATES = ("none", "short", "enough")
# What each measure is counted in.
BASES = {measure: unit for unit, (measure, factor) in FACTORS.items() if factor == 1}


def _base_unit(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN '{BASES[measure]}'" for name, (measure, _by) in FACTORS.items())
    return f"(CASE {unit} {whens} ELSE {unit} END)"


def _in_base_units(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN {by}::numeric" for name, (_of, by) in FACTORS.items())
    return f"(CASE {unit} {whens} ELSE 1::numeric END)"


# `kept`: codes that mean the same in both editions. `keyed`: of each class the codes of so many digits that it belongs to, in its own edition and in the other one, where the
# titles of a code in both editions or a reviewed conversion say so (as curation.scoring.evidence.kbli_fit does for a pair).
# `wanted`: open needs, each under one code: of the edition in force where exactly one stands for its class.
# `peak`: from the day when most is wanted at once: two needs that follow each other ask for no more than the larger one.
KEYED = f"""
kept AS MATERIALIZED (
  SELECT way.edition, one.code, way.other
  FROM portal_kbliclass one JOIN portal_kbliclass other ON other.code = one.code AND other.edition > one.edition
  CROSS JOIN LATERAL (VALUES (one.edition, other.edition), (other.edition, one.edition)) AS way (edition, other)
  WHERE one.level BETWEEN %(digits)s AND 5 AND {core_title("other.title")} = {core_title("one.title")}),
keyed AS MATERIALIZED (
  SELECT id, edition, left(code, %(digits)s) AS code FROM portal_kbliclass WHERE level = 5
  UNION
  SELECT k.id, kept.other, left(k.code, %(digits)s)
  FROM portal_kbliclass k CROSS JOIN generate_series(%(digits)s, 5) AS level (digits)
  JOIN kept ON kept.edition = k.edition AND kept.code = left(k.code, level.digits)
  WHERE k.level = 5
  UNION
  SELECT mine.id, now.edition, left(now.code, %(digits)s)
  FROM portal_kbliconversion pair
  JOIN portal_kbliclass mine ON mine.id IN (pair.older_id, pair.newer_id)
  JOIN portal_kbliclass now ON now.id IN (pair.older_id, pair.newer_id) AND now.edition <> mine.edition)"""
WANTED = f"""
{KEYED},
today AS MATERIALIZED (
  SELECT id, CASE WHEN count(*) FILTER (WHERE edition = {int(CURRENT)}) = 1 THEN max(code) FILTER (WHERE edition = {int(CURRENT)}) END AS code
  FROM keyed GROUP BY id),
wanted AS MATERIALIZED (
  SELECT n.id, CASE WHEN today.code IS NULL THEN k.edition ELSE {int(CURRENT)} END AS edition,
    coalesce(today.code, left(k.code, %(digits)s)) AS code,
    CASE WHEN %(by_province)s THEN left(n.delivery_region_id, 2) ELSE '' END AS place,
    {_base_unit("n.unit")} AS unit, n.quantity_per_month * {_in_base_units("n.unit")} AS quantity,
    round(n.quantity_per_month * n.ceiling_price * 12 * greatest(0, least(n.deliver_until, %(last_day)s) - greatest(n.deliver_from, %(day)s) + 1)
      / {AHEAD}) AS value,
    greatest(n.deliver_from, %(day)s) AS starts, n.deliver_until AS until, n.import_substitution, n.hs_id
  FROM curation_need n
  JOIN portal_kbliclass k ON k.id = n.kbli_id
  JOIN today ON today.id = n.kbli_id
  WHERE n.published_at IS NOT NULL AND n.withdrawn_at IS NULL AND (n.deliver_until IS NULL OR n.deliver_until >= %(day)s)
    AND (%(province)s = '' OR left(n.delivery_region_id, 2) = %(province)s)
    AND (%(buyer)s IS NULL OR n.buyer_id = %(buyer)s)
    AND (%(hs)s = '' OR left(n.hs_id, length(%(hs)s)) = %(hs)s)
    AND (NOT %(import_substitution)s OR n.import_substitution)
    AND (NOT %(for_export)s OR n.for_export)
    AND (%(kbli)s = '' OR left(coalesce(today.code, k.code), length(%(kbli)s)) = %(kbli)s)),
chosen AS MATERIALIZED (
  SELECT * FROM wanted
  WHERE (%(code)s = '' OR (edition = %(edition)s AND code = %(code)s)) AND (%(unit)s = '' OR unit = %(unit)s)
    AND (%(place)s = '' OR place = %(place)s))"""
# `firm`: verified enterprises with goods of the class, with what they can still promise a month for the whole year ahead: of
# each product its capacity, and of all together no more than the enterprise's own where it states one that converts.
OFFERED = f"""
promised AS MATERIALIZED (
  SELECT product_id, committed_at_most(product_id, %(day)s, %(last_day)s) AS quantity
  FROM portal_commitment WHERE released_at IS NULL AND ends_on >= %(day)s GROUP BY product_id),
bound AS MATERIALIZED (SELECT DISTINCT p.enterprise_id FROM promised JOIN portal_product p ON p.id = promised.product_id),
offered AS MATERIALIZED (
  SELECT n.edition, n.code, n.unit, p.enterprise_id, {PER_UNIT} AS per_unit,
    greatest(0, p.monthly_capacity - coalesce(promised.quantity, 0)) AS free
  FROM (SELECT DISTINCT edition, code, unit FROM chosen) n
  JOIN keyed ON keyed.edition = n.edition AND keyed.code = n.code
  JOIN portal_product p ON p.kbli_id = keyed.id AND p.withdrawn_at IS NULL
  LEFT JOIN promised ON promised.product_id = p.id),
goods AS (
  SELECT edition, code, unit, enterprise_id, count(*) FILTER (WHERE per_unit IS NOT NULL) AS products, count(*) AS any_products,
    coalesce(sum(free * per_unit), 0) AS free
  FROM offered GROUP BY edition, code, unit, enterprise_id),
firm AS MATERIALIZED (
  SELECT g.edition, g.code, g.unit, g.enterprise_id, g.products, g.any_products, coalesce(left(e.village_id, 2), '') AS province,
    EXISTS (SELECT FROM curation_curation c WHERE c.enterprise_id = e.id AND c.revoked_at IS NULL
            AND %(day)s BETWEEN c.valid_from AND c.valid_until) AS curated,
    round(CASE WHEN own.free IS NULL THEN g.free ELSE greatest(0, least(g.free, own.free)) END, 2) AS capacity
  FROM goods g
  JOIN portal_enterprise e ON e.id = g.enterprise_id AND e.status = '{EnterpriseStatus.VERIFIED.value}'
  LEFT JOIN bound b ON b.enterprise_id = e.id
  LEFT JOIN LATERAL (SELECT unit_converted(e.monthly_capacity - CASE WHEN b.enterprise_id IS NULL THEN 0
    ELSE enterprise_committed_at_most(e.id, e.capacity_unit, %(day)s, %(last_day)s) END, e.capacity_unit, g.unit) AS free) own ON true)"""
# In the place of the row (the province, or the whole country), and in the country.
SUPPLY = """
  SELECT edition, code, unit, {place} AS place, count(*) FILTER (WHERE products > 0) AS firms,
    count(*) FILTER (WHERE products > 0 AND curated) AS curated_firms, count(*) FILTER (WHERE products = 0) AS other_unit,
    coalesce(sum(capacity) FILTER (WHERE products > 0), 0) AS capacity,
    coalesce(sum(capacity) FILTER (WHERE products > 0 AND curated), 0) AS curated_capacity
  FROM firm GROUP BY 1, 2, 3, 4"""
TABLE = f"""
WITH {WANTED}, {OFFERED},
demand AS (
  SELECT edition, code, place, unit, count(*) AS needs, count(*) FILTER (WHERE import_substitution) AS substituting,
    sum(value) AS value, array_remove(array_agg(DISTINCT hs_id ORDER BY hs_id), NULL) AS hs
  FROM chosen GROUP BY edition, code, place, unit),
peak AS (
  SELECT DISTINCT ON (edition, code, place, unit) * FROM (
    SELECT edition, code, place, unit, a.starts AS wanted_from, sum(b.quantity) AS wanted
    FROM (SELECT DISTINCT edition, code, place, unit, starts FROM chosen) a JOIN chosen b USING (edition, code, place, unit)
    WHERE b.starts <= a.starts AND (b.until IS NULL OR b.until >= a.starts) GROUP BY 1, 2, 3, 4, 5) days
  ORDER BY edition, code, place, unit, wanted DESC, wanted_from),
near AS ({SUPPLY.format(place="CASE WHEN %(by_province)s THEN province ELSE '' END")}),
country AS ({SUPPLY.format(place="''")})
SELECT d.edition, d.code, t.title, t.title_en, d.place AS province, coalesce(r.name, '') AS province_name, d.unit, d.needs, d.substituting,
  d.hs, d.value, p.wanted, p.wanted_from, coalesce(n.firms, 0) AS firms, coalesce(n.curated_firms, 0) AS curated_firms,
  coalesce(n.other_unit, 0) AS other_unit, coalesce(n.capacity, 0) AS capacity,
  coalesce(n.curated_capacity, 0) AS curated_capacity, coalesce(c.firms, 0) AS country_firms,
  coalesce(c.curated_firms, 0) AS country_curated_firms, coalesce(c.capacity, 0) AS country_capacity,
  coalesce(c.curated_capacity, 0) AS country_curated_capacity
FROM demand d
JOIN peak p USING (edition, code, place, unit)
JOIN portal_kbliclass t USING (edition, code)
LEFT JOIN near n USING (edition, code, place, unit)
LEFT JOIN country c USING (edition, code, unit)
LEFT JOIN portal_region r ON r.code = d.place"""
NEEDS = f"WITH {WANTED} SELECT id FROM chosen"
FIRMS = f"""
WITH {WANTED}, {OFFERED}
SELECT enterprise_id, edition, code, unit, products, any_products, curated, capacity FROM firm
WHERE (%(place)s = '' OR province = %(place)s) AND (NOT %(curated)s OR curated) AND (products = 0) = %(other_unit)s
ORDER BY edition DESC, code, unit, capacity DESC, enterprise_id"""


@dataclass(frozen=True)
class Asked:
    """`digits` of the KBLI code, two to five; `curated`: only what curated enterprises offer counts as supply."""

    by_province: bool = False
    digits: int = 5
    province: str = ""
    # Beginnings of codes; the KBLI one of the edition in force.
    kbli: str = ""
    hs: str = ""
    buyer: int | None = None
    import_substitution: bool = False
    for_export: bool = False
    curated: bool = False
    # One row of the table.
    edition: int = int(CURRENT)
    code: str = ""
    unit: str = ""
    place: str = ""
    # Of the enterprises, those that sell only in a unit that does not convert.
    other_unit: bool = False

    @property
    def width(self) -> int:
        """A code may be asked for that is longer than the rows are wide."""
        return max(self.digits, len(self.kbli))

    def values(self, day: dt.date) -> dict[str, Any]:
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        return known | {"digits": self.width, "day": day, "last_day": day + dt.timedelta(days=AHEAD - 1)}


@dataclass(frozen=True)
class Supply:
    """Enterprises with goods in a unit that converts, and what they can still promise a month, in the row's unit."""

    firms: int
    curated_firms: int
    capacity: Decimal
    curated_capacity: Decimal


@dataclass(frozen=True)
class Gap:
    """A class, in one unit, in the whole country or one province of delivery: what is wanted a month and what may be had."""

    edition: int
    code: str
    title: str
    title_en: str
    province: str
    province_name: str
    unit: str
    needs: int
    substituting: int
    hs: tuple[str, ...]
    # A month, when most is wanted at once, from that day on.
    wanted: Decimal
    wanted_from: dt.date
    # Rupiah at the ceiling prices, delivered within a year from today.
    value: int
    # In the row's place, and everywhere.
    there: Supply
    country: Supply
    # Enterprises whose goods of this class are counted otherwise alone.
    other_unit: int
    curated: bool = False

    @property
    def display_title(self) -> str:
        return self.title_en if self.title_en and in_english() else self.title

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label)

    @property
    def is_current(self) -> bool:
        return self.edition == CURRENT

    @property
    def firms(self) -> int:
        return self.there.curated_firms if self.curated else self.there.firms

    @property
    def capacity(self) -> Decimal:
        return self.there.curated_capacity if self.curated else self.there.capacity

    @property
    def missing(self) -> Decimal:
        return max(Decimal(0), self.wanted - self.capacity)

    @property
    def coverage(self) -> Decimal:
        """In percent, at most 100."""
        return min(Decimal(100), self.capacity * 100 / self.wanted)

    @property
    def state(self) -> str:
        if not self.firms:
            return "none"
        return "short" if self.missing else "enough"

    @property
    def elsewhere_enough(self) -> bool:
        """Not here, but within the country."""
        capacity = self.country.curated_capacity if self.curated else self.country.capacity
        return bool(self.province) and self.state != "enough" and capacity >= self.wanted


@dataclass(frozen=True)
class Offering:
    """An enterprise behind a figure. `capacity` in the row's unit; None where it sells in others alone."""

    enterprise: Enterprise
    edition: int
    code: str
    unit: str
    products: int
    curated: bool
    capacity: Decimal | None

    @property
    def ladder(self) -> Ladder:
        return ladder_of(self.enterprise)

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label)


def supply_gap(asked: Asked) -> list[Gap]:
    """What nobody offers first, then what too few do; within each what is worth most."""
    gaps = [_gap(row, asked) for row in ask(TABLE, asked.values(timezone.localdate()))]
    return sorted(gaps, key=lambda gap: (STATES.index(gap.state), -gap.value, gap.code, gap.province, gap.unit))


def wanted_needs(asked: Asked) -> NeedQuerySet:
    """The needs behind a figure, what is worth most first."""
    found = [row["id"] for row in ask(NEEDS, asked.values(timezone.localdate()))]
    needs = Need.objects.open().filter(pk__in=found).select_related("buyer", "kbli", "delivery_region")
    return needs.order_by((F("quantity_per_month") * F("ceiling_price")).desc(), "pk")


def offering_rows(asked: Asked) -> list[dict[str, Any]]:
    """The enterprises behind a figure, as keys with their figures; `offering` looks them up."""
    return ask(FIRMS, asked.values(timezone.localdate()))


def offering(rows: list[dict[str, Any]]) -> list[Offering]:
    firms = with_ladder(Enterprise.objects.public()).select_related("organisation", "village")
    there = firms.in_bulk([row["enterprise_id"] for row in rows])
    return [
        Offering(
            there[row["enterprise_id"]],
            row["edition"],
            row["code"],
            row["unit"],
            row["products"] or row["any_products"],
            row["curated"],
            row["capacity"] if row["products"] else None,
        )
        for row in rows
        if row["enterprise_id"] in there
    ]


@dataclass(frozen=True)
class RowWords:
    """What a row of the table is about, for the lists behind it."""

    kbli: KbliClass | None
    place: Region | None
    unit_label: str


def row_words(asked: Asked) -> RowWords:
    codes = KbliClass.objects.filter(edition=asked.edition, code=asked.code)
    places = Region.objects.filter(code=asked.place or asked.province)
    return RowWords(
        codes.first() if asked.code else None,
        places.first() if asked.place or asked.province else None,
        str(Unit(asked.unit).label) if asked.unit else "",
    )


def buyers_with_needs() -> list[tuple[int, str]]:
    rows = Organisation.objects.filter(needs__in=Need.objects.open()).distinct().order_by("name")
    return [(row.pk, row.label) for row in rows]


def _gap(row: Mapping[str, Any], asked: Asked) -> Gap:
    names = ("firms", "curated_firms", "capacity", "curated_capacity")
    here = Supply(**{name: row[name] for name in names})
    country = Supply(**{name: row[f"country_{name}"] for name in names})
    plain = (
        "edition", "code", "title", "title_en", "province", "province_name", "unit", "needs", "substituting", "wanted",
        "wanted_from", "other_unit",
    )  # fmt: skip
    return Gap(
        **{name: row[name] for name in plain},
        hs=tuple(row["hs"]),
        value=int(row["value"]),
        there=here,
        country=country,
        curated=asked.curated,
    )
