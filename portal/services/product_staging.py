"""The good rows of a list on their way to the products: copied into a table of their own, then written range by range.

A product is recognised by its enterprise and its code; a row without a code by name and unit. Nothing that a row doesn't
change is touched: not even its time stamp. What it changes stands in the product's own chain, before and after, with the list
and the row. What it adds stands in the list's chain, up to 500 products an entry: which, and the digest of all that they were added
with; the product's row names the list and the row (portal.selectors.product_trail reads both as one).
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from portal.audit import behalf
from portal.models import Commitment, Product, ProductImport, StagedProduct
from portal.models.audit import stream_of
from portal.product_sheet.problems import Problem
from portal.product_sheet.rows import copied

# Column of the list → column of both tables.
STORED = {
    "name": "name",
    "description": "description",
    "kbli": "kbli_id",
    "hs": "hs_id",
    "unit": "unit",
    "price": "price",
    "monthly_capacity": "monthly_capacity",
    "minimum_order": "minimum_order",
    "lead_time_days": "lead_time_days",
    "tkdn": "tkdn",
    "bmp": "bmp",
    "tiers": "tiers",
    "units": "units",
}
# How a value stands in the trail: numbers with decimals as text, of a class its code, as the form's service writes them.
TOLD = {
    "kbli": "(SELECT code FROM portal_kbliclass WHERE id = {})",
    "monthly_capacity": "{}::text",
    "minimum_order": "{}::text",
    "tkdn": "{}::text",
    "bmp": "{}::text",
}
# Of a new product where the list doesn't have the column, as SQL.
DEFAULTS = {
    "description": "''",
    "hs": "NULL",
    "minimum_order": str(Decimal(1)),
    "tkdn": "NULL",
    "bmp": "NULL",
    "tiers": "'[]'::jsonb",
    "units": "'[]'::jsonb",
}
# Products of one entry in the list's chain.
TOLD_AT_ONCE = 500
# Behind every row.
LAST = 2**31 - 1


class Written(NamedTuple):
    """What a range did. `last`: its last row; None when nothing waits any more. `rows` without those refused."""

    last: int | None = None
    refused: int = 0
    rows: int = 0
    updated: int = 0
    created: int = 0


def stage(started: ProductImport, lines: list[str]) -> None:
    """`lines`: number and fields of a row each, in the order of `started.columns`."""
    if not lines:
        return
    fields = ", ".join(STORED.get(key, key) for key in started.columns)
    prefix = f"{started.pk}\t"
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY portal_stagedproduct (product_import_id, row, {fields}) FROM STDIN",
            StringIO(prefix + f"\n{prefix}".join(lines) + "\n"),
        )


def record_problems(started: ProductImport, problems: dict[int, list[Problem]]) -> None:
    """Copied in, too: a list may be wrong in every cell."""
    if not problems:
        return
    text = StringIO()
    for row, found in problems.items():
        for problem in found:
            fields = (started.pk, row, problem.column, problem.value, problem.code, json.dumps(problem.params))
            text.write("\t".join(map(copied, fields)) + "\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            'COPY portal_importproblem (product_import_id, row, "column", value, code, params) FROM STDIN', text
        )


def clear(started: ProductImport) -> None:
    StagedProduct.objects.filter(product_import=started).delete()


def write_range(started: ProductImport, *, after: int, most: int, now: dt.datetime) -> Written:
    """Add and change the products of the next rows. Whoever calls holds the enterprise's lock: no code appears meanwhile."""
    values: dict[str, Any] = {
        "import": started.pk,
        "enterprise": started.enterprise_id,
        "after": after,
        "now": now,
        "by": started.uploaded_by_id,
        "organisation": started.uploaded_by.organisation_id,
        "stream": stream_of(started),
        "columns": json.dumps(started.columns),
        "behalf": json.dumps(behalf(started.uploaded_by, started)),
    }
    with connection.cursor() as cursor:
        cursor.execute(RANGE, values | {"most": most})
        values["last"], rows, without_code = cursor.fetchone()
        if values["last"] is None:
            return Written()
        if without_code:
            cursor.execute(CODES_OF_THE_SAME, values)
            cursor.execute(CODES_OF_NEW, values)
        refused = refuse_unfit(started, after=after, last=values["last"])
        _join_by_hash(cursor)
        change, add = _statements(tuple(started.columns))
        cursor.execute(change, values)
        (updated, _told) = cursor.fetchone()
        cursor.execute(add, values)
        (created,) = cursor.fetchone()
        return Written(values["last"], refused, rows - refused, updated, created)


