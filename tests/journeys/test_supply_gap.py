"""The supply gap in a browser: its table and the lists behind it, at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.enums import Role
from tests.browser import sound
from tests.curation.test_supply_gap import many
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_from_the_overview_to_what_nobody_offers_and_to_who_offers_the_rest(
    visit: Visit, shot: Shot, device: str
) -> None:
    many()
    page = visit(person(Role.MINISTRY_ADMIN), device=device)
    page.goto("/home/")
    page.get_by_role("main").get_by_role("link", name="Kesenjangan pasokan").click()
    sound(page)
    if device == "desk":
        menu, account = page.locator("header.app nav"), page.locator("header.app .end")
        assert account.bounding_box()["y"] < menu.bounding_box()["y"] + menu.bounding_box()["height"], "one line"
        assert menu.evaluate("menu => menu.scrollWidth - menu.clientWidth") == 0, "and the longest menu is all seen"
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
