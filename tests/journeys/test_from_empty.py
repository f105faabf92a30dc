"""From a new installation (reference data, one operator) to a partnership in force, with nothing made behind the scenes.

The small business does everything on a phone of 360 px; the people at desks send forms as their browsers would.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from curation.models import Programme
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership
from partnerships.services.library import load_clauses
from portal import audit, jobs
from portal.enums import DigitalQuestion, QualityQuestion
from portal.models import Organisation, User
from portal.second_factor import code_at
from tests.browser import fits
from tests.journeys.conftest import Shot, Visit
from tests.smoke.browser import Browser
from tests.smoke.browser import Page as Answer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "pintu-rantai-pasok-9"
OWNER = "ani@usaha.example"
BUSINESS = "CV Tuang Perdana Ceper"
ITEM = "Tutup manhole besi cor Ø 60 cm"
AUTHORITIES = ("Kementerian UMKM", "Kementerian Perindustrian", "Badan Pengaturan BUMN")


@dataclass
class Desk:
    """Somebody with a second factor, over HTTP alone."""

    browser: Browser
    secret: str

    def open(self, path: str) -> Answer:
        page = self.browser.open(path)
        assert page.status == 200, (path, page.status, page.text[:300])
        return page

    @property
    def code(self) -> str:
        return code_at(self.secret)


@dataclass
class Office:
    """The installation: its address, and the mail it has sent."""

    address: str
    mailbox: list[Any]

    def mail_to(self, email: str) -> str:
        jobs.drain()
        return next(message.body for message in reversed(self.mailbox) if email in message.to)

    def code_to(self, email: str, pattern: str) -> str:
        return re.search(rf"^\s*({pattern})\s*$", self.mail_to(email), re.MULTILINE)[1]

    def first_operator(self) -> Desk:
        call_command("create_operator", "operator@portal.example", password=PASSWORD, verbosity=0)
        browser = Browser(self.address)
        form = browser.open("/accounts/login/").form("login")
        form.fill(login="operator@portal.example", password=PASSWORD).send()
        return with_second_factor(browser)

    def invited(self, email: str) -> Desk:
        """Follow the link of an invitation: sign up, prove the address, join, set up the second factor."""
        browser = Browser(self.address)
        link = re.search(r"/invitation/[\w-]+/", self.mail_to(email))[0]
        form = browser.open(link).follow(r"/accounts/signup/\?next=").form("password1")
        page = form.fill(full_name=f"Petugas {email}", email=email, password1=PASSWORD).send()
        code = self.code_to(email, r"[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}")
        page = page.form("code").fill(code=code).send()
        assert page.path == link, page.text[:300]
        next(form for form in page.forms if form.method == "post" and not form.action).send()
        return with_second_factor(browser)


def with_second_factor(browser: Browser) -> Desk:
    page = browser.open("/home/")
    if "/reauthenticate/" in page.path:
        page = page.form("password").fill(password=PASSWORD).send()
    assert "/2fa/" in page.path, page.text[:300]
    secret = re.search(r'class="mono">([A-Z2-7]{16,})<', page.html)[1]
    page.form("code").fill(code=code_at(secret)).send()
    assert browser.open("/home/").path == "/home/"
    return Desk(browser, secret)


def test_from_an_empty_database_to_a_partnership_in_force(
    live_server: object, mailbox: list[Any], visit: Visit, shot: Shot
) -> None:
    assert not User.objects.exists()
    assert not Organisation.objects.exists()
    load_clauses()  # shipped with the portal, as the reference data are
    office = Office(str(live_server), mailbox)

    operator = office.first_operator()
    authorities = {name: authority(office, operator, name, number) for number, name in enumerate(AUTHORITIES)}
    enter_agreement(operator)
    approver = buyer(office, operator)
    officer = colleague(office, approver)

    phone = visit(None, device="phone")
    sign_up(phone, office)
    fill_in_dossier(phone)
    shot(phone, "from-empty-dossier-sent-360")
    verify(authorities["Kementerian UMKM"])
    add_product(phone)

    need = publish_need(officer)
    programme = publish_programme(officer, need)
    apply(phone, programme)
    shot(phone, "from-empty-application-sent-360")
    let_it_close_and_score(officer, programme)
    phone.reload()
    expect(phone.get_by_text("Lolos kurasi").first).to_be_visible()
    fits(phone)

    number = offer_contract(officer, need)
    accept(phone, office, number)
    shot(phone, "from-empty-contract-accepted-360")
    signed = approver.open(f"/partnerships/{number}/sign/").form("document_hash")
    assert signed.fill(agree="on", code=approver.code).send().status == 200
    for desk in authorities.values():
        sign_off(desk)

    contract = Partnership.objects.get()
    assert contract.status == PartnershipStatus.ACTIVE
    assert contract.value == 1_644_000_000
    public = Browser(office.address).open(f"/contracts/{number}/")
    assert BUSINESS in public
    assert "Berlaku" in public
    assert audit.breaks() == []


def authority(office: Office, operator: Desk, name: str, number: int) -> Desk:
    email = f"pengesah{number}@kementerian.example"
    form = operator.open("/organisations/add/").form("name")
    form.fill(name=name, short_name=name, capabilities=["authority"], first_email=email, first_role="ministry_admin")
    assert form.send().status == 200
    return office.invited(email)


def enter_agreement(operator: Desk) -> None:
    today = timezone.localdate()
    form = operator.open("/agreements/add/").form("title_id")
    form.fill(title_id="Nota kesepahaman rantai pasok", title_en="Supply chain memorandum", kind="partnership")
    form.fill(signed_on=today, valid_from=today, order="parallel")
    for place, name in enumerate(AUTHORITIES):
        form.set(f"parties-{place}-organisation", form.choice(f"parties-{place}-organisation", name))
        form.set(f"parties-{place}-position", place + 1).set(f"parties-{place}-signs", "on")
    saved = form.send()
    assert saved.path == "/agreements/", saved.text


def buyer(office: Office, operator: Desk) -> Desk:
    """The operator invites the buyer's approver, who invites the rest."""
    form = operator.open("/organisations/add/").form("name")
    form.fill(name="PT Listrik Uji (Persero)", short_name="Listrik Uji", capabilities=["buyer"], ownership="state")
    form.fill(first_email="pejabat@buyer.example", first_role="approver")
    assert form.send().status == 200
    return office.invited("pejabat@buyer.example")