def refuse_unfit(started: ProductImport, *, after: int, last: int) -> int:
    """Rows that don't go with what stands: noted as wrong and no longer waiting. How many."""
    return _refuse_unpriced(started, after=after, last=last) + _refuse_promised(started, after=after, last=last)


def _refuse_unpriced(started: ProductImport, *, after: int, last: int) -> int:
    """Rows that would leave a product with prices by quantity or other units that don't go with what the list changes.
    Asked only where there are such prices."""
    listed = {"tiers", "units"} & set(started.columns)
    priced = Product.objects.filter(~Q(tiers=[]) | ~Q(units=[]), enterprise=started.enterprise_id)
    if not listed and not priced.exists():
        return 0
    with connection.cursor() as cursor:
        _join_by_hash(cursor)
        cursor.execute(
            _unfit(tuple(started.columns)),
            {"import": started.pk, "enterprise": started.enterprise_id, "after": after, "last": last},
        )
        return cursor.rowcount


def _refuse_promised(started: ProductImport, *, after: int, last: int) -> int:
    """Rows that would leave less capacity than buyers were promised, or count it in another unit. Asked only where something
    is promised. The products are locked, so that nothing more is promised before they are written."""
    changing = [name for name in ("unit", "monthly_capacity") if name in started.columns]
    promised = Commitment.objects.standing().filter(product__enterprise=started.enterprise_id)
    if not changing or not promised.exists():
        return 0
    less = [
        f"r.{name} {'<>' if name == 'unit' else '<'} {'p.unit' if name == 'unit' else 'f.promised'}"
        for name in changing
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            PROMISED.format(less=" OR ".join(less)),
            {"import": started.pk, "enterprise": started.enterprise_id, "after": after, "last": last},
        )
        return cursor.rowcount


def _join_by_hash(cursor: Any) -> None:
    """Of rows that have just arrived the planner knows nothing; whatever their number, joining by hash is right for them."""
    cursor.execute("SET LOCAL enable_nestloop = off")


