"""The good rows of a list on their way to the products: copied into a table of their own, then written range by range.

A product is recognised by its enterprise and its code; a row without a code by name and unit. Nothing that a row doesn't
change is touched: not even its time stamp.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from typing import Any, NamedTuple

from django.db import connection

from portal.models import ProductImport, StagedProduct
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
}
# Of a new product where the list doesn't have the column, as SQL.
DEFAULTS = {"description": "''", "hs": "NULL", "minimum_order": str(Decimal(1)), "tkdn": "NULL"}


class Written(NamedTuple):
    """What a range did. `last`: its last row; None when nothing waits any more."""

    last: int | None = None
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
    values: dict[str, Any] = {"import": started.pk, "enterprise": started.enterprise_id, "after": after, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(RANGE, values | {"most": most})
        values["last"], rows, without_code = cursor.fetchone()
        if values["last"] is None:
            return Written()
        if without_code:
            cursor.execute(CODES_OF_THE_SAME, values)
            cursor.execute(CODES_OF_NEW, values)
        # Of rows that have just arrived the planner knows nothing; whatever their number, joining by hash is right for them.
        cursor.execute("SET LOCAL enable_nestloop = off")
        done = [rows]
        for statement in _statements(tuple(started.columns)):
            cursor.execute(statement, values)
            done.append(cursor.rowcount)
        return Written(values["last"], *done)


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
    names = [stored for key, stored in STORED.items() if key in columns]
    defaults = {stored: DEFAULTS[key] for key, stored in STORED.items() if key not in columns}
    on_sale = "r.on_sale" if "on_sale" in columns else "true"
    changes = ", ".join(f"{name} = r.{name}" for name in names)
    before = ", ".join(f"p.{name}" for name in names)
    after = ", ".join(f"r.{name}" for name in names)
    rows = "r.product_import_id = %(import)s AND r.row > %(after)s AND r.row <= %(last)s"
    same = "p.enterprise_id = %(enterprise)s AND p.code = r.code"
    return (
        f"""
        UPDATE portal_product p SET {changes}, updated_at = %(now)s,
          withdrawn_at = CASE WHEN {on_sale} THEN NULL ELSE coalesce(p.withdrawn_at, %(now)s) END
        FROM portal_stagedproduct r
        WHERE {rows} AND {same}
          AND ({before}, p.withdrawn_at IS NULL) IS DISTINCT FROM ({after}, {on_sale})
        """,
        f"""
        INSERT INTO portal_product
          (enterprise_id, code, {", ".join([*names, *defaults])}, withdrawn_at, is_sample, created_at, updated_at)
        SELECT %(enterprise)s, r.code, {", ".join([after, *defaults.values()])},
          CASE WHEN {on_sale} THEN NULL ELSE %(now)s END, false, %(now)s, %(now)s
        FROM portal_stagedproduct r
        WHERE {rows} AND NOT EXISTS (SELECT 1 FROM portal_product p WHERE {same})
        ORDER BY r.code
        """,
    )
