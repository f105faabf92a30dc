"""The ranking statement: candidates by the ladder, words by BM25F, then everything else that a buyer weighs. One statement.

First pass, over all candidates: which words stand in which field, not how often. Second pass, over the best of those: how
often, in how long a text, side by side or not. Then one best row of each owner, with every component of its rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.matching.collection import Collection
from curation.matching.kinship import WORTH, Kin
from curation.matching.parameters import HELD, Parameters
from curation.matching.query import MatchQuery, measure_of
from curation.matching.terms import Term, Terms
from curation.models import Language
from curation.scoring.evidence import EARTH_KM

# What each component weighs where it is asked for; the total is their weighted mean. Chosen, not measured: every judged set
# there is judges words alone.
WEIGHTS = {
    "text": 0.50,
    "kbli": 0.18,
    "capacity": 0.07,
    "price": 0.05,
    "certificates": 0.06,
    "distance": 0.04,
    "score": 0.06,
    "completeness": 0.02,
    "track": 0.02,
}
# A plain search is about its words; standing only orders equals.
STANDING_IN_SEARCH = 0.02
# Beyond this a place is simply far (kilometres): half the way from Sabang to Merauke is no nearer than all of it.
FAR = 1_500
# Ranks that differ by less are equals and take turns.
EQUALS = 0.01


@dataclass(frozen=True)
class Asked:
    """A query with all that had to be looked up for it."""

    query: MatchQuery
    terms: Terms
    kin: Kin | None = None
    point: tuple[float, float] | None = None
    # The viewer is a buyer or a ministry.
    with_scores: bool = False
    # Supply for a need (more is better) or needs for a product (no more than one can make).
    offers: bool = True


def statement(
    collection: Collection,
    asked: Asked,
    candidates: Sequence[int],
    limit: int,
    parameters: Parameters = HELD,
) -> tuple[str, Mapping[str, Any]]:
    """Ranks the rows of these ids, and keeps the best `limit` owners."""
    weights = active_weights(asked)
    bound = _values(asked, limit, parameters) | {"candidates": list(candidates)}
    keep = f"ORDER BY rough DESC, id LIMIT {parameters.keep * limit}"
    feedback = parameters.feedback > 0 and collection.language == Language.ENGLISH and bool(asked.terms.all)
    total = " + ".join(f"{weight}::float8 * coalesce({name}, 0)" for name, weight in weights.items()) or "0"
    mean = f"({total}) / {sum(weights.values()) or 1}::float8"
    text = f"""
WITH measured AS MATERIALIZED (
  SELECT c.*, {_measures(asked)} FROM {collection.rows} c WHERE id = ANY (%(candidates)s::bigint[])),
featured AS MATERIALIZED (SELECT m.*, {_features(asked)} FROM measured m),
kept AS MATERIALIZED (
  SELECT *, {mean.replace("coalesce(text, 0)", _rough(asked.terms, parameters))} AS rough FROM featured {keep}),
{_text(collection, asked.terms, parameters, feedback)}
ranked AS (
  SELECT k.*, {"least(1, coalesce(t.points, 0) / %(ideal)s::float8)" if asked.terms.all else "NULL::float8"} AS text, t.points
  FROM kept k LEFT JOIN (SELECT id, {_SAME} AS points FROM worded) t USING (id)),
totalled AS (SELECT *, {mean} AS total FROM ranked),
single AS (
  SELECT *, row_number() OVER (PARTITION BY owner ORDER BY total DESC, points DESC NULLS LAST, id) AS of_owner FROM totalled)
SELECT id, owner, total, text, near, kbli_digits, capacity, price, held, distance_km, {_shown()}, curated,
       amount, price_there, other_unit, ARRAY(SELECT w FROM unnest(%(typed)s::text[], %(typed_as)s::text[]) AS each (w, q) WHERE words @@ q::tsquery) AS words
FROM single WHERE of_owner = 1
ORDER BY {"floor(total / %(equals)s) DESC, hashint8extended(owner, %(turn)s)" if asked.query.turn is not None else "total DESC, points DESC NULLS LAST"}, id
LIMIT %(limit)s"""
    return text, bound


# In whatever order the words of two alike rows were added up, they are equals and the id decides.
_SAME = "round(points::numeric, 9)::float8"


def active_weights(asked: Asked) -> dict[str, float]:
    """The components that this query asks for. What nobody asked can't tell good from bad."""
    query = asked.query
    wanted = {
        "text": bool(asked.terms.all),
        "near": asked.kin is not None,
        "capacity": query.quantity is not None and bool(query.unit),
        "price": query.ceiling_price is not None and bool(query.unit),
        "held": bool(query.certificates),
        "distance": asked.point is not None,
    }
    names = {"near": "kbli", "held": "certificates"}
    weights = {name: WEIGHTS[names.get(name, name)] for name, is_wanted in wanted.items() if is_wanted}
    standing = ("score", "completeness", "track") if asked.with_scores else ("completeness", "track")
    factor = 1.0 if len(weights) > 1 else STANDING_IN_SEARCH
    return weights | {name: WEIGHTS[name] * factor for name in standing}


