"""One measurement of `make bench-import`, in a process of its own: `import` or `save`, and the list."""

from __future__ import annotations

import contextlib
import json
import time
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from portal import jobs
from portal.acting import acting
from portal.enums import ImportMode
from portal.models import Enterprise, HsCode, KbliClass, Product
from portal.product_sheet.cells import Known
from portal.product_sheet.headings import find_headings
from portal.product_sheet.rows import read_row
from portal.services.product_import import start_import
from portal.uploads.sheets import rows_of
from tests.bench.lists import NAMES, rows

SAMPLE = 5_000


def main(what: str, path: str) -> None:
    print(json.dumps({"import": importing, "save": saving}[what](Path(path))))


def importing(path: Path) -> dict[str, Any]:
    """From the upload to the last job, twice."""
    enterprise, other = _enterprises()
    _warm(other)
    began = time.perf_counter()
    count = _import(enterprise, path.read_bytes())
    seconds = time.perf_counter() - began
    first = _rows_as_text(enterprise)
    _import(enterprise, path.read_bytes())
    second = _rows_as_text(enterprise)
    _remove(enterprise)
    return {"rows": count, "seconds": seconds, "changes": len(first ^ second)}


def saving(path: Path) -> dict[str, float]:
    """Rows a second by way."""
    enterprise, _other = _enterprises()
    rates = {}
    for way in ("each committed", "in one transaction"):
        products = _models(enterprise, path)
        began = time.perf_counter()
        with transaction.atomic() if "one" in way else contextlib.nullcontext():
            for product in products:
                product.save()
        rates[way] = len(products) / (time.perf_counter() - began)
        _remove(enterprise)
    return rates


def _warm(enterprise: Enterprise) -> None:
    """A worker that has just started reads translations and templates; one that runs has them."""
    few = [NAMES, *rows(20)]
    _import(enterprise, "\n".join(";".join(cells) for cells in few).encode())
    _remove(enterprise)


def _import(enterprise: Enterprise, content: bytes) -> int:
    """Through the service and its jobs, as a page does. How many rows were taken."""
    membership = enterprise.organisation.memberships.filter(ended_at=None).select_related("user").first()
    membership.user.act_as(membership)
    with acting(membership.user_id, membership.organisation_id):
        file = SimpleUploadedFile("produk", content)
        started = start_import(enterprise, file, ImportMode.KEEP_VALID, by=membership.user)
    jobs.drain()
    started.refresh_from_db()
    if not started.is_finished or started.bad_count or started.refusal:
        raise SystemExit(f"not all of the list was taken: {started.bad_count} wrong, {started.refusal}")
    return started.kept_count


def _models(enterprise: Enterprise, path: Path) -> list[Product]:
    """The first rows of the list as models, read by the same rules."""
    known = Known(
        kbli=dict(KbliClass.objects.filter(edition=2025, level=5).values_list("code", "pk")),
        hs=set(HsCode.objects.values_list("pk", flat=True)),
    )
    with path.open("rb") as file:
        headings, rest = find_headings(rows_of(file))
        cells = [dict(zip(headings.keys, row.cells, strict=True)) for row in islice(rest, SAMPLE)]
    values = [read_row(each, (), known)[0] for each in cells]
    return [Product(enterprise=enterprise, kbli_id=each.pop("kbli"), hs_id=each.pop("hs"), **each) for each in values]


def _rows_as_text(enterprise: Enterprise) -> set[tuple[int, str]]:
    """Every column of every product, time stamps too, as a hash each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, md5(p::text) FROM portal_product p WHERE enterprise_id = %s", [enterprise.pk])
        return set(cursor.fetchall())


def _remove(enterprise: Enterprise) -> None:
    """By one statement: fetched as models, they would count as memory of the import."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_product WHERE enterprise_id = %s AND code LIKE 'BRG-%%'", [enterprise.pk])


def _enterprises() -> list[Enterprise]:
    """Two of the sample's, which have owners."""
    sample = Enterprise.objects.verified().filter(is_sample=True, organisation__memberships__ended_at=None)
    return list(sample.select_related("organisation").order_by("pk").distinct()[:2])
