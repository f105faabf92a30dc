"""The supply gap in a browser: its table and the lists behind it, at both widths."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.enums import Role
from tests.curation.test_supply_gap import many
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sound(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["target"]) for each in violations] == []


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_from_the_overview_to_what_nobody_offers_and_to_who_offers_the_rest(
    visit: Visit, shot: Shot, device: str
) -> None:
    many()
    page = visit(person(Role.MINISTRY_ADMIN), device=device)
    page.goto("/home/")
    page.get_by_role("main").get_by_role("link", name="Kesenjangan pasokan").click()
    sound(page)
    shot(page, f"supply-gap-{device}")
    page.get_by_label("Baris").select_option("province")
    page.get_by_role("button", name="Terapkan").click()
    expect(page.get_by_role("columnheader", name="Provinsi penyerahan")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Belum cukup").first.click()
    page.goto("/supply-gap/?digits=2")
    rows = page.get_by_role("row").filter(has_text="24")
    rows.last.locator("td.n a").first.click()
    expect(page.get_by_role("heading", name="Kebutuhan di balik angka")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Kesenjangan pasokan").click()
    expect(page).to_have_url("/supply-gap/?digits=2")
    rows.last.locator("td.n a").last.click()
    expect(page.get_by_role("heading", name="Usaha di balik angka")).to_be_visible()
    sound(page)
