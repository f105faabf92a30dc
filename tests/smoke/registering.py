"""A small business signs up, fills in its dossier, is returned, answers, and is verified."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from tests.smoke.browser import Browser, Page
from tests.smoke.counting import Counting
from tests.smoke.people import code_to, mail_to, opened, sign_in

VILLAGE = "33.10.11.2012"
QUALITY = ("procedure", "incoming", "process", "final", "calibration", "complaints")
DIGITAL = ("chat", "catalogue", "payment", "orders", "documents", "books", "stock", "connected")
PLAN = {
    "plan_products-0-name": "Tutup manhole",
    "plan_products-0-quantity": "1.200",
    "plan_products-0-unit": "piece",
    "plan_markets-0-kind": "state",
    "plan_markets-0-name": "Bengkel PLN Jawa Tengah",
    "plan_markets-0-amount": "1,5 miliar",
    "plan_targets-0-indicator": "sales",
    "plan_targets-0-q1": "400 juta",
}
MINISTRY = "kementerian.umkm@contoh.id"


@dataclass
class Business:
    """The newcomer of this run, with what later parts ask about it."""

    root: str
    number: str = field(default_factory=lambda: f"{secrets.randbelow(10**9):09d}")
    owner: Browser | None = None

    @property
    def name(self) -> str:
        return f"CV Uji Jalan {self.number}"

    @property
    def email(self) -> str:
        return f"uji.{self.number}@contoh.id"

    @property
    def password(self) -> str:
        return f"jalan-utama-{self.number}"

    @property
    def nib(self) -> str:
        return f"9801{self.number}"


def drive(root: str, counting: Counting) -> Business:
    business = Business(root)
    business.owner = counting.step("sign up with a code from the mail", sign_up, business, counting)
    counting.step("register, fill in, keep a draft, come back, send", fill_in, business, counting)
    counting.step("the ministry returns it; it is sent again; it is verified", be_checked, business, counting)
    return business


def sign_up(business: Business, counting: Counting) -> Browser:
    browser = Browser(business.root)
    form = browser.open("/accounts/signup/").form("email")
    page = form.fill(full_name="Uji Jalan", email=business.email, password1=business.password).send()
    counting.check("sign-up asks for the code from the mail", "code" in page.form("code").names, page.path)
    code = code_to(business.email, r"[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}")
    page = page.form("code").fill(code=code).send()
    counting.check("the code opens the account", "/accounts/" not in page.path, page.text)
    return browser


def fill_in(business: Business, counting: Counting) -> None:
    owner = business.owner
    page = opened(owner, "/home/").form("legal_form")
    page = page.fill(name=business.name, legal_form="cv").send()
    counting.check("registering leads to the dossier", page.path == "/business/", page.path)

    section = opened(owner, "/business/identity/").form("nib")
    wrong = section.fill(nib="123456789012", npwp="01.312.166.0-091.000", established_on="2015-03-14").send()
    counting.check(
        "a NIB of 12 digits is refused, and said so", wrong.status == 422 and "13 angka" in wrong, wrong.text
    )
    again = opened(owner, "/business/identity/").form("nib")
    counting.check("what was typed is kept", ("nib", "123456789012") in again.values, again.values)
    answers = {"nib": business.nib, "npwp": "01.312.166.0-091.000", "established_on": "2015-03-14"}
    saved = again.fill(**answers, women_led="True").send()
    counting.check("the identity section is saved", saved.status == 200 and "/identity/" not in saved.path, saved.path)

    draft = opened(owner, "/business/finance/").form("capital").fill(capital="850.000.000").send(press="draft")
    counting.check("half a section is kept as a draft", draft.status == 200, draft.status)
    back = sign_in(business.root, business.email, business.password)
    kept = opened(back, "/business/finance/").form("capital")
    counting.check("the draft is there after signing in anew", ("capital", "850.000.000") in kept.values, kept.values)
    finance = {"sales-0-amount": "4.200.000.000", "sales-0-year": "2025", "investment": "1.200.000.000"}
    saved = kept.fill(full_year_of_sales="True", **finance).send()
    counting.check("figures written the Indonesian way are read", saved.status == 200, saved.text)

    found = opened(owner, "/business/activities/?q=pengecoran+besi&edition=2025")
    counting.check("KBLI is found by words", "24310" in found)
    adding = next(form for form in found.forms if "kbli" in form.options)
    chosen = adding.set("kbli", adding.choice("kbli", "24310")).send(press="action=add")
    counting.check("the class is taken", "24310" in chosen and chosen.status == 200)

    address = opened(owner, "/business/address/").form("address")
    address.fill(address="Jalan Uji 1", postal_code="57465", phone="0812 0000 0001", village_q=VILLAGE)
    saved = address.send()
    counting.check("the address goes down to the village", saved.status == 200, saved.text)
    people = opened(owner, "/business/people/").form("workforce").fill(workforce="18", workforce_women="6").send()
    counting.check("the workforce is saved", people.status == 200)
    production = opened(owner, "/business/production/").form("technology_level")
    production.fill(technology_level="mechanised", shifts="1", monthly_capacity="12.000", capacity_unit="kilogram")
    production.set("machines-0-name", "Tungku induksi 500 kg").send()
    for section, questions, yes in (("quality", QUALITY, QUALITY), ("digital", DIGITAL, DIGITAL[:6])):
        form = opened(owner, f"/business/{section}/").form(f"{section}_{questions[0]}")
        form.fill(**{f"{section}_{each}": str(each in yes) for each in questions}).send()
    opened(owner, "/business/export/").form("exports").fill(exports="False").send()
    innovation = opened(owner, "/business/innovation/").form("flagship_product")
    innovation.fill(flagship_product="True", flagship_description="Besi cor Ceper", registered="True")
    brand = {"kind": "brand", "number": f"IDM{business.number}", "title": "CEPER", "registered_on": "2020-05-06"}
    saved = innovation.fill(**{f"innovations-0-{name}": value for name, value in brand.items()}).send()
    counting.check("a brand is kept with its number", "/innovation/" not in saved.path, saved.text)
    plan = opened(owner, "/business/plan/").form("business_plan")
    plan.fill(**PLAN, funding_needed="False")
    saved = plan.set("plan_targets-0-year", str(dt.date.today().year + 1)).send()
    counting.check("a plan with figures is kept", "/plan/" not in saved.path, saved.text)

    check = opened(owner, "/business/check/")
    counting.check("the class is derived and explained with its law", "PP 7/2021" in check, check.text)
    sent = send_for_checking(check)
    counting.check("it is sent for checking", sent.path == "/business/" and "Diperiksa" in sent, sent.text)


def be_checked(business: Business, counting: Counting) -> None:
    ministry = sign_in(business.root, MINISTRY)
    queue = opened(ministry, f"/verification/?q={business.nib}")
    counting.check("it waits in the ministry's queue", business.name in queue)
    detail = queue.follow(r"/verification/\d+/")
    address = detail.path
    form = detail.form("decision").fill(decision="return", reason_finance="Lampirkan rekap penjualan 2025.")
    form.send()
    owner = business.owner
    page = opened(owner, "/business/")
    counting.check("the owner reads that changes are needed", "Perlu perbaikan" in page, page.text)
    section = opened(owner, "/business/finance/")
    counting.check("the reason stands at its section", "rekap penjualan 2025" in section, section.text)
    counting.check("the owner was told by mail", mail_to(business.email, "rekap penjualan 2025"))
    section.form("capital").set("sales-0-amount", "4.350.000.000").send()
    sent = send_for_checking(opened(owner, "/business/check/"))
    counting.check("it is sent again", "Diperiksa" in sent, sent.text)
    opened(ministry, address).form("decision").fill(decision="verify").send()
    page = opened(owner, "/business/")
    counting.check("it is active", "Aktif sejak" in page, page.text)


def send_for_checking(page: Page) -> Page:
    """The page's own form: it is sent to where it stands and holds nothing but its button."""
    return next(form for form in page.forms if form.method == "post" and not form.action).send()