def colleague(office: Office, approver: Desk) -> Desk:
    approver.open("/members/").form("email").fill(email="staf@buyer.example", role="officer").send()
    return office.invited("staf@buyer.example")


def sign_up(phone: Page, office: Office) -> None:
    phone.goto("/accounts/signup/")
    fits(phone)
    phone.locator("[name=full_name]").fill("Ani Hartanto")
    phone.locator("[name=email]").fill(OWNER)
    phone.locator("[name=password1]").fill(PASSWORD)
    phone.locator("main form button").first.click()
    phone.locator("[name=code]").fill(office.code_to(OWNER, r"[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}"))
    phone.locator("main form button").first.click()
    phone.goto("/home/")
    phone.locator("[name=name]").fill(BUSINESS)
    phone.locator("[name=legal_form][value=cv]").check()
    phone.locator("main form button").first.click()
    phone.wait_for_url("**/business/")
    fits(phone)


def fill_in_dossier(phone: Page) -> None:
    save(
        phone,
        "identity",
        nib="8120012345678",
        npwp="01.312.166.0-091.000",
        established_on="2012-03-14",
        women_led="True",
    )
    phone.goto("/business/activities/?q=pengecoran+besi&edition=2025")
    phone.get_by_label(re.compile("24310")).check()
    phone.locator("button[name=action][value=add]").click()
    save(phone, "address", village_q="33.10.11.2012", address="Jalan Raya Ceper 12", postal_code="57465")
    save(phone, "people", workforce="18", workforce_women="4")
    sales = {"sales-0-year": str(timezone.localdate().year - 1), "sales-0-amount": "4.200.000.000"}
    save(phone, "finance", capital="850.000.000", full_year_of_sales="True", investment="1.200.000.000", **sales)
    save(
        phone,
        "production",
        **{"technology_level": "mechanised", "machines-0-name": "Tungku induksi 500 kg", "machines-0-count": "2"},
        shifts="1",
        monthly_capacity="12.000",
        capacity_unit="kilogram",
    )
    save(phone, "quality", **{f"quality_{each}": "True" for each in QualityQuestion.values})
    yes = {"chat", "catalogue", "payment", "books", "stock"}
    save(phone, "digital", **{f"digital_{each}": str(each in yes) for each in DigitalQuestion.values})
    save(phone, "export", exports="False")
    brand = {"innovations-0-kind": "brand", "innovations-0-number": "IDM000123456", "innovations-0-title": "CEPER"}
    flagship = {"flagship_product": "True", "flagship_description": "Besi cor Ceper, keputusan bupati 2023"}
    save(phone, "innovation", registered="True", **flagship, **brand, **{"innovations-0-registered_on": "2020-05-06"})
    phone.goto("/business/check/")
    fits(phone)
    expect(phone.locator("main")).to_contain_text("PP 7/2021")
    phone.get_by_role("button", name="Kirim untuk diperiksa").click()
    expect(phone.get_by_text("Diperiksa").first).to_be_visible()


def save(phone: Page, section: str, **answers: str) -> None:
    """As a thumb does it: buttons are pressed, lists chosen from, the rest typed."""
    phone.goto(f"/business/{section}/")
    fits(phone)
    for name, value in answers.items():
        pressed = phone.locator(f"[name={name}][type=radio][value='{value}']")
        field = phone.locator(f"[name={name}]").first
        if pressed.count():
            pressed.check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    phone.get_by_role("button", name="Simpan", exact=True).click()
    expect(phone.get_by_role("alert")).to_have_count(0)


