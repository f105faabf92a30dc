"""Search rows read from what people entered: one statement, for a whole rebuild or for what changed.

Everything here is fixed text of our own. Aliases: `p` the product, `n` the need, `e` the enterprise, `k` the class. The day is
Jakarta's: the database's own begins seven hours later.
"""

from __future__ import annotations

from curation.matching.facets import CURATED, EDITIONS, LEVELS, TYPED
from curation.models import SearchedNeed, SearchedProduct
from curation.scoring.evidence import HOME
from portal.enums import EnterpriseStatus
from portal.units import FACTORS

# The best-placed products, and the next: so many of each.
TIERS = (10_000, 50_000)
COLUMNS = [field.column for field in SearchedProduct._meta.get_fields()]
PRODUCT_ROWS, NEXT_ROWS = SearchedProduct._meta.db_table, "curation_searchedproduct_next"
NEED_ROWS = SearchedNeed._meta.db_table
CONFIGURATION = "search_id"
# Marks of so many programmes count as all that a track record can say.
MOST_MARKS = 5
# The best-placed first: the rungs of the ladder take the first they meet.
# Equals lie in an order of their own, so that a tier ends somewhere even where thousands stand alike.
_STANDING = "({curated})::int + coalesce({score}, {completeness}) + mod({id} * 7919, 100003) * 1e-9::float8"
BY_STANDING = _STANDING.format(curated="curated", score="score", completeness="completeness", id="id")
IN_ORDER = f"{BY_STANDING} DESC"


