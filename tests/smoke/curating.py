"""A buyer asks for something, three businesses apply, the official run marks them, a person decides, the mark is checked."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.smoke.browser import Browser, NotThere, Page
from tests.smoke.counting import Counting, wait_for
from tests.smoke.people import mail_to, opened, sign_in
from tests.smoke.registering import Business
from tests.smoke.selling import ITEM

OFFICER = "pengadaan.pln@contoh.id"
# A foundry whose papers are complete, and a workshop whose activity is another one.
SURE, UNFIT = "pemilik@contoh.id", "presisi@contoh.id"
ZONE = dt.timezone(dt.timedelta(hours=7))
REASON = "Contoh barang diperiksa dan sesuai; sertifikat SNI menyusul sebelum penyerahan pertama."


@dataclass
class Programme:
    """The programme of this run and who applies."""

    business: Business
    officer: Browser
    need: str = ""
    number: str = ""
    closes_at: float = 0
    applicants: dict[str, Browser] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)

    @property
    def item(self) -> str:
        return f"Pengadaan tutup manhole {self.business.number}"

    @property
    def name(self) -> str:
        return f"Kurasi uji {self.business.number}"


def begin(business: Business, counting: Counting) -> Programme | None:
    """Up to the applications; scoring waits for the closing time."""
    programme = counting.step("the officer publishes a need and a programme", publish, business, counting)
    counting.step("businesses find it, see their own score, apply", apply_all, programme, counting)
    return programme


def finish(programme: Programme | None, counting: Counting) -> None:
    counting.step("provisional scores; then the official run, live", score, programme, counting)
    counting.step("the officer reviews and decides; the business reads why", review, programme, counting)
    counting.step("a certificate that anybody can check", certificate, programme, counting)


def publish(business: Business, counting: Counting) -> Programme:
    begun = time.monotonic()
    programme = Programme(business, sign_in(business.root, OFFICER))
    programme.applicants = {email: sign_in(business.root, email) for email in (SURE, UNFIT)}
    programme.applicants[business.email] = business.owner
    publish_need(programme, counting)
    publish_programme(programme, counting, pace=(time.monotonic() - begun) / 10)
    return programme


def apply_all(programme: Programme, counting: Counting) -> None:
    for email, browser in programme.applicants.items():
        programme.applications[email] = apply(programme, email, browser, counting)
    counting.check("all applied before the closing time", time.time() < programme.closes_at)


def publish_need(programme: Programme, counting: Counting) -> None:
    officer = programme.officer
    form = opened(officer, "/desk/needs/add/").form("item")
    start = dt.date.today() + dt.timedelta(days=30)
    form.fill(
        item=programme.item, specification="Besi tuang kelabu, beban uji 25 ton.", kbli_q="24310", hs_q="73251090"
    )
    form.fill(quantity_per_month="300", unit="piece", ceiling_price="1.000.000", delivery_region_q="33.74")
    form.fill(deliver_from=start + dt.timedelta(days=9), deliver_until=start)
    wrong = form.send()
    counting.check("a delivery that ends before it begins is refused", wrong.status == 422, wrong.status)
    form = wrong.form("item").fill(deliver_from=start, deliver_until=start + dt.timedelta(days=300))
    saved = form.send()
    published = saved.form(to="/publish/").send()
    programme.need = published.number_in(r"/desk/needs/(\d+)/")
    visitor = opened(Browser(programme.business.root), f"/needs/{programme.need}/")
    counting.check("anybody can read the published need", programme.item in visitor)


def publish_programme(programme: Programme, counting: Counting, *, pace: float) -> None:
    """`pace`: what a page takes here, so that a slow machine has time to apply before the programme closes."""
    officer = programme.officer
    now = dt.datetime.now(ZONE)
    form = opened(officer, f"/desk/programmes/add/?need={programme.need}").form("quota")
    form.fill(name=programme.name, needs=[programme.need], quota="2")
    form.fill(opens_at=f"{now - dt.timedelta(minutes=1):%Y-%m-%dT%H:%M}", closes_at="2020-01-01T08:00")
    wrong = form.send()
    counting.check("a programme that closes before it opens is refused", wrong.status == 422, wrong.status)
    closes_at = dt.datetime.now(ZONE) + dt.timedelta(seconds=4 + min(40, 16 * pace))
    criteria = wrong.form("quota").fill(closes_at=f"{closes_at:%Y-%m-%dT%H:%M:%S}").send()
    programme.number = criteria.number_in(r"/desk/programmes/(\d+)/")
    programme.closes_at = int(closes_at.timestamp())
    filled = criteria.form(to="/criteria/template/").set("template", "metal_casting").send()
    band = next(form for form in filled.forms if "threshold" in form.names)
    weights = [(name, value) for name, value in band.values if name.startswith("weight")]
    counting.check("the template's criteria stand there with their weights", len(weights) >= 5, band.values)
    wrong = band.set("threshold", "90").set("review_floor", "40").set(weights[0][0], "99").send()
    said = opened(officer, f"/desk/programmes/{programme.number}/publish/")
    counting.check("weights that do not make 100 are named", "100" in wrong.text + said.text, wrong.text[-400:])
    band = next(form for form in opened(officer, criteria.path).forms if "threshold" in form.names)
    band.set("threshold", "90").set("review_floor", "40").set(*weights[0]).send()
    page = opened(officer, f"/desk/programmes/{programme.number}/publish/")
    published = next(form for form in page.forms if form.method == "post" and not form.action).send()
    counting.check("the programme is open", "Dibuka" in published, published.text)


def apply(programme: Programme, email: str, browser: Browser, counting: Counting) -> str:
    """Returns the address of the application."""
    dry = opened(browser, f"/opportunities/{programme.number}/")
    counting.check(
        f"{email} sees a dry run of its own score",
        re.search(r"\d+(,\d+)?", dry.text) and "skor" in dry.text.lower(),
        dry.text,
    )
    form = opened(browser, f"/opportunities/{programme.number}/apply/").form("product")
    wanted = {programme.business.email: ITEM, SURE: "Tutup manhole"}.get(email, "")
    check = form.set("product", form.choice("product", wanted)).send()
    sent = next(form for form in check.forms if form.method == "post" and not form.action).send()
    counting.check(f"the application of {email} is sent", "Terkirim" in sent, sent.text)
    return sent.path


def score(programme: Programme, counting: Counting) -> None:
    shown = wait_for("a provisional score", lambda: _with(programme, programme.business.email, "ementara"))
    counting.check("the provisional score is shown as such", shown)
    run(programme, counting)


def _with(programme: Programme, email: str, words: str) -> Page | None:
    page = opened(programme.applicants[email], programme.applications[email])
    return page if words in page else None


def run(programme: Programme, counting: Counting) -> None:
    officer = programme.officer
    time.sleep(max(0.0, programme.closes_at - time.time()) + 0.2)
    address = f"/desk/programmes/{programme.number}/"
    page = opened(officer, address)
    try:
        status = page.form(to="/run/").send()
    except NotThere:
        # The scheduler was faster: its run is listed.
        status = page.follow(r"/desk/runs/\d+/")
    again = officer.open(urlsplit(status.address).path)
    counting.check("the run has a page with its progress", again.status == 200 and "/desk/runs/" in again.path)

    def ended() -> Page | None:
        now = officer.open(status.address)
        return now if "Selesai" in now else None

    wait_for("the official run to end", ended, within=40)
    marks = {email: opened(browser, programme.applications[email]) for email, browser in programme.applicants.items()}
    counting.check("who meets everything is curated by the run", "Lolos kurasi" in marks[SURE], marks[SURE].text)
    counting.check("who misses a gate is not selected", "Belum lolos" in marks[UNFIT], marks[UNFIT].text)
    own = marks[programme.business.email]
    counting.check("who falls into the band is in review", "Ditinjau" in own, own.text)
    counting.check("feedback says what would get it curated", "KBLI" in marks[UNFIT], marks[UNFIT].text)
    counting.check("the business was told by mail", mail_to(programme.business.email, programme.name))


def review(programme: Programme, counting: Counting) -> None:
    officer = programme.officer
    desk = opened(officer, f"/desk/programmes/{programme.number}/applicants/")
    counting.check("the desk lists all three", all(words in desk for words in (programme.business.name, "Ceper")))
    number = programme.applications[programme.business.email].strip("/").split("/")[-1]
    address = f"/desk/programmes/{programme.number}/applicants/{number}/"
    form = opened(officer, address).form("outcome")
    counting.check("no decision is pre-selected", "outcome" not in dict(form.values))
    wrong = form.fill(outcome="declined").send()
    counting.check("declining without reasons is refused", wrong.status == 422, wrong.status)
    decided = wrong.form("outcome").fill(outcome="curated", reason=REASON).send()
    counting.check("the decision is kept", decided.status == 200, decided.text)
    page = opened(programme.business.owner, programme.applications[programme.business.email])
    counting.check("the business is curated and reads why", "Lolos kurasi" in page and REASON in page, page.text)


def certificate(programme: Programme, counting: Counting) -> None:
    page = opened(programme.business.owner, f"{programme.applications[programme.business.email]}certificate/")
    found = re.search(r"/verify/[0-9a-f-]{36}/", page.html)
    counting.check("the certificate carries its public link", found, page.text)
    public = opened(Browser(programme.business.root), found[0])
    counting.check("anybody can check it", programme.business.name in public and "PLN" in public, public.text)
