"""The script of every page, in a real Chromium: small helps, each of which can fail without anything being lost."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

SCRIPT = (Path(__file__).resolve().parents[2] / "static" / "js" / "app.js").read_text(encoding="utf-8")
ADDRESS = "http://portal.test/"

pytestmark = pytest.mark.browser


def opened(browser: Browser, body: str, language: str = "id") -> Page:
    """A page with this body and the script, on an address of its own that answers everything it is asked."""
    page = browser.new_page()
    page.set_default_timeout(20_000)
    page.received = []
    page.fragments = []

    def answer(route: Route) -> None:
        request = route.request
        if request.method == "POST":
            # Files are no text.
            page.received.append((request.post_data_buffer or b"").decode("utf-8", "replace"))
            route.fulfill(status=204)
        elif request.url == ADDRESS:
            html = f'<!doctype html><html lang="{language}"><body>{body}<script>{SCRIPT}</script></body></html>'
            route.fulfill(content_type="text/html; charset=utf-8", body=html)
        else:
            route.fulfill(content_type="text/html", body=page.fragments.pop(0) if page.fragments else "")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    return page


def test_the_end_of_a_session_is_said_five_minutes_before(browser):
    page = opened(browser, '<p hidden data-session-ends="299">Segera</p><p hidden data-session-ends="9999">Nanti</p>')
    page.get_by_text("Segera").wait_for(state="visible")
    assert page.get_by_text("Nanti").is_hidden()


def test_a_second_click_sends_nothing(browser):
    page = opened(
        browser,
        '<form method="post"><input name="a" value="1"><button class="btn" name="b" value="2">Kirim</button></form>',
    )
    button = page.locator("button")
    with page.expect_response("**/*"):
        button.click()
    assert button.inner_text() == "Mengirim…"
    assert button.get_attribute("aria-disabled") == "true"
    button.click(force=True)
    page.evaluate("1")
    assert page.received == ["a=1&b=2"]
    page.close()


def test_unsaved_answers_ask_before_one_leaves(browser):
    page = opened(browser, '<form method="post" data-guard><input name="a"></form>')
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("input").press_sequentially("Baja")
    page.goto(f"{ADDRESS}lain")
    assert asked == ["beforeunload"]
    page.close()


def test_an_untouched_form_lets_one_go(browser):
    page = opened(browser, '<form method="post" data-guard><input name="a"></form>')
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{ADDRESS}lain")
    assert asked == []
    page.close()


@pytest.mark.parametrize(
    ("language", "left", "over"),
    [("id", "7 karakter lagi", "2 karakter terlalu banyak"), ("en", "7 characters left", "2 characters too many")],
)
def test_characters_are_counted(browser, language, left, over):
    page = opened(browser, '<textarea data-count="10"></textarea>', language)
    page.fill("textarea", "abc")
    assert page.inner_text(".count") == left
    page.fill("textarea", "abcdefghijkl")
    assert page.inner_text(".count") == over
    page.close()


def test_a_large_photo_is_made_small_before_it_travels(browser):
    page = opened(browser, '<input type="file" data-shrink>')
    noise = Image.effect_noise((2400, 1800), 90).convert("RGB")
    photo = io.BytesIO()
    noise.save(photo, "JPEG", quality=95)
    page.set_input_files("input", {"name": "tungku.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    page.wait_for_function(f"document.querySelector('input').files[0].size < {len(photo.getvalue())}")
    url = page.evaluate(
        "new Promise((done) => { const r = new FileReader(); r.onload = () => done(r.result);"
        " r.readAsDataURL(document.querySelector('input').files[0]) })"
    )
    small = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    assert small.size == (1600, 1200)
    page.close()


def noisy(name: str) -> dict[str, object]:
    photo = io.BytesIO()
    Image.effect_noise((2400, 1800), 90).convert("RGB").save(photo, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo.getvalue()}


PHOTOS = (
    '<form method="post" action="/foto" enctype="multipart/form-data"><input type="file" name="photos" multiple data-shrink'
    ' data-most="3"><button class="btn">Kirim</button></form>'
)


def test_a_form_waits_until_its_photos_are_small(browser):
    page = opened(browser, PHOTOS)
    photos = [noisy(f"{number}.jpg") for number in range(3)]
    page.set_input_files("input", photos)
    with page.expect_response("**/foto"):
        page.evaluate("document.querySelector('button').click(); document.querySelector('button').click()")
    sizes = page.evaluate("[...document.querySelector('input').files].map((file) => file.size)")
    assert len(sizes) == 3
    assert max(sizes) < min(len(photo["buffer"]) for photo in photos) / 1.5
    assert page.inner_text("button") == "Mengirim…"
    assert len(page.received) == 1
    page.close()


def test_of_more_photos_than_there_is_room_for_the_first_are_sent_and_that_is_said(browser):
    page = opened(browser, PHOTOS)
    few = [{"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 900} for number in range(300)]
    page.set_input_files("input", few)
    page.wait_for_function("document.querySelector('input').files.length === 3")
    assert page.inner_text("[role=status]") == "3 foto pertama dikirim. 297 lainnya tidak: tempatnya sudah habis."
    page.set_input_files("input", few[:2])
    page.wait_for_function("document.querySelector('input').files.length === 2")
    assert page.inner_text("[role=status]") == ""
    page.close()


def test_what_is_no_photo_travels_as_it_is(browser):
    page = opened(browser, '<input type="file" data-shrink>')
    page.set_input_files("input", {"name": "akta.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 400_000})
    page.wait_for_function("document.querySelector('input').files[0]?.size === 400000")
    page.close()


def test_a_running_job_is_asked_again_until_it_is_done(browser):
    page = opened(browser, '<div role="status" data-poll="/tugas" data-every="0.05">0 dari 2</div>')
    page.fragments += [
        '<div role="status" data-poll="/tugas" data-every="0.05">1 dari 2</div>',
        '<div role="status">Selesai</div>',
    ]
    page.get_by_text("Selesai").wait_for()
    assert page.locator("[data-poll]").count() == 0
    page.close()


def test_the_error_summary_has_the_focus(browser):
    page = opened(browser, '<div tabindex="-1" data-focus id="ringkasan">Ada yang perlu diperbaiki</div>')
    assert page.evaluate("document.activeElement.id") == "ringkasan"
    page.close()
