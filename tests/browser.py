"""Chromium for tests: how it is started, the two devices people have, and what a page complained about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from portal.models import User
from tests.signing_in import signed_in

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
DEVICES = {"phone": PHONE, "desk": DESK}
SHOTS = Path(__file__).resolve().parents[1] / ".local" / "shots"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, so Django has to be told that its own calls here are meant."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What the browser held against a page: errors on the console, refusals of the content policy, scripts that broke."""

    console: list[str] = field(default_factory=list)
    csp: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.console.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.csp.append(message.text)
        elif message.type == "error":
            self.console.append(message.text)

    def clear(self) -> None:
        self.console.clear()
        self.csp.clear()


def opened_for(browser: Browser, address: str, user: User | None = None, *, device: str = "desk") -> BrowserContext:
    """A browser of one's own: signed in by the session's cookie, in Indonesian, relative addresses on `address`."""
    context = browser.new_context(base_url=address, locale="id-ID", **DEVICES[device])
    context.set_default_timeout(10_000)
    if user is not None:
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    return context


def fits(page: Page) -> None:
    """Nothing is wider than the screen. After a click the next page may have been begun and not yet arrived."""
    page.wait_for_load_state()
    assert page.locator("html").evaluate("page => page.scrollWidth - innerWidth") == 0, page.url


def sound(page: Page) -> None:
    """Nothing wider than the screen, nothing that keeps somebody out."""
    fits(page)
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["target"]) for each in violations] == [], page.url
