"""The script of the dossier's pages, in a real Chromium: drafts that outlive a lost connection, rows, the device's place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

STATIC = Path(__file__).resolve().parents[2] / "static" / "js"
SCRIPTS = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("app.js", "dossier.js"))
ADDRESS = "http://localhost/"
DRAFT = (
    '<form method="post" data-guard><input name="a"><button name="draft" value="1" data-autosave="/draft" data-second="0.02">'
    "Simpan draf</button><span data-saved></span></form>"
)

pytestmark = pytest.mark.browser


def opened(browser: Browser, body: str, language: str = "id") -> Page:
    page = browser.new_page()
    page.set_default_timeout(20_000)
    html = f'<!doctype html><html lang="{language}"><body>{body}<script>{SCRIPTS}</script></body></html>'
    page.route("**/*", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.goto(ADDRESS)
    return page


def saved(route: Route) -> None:
    route.fulfill(json={"saved": "Draf tersimpan 10.12 WIB"})


def test_what_is_typed_is_kept_as_a_draft_and_says_when(browser: Browser) -> None:
    page = opened(browser, DRAFT)
    page.route("**/draft", saved)
    with page.expect_request("**/draft") as sent:
        page.locator("input").press_sequentially("Baja")
    assert "Baja"[:1] in str(sent.value.post_data)
    expect(page.locator("[data-saved]")).to_have_text("Draf tersimpan 10.12 WIB")
    page.close()


@pytest.mark.parametrize("failure", ["lost", "broken"])
def test_a_failure_is_said_and_tried_again_without_another_key(browser: Browser, failure: str) -> None:
    page = opened(browser, DRAFT)
    answers = [failure, failure]

    def answer(route: Route) -> None:
        if not answers:
            saved(route)
        elif answers.pop() == "lost":
            route.abort()
        else:
            route.fulfill(status=503)

    page.route("**/draft", answer)
    note = page.locator("[data-saved]")
    page.locator("input").fill("Baja")
    expect(note).to_have_text("Draf tersimpan 10.12 WIB")
    assert answers == []
    page.close()


def test_a_lost_connection_is_said_in_both_languages(browser: Browser) -> None:
    for language, words in (("id", "Belum terkirim"), ("en", "Not sent")):
        page = opened(browser, DRAFT, language)
        page.route("**/draft", lambda route: route.abort())
        page.locator("input").fill("Baja")
        expect(page.locator("[data-saved]")).to_contain_text(words)
        assert page.locator("input").input_value() == "Baja"
        page.close()


def test_who_is_signed_out_is_told_so_and_not_that_all_is_well(browser: Browser) -> None:
    page = opened(browser, DRAFT)
    page.route("**/draft", lambda route: route.fulfill(status=302, headers={"Location": "/masuk"}))
    page.locator("input").fill("Baja")
    expect(page.locator("[data-saved]")).to_contain_text("Anda sudah keluar")
    page.close()


def test_a_kept_draft_lets_one_leave_without_a_question(browser: Browser) -> None:
    page = opened(browser, DRAFT)
    page.route("**/draft", saved)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("input").fill("Baja")
    expect(page.locator("[data-saved]")).to_have_text("Draf tersimpan 10.12 WIB")
    page.goto(f"{ADDRESS}lain")
    assert asked == []
    page.close()


ROWS = (
    '<form><fieldset data-rows="sales" data-most="2"><input type="hidden" name="sales-TOTAL_FORMS" value="1">'
    '<div><p>Tahun 1</p><input name="sales-0-year"></div>'
    '<p><button name="add" value="sales" data-add>Tambah</button></p>'
    '<template><div id="row-sales-__prefix__"><p>Tahun __number__</p><input name="sales-__prefix__-year"></div></template>'
    "</fieldset></form>"
)


def test_a_row_is_added_in_place_until_there_are_enough(browser: Browser) -> None:
    page = opened(browser, ROWS)
    page.locator("button").click()
    assert page.locator("[name=sales-TOTAL_FORMS]").input_value() == "2"
    expect(page.get_by_text("Tahun 2")).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "sales-1-year"
    with page.expect_navigation():
        page.locator("button").click()  # the server says that there are no more
    page.close()


PLACE = (
    '<form><input name="latitude"><input name="longitude"><p><button type="button" data-locate hidden>Di sini</button>'
    "<span data-located></span></p></form>"
)


def test_the_device_fills_in_where_it_is(browser: Browser) -> None:
    page = opened(browser, PLACE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -7.70561, "longitude": 110.6031, "accuracy": 12})
    page.locator("button").click()
    expect(page.locator("[data-located]")).to_have_text("± 12 m")
    assert page.locator("[name=latitude]").input_value() == "-7,705610"
    assert page.locator("[name=longitude]").input_value() == "110,603100"
    page.close()


def test_a_device_that_does_not_say_leaves_typing(browser: Browser) -> None:
    page = opened(browser, PLACE)
    page.context.clear_permissions()
    page.locator("button").click()
    expect(page.locator("[data-located]")).to_contain_text("Ketik saja")
    page.close()


def test_it_is_small() -> None:
    assert len(gzip.compress((STATIC / "dossier.js").read_bytes(), 9)) <= 3 * 1024