def verify(ministry: Desk) -> None:
    page = ministry.open("/verification/").follow(r"/verification/\d+/")
    page.form("decision").fill(decision="verify").send()


def add_product(phone: Page) -> None:
    phone.goto("/products/add/")
    fits(phone)
    phone.locator("[name=name]").fill(ITEM)
    phone.locator("[name=kbli_q]").fill("pengecoran besi")
    phone.locator("button[name=find][value=kbli]").click()
    phone.get_by_label(re.compile("24310")).check()
    phone.locator("[name=unit]").select_option("piece")
    answers = {"price": "685.000", "monthly_capacity": "420", "lead_time_days": "18", "tkdn": "82,5"}
    for name, value in answers.items():
        phone.locator(f"[name={name}]").fill(value)
    phone.get_by_role("button", name="Simpan, lalu tambah foto").click()
    phone.wait_for_url("**/photos/")


def publish_need(officer: Desk) -> str:
    start = timezone.localdate() + dt.timedelta(days=30)
    form = officer.open("/desk/needs/add/").form("item")
    form.fill(item=ITEM, specification="Besi tuang kelabu.", kbli_q="24310", quantity_per_month="300", unit="piece")
    form.fill(ceiling_price="1.000.000", delivery_region_q="33.10", deliver_from=start)
    published = form.send().form(to="/publish/").send()
    return published.number_in(r"/desk/needs/(\d+)/")


def publish_programme(officer: Desk, need: str) -> str:
    now = timezone.localtime()
    form = officer.open(f"/desk/programmes/add/?need={need}").form("quota")
    form.fill(
        name="Kurasi pertama", needs=[need], quota="3", opens_at=f"{now - dt.timedelta(minutes=2):%Y-%m-%dT%H:%M}"
    )
    criteria = form.fill(closes_at=f"{now + dt.timedelta(days=20):%Y-%m-%dT%H:%M}").send()
    number = criteria.number_in(r"/desk/programmes/(\d+)/")
    filled = criteria.form(to="/criteria/template/").set("template", "metal_casting").send()
    next(form for form in filled.forms if "threshold" in form.names).fill(threshold="65", review_floor="40").send()
    page = officer.open(f"/desk/programmes/{number}/publish/")
    published = next(form for form in page.forms if form.method == "post" and not form.action).send()
    assert "Dibuka" in published, published.text
    return number


def apply(phone: Page, programme: str) -> None:
    phone.goto(f"/opportunities/{programme}/")
    fits(phone)
    phone.goto(f"/opportunities/{programme}/apply/")
    # Its only product is not asked for.
    assert phone.locator("[name=product]").get_attribute("type") == "hidden"
    phone.locator("main form button").first.click()
    fits(phone)
    phone.get_by_role("button", name="Kirim lamaran").click()
    expect(phone.get_by_text("Terkirim").first).to_be_visible()


def let_it_close_and_score(officer: Desk, number: str) -> None:
    """The only thing here that no person does: the closing time comes."""
    Programme.objects.filter(pk=number).update(closes_at=timezone.now())
    status = officer.open(f"/desk/programmes/{number}/").form(to="/run/").send()
    jobs.drain()
    assert "Selesai" in officer.open(status.path)


def offer_contract(officer: Desk, need: str) -> str:
    form = officer.open(f"/partnerships/new/?need={need}").form("enterprises")
    form.fill(enterprises=[form.choice("enterprises", BUSINESS)])
    start = dt.date.fromisoformat(dict(form.values)["starts_on"])
    page = form.fill(ends_on=start + dt.timedelta(days=360)).send()
    number = page.number_in(r"/partnerships/(\d+)/lines/")
    lines = page.form("lines-0-item").set("lines-0-quantity", "2.400").set("lines-0-price", "685.000")
    clauses = lines.send()
    check = next(form for form in clauses.forms if form.method == "post" and not form.action).send()
    offered = check.form(to="/offer/").send()
    assert "Ditawarkan" in offered, offered.text
    return number


def accept(phone: Page, office: Office, number: str) -> None:
    phone.goto(f"/partnerships/{number}/accept/")
    fits(phone)
    phone.get_by_role("button", name="Kirimkan kodenya").click()
    fits(phone)
    phone.locator("[name=agree]").check()
    phone.locator("[name=code]").fill(office.code_to(OWNER, r"\d{6}"))
    phone.get_by_role("button", name="Setujui kemitraan").click()
    expect(phone.get_by_text("Disetujui UMKM").first).to_be_visible()
    fits(phone)


def sign_off(desk: Desk) -> None:
    queue = desk.open("/sign-off/")
    page = (
        queue.form("document_hash")
        if "document_hash" in queue.html
        else queue.follow(r"/sign-off/\d+/").form("document_hash")
    )
    signed = page.fill(agree="on", code=desk.code).send()
    assert signed.path.startswith("/sign-off/"), signed.text
