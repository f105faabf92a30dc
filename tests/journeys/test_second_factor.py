"""A small business sets up a second factor on its phone, keeps its recovery codes, signs in with one, and takes it off again."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse
from playwright.sync_api import Page, expect

from portal.enums import Role
from tests.browser import PHONE, sound
from tests.factories.people import PASSWORD, person
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RECOVERY_CODE = re.compile(r"\b[0-9]{8}\b")


def press(page: Page) -> None:
    page.locator("main form button").first.click()


def asked_again(page: Page, name: str) -> None:
    """The password first, where the page wants it fresh; then the page, without a fault that axe finds."""
    page.goto(reverse(name))
    if page.locator("[name=password]").count():
        page.locator("[name=password]").fill(PASSWORD)
        press(page)
    expect(page).to_have_url(re.compile(re.escape(reverse(name))))
    sound(page)


def test_a_second_factor_from_its_first_code_to_its_end(visit: Visit, shot: Shot) -> None:
    owner = person(Role.OWNER)
    page = visit(owner, device="phone")
    asked_again(page, "mfa_activate_totp")
    key = page.locator("main .mono").first.inner_text()
    for _attempt in range(2):  # a code typed in the last moment of its half minute comes too late
        page.locator("[name=code]").fill(format_hotp_value(hotp_value(key, next(yield_hotp_counters_from_time()))))
        press(page)
        if not page.url.endswith(reverse("mfa_activate_totp")):
            break
    asked_again(page, "mfa_view_recovery_codes")
    codes = RECOVERY_CODE.findall(page.locator("main").inner_text())
    assert len(set(codes)) == len(codes) == 10
    shot(page, "recovery-codes")
    asked_again(page, "mfa_generate_recovery_codes")

    other = page.context.browser.new_context(base_url=page.url.split("/accounts")[0], locale="id-ID", **PHONE)
    again = other.new_page()
    again.goto(reverse("account_login"))
    again.locator("[name=login]").fill(owner.email)
    again.locator("[name=password]").fill(PASSWORD)
    press(again)
    again.locator("[name=code]").fill(codes[0])
    press(again)
    again.goto(reverse("mfa_index"))
    expect(again).to_have_url(re.compile(re.escape(reverse("mfa_index"))))
    other.close()

    asked_again(page, "mfa_deactivate_totp")
    press(page)
    page.goto(reverse("mfa_view_recovery_codes"))
    assert not RECOVERY_CODE.search(page.locator("main").inner_text())