def shares(asked: Asked) -> dict[str, float]:
    """What each component asked for counts in the total, together 1, by its name in `Components`."""
    weights = active_weights(asked)
    names = {"near": "kbli", "held": "certificates"}
    return {names.get(name, name): weight / sum(weights.values()) for name, weight in weights.items()}


def _measures(asked: Asked) -> str:
    """What the features are made of, once for each candidate."""
    query = asked.query
    at = "array_position(measures, %(measure)s::varchar)" if query.unit else "NULL::int"
    price = f"prices[{at}]"
    if query.quantity is not None and query.unit:
        price = f"""CASE WHEN tier_from = '{{}}' OR {at} <> 1 THEN {price} ELSE least({price}, (
          SELECT min(p) FROM unnest(tier_from, tier_price) AS tier (f, p) WHERE f <= %(quantity)s)) END"""
    parts = {
        "amount": f"amounts[{at}]",
        "price_there": price,
        "other_unit": f"({at}) IS NULL" if query.unit else "false",
        "kbli_digits": _digits(asked.kin),
        "distance_km": _kilometres(asked.point),
    }
    return ", ".join(f"{sql} AS {name}" for name, sql in parts.items())


def _features(asked: Asked) -> str:
    """Everything but words, of each candidate. NULL where nothing is asked or known: `least` and `greatest` would skip it."""
    query = asked.query
    parts = dict.fromkeys(("near", "capacity", "price", "held"), "NULL::float8")
    if query.quantity is not None and query.unit:
        # What is offered against what is wanted, or what can be made against what a need wants.
        share = "amount / %(quantity)s::float8" if asked.offers else "%(quantity)s::float8 / nullif(amount, 0)"
        parts["capacity"] = f"CASE WHEN amount IS NOT NULL THEN least(1, {share}) END"
    if query.ceiling_price is not None and query.unit:
        # Up to the ceiling all prices serve, cheaper ones a little more; above it they fall to nothing at twice the ceiling.
        ratio = "price_there / %(ceiling)s::float8" if asked.offers else "%(ceiling)s::float8 / nullif(price_there, 0)"
        parts["price"] = (
            f"CASE WHEN {ratio} <= 1 THEN 1 - 0.2::float8 * ({ratio})"
            f" WHEN {ratio} > 1 THEN greatest(0, 0.8::float8 * (2 - {ratio})) END"
        )
    if query.certificates:
        held = " + ".join(
            f"(%(certificate{number})s = ANY (certificates))::int" for number in range(len(set(query.certificates)))
        )
        parts["held"] = f"({held})::float8 / %(certificate_count)s"
    if asked.kin is not None:
        worth = " ".join(f"WHEN {digits} THEN {worth}::float8" for digits, worth in WORTH.items())
        same_goods = (
            "left(hs, 6) = left(%(hs)s, 6) THEN 1 WHEN hs <> '' AND left(hs, 4) = left(%(hs)s, 4) THEN 0.8::float8"
        )
        goods = f"CASE WHEN hs <> '' AND {same_goods} ELSE 0 END" if query.hs else "0"
        parts["near"] = f"greatest(CASE kbli_digits {worth} END, {goods})"
    parts["distance"] = (
        f"CASE WHEN distance_km IS NOT NULL THEN greatest(0, 1 - distance_km / {FAR}) END"
        if asked.point
        else "NULL::float8"
    )
    return ", ".join(f"{sql} AS {name}" for name, sql in parts.items())


def _digits(kin: Kin | None) -> str:
    if kin is None:
        return "0"
    digits = " ".join(f"WHEN left(kbli, {n}) = left(%(kbli)s, {n}) THEN {n}" for n in (5, 4, 3, 2))
    elsewhere = "coalesce((SELECT fit FROM unnest(%(kin_codes)s::varchar[], %(kin_fits)s::int[]) AS other (code, fit) WHERE code = kbli), 0)"
    return f"CASE WHEN edition = %(edition)s THEN CASE {digits} ELSE 0 END ELSE {elsewhere} END"


