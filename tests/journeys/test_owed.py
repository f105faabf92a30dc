"""What a business still owes, on a phone: a paper that is missing, and the sales of the year that has ended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.models import Document, Enterprise
from tests.browser import sound
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.papers import pdf
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
YEAR = (timezone.localdate() - dt.timedelta(days=14)).year - 1


def test_an_owner_adds_the_missing_paper_and_the_years_sales(visit: Visit, shot: Shot) -> None:
    firm = enterprise(legal_form="perorangan", full_year_of_sales=False, annual_sales=None, sales_year=None)
    Enterprise.objects.filter(pk=firm.pk).update(submitted_at=dt.datetime(YEAR, 6, 1, tzinfo=dt.UTC))
    product(firm)
    page = visit(owner_of(firm), device="phone")
    page.goto("/home/")
    sound(page)
    shot(page, "owed-home")
    page.get_by_role("link", name="Isi penjualan", exact=True).click()
    sound(page)
    page.get_by_label("Seluruh penjualan dalam tahun itu").fill("sekitar")
    page.get_by_role("button", name="Simpan").click()
    sound(page)
    shot(page, "owed-sales")
    page.get_by_label("Seluruh penjualan dalam tahun itu").fill("1,5 miliar")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text(f"Penjualan tahun {YEAR} tersimpan.")).to_be_visible()
    sound(page)
    shot(page, "owed-dossier")
    page.locator("section", has=page.get_by_role("heading", name="Dokumen yang belum ada")).get_by_role(
        "link", name="Nomor Induk Berusaha"
    ).click()
    page.get_by_label("Nomor", exact=True).fill(firm.nib)
    page.get_by_label("Berkas dokumen").set_input_files(
        {"name": "nib.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="Simpan").click()
    page.goto("/business/")
    expect(
        page.locator("section", has=page.get_by_role("heading", name="Dokumen yang belum ada")).get_by_role("link")
    ).to_have_count(1)
    assert Document.objects.get().kind == "nib"
    firm.refresh_from_db()
    assert firm.annual_sales == 1_500_000_000
