"""Reads evidence from live data: one statement for a snapshot, a dry run or a whole pool of enterprises.

Everything here is fixed text of our own; what people typed reaches the database as parameters only. Aliases that the
features' expressions use: `s` whose evidence (enterprise, programme, product, day), `e` the enterprise, `o` the offer – the
product and the need it is measured against –, `d` its papers, `a` its activities, `t` its track record, `home` and `place` the coordinates.
"""

from __future__ import annotations

from portal.enums import DocumentKind
from portal.units import FACTORS

# A paper without an end date. Later than any date a criterion can ask for.
NO_END = "date '9999-12-31'"
EARTH_KM = 6371
# Two years: so long a proven problem counts against who had it.
DISPUTE_DAYS = 730

DATED_KINDS = (
    DocumentKind.SNI,
    DocumentKind.HALAL,
    DocumentKind.BPOM,
    DocumentKind.PIRT,
    DocumentKind.ISO_9001,
    DocumentKind.TKDN,
    DocumentKind.LAB_TEST,
)


def kbli_fit(edition: str, code: str, wanted_edition: str, wanted_code: str) -> str:
    """How many leading digits two classes share: 5, 4, 3, 2 or 0.

    Across editions digits count while the group of that code has the same title in both ("Industri" in front and "ytdl" or
    "lainnya" at the end apart): most codes were kept when their meaning was, but not all. And they count through reviewed
    conversions (portal_kbliconversion), whatever the titles say: the class as it is called in the wanted edition.
    """
    return f"""coalesce(greatest((
      SELECT max(digits) FROM (VALUES (5), (4), (3), (2)) AS level (digits)
      WHERE length({wanted_code}) >= digits AND left({code}, digits) = left({wanted_code}, digits)
        AND ({edition} = {wanted_edition} OR EXISTS (
          SELECT 1 FROM portal_kbliclass one JOIN portal_kbliclass other ON other.code = one.code
          WHERE one.edition = {edition} AND other.edition = {wanted_edition} AND one.code = left({wanted_code}, digits)
            AND {core_title("one.title")} = {core_title("other.title")}))),
      CASE WHEN {edition} <> {wanted_edition} THEN (
        SELECT max(digits) FROM portal_kbliclass mine
        JOIN portal_kbliconversion pair ON mine.id IN (pair.older_id, pair.newer_id)
        JOIN portal_kbliclass now ON now.id IN (pair.older_id, pair.newer_id) AND now.id <> mine.id
        CROSS JOIN (VALUES (5), (4), (3), (2)) AS level (digits)
        WHERE mine.edition = {edition} AND mine.code = {code} AND now.edition = {wanted_edition}
          AND length({wanted_code}) >= digits AND left(now.code, digits) = left({wanted_code}, digits)) END), 0)"""


def core_title(title: str) -> str:
    return rf"regexp_replace(lower({title}), '^(jasa )?(industri|aktivitas) |(,? (lainnya|ytdl|yang tidak .*))+$', '', 'g')"