def measure(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN '{of}'" for name, (of, _by) in FACTORS.items())
    return f"(CASE {unit} {whens} ELSE {unit} END)"


def factor(unit: str) -> str:
    whens = " ".join(f"WHEN '{name}' THEN {by}::float8" for name, (_of, by) in FACTORS.items())
    return f"(CASE {unit} {whens} ELSE 1::float8 END)"


def folded(name: str, text: str, class_title: str, whose: str) -> str:
    """The texts as they are compared, once for each row: folding is most of the work."""
    columns = zip(("name", "text", "class_title", "whose"), (name, text, class_title, whose), strict=True)
    return f"CROSS JOIN LATERAL (SELECT {', '.join(f'search_fold({sql}) AS {column}' for column, sql in columns)} OFFSET 0) folded"


# Of `folded`.
WORDS = " || ".join(
    f"setweight(to_tsvector('{CONFIGURATION}', folded.{column}), '{weight}')"
    for weight, column in (("A", "name"), ("B", "text"), ("C", "class_title"), ("D", "whose"))
)
# In words, as the weights count them.
NAME_LENGTH, TEXT_LENGTH = (
    f"coalesce(array_length(string_to_array(nullif(folded.{column}, ''), ' '), 1), 0)" for column in ("name", "text")
)
# The name's words as they stand, for whoever is still typing: a stem ("ripik") doesn't begin as its word ("keripik") does.
TYPED_WORDS = f"ARRAY(SELECT DISTINCT '{TYPED}' || w FROM unnest(string_to_array(folded.name, ' ')) AS w WHERE w <> '')"


def _kbli_facets() -> str:
    letter = (
        "CASE k.edition " + " ".join(f"WHEN {edition} THEN '{letter}'" for edition, letter in EDITIONS.items()) + " END"
    )
    return ", ".join(f"({letter}) || '{digits}:' || left(k.code, {digits})" for digits in LEVELS)


def tier(standing: str) -> str:
    """1, 2 or 3; SearchState has where the first two end."""
    cut = "(SELECT {} FROM curation_searchstate WHERE collection = 'products')"
    return (
        f"CASE WHEN {standing} >= {cut.format('first_tier')} THEN 1"
        f" WHEN {standing} >= {cut.format('second_tier')} THEN 2 ELSE 3 END"
    )


# Of the enterprise: its marks that stand, its newest official points, its papers that count today.
STANDING = """
LEFT JOIN LATERAL (
  SELECT count(DISTINCT c.programme_id) FILTER (WHERE c.valid_from <= current_date) AS marks,
         min(CASE WHEN c.valid_from > current_date THEN c.valid_from ELSE c.valid_until + 1 END) AS changes
  FROM curation_curation c WHERE c.enterprise_id = e.id AND c.revoked_at IS NULL AND c.valid_until >= current_date
) marked ON true
LEFT JOIN LATERAL (
  SELECT max(official.total)::float8 / 100 AS score FROM curation_application a JOIN LATERAL (
    SELECT s.total FROM curation_score s WHERE s.application_id = a.id AND s.kind = 'official' ORDER BY s.as_of DESC, s.id DESC LIMIT 1
  ) official ON true WHERE a.enterprise_id = e.id
) scored ON true
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT d.kind::text) FILTER (WHERE d.valid_from IS NULL OR d.valid_from <= current_date) AS kinds,
         min(CASE WHEN d.valid_from > current_date THEN d.valid_from ELSE d.valid_until + 1 END) AS changes
  FROM portal_document d
  WHERE d.enterprise_id = e.id AND (d.product_id IS NULL OR d.product_id = p.id) AND d.refused_at IS NULL
    AND (d.valid_until IS NULL OR d.valid_until >= current_date)
) papers ON true
"""
FACTOR = factor("p.unit")
OTHER = "other ->> 'unit'"
# Prices by quantity, and what a whole other unit costs as soon as one is wanted: as portal.pricing.price_at says.
PRICED = f"""
LEFT JOIN LATERAL (
  SELECT array_agg(q ORDER BY q) AS quantities, array_agg(r ORDER BY q) AS rupiah FROM (
    SELECT (tier ->> 'from_quantity')::float8 * {FACTOR} AS q, (tier ->> 'price')::float8 / {FACTOR} AS r
    FROM jsonb_array_elements(p.tiers) AS listed (tier)
    UNION ALL
    SELECT (other ->> 'holds')::float8 * {FACTOR}, (other ->> 'price')::float8 / (other ->> 'holds')::float8 / {FACTOR}
    FROM jsonb_array_elements(p.units) AS listed (other)) prices
) tiers ON p.tiers <> '[]' OR p.units <> '[]'
LEFT JOIN LATERAL (
  SELECT array_agg({measure(f"({OTHER})")} ORDER BY place) AS measures,
         array_agg(p.monthly_capacity::float8 / (other ->> 'holds')::float8 * {factor(f"({OTHER})")} ORDER BY place) AS amounts,
         array_agg((other ->> 'price')::float8 / {factor(f"({OTHER})")} ORDER BY place) AS prices
  FROM jsonb_array_elements(p.units) WITH ORDINALITY AS listed (other, place)
) units ON p.units <> '[]'
"""
PLACED = _STANDING.format(
    curated="marked.marks > 0", score="scored.score", completeness="e.completeness::float8 / 100", id="p.id"
)
FACETS = f"""array_remove(ARRAY[{_kbli_facets()}, 'p:' || left(e.village_id, 2), 'b:' || e.business_class,
  CASE WHEN marked.marks > 0 THEN '{CURATED}' END], NULL) || ARRAY(SELECT 'c:' || kind FROM unnest(papers.kinds) AS kind)
  || {TYPED_WORDS}"""

PRODUCTS = f"""
SELECT p.id AS id, e.id AS owner, {WORDS} || array_to_tsvector({FACETS}) AS words,
  {NAME_LENGTH} AS name_length, {TEXT_LENGTH} AS text_length,
  k.edition AS edition, k.code AS kbli, coalesce(p.hs_id, '') AS hs,
  ARRAY[{measure("p.unit")}]::varchar[] || coalesce(units.measures, '{{}}')::varchar[] AS measures,
  ARRAY[p.monthly_capacity::float8 * {FACTOR}] || coalesce(units.amounts, '{{}}') AS amounts,
  ARRAY[p.price::float8 / {FACTOR}] || coalesce(units.prices, '{{}}') AS prices,
  coalesce(tiers.quantities, '{{}}') AS tier_from, coalesce(tiers.rupiah, '{{}}') AS tier_price,
  left(e.village_id, 2)::smallint AS province, home.latitude AS latitude, home.longitude AS longitude,
  coalesce(papers.kinds, '{{}}')::varchar[] AS certificates, coalesce(marked.marks > 0, false) AS curated,
  {tier(PLACED)} AS tier,
  scored.score AS score, e.completeness::float8 / 100 AS completeness, least(1, marked.marks::float8 / {MOST_MARKS}) AS track,
  least(papers.changes, marked.changes) AS stale_on
FROM portal_product p
JOIN portal_enterprise e ON e.id = p.enterprise_id AND e.status = '{EnterpriseStatus.VERIFIED.value}'
JOIN portal_organisation o ON o.id = e.organisation_id
JOIN portal_kbliclass k ON k.id = p.kbli_id
LEFT JOIN portal_region r ON r.code = left(e.village_id, 5)
{folded("p.name", "p.description", "k.title", "concat_ws(' ', o.name, r.full_name)")}
{HOME} {STANDING} {PRICED}
WHERE p.withdrawn_at IS NULL AND e.unconfirmed_since IS NULL
"""

NEED_FACTOR = factor("n.unit")
NEED_FACETS = f"""array_remove(ARRAY[{_kbli_facets()}, 'p:' || left(n.delivery_region_id, 2),
  CASE WHEN n.import_substitution THEN 'f:import_substitution' END, CASE WHEN n.for_export THEN 'f:for_export' END], NULL)
  || ARRAY(SELECT 'c:' || kind FROM unnest(n.required_certificates) AS kind)"""
NEEDS = f"""
SELECT n.id AS id, n.buyer_id AS owner, {WORDS} || array_to_tsvector({NEED_FACETS}) AS words,
  {NAME_LENGTH} AS name_length, {TEXT_LENGTH} AS text_length,
  k.edition AS edition, k.code AS kbli, coalesce(n.hs_id, '') AS hs,
  ARRAY[{measure("n.unit")}]::varchar[] AS measures, ARRAY[n.quantity_per_month::float8 * {NEED_FACTOR}] AS amounts,
  ARRAY[n.ceiling_price::float8 / {NEED_FACTOR}] AS prices, '{{}}'::float8[] AS tier_from, '{{}}'::float8[] AS tier_price,
  left(n.delivery_region_id, 2)::smallint AS province, place.latitude AS latitude, place.longitude AS longitude,
  n.required_certificates::varchar[] AS certificates, false AS curated, 3 AS tier, NULL::float8 AS score, 0::float8 AS completeness,
  0::float8 AS track, n.deliver_until + 1 AS stale_on
FROM curation_need n
JOIN portal_organisation o ON o.id = n.buyer_id
JOIN portal_kbliclass k ON k.id = n.kbli_id
LEFT JOIN portal_region r ON r.code = left(n.delivery_region_id, 5)
LEFT JOIN LATERAL (
  SELECT latitude::float8 AS latitude, longitude::float8 AS longitude FROM portal_region
  WHERE code IN (n.delivery_region_id, left(n.delivery_region_id, 5), left(n.delivery_region_id, 2)) AND latitude IS NOT NULL
  ORDER BY level DESC LIMIT 1
) place ON true
{folded("n.item", "n.specification", "k.title", "concat_ws(' ', o.name, o.short_name, r.full_name)")}
WHERE n.published_at IS NOT NULL AND n.withdrawn_at IS NULL AND n.unconfirmed_since IS NULL AND (n.deliver_until IS NULL OR n.deliver_until >= current_date)
"""
_CHANGED = [name for name in COLUMNS if name != "id"]


def insert(table: str, source: str, *, in_order: bool = False) -> str:
    order = f" ORDER BY {IN_ORDER}" if in_order else ""
    return f"INSERT INTO {table} ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM ({source}) AS read{order}"


def upsert(table: str, source: str) -> str:
    """A row that reads the same is left alone: the index would learn every word of it anew."""
    old = ", ".join(f"{table}.{name}" for name in _CHANGED)
    new = ", ".join(f"EXCLUDED.{name}" for name in _CHANGED)
    return (
        f"{insert(table, source)} ON CONFLICT (id) DO UPDATE SET ({', '.join(_CHANGED)}) = ROW ({new})"
        f" WHERE ({old}) IS DISTINCT FROM ({new})"
    )


def remove(table: str, source: str, of: str) -> str:
    """Rows among those asked for (`of`, a condition on the table) that are not found any more."""
    return f"DELETE FROM {table} WHERE {of} AND NOT EXISTS (SELECT FROM ({source}) AS read WHERE read.id = {table}.id)"
