"""Suggestions while typing: by keyboard and by mouse, said to screen readers, and a plain field without the script."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from curation.services.searching import refresh_search
from portal.enums import Role
from portal.models import User
from tests.browser import sound
from tests.factories.curation import officer
from tests.factories.enterprises import enterprise, product
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _offers() -> None:
    product(enterprise(name="CV Baut Jaya"), name="Baut galvanis M16")
    product(enterprise(name="UD Mur Makmur"), name="Baut baja <M10> & mur")
    refresh_search()


def test_the_directory_by_keyboard(visit: Visit, shot: Shot) -> None:
    page = visit(officer())
    page.goto("/businesses/")
    field = page.get_by_role("combobox", name="Produk atau usaha")
    field.press_sequentially("baut")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("3 saran.")).to_be_attached()
    seen = "option => { const b = option.getBoundingClientRect(); return option.contains(document.elementFromPoint(b.x + 9, b.y + 9)) }"
    assert options.last.evaluate(seen), "over the page, not cut off by the box of the filters"
    sound(page)
    shot(page, "suggestions-1440")
    # Down to the first, and up beyond it to what was typed.
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    field.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("baut")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Baut baja <M10> & mur")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press("Enter")
    page.wait_for_url("**q=Baut+baja*")
    sound(page)
    expect(page.get_by_role("heading", name="UD Mur Makmur")).to_be_visible()


def test_a_need_by_mouse_its_class_by_its_code(visit: Visit) -> None:
    page = visit(officer())
    page.goto("/desk/needs/add/")
    page.locator("[name=item]").press_sequentially("baut galv")
    page.get_by_role("option", name="Baut galvanis M16").click()
    expect(page.locator("[name=item]")).to_have_value("Baut galvanis M16")
    page.locator("[name=kbli_q]").press_sequentially("mur dan baut")
    page.get_by_role("option").filter(has_text="25952").click()
    expect(page.locator("[name=kbli_q]")).to_have_value("25952")
    sound(page)


def test_a_ministry_finds_a_business_by_its_name(visit: Visit) -> None:
    page = visit(person(Role.MINISTRY_ADMIN))
    page.goto("/verification/?status=verified")
    field = page.get_by_role("combobox")
    field.press_sequentially("makmur")
    expect(page.get_by_role("option")).to_have_text(["UD Mur Makmur usaha"])
    field.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize("who", ["visitor", "owner", "officer"])
def test_on_a_phone_and_away_from_desks_it_is_a_plain_field(visit: Visit, who: str) -> None:
    people = {"visitor": lambda: None, "owner": lambda: person(Role.OWNER), "officer": officer}
    page = visit(people[who](), device="phone" if who == "officer" else "desk")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/businesses/")
    page.locator("[name=q]").press_sequentially("baut")
    page.locator("[name=q]").press("Enter")
    page.wait_for_url("**q=baut*")
    assert not [url for url in asked if "suggestions" in url]
    assert bool([url for url in asked if "suggest.js" in url]) == (who == "officer")


def test_without_a_script_the_form_finds_the_same(browser: Browser, live_server: object) -> None:
    user: User = officer()
    context = browser.new_context(base_url=str(live_server), java_script_enabled=False, locale="id-ID")
    cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": str(live_server)}])
    page = context.new_page()
    page.goto("/businesses/")
    page.locator("[name=q]").fill("baut galfanis")
    page.locator("[name=q]").press("Enter")
    expect(page.get_by_role("heading", name="CV Baut Jaya")).to_be_visible()
    page.goto("/desk/needs/add/")
    page.locator("[name=kbli_q]").fill("mur baut galfanis")
    page.locator("button[name=find][value=kbli]").click()
    expect(page.get_by_text("25952")).to_be_visible()
    context.close()