def _measure(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN '{measure}'" for name, (measure, _by) in FACTORS.items())
    return f"CASE {unit} {whens} END"


def _factor(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN {factor}::numeric" for name, (_of, factor) in FACTORS.items())
    return f"CASE {unit} {whens} END"


# How many of the need's units one unit of the product is: they convert, or the product is sold in such a unit, too (and that
# says how many of its own it holds); else NULL.
OTHER = "other ->> 'unit'"
PER_UNIT = f"""CASE WHEN p.unit = n.unit THEN 1::numeric
  WHEN {_measure("p.unit")} = {_measure("n.unit")} THEN {_factor("p.unit")} / {_factor("n.unit")}
  WHEN p.units <> '[]' THEN (
    SELECT CASE WHEN {OTHER} = n.unit THEN 1 ELSE {_factor(f"({OTHER})")} / {_factor("n.unit")} END / (other ->> 'holds')::numeric
    FROM jsonb_array_elements(p.units) WITH ORDINALITY AS listed (other, place)
    WHERE {OTHER} = n.unit OR {_measure(f"({OTHER})")} = {_measure("n.unit")}
    ORDER BY ({OTHER} = n.unit) DESC, place LIMIT 1) END"""
# Of one unit of the product, at the quantity that the need asks for in a month: the lowest price that holds for it. As
# portal.pricing.price_at says.
PRICE = """CASE WHEN priced.tiers = '[]' AND priced.units = '[]' THEN priced.price::numeric ELSE least(priced.price, (
    SELECT min((tier ->> 'price')::numeric) FROM jsonb_array_elements(priced.tiers) AS listed (tier)
    WHERE (tier ->> 'from_quantity')::numeric <= priced.need_quantity / priced.per_unit), (
    SELECT min((other ->> 'price')::numeric / (other ->> 'holds')::numeric) FROM jsonb_array_elements(priced.units) AS listed (other)
    WHERE (other ->> 'holds')::numeric <= priced.need_quantity / priced.per_unit)) END"""

# The product and the need that fit each other best: the one offered, or the best of those on sale; one row at most.
OFFER = f"""LEFT JOIN LATERAL (
  SELECT priced.*, {PRICE} AS price_there FROM (SELECT p.id AS product_id, n.id AS need_id, n.quantity_per_month AS need_quantity, n.unit AS need_unit,
         n.ceiling_price, n.required_certificates, n.delivery_region_id, n.hs_id AS need_hs,
         nk.code AS need_code, nk.edition AS need_edition,
         p.price, p.tiers, p.units, p.monthly_capacity, p.minimum_order, p.lead_time_days, p.tkdn, p.hs_id,
         {PER_UNIT} AS per_unit, CASE WHEN p.id IS NOT NULL THEN {kbli_fit("pk.edition", "pk.code", "nk.edition", "nk.code")} END AS fit
  FROM curation_programme_needs pn
  JOIN curation_need n ON n.id = pn.need_id
  JOIN portal_kbliclass nk ON nk.id = n.kbli_id
  LEFT JOIN portal_product p ON p.enterprise_id = e.id
    AND CASE WHEN s.product_id IS NULL THEN p.withdrawn_at IS NULL ELSE p.id = s.product_id END
  LEFT JOIN portal_kbliclass pk ON pk.id = p.kbli_id
  WHERE pn.programme_id = s.programme_id) AS priced
  ORDER BY fit DESC NULLS LAST, per_unit IS NULL, monthly_capacity DESC NULLS LAST, need_id, product_id
  LIMIT 1
) o ON true"""

# Of each kind how long the paper that is valid longest is, and how long a verified one; which paper counts is the one that
# somebody verified while it is valid, else the longest (`best_first` of the model says the same), with the longer one that
# follows it. One bound to another product does not count, nor one that was refused. An end that has passed stays: a criterion
# says what it thinks of it, as of the day it is asked.
DOCUMENTS = f"""LEFT JOIN LATERAL (
  SELECT {", ".join(f"max(longest) FILTER (WHERE kind = '{kind.value}') AS {kind.value}" for kind in DATED_KINDS)},
         bool_or(longest >= s.day) FILTER (WHERE kind = 'deed') AS deed,
         array_agg(verified_until ORDER BY verified_until) FILTER (WHERE verified_until IS NOT NULL) AS verified_until,
         count(*) FILTER (WHERE verified_until >= s.day) AS verified,
         count(*) FILTER (WHERE kind = ANY (o.required_certificates)) AS required_held,
         min(longest) FILTER (WHERE kind = ANY (o.required_certificates)) AS required_until,
         coalesce(jsonb_object_agg(kind, counts || CASE WHEN counts -> 'until' <> longer -> 'until'
           THEN jsonb_build_object('then', longer) ELSE '{{}}' END), '{{}}') AS papers
  FROM (
    SELECT kind, max(until) AS longest, max(until) FILTER (WHERE verified) AS verified_until,
           (array_agg(paper ORDER BY (verified AND until >= s.day) DESC, until DESC, verified DESC, id))[1] AS counts,
           (array_agg(paper ORDER BY until DESC, verified DESC, id))[1] AS longer
    FROM (
      SELECT id, kind, until, verified, jsonb_build_object('id', id, 'until', until, 'verified', verified) AS paper
      FROM portal_document, LATERAL (SELECT coalesce(valid_until, {NO_END}), verified_at IS NOT NULL) AS said (until, verified)
      WHERE enterprise_id = e.id AND (valid_from IS NULL OR valid_from <= s.day) AND refused_at IS NULL
        AND (product_id IS NULL OR product_id = o.product_id)
    ) papers
    GROUP BY kind
  ) of_kind
) d ON true"""

ACTIVITIES = f"""LEFT JOIN LATERAL (
  SELECT max({kbli_fit("k.edition", "k.code", "o.need_edition", "o.need_code")}) AS fit,
         array_agg(DISTINCT k.code::text ORDER BY k.code::text) AS codes
  FROM portal_activity act JOIN portal_kbliclass k ON k.id = act.kbli_id
  WHERE act.enterprise_id = e.id
) a ON true"""


def coordinates(alias: str, region: str) -> str:
    """Of its regency, else of its province; districts and villages have none. `OFFSET 0` keeps the regency a value of its own:
    the database then remembers the coordinates of each it has looked up."""
    return f"""LEFT JOIN LATERAL (SELECT left({region}, 5) AS code OFFSET 0) {alias}_regency ON true
LEFT JOIN LATERAL (
  SELECT latitude::float8 AS latitude, longitude::float8 AS longitude FROM portal_region
  WHERE code IN ({alias}_regency.code, left({alias}_regency.code, 2)) AND latitude IS NOT NULL AND longitude IS NOT NULL
  ORDER BY level DESC LIMIT 1
) {alias} ON true"""


# The enterprise's own point where it lies in its province, else its regency's or province's.
HOME = f"""{coordinates("region", "e.village_id")}
LEFT JOIN LATERAL (
  SELECT CASE WHEN e.point_fits THEN e.latitude::float8 ELSE region.latitude END AS latitude,
         CASE WHEN e.point_fits THEN e.longitude::float8 ELSE region.longitude END AS longitude
) home ON true"""

# Haversine. Rounded to whole kilometres, so that the last bit of a sine on another machine says nothing.
DISTANCE_KM = f"""round({EARTH_KM * 2} * asin(least(1, sqrt(
  sin(radians(place.latitude - home.latitude) / 2) ^ 2
  + cos(radians(home.latitude)) * cos(radians(place.latitude)) * sin(radians(place.longitude - home.longitude) / 2) ^ 2))))"""

SOURCES = "\n".join(
    (
        "JOIN portal_enterprise e ON e.id = s.enterprise_id",
        OFFER,
        DOCUMENTS,
        ACTIVITIES,
        "LEFT JOIN curation_trackrecord t ON t.enterprise_id = e.id",
        HOME,
        coordinates("place", "o.delivery_region_id"),
    )
)
# What a snapshot keeps beside the features: what they were measured against, and the papers they rest on.
BASIS = {
    "product_id": "o.product_id",
    "product_name": "coalesce((SELECT offered.name FROM portal_product offered WHERE offered.id = o.product_id), '')",
    "product_price": "o.price",
    "product_unit": "coalesce((SELECT offered.unit FROM portal_product offered WHERE offered.id = o.product_id), '')",
    "need_id": "o.need_id",
    "need_quantity": "o.need_quantity::numeric(18, 4)",
    "need_unit": "coalesce(o.need_unit, '')",
    "papers": "d.papers",
    "province": "nullif(left(e.village_id, 2), '')",
    "verified_until": "coalesce(d.verified_until, '{}')",
}
