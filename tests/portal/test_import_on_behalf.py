"""A list of products uploaded by somebody who fills in for the enterprise: under its consent, as long as that holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal import audit, jobs
from portal.enums import ImportMode
from portal.models import Assignment, AuditEntry, Job, Product, ProductImport, User
from portal.selectors.product_trail import trail_of
from portal.services import product_import as service
from portal.services.consent import withdraw_consent
from tests.factories.assistance import Help, helped
from tests.factories.sheets import csv_file, row
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def help_() -> Help:
    return helped()


def filling_in(given: Help, *scopes: str) -> User:
    return given.companion.act_on_behalf(given.consent(*scopes))


def start(given: Help, by: User, rows: list[list[Any]]) -> ProductImport:
    return service.start_import(given.enterprise, csv_file(rows), ImportMode.KEEP_VALID, by=by)


def test_a_companion_uploads_a_list_and_every_entry_says_for_whom(help_: Help) -> None:
    by = filling_in(help_, "products")
    first = start(help_, by, [row(1), row(2)])
    jobs.drain()
    start(help_, by, [row(1, harga="16.000"), row(2)])
    jobs.drain()
    first.refresh_from_db()
    assert (first.created_count, first.consent, first.uploaded_by) == (2, by.on_behalf, help_.companion)
    told = AuditEntry.objects.filter(action__in=("start_import", "add_products", "import_products", "change_product"))
    assert told.count() == 6
    assert {entry.payload["on_behalf"]["consent"] for entry in told} == {by.on_behalf.pk}
    changed, added = trail_of(Product.objects.get(price=16_000))["events"]
    assert changed.what == "Diubah, untuk usaha ini"
    assert added.what == "Ditambahkan, untuk usaha ini"
    assert Job.objects.filter(kind=audit.TELL_OF_CHANGES).exists()
    assert audit.breaks() == []


def test_without_products_in_the_consent_no_list_is_taken(help_: Help) -> None:
    by = filling_in(help_, "people")
    with pytest.raises(PermissionDenied):
        start(help_, by, [row(1)])


@pytest.mark.parametrize("after", [0, 10], ids=["before it was read", "in the middle of the writing"])
def test_a_consent_withdrawn_meanwhile_ends_the_list_and_keeps_what_was_written(
    help_: Help, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(service, "RANGE", 10)
    by = filling_in(help_, "products")
    started = start(help_, by, [row(number) for number in range(25)])
    while Product.objects.count() < after:
        assert jobs.run_next()
    withdraw_consent(by.on_behalf, by=help_.owner)
    jobs.drain()
    started.refresh_from_db()
    assert started.is_finished
    assert started.refusal["code"] == "consent_ended"
    assert Product.objects.count() == started.kept_count == after
    page = signed_in(help_.owner).get(reverse("import_status", args=[started.pk])).content.decode()
    assert "Persetujuan usaha berakhir sebelum seluruh daftar masuk." in page
    assert ("Tidak ada yang berubah" in page) == (not after)
    assert audit.breaks() == []


def test_the_pages_carry_the_banner_and_show_one_business_at_a_time(help_: Help) -> None:
    other = helped()
    Assignment.objects.create(
        plut=help_.plut, companion=help_.companion, enterprise=other.enterprise, assigned_by=help_.manager
    )
    elsewhere = start(other, other.owner, [row(1)])
    own = start(help_, help_.owner, [row(1)])
    help_.consent("products")
    client = signed_in(help_.companion)
    client.post(reverse("fill_in", args=[help_.enterprise.pk]))
    page = client.get(reverse("import_start")).content.decode()
    assert f"Anda mengisi untuk <b>{help_.enterprise}</b>" in page
    assert reverse("import_status", args=[own.pk]) in page
    assert reverse("import_status", args=[elsewhere.pk]) not in page
    assert client.get(reverse("import_status", args=[elsewhere.pk])).status_code == 404
    assert client.get(reverse("import_template")).status_code == 200
    sent = client.post(
        reverse("import_start"), {"file": csv_file([row(1)]), "mode": "keep_valid", "form_key": "a" * 32}
    )
    assert sent.status_code == 302
    assert ProductImport.objects.latest("pk").consent is not None
