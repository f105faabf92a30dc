"""Enterprises that never were, with the spreads of the country's industry, made by the database itself.

Nine in ten are micro; most sell one or two products of their own trade; papers are rare, and rarer the dearer they are. Drawn
from a seed, so that two runs of a benchmark score the same pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

CHUNK = 100_000
# What a column that nobody mentions holds, by its type.
EMPTY = (
    (models.JSONField, "'[]'::jsonb"),
    (models.BooleanField, "false"),
    (models.DateTimeField, "now()"),
    (models.IntegerField, "0"),
    (models.CharField, "''"),
    (models.TextField, "''"),
    (models.FileField, "''"),
)

# Drawn once per enterprise: its place, trade, class and luck. MATERIALIZED, or every mention would draw anew.
DRAWN = """WITH drawn AS MATERIALIZED (
  SELECT g, random() AS class, random() AS size, random() AS luck, random() AS care, random() AS products, random() AS spread,
         1 + floor(random() * (SELECT count(*) FROM places))::int AS place,
         1 + floor(random() * random() * (SELECT count(*) FROM trades))::int AS trade,
         1 + floor(random() * (SELECT count(*) FROM trades))::int AS other
  FROM generate_series({first}, {last}, {step}) g
)
SELECT g, luck, care, spread, size, code AS village, trades.id AS kbli, others.id AS other,
       CASE WHEN class < 0.88 THEN 'micro' WHEN class < 0.98 THEN 'small' ELSE 'medium' END AS class,
       CASE WHEN products < 0.3 THEN 0 WHEN products < 0.75 THEN 1 WHEN products < 0.92 THEN 2 ELSE 4 END AS products,
       CASE WHEN class < 0.88 THEN 1 + floor(size * 4) WHEN class < 0.98 THEN 5 + floor(size * 15) ELSE 20 + floor(size * 80) END::int AS people
FROM drawn JOIN places USING (place) JOIN trades USING (trade) JOIN trades AS others ON others.trade = drawn.other"""

ENTERPRISE = {
    "id": "g",
    "organisation_id": "g",
    "status": "'verified'",
    "decided_by_id": "{user}",
    "legal_form": "CASE WHEN luck < 0.7 THEN 'perorangan' WHEN luck < 0.8 THEN 'pt_perorangan' WHEN luck < 0.92 THEN 'cv'"
    " WHEN luck < 0.98 THEN 'pt' ELSE 'koperasi' END",
    "nib": "lpad((9120000000000 + g)::text, 13, '0')",
    "npwp_hash": "CASE WHEN care > 0.2 THEN md5(g::text) ELSE '' END",
    "established_on": "CASE WHEN care > 0.05 THEN date '2026-11-01' - floor(9000 * spread * spread)::int END",
    "village_id": "village",
    "workforce": "CASE WHEN care > 0.08 THEN people END",
    "workforce_trained": "CASE WHEN care > 0.5 THEN floor(people * spread)::int END",
    "annual_sales": "CASE WHEN care > 0.15 THEN (CASE class WHEN 'micro' THEN 2e7 WHEN 'small' THEN 2e9 ELSE 1.5e10 END"
    " * (0.2 + size * 3.5))::bigint / 100000 * 100000 END",
    "investment": "CASE WHEN care > 0.3 THEN (people * 2.5e7 * (0.3 + spread))::bigint / 100000 * 100000 END",
    "technology_level": "CASE WHEN care < 0.2 THEN '' WHEN class = 'micro' AND spread < 0.8 THEN 'manual'"
    " WHEN spread < 0.6 THEN 'semi_mechanised' WHEN spread < 0.95 THEN 'mechanised' ELSE 'automated' END",
    "digital_readiness": "CASE WHEN care > 0.35 THEN floor(spread * spread * 6)::int END",
    "quality_practices": "CASE WHEN care > 0.5 THEN floor(spread * spread * 7)::int END",
    "exports": "CASE WHEN care > 0.1 THEN luck > 0.97 END",
    "business_plan": "CASE WHEN care > 0.8 THEN 'Rencana' ELSE '' END",
    "flagship_product": "CASE WHEN care > 0.25 THEN spread > 0.9 END",
    "registered_innovations": "CASE WHEN care > 0.4 THEN floor(spread ^ 4 * 5)::int END",
    "business_class": "class",
    "class_rule": "'PP 7/2021'",
    "class_decided_by": "'sales'",
    "is_ikm": "true",
    "updated_at": "now()",
}
PRODUCT = {
    "enterprise_id": "g",
    "code": "'P' || place",
    "name": "'Produk ' || g",
    "kbli_id": "CASE WHEN place = 1 OR luck < 0.8 THEN kbli ELSE other END",
    "unit": "CASE WHEN spread < 0.5 THEN 'kilogram' WHEN spread < 0.6 THEN 'tonne' ELSE 'piece' END",
    "price": "(5000 + size * size * 200000)::bigint",
    "monthly_capacity": "round((people * (20 + 400 * spread))::numeric, 0) + 1",
    "minimum_order": "1 + floor(size * 20)",
    "lead_time_days": "3 + floor(spread * 60)::int",
    "tkdn": "CASE WHEN care > 0.45 THEN round((20 + 80 * luck)::numeric, 2) END",
}
# Kind, how many of a thousand have it, and for how many days a paper of it is valid.
PAPERS = (
    ("nib", 700, None),
    ("npwp", 500, None),
    ("deed", 150, None),
    ("halal", 220, 1460),
    ("pirt", 130, 1825),
    ("sni", 40, 1460),
    ("bpom", 25, 1825),
    ("tkdn", 30, 1095),
    ("iso_9001", 12, 1095),
    ("lab_test", 20, 365),
)
PAPER = {
    "enterprise_id": "g",
    "kind": "kind",
    "number": "kind || g",
    "valid_from": "begins",
    "valid_until": "begins + days",
    "verified_at": "CASE WHEN verified THEN now() END",
    "verified_by_id": "CASE WHEN verified THEN {user} END",
    "verified_how": "CASE WHEN verified THEN 'desk' ELSE '' END",
}


def enterprises(count: int, *, decided_by: int, step: int = 1) -> range:
    """Make so many, with activities, products and papers. Returns their ids, of which each `step`-th is taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest((SELECT coalesce(max(id), 0) FROM portal_organisation),"
            " (SELECT coalesce(max(id), 0) FROM portal_enterprise)) + 1"
        )
        begin = cursor.fetchone()[0]
        _draw_from(cursor)
        made = range(begin, begin + count * step, step)
        for chunk in (made[place : place + CHUNK] for place in range(0, count, CHUNK)):
            _some(chunk, decided_by)
        for table in ("organisation", "enterprise"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('portal_{table}', 'id'), %s)", [made.stop])
    return made


