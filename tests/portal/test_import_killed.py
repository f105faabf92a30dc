"""The worker of an upload is a process of its own here, and dies by SIGKILL with its transaction open."""

from __future__ import annotations

from typing import Any

import pytest

from portal import audit
from portal.enums import ImportMode, JobState
from portal.models import AuditEntry, Job, Product, StagedProduct
from portal.services import product_import as service
from tests.factories.products import ProductFactory, seller
from tests.factories.sheets import csv_file, row
from tests.killing import PATIENCE, killed_while_waiting_for, onlooker, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small_ranges(settings: Any) -> str:
    """What a worker does first: ranges of ten, and the files of this test."""
    return (
        "from django.conf import settings; from portal.services import product_import;"
        f" product_import.RANGE = 10; settings.MEDIA_ROOT = {str(settings.MEDIA_ROOT)!r}; "
    )


def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_stopped(small_ranges: str) -> None:
    """Once before the first range is written, once when all is written but the last range is not committed."""
    user = seller()
    changed = ProductFactory(enterprise=user.organisation.enterprise, code="KB-00003", price=9_000)
    audit.record(changed, "add_product", by=user)
    rows = [row(number, **({"harga": "x"} if number == 7 else {})) for number in range(25)]
    started = service.start_import(user.organisation.enterprise, csv_file(rows), ImportMode.KEEP_VALID, by=user)
    with onlooker() as watching:
        killed_while_waiting_for(
            watching,
            "SELECT id FROM portal_enterprise WHERE id = %s FOR UPDATE",
            user.organisation.enterprise.pk,
            before=small_ranges,
        )
        assert Job.objects.get(state=JobState.RUNNING).kind == service.WRITE
        assert (Product.objects.count(), StagedProduct.objects.count()) == (1, 24)

        killed_while_waiting_for(
            watching,
            "SELECT row FROM portal_stagedproduct WHERE product_import_id = %s FOR UPDATE",
            started.pk,
            before=small_ranges,
        )
    assert Job.objects.get(state=JobState.RUNNING).payload["after"] == 22, "the ranges before it are done"
    assert Product.objects.count() == 20
    assert worker(small_ranges).wait(PATIENCE) == 0
    started.refresh_from_db()
    assert (started.created_count, started.updated_count, started.bad_count) == (23, 1, 1)
    assert Product.objects.count() == 24
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert [entry.action for entry in AuditEntry.objects.of(changed)] == ["add_product", "change_product"]
    assert AuditEntry.objects.filter(action="import_products").count() == 1
    assert audit.breaks() == []
