"""The API's own pages: what a program may ask, read in a browser under the same content policy as every page."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from tests.browser import Complaints, opened_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_description_is_drawn_and_nothing_in_it_is_refused(browser: Browser, live_server) -> None:
    context = opened_for(browser, live_server.url)
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    page.goto(reverse("api_docs"))
    page.set_default_timeout(60_000)
    expect(page.locator(".opblock").first).to_be_visible(timeout=60_000)
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    context.close()
    assert (complaints.csp, complaints.console) == ([], [])
