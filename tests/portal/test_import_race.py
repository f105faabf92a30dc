"""The same list four times at once, by four workers."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from portal import jobs
from portal.enums import ImportMode, JobState
from portal.models import Job, Product, ProductImport
from portal.services import product_import as service
from tests.factories.products import seller
from tests.factories.sheets import csv_file, row

WORKERS, ROWS = 4, 60


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ImportMode)
def test_nothing_is_doubled_and_nobody_waits_in_a_circle(mode: ImportMode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RANGE", 20)
    user = seller()
    for turn in range(WORKERS):
        rows = [row(number) for number in range(ROWS)]
        # Each in another order: what locks rows as they come would deadlock.
        file = csv_file(rows if turn % 2 else rows[::-1])
        service.start_import(user.organisation.enterprise, file, mode, by=user)

    def work() -> None:
        try:
            while Job.objects.filter(state__in=[JobState.READY, JobState.RUNNING]).exists():
                jobs.drain()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert not Job.objects.exclude(error="").exists(), list(Job.objects.exclude(error="").values("kind", "error"))
    done = ProductImport.objects.all()
    assert all(each.is_finished for each in done)
    assert sum(each.created_count for each in done) == ROWS == Product.objects.count()
    assert sum(each.unchanged_count for each in done) == ROWS * (WORKERS - 1)