PROMISED = """
    WITH locked AS (
      SELECT p.id, p.code, p.unit FROM portal_product p
      WHERE p.enterprise_id = %(enterprise)s AND p.id IN (
        SELECT product_id FROM portal_commitment WHERE released_at IS NULL AND ends_on >= current_date)
      ORDER BY p.id FOR NO KEY UPDATE
    ), refused AS (
      DELETE FROM portal_stagedproduct s USING (
        SELECT r.row, f.promised, p.unit FROM portal_stagedproduct r JOIN locked p ON p.code = r.code
        CROSS JOIN LATERAL (SELECT committed_at_most(p.id, current_date, 'infinity') AS promised) f
        WHERE r.product_import_id = %(import)s AND r.row > %(after)s AND r.row <= %(last)s AND ({less})
      ) AS found
      WHERE s.product_import_id = %(import)s AND s.row = found.row RETURNING s.row, found.promised, found.unit
    )
    INSERT INTO portal_importproblem (product_import_id, row, "column", value, code, params)
    SELECT %(import)s, row, 'monthly_capacity', '', 'promised', jsonb_build_object('amount', promised::text, 'unit', unit)
    FROM refused
"""
RANGE = """
    SELECT max(row), count(*), bool_or(code = '') FROM (
      SELECT row, code FROM portal_stagedproduct WHERE product_import_id = %(import)s AND row > %(after)s
      ORDER BY row LIMIT %(most)s
    ) AS next
"""
# A row without a code is the product of the same name and unit, unless the list names that one by its code elsewhere.
CODES_OF_THE_SAME = """
    UPDATE portal_stagedproduct s SET code = same.code FROM (
      SELECT DISTINCT ON (b.row) b.row, p.code
      FROM portal_stagedproduct b JOIN portal_product p
        ON p.enterprise_id = %(enterprise)s AND p.name = b.name AND p.unit = b.unit
      WHERE b.product_import_id = %(import)s AND b.row > %(after)s AND b.row <= %(last)s AND b.code = ''
        AND p.code NOT IN (SELECT code FROM portal_stagedproduct WHERE product_import_id = %(import)s)
      ORDER BY b.row, p.id
    ) AS same
    WHERE s.product_import_id = %(import)s AND s.row = same.row
"""
# Else the next number beside whatever codes there are, as a form without a code gives.
CODES_OF_NEW = r"""
    WITH taken AS (
      SELECT code FROM portal_product WHERE enterprise_id = %(enterprise)s
      UNION ALL SELECT code FROM portal_stagedproduct WHERE product_import_id = %(import)s
    ), last AS (
      SELECT coalesce(max(substr(code, 2)::bigint), 0) AS number FROM taken WHERE code ~ '^P\d{3,9}$'
    ), numbered AS (
      SELECT row, (SELECT number FROM last) + row_number() OVER (ORDER BY row) AS number
      FROM portal_stagedproduct
      WHERE product_import_id = %(import)s AND row > %(after)s AND row <= %(last)s AND code = ''
    )
    UPDATE portal_stagedproduct s SET code = 'P' || lpad(number::text, greatest(3, length(number::text)), '0')
    FROM numbered WHERE s.product_import_id = %(import)s AND s.row = numbered.row
"""


def _statements(columns: tuple[str, ...]) -> tuple[str, str]:
    """Change what differs, then add what isn't there, for lists with these columns.

    A column that the list doesn't have keeps what it holds. A product that the list names is on sale, unless the list says
    otherwise. ON CONFLICT would do both at once and take half as long again; under the enterprise's lock it is not needed.
    """
    keys = [key for key in STORED if key in columns]
    names = [STORED[key] for key in keys]
    defaults = {stored: DEFAULTS[key] for key, stored in STORED.items() if key not in columns}
    on_sale = "r.on_sale" if "on_sale" in columns else "true"
    before = ", ".join(f"p.{name}" for name in names)
    after = ", ".join(f"r.{name}" for name in names)
    rows = "r.product_import_id = %(import)s AND r.row > %(after)s AND r.row <= %(last)s"
    same = "p.enterprise_id = %(enterprise)s AND p.code = r.code"
    return (
        f"""
        WITH changed AS (
          SELECT p.id, r.row, {on_sale} AS on_sale, {after},
            {_differences(keys, on_sale, "p")} AS before, {_differences(keys, on_sale, "r")} AS after
          FROM portal_stagedproduct r JOIN portal_product p ON {same}
          WHERE {rows} AND ({before}, p.withdrawn_at IS NULL) IS DISTINCT FROM ({after}, {on_sale})
          FOR NO KEY UPDATE OF p
        ), written AS (
          UPDATE portal_product p SET {", ".join(f"{name} = r.{name}" for name in names)}, updated_at = %(now)s,
            withdrawn_at = CASE WHEN r.on_sale THEN NULL ELSE coalesce(p.withdrawn_at, %(now)s) END
          FROM changed r WHERE p.id = r.id
          RETURNING p.id, jsonb_build_object('import', %(import)s, 'row', r.row, 'before', r.before, 'after', r.after) || %(behalf)s::jsonb AS told
        )
        SELECT count(*), audit_record_all(
          'change_product', %(by)s, %(organisation)s, array_agg('portal.product:' || id), array_agg(told)
        ) FROM written
        """,
        f"""
        WITH added AS (
          INSERT INTO portal_product
            (enterprise_id, code, {", ".join([*names, *defaults])}, withdrawn_at, is_sample, created_at, updated_at,
             added_by_import_id, added_in_row)
          SELECT %(enterprise)s, r.code, {", ".join([after, *defaults.values()])},
            CASE WHEN {on_sale} THEN NULL ELSE %(now)s END, false, %(now)s, %(now)s, %(import)s, r.row
          FROM portal_stagedproduct r
          WHERE {rows} AND NOT EXISTS (SELECT 1 FROM portal_product p WHERE {same})
          ORDER BY r.code
          RETURNING id, added_in_row, code, {", ".join(names)}, withdrawn_at
        ), told AS (
          INSERT INTO portal_auditentry (stream, actor_id, organisation_id, action, payload, personal_digest)
          SELECT %(stream)s, %(by)s, %(organisation)s, 'add_products', jsonb_build_object(
              'first', min(id), 'last', max(id), 'count', count(*), 'columns', %(columns)s::jsonb,
              'sha256', encode(sha256(convert_to(string_agg({_line(names)}, chr(10) ORDER BY id), 'UTF8')), 'hex')
            ) || %(behalf)s::jsonb, ''
          FROM added GROUP BY id / {TOLD_AT_ONCE}
        )
        SELECT count(*) FROM added
        """,
    )