def _kilometres(point: tuple[float, float] | None) -> str:
    if point is None:
        return "NULL::float8"
    return f"""CASE WHEN latitude IS NOT NULL THEN {EARTH_KM * 2} * asin(least(1, sqrt(
      sin(radians(%(latitude)s - latitude) / 2) ^ 2 + cos(radians(latitude)) * cos(radians(%(latitude)s))
      * sin(radians(%(longitude)s - longitude) / 2) ^ 2))) END"""


def _shown() -> str:
    return "distance, score, completeness, track, certificates"


def _rough(terms: Terms, parameters: Parameters) -> str:
    """Which of the words it has, and where, as a share of all: two tests a word, without unpacking the row's words."""
    if not terms.all:
        return "0"
    name = _saturated(parameters.name, parameters)
    text = _saturated(parameters.text, parameters)
    parts = " + ".join(
        f"{term.mass:.6f}::float8 * CASE WHEN words @@ '{_in_field(term, 'A')}'::tsquery THEN {name:.4f}::float8"
        f" WHEN words @@ '{term.query}'::tsquery THEN {text:.4f}::float8 ELSE 0::float8 END"
        for term in terms.all
    )
    return f"least(1, ({parts}) / %(ideal)s::float8)"


def _saturated(frequency: float, parameters: Parameters) -> float:
    return frequency * (parameters.k1 + 1) / (frequency + parameters.k1)


def _in_field(term: Term, field: str) -> str:
    return f"({'|'.join(f'{variant.word}:{field}' for variant in term.variants)})"


def _frequency(row: str, lexeme: str, parameters: Parameters) -> str:
    """How often a lexeme stands in a row, by field, each weighed and by its length: one number, `tf`."""
    p = parameters
    return f"""
  CROSS JOIN LATERAL (SELECT cardinality(array_positions({lexeme}.weights, 'A')) AS a, cardinality(array_positions({lexeme}.weights, 'B')) AS b,
    cardinality(array_positions({lexeme}.weights, 'C')) AS c, cardinality(array_positions({lexeme}.weights, 'D')) AS d OFFSET 0) m
  CROSS JOIN LATERAL (SELECT {p.name}::float8 * m.a / ({1 - p.name_b}::float8 + {p.name_b}::float8 * {row}.name_length / size.name_length)
    + CASE WHEN size.has_names THEN {p.text} ELSE 1 END::float8 * m.b / ({1 - p.text_b}::float8 + {p.text_b}::float8 * {row}.text_length / size.text_length)
    + {p.class_title} * sign(m.c) + {p.owner} * sign(m.d) AS tf OFFSET 0) f"""


def _text(collection: Collection, terms: Terms, parameters: Parameters, feedback: bool) -> str:
    if not terms.all:
        return "worded AS (SELECT NULL::bigint AS id, NULL::float8 AS points WHERE false),"
    p = parameters
    adjacent = _adjacent(terms, parameters)
    return f"""size AS MATERIALIZED (
  SELECT entries, greatest(name_length, 0.001) AS name_length, greatest(text_length, 0.001) AS text_length, has_names
  FROM {collection.state} WHERE collection = '{collection.name}'),
term AS MATERIALIZED (
  SELECT * FROM unnest(%(term)s::int[], %(word)s::text[], %(worth)s::float8[], %(mass)s::float8[]) AS each (term, word, worth, mass)),
hit AS (
  SELECT k.id, t.term, max(t.mass) AS mass, max(t.worth * f.tf * ({p.k1} + 1)::float8 / (f.tf + {p.k1}::float8)) AS points
  FROM kept k CROSS JOIN size CROSS JOIN LATERAL unnest(ts_filter(k.words, '{{a,b,c,d}}')) u JOIN term t ON t.word = u.lexeme {_frequency("k", "u", p)}
  GROUP BY k.id, t.term),
based AS MATERIALIZED (
  SELECT id, sum(points) * power(sum(mass) / %(whole)s::float8, {p.coordination}) AS points FROM hit GROUP BY id),
beside AS MATERIALIZED (
  SELECT b.id, b.points + {adjacent} AS points FROM based b JOIN kept k USING (id)),
{_feedback(collection, parameters) if feedback else "worded AS (SELECT * FROM beside),"}"""