def _draw_from(cursor: Any) -> None:
    """Villages, and the trades of industry with metal goods first: the first are the most common."""
    cursor.execute("SET statement_timeout = 0")
    cursor.execute("DROP TABLE IF EXISTS places, trades")
    cursor.execute(
        "CREATE TEMP TABLE places AS SELECT row_number() OVER (ORDER BY code) AS place, code FROM portal_region WHERE level = 4"
    )
    cursor.execute(
        "CREATE TEMP TABLE trades AS SELECT row_number() OVER (ORDER BY code NOT LIKE '25%', md5(code)) AS trade, id"
        " FROM portal_kbliclass WHERE edition = 2025 AND level = 5 AND section = 'C'"
    )


@transaction.atomic
def _some(ids: range, user: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [ids[0] % 1000 / 1000])
        drawn = DRAWN.format(first=ids[0], last=ids[-1], step=ids.step)
        cursor.execute(f"CREATE TEMP TABLE made ON COMMIT DROP AS {drawn}")
        papers = ", ".join(f"('{kind}', {often}, {days or 'NULL'}::int)" for kind, often, days in PAPERS)
        for model, values, source in (
            ("Organisation", {"id": "g", "name": "'Usaha ' || g", "capabilities": "'{{enterprise}}'"}, "made"),
            ("Enterprise", ENTERPRISE, "made"),
            ("Activity", {"enterprise_id": "g", "kbli_id": "kbli", "is_main": "true"}, "made"),
            ("Activity", {"enterprise_id": "g", "kbli_id": "other"},
             "made WHERE luck > 0.5 AND other <> kbli"),
            ("Product", PRODUCT, "made, generate_series(1, products) AS place"),
            ("Document", PAPER,
             "(SELECT g, kind, days, date '2026-11-01' - floor(random() * least(coalesce(days, 900) * 1.1, 1500))::int AS begins,"
             f" random() < 0.6 AS verified, random() * 1000 AS chance, often, care FROM made, (VALUES {papers}) AS paper (kind, often, days)) x"
             " WHERE chance < often * (0.6 + 0.8 * care)"),
        ):  # fmt: skip
            cursor.execute(
                _insert(model, values, source).replace("{user}", str(user)).replace("{{", "{").replace("}}", "}")
            )


def _insert(name: str, values: Mapping[str, str], source: str) -> str:
    """INSERT … SELECT with every column that must have a value, whatever it is called by now."""
    model = apps.get_model("portal", name)
    given = {**{field.column: empty for field, empty in _empty(model)}, **values}
    return f"INSERT INTO {model._meta.db_table} ({', '.join(given)}) SELECT {', '.join(given.values())} FROM {source}"


def _empty(model: type[models.Model]) -> Sequence[tuple[models.Field, str]]:
    return [
        (field, next(empty for kind, empty in EMPTY if isinstance(field, kind)))
        for field in model._meta.concrete_fields
        if not (field.null or field.primary_key or field.is_relation)
        and any(isinstance(field, kind) for kind, _empty in EMPTY)
    ]
