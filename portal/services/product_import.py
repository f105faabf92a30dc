"""An uploaded list of products: staged as it came, then checked and written range by range, each range in a job of its own.

The key of a product is the enterprise and its code: the same file twice changes nothing, a corrected file doubles nothing.
A killed worker loses the range it was at, which is done again whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal import audit
from portal.enums import ImportMode
from portal.jobs import enqueue
from portal.models import Enterprise, HsCode, ImportProblem, ImportRow, KbliClass, ProductImport, User
from portal.notifications import notify
from portal.product_sheet import Known, Problem, hs_code, kbli_code, read_headings, read_row, text_of
from portal.rules.kbli import kbli_edition
from portal.selectors.reference import kbli_edition_hint
from portal.uploads.refusals import Refused
from portal.uploads.sheets import Row, check_sheet, rows_of

READ, CHECK, WRITE = "portal.import_read", "portal.import_check", "portal.import_write"
RANGE = 1000
STAGED_AT_ONCE = 5000

# How a value of the file becomes one of the table: (column of the table, its type).
STORED = {
    "code": ("code", "text"),
    "name": ("name", "text"),
    "description": ("description", "text"),
    "kbli": ("kbli_id", "bigint"),
    "hs": ("hs_id", "text"),
    "unit": ("unit", "text"),
    "price": ("price", "bigint"),
    "monthly_capacity": ("monthly_capacity", "numeric"),
    "minimum_order": ("minimum_order", "numeric"),
    "lead_time_days": ("lead_time_days", "smallint"),
    "tkdn": ("tkdn", "numeric"),
}
DEFAULTS = {"description": "", "hs": None, "minimum_order": Decimal(1), "tkdn": None}


@transaction.atomic
def start_import(enterprise: Enterprise, file: UploadedFile, mode: ImportMode, *, by: User) -> ProductImport:
    """Take the file in and queue its reading. What can be seen at once (size, kind) is refused at once."""
    if not by.has_perm("portal.edit_products", enterprise):
        raise PermissionDenied
    try:
        check_sheet(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    started = ProductImport.objects.create(
        enterprise=enterprise, file=file, file_name=(file.name or "")[-200:], mode=mode, uploaded_by=by
    )
    _enqueue(READ, started, by.pk, by.organisation_id)
    return started


def read_file(started: ProductImport, *, organisation_id: int | None) -> None:
    """Stage every row of the file as it is, and queue the checking of the first range."""
    started.started_at = started.started_at or timezone.now()
    ImportRow.objects.filter(product_import=started).delete()
    try:
        with started.file.open("rb") as file:
            rows = rows_of(file)
            headings = read_headings(next(rows, Row(1, [])).cells)
            if not headings.places:
                raise Refused("no_rows")
            if headings.missing or headings.unknown or headings.twice:
                raise Refused("columns", **headings.as_params)
            started.columns = headings.keys
            started.rows_total = _stage(started, rows, headings.places)
        if not started.rows_total:
            raise Refused("no_rows")
    except FileNotFoundError:
        started.refusal = {"code": "sheet_gone", "params": {}}
        return finish(started)
    except Refused as refused:
        ImportRow.objects.filter(product_import=started).delete()
        started.refusal = {"code": refused.code, "params": refused.params}
        started.rows_total = 0
        return finish(started)
    started.save(update_fields=["started_at", "columns", "rows_total"])
    _enqueue(CHECK, started, started.uploaded_by_id, organisation_id, after=0)
    return None


def check_range(started: ProductImport, *, after: int, organisation_id: int | None) -> None:
    """Check the next rows. Where valid rows are kept, write them at once; else wait until all were checked."""
    rows = list(ImportRow.objects.filter(product_import=started, row__gt=after)[:RANGE])
    good, problems, bad_rows = _checked(started, rows)
    ImportProblem.objects.bulk_create(problems)
    started.rows_read += len(rows)
    started.bad_count += len(bad_rows)
    if started.mode == ImportMode.KEEP_VALID:
        _write(started, good)
        # A row that was taken is not needed any more; one that wasn't is given back for correction.
        taken = [row.pk for row in rows if row.row not in bad_rows]
        ImportRow.objects.filter(pk__in=taken).delete()
    started.save()
    if len(rows) == RANGE:
        _enqueue(CHECK, started, started.uploaded_by_id, organisation_id, after=rows[-1].row)
    elif started.mode == ImportMode.ALL_OR_NOTHING and not started.bad_count:
        _enqueue(WRITE, started, started.uploaded_by_id, organisation_id)
    else:
        finish(started)


def write_all(started: ProductImport) -> None:
    """All rows were good: all of them in this one transaction, or none."""
    after = 0
    while rows := list(ImportRow.objects.filter(product_import=started, row__gt=after)[:RANGE]):
        good, _problems, _bad_rows = _checked(started, rows)
        _write(started, good)
        after = rows[-1].row
    ImportRow.objects.filter(product_import=started).delete()
    finish(started)


def finish(started: ProductImport) -> None:
    """One entry in the trail and one line in the inbox for the whole file."""
    started.finished_at = timezone.now()
    started.save()
    counts = {name: getattr(started, f"{name}_count") for name in ("created", "updated", "unchanged", "bad")}
    audit.record(
        started,
        "import_products",
        by=started.uploaded_by,
        payload={
            "enterprise": started.enterprise_id,
            "mode": started.mode,
            "rows": started.rows_total,
            **counts,
            **({"refused": started.refusal["code"]} if started.refusal else {}),
        },
    )
    kind = "import.refused" if started.refusal else "import.with_problems" if started.bad_count else "import.ended"
    notify(
        [started.uploaded_by],
        kind,
        path=reverse("import_status", args=[started.pk]),
        organisation=started.enterprise.organisation,
        file=started.file_name,
        kept=0 if started.kept_nothing else started.kept_count,
        bad=started.bad_count,
    )


# -- Staging -----------------------------------------------------------------------------------------------------------


def _stage(started: ProductImport, rows: Iterable[Row], places: dict[int, str]) -> int:
    """COPY them in: 50,000 rows in a second. Marks a row whose code stood in an earlier row."""
    first_with: dict[str, int] = {}
    code_place = next(place for place, key in places.items() if key == "code")
    count, lines = 0, StringIO()
    for row in rows:
        cells = {key: row.cells[place] if place < len(row.cells) else None for place, key in places.items()}
        formulas = [places[place] for place in row.formulas if place in places]
        if not formulas and not any(text_of(cell) for cell in cells.values()):
            continue
        code = text_of(cells["code"]) if code_place not in row.formulas else ""
        earlier = first_with.setdefault(code, row.number) if code else row.number
        fields = (
            str(started.pk),
            str(row.number),
            json.dumps(cells, ensure_ascii=False),
            json.dumps(formulas),
            str(earlier) if earlier != row.number else None,
        )
        lines.write("\t".join(map(_copied, fields)) + "\n")
        count += 1
        if count % STAGED_AT_ONCE == 0:
            _copy(lines)
            lines = StringIO()
    _copy(lines)
    return count


def _copied(value: str | None) -> str:
    if value is None:
        return r"\N"
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy(lines: StringIO) -> None:
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY portal_importrow (product_import_id, row, cells, formulas, same_as) FROM STDIN", lines)


# -- Checking ----------------------------------------------------------------------------------------------------------


def _checked(
    started: ProductImport, rows: list[ImportRow]
) -> tuple[list[dict[str, Any]], list[ImportProblem], set[int]]:
    """The values of the good rows, the problems of the others, and which those are."""
    known = _known(rows)
    good, problems, bad = [], [], set()
    for row in rows:
        values, wrong = read_row(row.cells, row.formulas, known)
        if row.same_as is not None:
            wrong.append(Problem("code", text_of(row.cells["code"])[:200], "twice", {"row": row.same_as}))
        if wrong:
            bad.add(row.row)
            problems += [ImportProblem(product_import=started, row=row.row, **problem._asdict()) for problem in wrong]
        else:
            good.append(values)
    return good, problems, bad


def _known(rows: list[ImportRow]) -> Known:
    """The codes of these rows, looked up in a few queries for all of them."""
    edition = kbli_edition(timezone.localdate())
    kbli = {kbli_code(row.cells.get("kbli")) for row in rows} - {""}
    hs = {hs_code(row.cells.get("hs")) for row in rows} - {""}
    known = Known(
        kbli=dict(KbliClass.objects.filter(edition=edition, level=5, code__in=kbli).values_list("code", "pk")),
        hs=set(HsCode.objects.filter(pk__in=hs).values_list("pk", flat=True)),
    )
    elsewhere = KbliClass.objects.filter(level=5, code__in=kbli - known.kbli.keys()).values_list("code", flat=True)
    for code in elsewhere.distinct():
        if hint := kbli_edition_hint(code, edition):
            known.kbli_of_other_edition[code] = {
                "other": hint.found.edition,
                "wanted": edition,
                **({"codes": ", ".join(each.code for each in hint.suggestions)} if hint.suggestions else {}),
            }
    return known


# -- Writing -----------------------------------------------------------------------------------------------------------


def _write(started: ProductImport, good: list[dict[str, Any]]) -> None:
    """Insert or update them in one statement, and count what that changed."""
    if not good:
        return
    # Imports of one enterprise write one after the other; sorted codes keep the rest from waiting in a circle.
    Enterprise.objects.select_for_update(no_key=True).get(pk=started.enterprise_id)
    rows = sorted(({**DEFAULTS, **values} for values in good), key=lambda values: values["code"])
    with connection.cursor() as cursor:
        cursor.execute(
            _upsert(tuple(started.columns)),
            {"enterprise": started.enterprise_id, "now": timezone.now(), "rows": _as_json(rows)},
        )
        created, updated = cursor.fetchone()
    started.created_count += created
    started.updated_count += updated
    started.unchanged_count += len(rows) - created - updated


def _as_json(rows: list[dict[str, Any]]) -> str:
    plain: Iterator[dict[str, Any]] = ({STORED[key][0]: value for key, value in row.items()} for row in rows)
    return json.dumps(list(plain), cls=DjangoJSONEncoder)


def _upsert(columns: tuple[str, ...]) -> str:
    """Columns that the file doesn't have keep what they hold; a row that changes nothing isn't touched.

    A withdrawn product in the list is on sale again: that is what listing it says.
    """
    fields = ", ".join(name for name, _type in STORED.values())
    types = ", ".join(f"{name} {kind}" for name, kind in STORED.values())
    given = [STORED[key][0] for key in columns if key != "code"]
    changes = ", ".join(f"{name} = excluded.{name}" for name in given)
    before, after = ", ".join(f"p.{name}" for name in given), ", ".join(f"excluded.{name}" for name in given)
    return f"""
        WITH given AS (SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r({types}) ORDER BY code),
        written AS (
          INSERT INTO portal_product AS p (enterprise_id, {fields}, is_sample, created_at, updated_at)
          SELECT %(enterprise)s, {fields}, false, %(now)s, %(now)s FROM given
          ON CONFLICT (enterprise_id, code) DO UPDATE SET {changes}, withdrawn_at = NULL, updated_at = excluded.updated_at
          WHERE ({before}, p.withdrawn_at) IS DISTINCT FROM ({after}, NULL::timestamptz)
          RETURNING (xmax = 0) AS created
        )
        SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
    """


def _enqueue(kind: str, started: ProductImport, user_id: int, organisation_id: int | None, **payload: Any) -> None:
    """`organisation_id`: whom the person acted for, which the job does as well."""
    enqueue(
        kind,
        ":".join(map(str, (started.pk, *payload.values()))),
        payload={"import": started.pk, **payload},
        user_id=user_id,
        organisation_id=organisation_id,
    )