def _adjacent(terms: Terms, parameters: Parameters) -> str:
    """Of the query's neighbours, those that are neighbours in the row's name, else in its text."""
    by_place = {place: term for term in terms.all for place in term.places if term.variants[0].word == term.typed}
    worth: dict[tuple[str, str], float] = {}
    for place, term in by_place.items():
        after = by_place.get(place + 1)
        if after is not None and after.typed != term.typed:
            pair = term.typed, after.typed
            worth[pair] = worth.get(pair, 0.0) + parameters.adjacency * (term.idf + after.idf) / 2
    return " + ".join(
        [
            "0",
            *(
                f"{value:.6f}::float8 * CASE WHEN k.words @@ '{a}:AB'::tsquery AND (k.words @@ '{a}:A <-> {b}:A'::tsquery"
                f" OR k.words @@ '{a}:B <-> {b}:B'::tsquery) THEN 1 ELSE 0 END"
                for (a, b), value in worth.items()
            ),
        ]
    )


def _feedback(collection: Collection, parameters: Parameters) -> str:
    """Words that the best rows share are looked for in all of them, too: what they call the thing."""
    p = parameters
    return f"""best AS (
  SELECT id, points / max(points) OVER () AS share, count(*) OVER () AS of
  FROM (SELECT id, points FROM beside ORDER BY points DESC, id LIMIT {p.feedback_rows}) z),
learnt AS MATERIALIZED (
  SELECT word, idf, value / max(value) OVER () AS weight FROM (
    SELECT u.lexeme AS word, power(ln(1 + (size.entries - max(w.entries) + .5) / (max(w.entries) + .5)), {p.idf_power}) AS idf,
           sum(best.share) / max(best.of) * ln(size.entries / max(w.entries)) AS value
    FROM best JOIN kept k USING (id) CROSS JOIN size CROSS JOIN LATERAL unnest(ts_filter(k.words, '{{a,b,c,d}}')) u
    JOIN {collection.occurrences} w ON w.word = u.lexeme AND w.entries > 1
    WHERE best.of >= 3 AND u.lexeme <> ALL (%(typed)s)
      AND NOT EXISTS (SELECT FROM curation_stopword s WHERE s.language = '{collection.language}' AND s.word = u.lexeme)
    GROUP BY u.lexeme, size.entries HAVING sum(best.share) / max(best.of) > {p.feedback_share}
    ORDER BY value DESC, word DESC LIMIT {p.feedback_words}) z),
echo AS (
  SELECT k.id, sum(l.weight * l.idf * f.tf * ({p.k1} + 1)::float8 / (f.tf + {p.k1}::float8)) AS points
  FROM beside b JOIN kept k USING (id) CROSS JOIN size CROSS JOIN LATERAL unnest(ts_filter(k.words, '{{a,b,c,d}}')) u JOIN learnt l ON l.word = u.lexeme
  {_frequency("k", "u", p)} GROUP BY k.id),
worded AS (SELECT b.id, b.points + {p.feedback} * coalesce(e.points, 0) AS points FROM beside b LEFT JOIN echo e USING (id)),"""


def _values(asked: Asked, limit: int, parameters: Parameters) -> dict[str, Any]:
    query, terms = asked.query, asked.terms
    measure, factor = measure_of(query.unit)
    variants = [(number, term, variant) for number, term in enumerate(terms.all) for variant in term.variants]
    whole = sum(term.mass for term in terms.all) or 1.0
    return {
        "limit": limit,
        "equals": EQUALS,
        "turn": query.turn or 0,
        "measure": measure,
        "quantity": float(query.quantity) * factor if query.quantity is not None else None,
        "ceiling": query.ceiling_price / factor if query.ceiling_price is not None else None,
        **{f"certificate{number}": kind for number, kind in enumerate(dict.fromkeys(query.certificates))},
        "certificate_count": len(set(query.certificates)) or 1,
        "kbli": asked.kin.code if asked.kin else "",
        "edition": asked.kin.edition if asked.kin else 0,
        "kin_codes": list(asked.kin.elsewhere) if asked.kin else [],
        "kin_fits": list(asked.kin.elsewhere.values()) if asked.kin else [],
        "hs": query.hs,
        "latitude": asked.point[0] if asked.point else None,
        "longitude": asked.point[1] if asked.point else None,
        "term": [number for number, _term, _variant in variants],
        "word": [variant.word for _number, _term, variant in variants],
        "worth": [variant.weight * variant.idf * term.weight for _number, term, variant in variants],
        "mass": [term.mass for _number, term, _variant in variants],
        "whole": whole,
        "ideal": whole * (parameters.k1 + 1),
        "typed": [term.typed for term in terms.all],
        "typed_as": [term.query for term in terms.all],
    }
