"""Journeys: people with a browser each, on a live server whose every connection is the app role.

def test_an_owner_registers(visit, shot):
    page = visit(owner, device="phone")
    page.goto(reverse("dossier"))
    shot(page, "dossier")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from portal.models import User
from tests.browser import SHOTS, Complaints, opened_for

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]


@pytest.fixture
def visit(browser: Browser, live_server: object) -> Iterator[Visit]:
    """`visit(user, device="phone")` opens a page in a browser of that person; None is a visitor.

    At the end no page may have complained: neither an error on its console nor a refusal of the content policy.
    """
    contexts: list[BrowserContext] = []
    complaints = Complaints()

    def opened(user: User | None = None, *, device: str = "desk") -> Page:
        contexts.append(opened_for(browser, str(live_server), user, device=device))
        page = contexts[-1].new_page()
        complaints.listen(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    # Chromium reports every answer of 4xx as an error; the forms' 422 are meant.
    meant = "Failed to load resource: the server responded with a status of 4"
    assert complaints.csp + [text for text in complaints.console if not text.startswith(meant)] == []


@pytest.fixture
def shot() -> Shot:
    """Keeps a picture of the page under .local/shots/."""

    def take(page: Page, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    return take
