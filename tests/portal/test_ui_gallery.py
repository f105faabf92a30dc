"""The living page in a real Chromium, under the real content policy: accessible, unbroken, light, at every width."""

import gzip
import mimetypes
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Route

from portal.views.gallery import LAYOUTS, gallery_context

ADDRESS = "http://portal.test/_ui/"
LIMIT = 14 * 1024


def drawn(layout: str, language: str) -> str:
    with translation.override(language):
        return render_to_string("ui_gallery.html", gallery_context(LAYOUTS[layout]), RequestFactory().get("/_ui/"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 360, 1440])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_component_is_accessible_and_fits(browser: Browser, layout: str, width: int):
    html, policy = drawn(layout, "id"), build_policy()
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    def answer(route: Route) -> None:
        url = route.request.url
        if url == ADDRESS:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
            route.fulfill(headers=headers, body=html)
        else:
            path = Path(finders.find(url.partition("/static/")[2]))
            route.fulfill(content_type=mimetypes.guess_type(path)[0], body=path.read_bytes())

    page.route("**/*", answer)
    page.goto(ADDRESS)
    violations = Axe().run(page).response["violations"]
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.close()
    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in violations] == []
    assert complaints == []
    assert too_wide == 0


@pytest.mark.parametrize("layout", ["public", "sme"])
def test_even_a_page_of_everything_comes_in_one_round_trip(layout: str):
    assert len(gzip.compress(drawn(layout, "id").encode(), 6)) <= LIMIT