def _line(names: list[str]) -> str:
    """All that a product was added with, as the digest in the list's chain takes it: an empty text for nothing."""
    told = ["id", "added_in_row", "code", *(f"coalesce({name}::text, '')" for name in names), "withdrawn_at IS NULL"]
    return f"concat_ws(chr(31), {', '.join(told)})"


def _unfit(columns: tuple[str, ...]) -> str:
    def after(key: str) -> str:
        return f"r.{key}" if key in columns else f"coalesce(p.{key}, {DEFAULTS.get(key, 'NULL')})"

    kept = [f"p.{key} <> '[]'" for key in ("tiers", "units") if key not in columns]
    priced = "" if len(kept) < 2 else f"AND ({' OR '.join(kept)})"
    counted_anew = f"OR p.unit <> r.unit AND ({' OR '.join(kept)})" if kept else ""
    return f"""
        WITH unfit AS (
          DELETE FROM portal_stagedproduct s USING (
            SELECT r.row FROM portal_stagedproduct r
            LEFT JOIN portal_product p ON p.enterprise_id = %(enterprise)s AND p.code = r.code
            WHERE r.product_import_id = %(import)s AND r.row > %(after)s AND r.row <= %(last)s {priced} AND (
              NOT product_tiers_fall(r.price, {after("minimum_order")}, {after("tiers")})
              OR NOT product_units_differ(r.unit, {after("units")}) {counted_anew})
          ) AS found
          WHERE s.product_import_id = %(import)s AND s.row = found.row RETURNING s.row
        )
        INSERT INTO portal_importproblem (product_import_id, row, "column", value, code, params)
        SELECT %(import)s, row, 'price', '', 'kept_prices', '{{}}' FROM unfit
    """


def _differences(keys: list[str], on_sale: str, side: str) -> str:
    """Of the columns that differ the values on this side: `p` before, `r` after."""
    pairs = [
        (key, f"p.{STORED[key]}", f"r.{STORED[key]}", TOLD.get(key, "{}").format(f"{side}.{STORED[key]}"))
        for key in keys
    ]
    sale = {"p": "p.withdrawn_at IS NULL", "r": on_sale}
    pairs.append(("on_sale", sale["p"], sale["r"], sale[side]))
    return " || ".join(
        f"CASE WHEN ({before}) IS DISTINCT FROM ({after}) THEN jsonb_build_object('{key}', {told}) ELSE '{{}}' END"
        for key, before, after, told in pairs
    )
