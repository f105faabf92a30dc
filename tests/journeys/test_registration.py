"""A small business registers on a phone of 360 px, from signing up to sending its dossier: with scripts, and without any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from portal import jobs
from portal.enums import DigitalQuestion, EnterpriseStatus, QualityQuestion
from portal.models import Enterprise, SectionDraft
from portal.selectors.enterprise import completeness
from tests.browser import PHONE, fits, sound
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWNER, PASSWORD = "siti@usaha.example", "pintu-rantai-pasok-9"
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)
# Without a script the button that adds a row goes to it, and a browser keeps that mark across redirects.
PROFILE = re.compile(r"/business/(#.*)?$")
YES = {"chat", "catalogue", "payment", "books", "stock"}


@pytest.fixture
def plain(browser: Browser, live_server: object) -> Iterator[Page]:
    """The same phone with scripts switched off."""
    context = browser.new_context(base_url=str(live_server), locale="id-ID", java_script_enabled=False, **PHONE)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def sign_up(page: Page, mailbox: list[Any]) -> None:
    page.goto("/accounts/signup/")
    page.locator("[name=full_name]").fill("Siti Rahayu")
    page.locator("[name=email]").fill(OWNER)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("main form button").first.click()
    expect(page.locator("[name=code]")).to_be_visible()
    jobs.drain()
    page.locator("[name=code]").fill(CODE.search(mailbox[-1].body)[1])  # type: ignore[index]
    page.locator("main form button").first.click()
    page.goto("/home/")
    page.locator("[name=name]").fill("CV Tuang Perdana Ceper")
    page.locator("[name=legal_form][value=cv]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(PROFILE)


def give(page: Page, **answers: str) -> None:
    """As a thumb does it: buttons are pressed, lists chosen from, the rest typed."""
    for name, value in answers.items():
        pressed = page.locator(f"[name='{name}'][type=radio][value='{value}']")
        field = page.locator(f"[name='{name}']").first
        if pressed.count():
            pressed.check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def save(page: Page, section: str, **answers: str) -> None:
    page.goto(f"/business/{section}/")
    fits(page)
    give(page, **answers)
    press(page, "Simpan")
    page.wait_for_url(PROFILE)


def fill_in(page: Page) -> None:
    """Every section but the plan."""
    last_year = str(timezone.localdate().year - 1)
    save(
        page,
        "identity",
        nib="8120012345678",
        npwp="01.312.166.0-091.000",
        established_on="2012-03-14",
        women_led="True",
    )
    page.goto("/business/activities/?q=pengecoran+besi&edition=2025")
    fits(page)
    page.get_by_label(re.compile("24310")).check()
    page.locator("button[name=action][value=add]").click()
    save(page, "address", village_q="33.10.11.2012", address="Jalan Raya Ceper 12", postal_code="57465")
    save(page, "people", workforce="18", workforce_permanent="12", workforce_women="4", workforce_trained="6")
    sales = {"sales-0-year": last_year, "sales-0-amount": "4,2 miliar"}
    save(page, "finance", capital="850 juta", full_year_of_sales="True", investment="1.200.000.000", **sales)
    made = {"machines-0-name": "Tungku induksi 500 kg", "monthly_capacity": "12.000", "capacity_unit": "kilogram"}
    save(page, "production", technology_level="mechanised", shifts="1", **made)
    save(page, "quality", **{f"quality_{each}": "True" for each in QualityQuestion.values})
    save(page, "digital", **{f"digital_{each}": str(each in YES) for each in DigitalQuestion.values})
    save(page, "export", exports="False")
    save(page, "innovation", flagship_product="True", flagship_description="Besi cor Ceper", registered="False")


def plan(page: Page) -> None:
    """What stands in it before the second target is asked for."""
    year = str(timezone.localdate().year + 1)
    give(
        page,
        business_plan="Menambah satu tungku induksi dan melayani dua pembeli tetap sampai akhir tahun depan.",
        **{
            "plan_products-0-name": "Tutup manhole",
            "plan_products-0-quantity": "1.200",
            "plan_products-0-unit": "piece",
            "plan_markets-0-kind": "state",
            "plan_markets-0-name": "Bengkel PLN Jawa Tengah",
            "plan_markets-0-amount": "1,5 miliar",
            "plan_targets-0-indicator": "sales",
            "plan_targets-0-year": year,
            "plan_targets-0-q1": "400 juta",
        },
    )


def second_target_and_funding(page: Page) -> None:
    give(
        page,
        **{
            "plan_targets-1-indicator": "production",
            "plan_targets-1-unit": "tonne",
            "plan_targets-1-year": str(timezone.localdate().year + 1),
            "plan_targets-1-q2": "12,5",
            "funding_needed": "True",
            "plan_funding-0-purpose": "Tungku kedua",
            "plan_funding-0-amount": "600 juta",
            "plan_funding-0-source": "kur",
        },
    )


def check_and_send(page: Page) -> None:
    page.goto("/business/check/")
    for shown in ("PP 7/2021", "1.200 buah per bulan", "Rp1,5 miliar setahun", "12,5 ton", "Tungku kedua"):
        expect(page.locator("main")).to_contain_text(shown)
    fits(page)
    press(page, "Kirim untuk diperiksa")
    expect(page.get_by_text("Diperiksa").first).to_be_visible()
    firm = Enterprise.objects.get()
    assert (firm.status, firm.plan_parts) == (EnterpriseStatus.SUBMITTED, 4)
    complete = completeness(firm)
    assert complete.done == complete.total - 1, "all but the papers, which it may send without"
    assert [paper.kind for paper in complete.missing_papers] == ["nib", "npwp", "deed"]


def test_on_a_phone_with_a_draft_that_waits(visit: Visit, mailbox: list[Any], shot: Shot) -> None:
    page = visit(device="phone")
    page.set_default_timeout(20_000)
    sign_up(page, mailbox)
    sound(page)
    fill_in(page)
    page.goto("/business/plan/")
    sound(page)
    shot(page, "plan-empty-360")
    plan(page)
    # Somebody calls: the page is left, nothing was pressed.
    expect(page.locator("[data-saved]")).to_contain_text("Draf tersimpan", timeout=20_000)
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/business/")
    expect(page.get_by_text("Ada draf Anda di sini")).to_be_visible()
    page.goto("/business/plan/")
    expect(page.locator("[name='plan_products-0-name']")).to_have_value("Tutup manhole")
    press(page, "Tambah target")
    second_target_and_funding(page)
    sound(page)
    shot(page, "plan-filled-360")
    press(page, "Simpan")
    page.wait_for_url(PROFILE)
    assert not SectionDraft.objects.exists()
    page.goto(f"/enterprises/{Enterprise.objects.get().pk}/plan/")
    sound(page)
    shot(page, "plan-progress-360")
    check_and_send(page)


def test_the_same_without_any_script(plain: Page, mailbox: list[Any]) -> None:
    sign_up(plain, mailbox)
    fill_in(plain)
    plain.goto("/business/plan/")
    plan(plain)
    press(plain, "Simpan draf")
    plain.wait_for_url(PROFILE)
    plain.goto("/business/plan/")
    expect(plain.locator("[name='plan_markets-0-amount']")).to_have_value("1,5 miliar")
    # The button sends the page, and brings it back with one row more and everything that was typed.
    press(plain, "Tambah target")
    expect(plain.locator("[name='plan_products-0-quantity']")).to_have_value("1.200")
    second_target_and_funding(plain)
    give(plain, **{"plan_funding-0-amount": "banyak"})
    press(plain, "Simpan")
    expect(plain.get_by_role("alert")).to_contain_text("Isi jumlah rupiah")
    give(plain, **{"plan_funding-0-amount": "600 juta"})
    press(plain, "Simpan")
    plain.wait_for_url(PROFILE)
    check_and_send(plain)
