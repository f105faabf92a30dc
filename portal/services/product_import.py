"""An uploaded list of products: read and checked in one pass, then written range by range, each range in a job of its own.

The key of a product is the enterprise and its code: the same file twice changes nothing, a corrected file doubles nothing.
A killed worker loses the range it was at, which is done again whole.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal import audit
from portal.enums import ImportMode
from portal.jobs import enqueue
from portal.models import Enterprise, HsCode, ImportProblem, KbliClass, ProductImport, User
from portal.notifications import notify
from portal.product_sheet.cells import Known
from portal.product_sheet.headings import Headings, find_headings
from portal.product_sheet.rows import Reader, Rows
from portal.rules.kbli import kbli_edition
from portal.rules.tkdn import most_bmp
from portal.selectors.reference import kbli_edition_hint
from portal.services.completeness import measure_again
from portal.services.product_staging import LAST, clear, record_problems, refuse_unfit, stage, write_range
from portal.uploads.refusals import Refused
from portal.uploads.sheets import check_sheet, rows_of

READ, WRITE, WRITE_ALL = "portal.import_read", "portal.import_write", "portal.import_write_all"
# Rows read at once, and rows that one job writes.
READ_AT_ONCE, RANGE = 2500, 12_500


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
        enterprise=enterprise,
        file=file,
        file_name=(file.name or "")[-200:],
        mode=mode,
        uploaded_by=by,
        consent=by.on_behalf,
    )
    audit.record(
        started,
        "start_import",
        by=by,
        payload={"enterprise": enterprise.pk, "mode": mode, "bytes": file.size, "sha256": _digest(started)},
    )
    _enqueue(READ, started, by.pk, by.organisation_id)
    return started


def _digest(started: ProductImport) -> str:
    """Of the file as it came: with the entries of what it added it proves what stood there."""
    with started.file.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_file(started: ProductImport, *, after: int = 0, organisation_id: int | None) -> None:
    """Check every row, set the good ones aside and note what is wrong with the others; then queue the writing.

    `after`: where the writing was when what had been set aside was lost with the database's last crash.
    """
    started.started_at = started.started_at or timezone.now()
    _forget_reading(started)
    try:
        with started.file.open("rb") as file:
            headings, rows = find_headings(rows_of(file))
            if not headings.places:
                raise Refused("no_rows")
            if headings.wrong:
                raise Refused("columns", **headings.as_params)
            started.columns = headings.keys
            _read(started, headings, rows)
        if not started.rows_total:
            raise Refused("no_rows")
    except FileNotFoundError:
        return _refuse(started, Refused("sheet_gone"))
    except Refused as refused:
        return _refuse(started, refused)
    if after:
        # Once more, of the ranges that were written before the crash.
        started.bad_count += refuse_unfit(started, after=0, last=after)
    started.rows_read = started.kept_count + started.bad_count
    started.save()
    if started.mode == ImportMode.KEEP_VALID:
        return _enqueue(WRITE, started, started.uploaded_by_id, organisation_id, after=after)
    if started.bad_count:
        return finish(started)
    return _enqueue(WRITE_ALL, started, started.uploaded_by_id, organisation_id)


def write_next(started: ProductImport, *, after: int, organisation_id: int | None) -> None:
    """The next range of good rows; after the last one the import has ended."""
    last = _write(started, after)
    if started.rows_read >= started.rows_total:
        return finish(started)
    started.save()
    if last is None:
        # What was set aside is gone though it wasn't written: the database has crashed meanwhile.
        return _enqueue(READ, started, started.uploaded_by_id, organisation_id, after=after)
    return _enqueue(WRITE, started, started.uploaded_by_id, organisation_id, after=last)


def write_all(started: ProductImport, *, organisation_id: int | None) -> None:
    """All rows were good: all of them in this one transaction, or none."""
    _lock_products(started)
    started.bad_count += refuse_unfit(started, after=0, last=LAST)
    if started.bad_count:
        started.rows_read = started.rows_total
        return finish(started)
    after: int | None = 0
    while after is not None and started.rows_read < started.rows_total:
        after = _write(started, after)
    if after is None:
        return _enqueue(READ, started, started.uploaded_by_id, organisation_id)
    return finish(started)


def end_without_consent(started: ProductImport) -> None:
    """Withdrawn or run out meanwhile: what was written under it stays, the rest is not read or written."""
    started.refusal = {"code": "consent_ended", "params": {}}
    finish(started)


def finish(started: ProductImport) -> None:
    """One entry in the trail and one line in the inbox for the whole file."""
    clear(started)
    started.finished_at = timezone.now()
    started.save()
    measure_again(started.enterprise_id)
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
    refused = "import.stopped" if started.kept_count else "import.refused"
    kind = refused if started.refusal else "import.with_problems" if started.bad_count else "import.ended"
    notify(
        [started.uploaded_by],
        kind,
        path=reverse("import_status", args=[started.pk]),
        organisation=started.enterprise.organisation,
        file=started.file_name,
        kept=0 if started.kept_nothing else started.kept_count,
        bad=started.bad_count,
    )


# -- Reading -----------------------------------------------------------------------------------------------------------


def _read(started: ProductImport, headings: Headings, rows: Any) -> None:
    known = Known(most_bmp=most_bmp(timezone.localdate()))
    reader = Reader(known)
    edition = kbli_edition(timezone.localdate())
    with _uncollected():
        while chunk := list(islice(rows, READ_AT_ONCE)):
            table = Rows(chunk, headings)
            look_up(known, edition, table.kbli_codes, table.hs_codes)
            read = reader.read(table)
            stage(started, read.lines)
            record_problems(started, read.problems)
            started.rows_total += read.count
            started.bad_count += len(read.problems)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Cells come by the hundred thousand and never in cycles: to look for those costs a fifth of the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _forget_reading(started: ProductImport) -> None:
    """What an earlier reading left."""
    clear(started)
    ImportProblem.objects.filter(product_import=started).delete()
    started.rows_total = started.bad_count = 0


def _refuse(started: ProductImport, refused: Refused) -> None:
    _forget_reading(started)
    started.refusal = {"code": refused.code, "params": refused.params}
    finish(started)


def look_up(known: Known, edition: int, kbli: set[str], hs: set[str]) -> None:
    """Of the codes that weren't met before: one question for each list."""
    kbli, hs = kbli - known.asked_kbli, hs - known.asked_hs
    known.asked_kbli |= kbli
    known.asked_hs |= hs
    if hs:
        known.hs |= set(HsCode.objects.filter(pk__in=hs).values_list("pk", flat=True))
    if kbli:
        found = KbliClass.objects.filter(edition=edition, level=5, code__in=kbli).values_list("code", "pk")
        known.kbli |= dict(found)
    elsewhere = KbliClass.objects.filter(level=5, code__in=kbli - known.kbli.keys()).values_list("code", flat=True)
    for code in elsewhere.distinct() if kbli else ():
        if hint := kbli_edition_hint(code, edition):
            known.kbli_of_other_edition[code] = {
                "other": hint.found.edition,
                "wanted": edition,
                **({"codes": ", ".join(each.code for each in hint.suggestions)} if hint.suggestions else {}),
            }


# -- Writing -----------------------------------------------------------------------------------------------------------


def _write(started: ProductImport, after: int) -> int | None:
    """A range; returns its last row, None where nothing is left."""
    _lock_products(started)
    written = write_range(started, after=after, most=RANGE, now=timezone.now())
    started.bad_count += written.refused
    started.created_count += written.created
    started.updated_count += written.updated
    started.unchanged_count += written.rows - written.created - written.updated
    started.rows_read = started.kept_count + started.bad_count
    return written.last


def _lock_products(started: ProductImport) -> None:
    """Whoever adds products of one enterprise does so one after the other."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=started.enterprise_id)


def _enqueue(kind: str, started: ProductImport, user_id: int, organisation_id: int | None, **payload: Any) -> None:
    """`organisation_id`: whom the person acted for, which the job does as well."""
    enqueue(
        kind,
        ":".join(map(str, (started.pk, *payload.values()))),
        payload={"import": started.pk, **payload},
        user_id=user_id,
        organisation_id=organisation_id,
    )
