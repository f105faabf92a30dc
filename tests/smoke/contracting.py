"""From a curated business to a partnership in force: draft, offer, acceptance, signature, three sign-offs, public page."""

from __future__ import annotations

import re

from tests.smoke.browser import Browser, Page
from tests.smoke.counting import Counting
from tests.smoke.curating import OFFICER, Programme
from tests.smoke.people import code_to, codes, mail_to, opened, sign_in

APPROVER = "pejabat.pln@contoh.id"
AUTHORITIES = ("kementerian.umkm@contoh.id", "kemenperin@contoh.id", "bpbumn@contoh.id")


def drive(programme: Programme | None, counting: Counting) -> str | None:
    """Returns the number of the contract in its addresses."""
    number = counting.step("the officer drafts a contract and offers it", draft, programme, counting)
    counting.step("the business accepts with a code from its mail", accept, programme, number, counting)
    counting.step("another person signs for the buyer", sign, programme, number, counting)
    counting.step("three authorities sign off, each in its own queue", sign_off, programme, number, counting)
    counting.step("it is in force, for everybody to read", be_read, programme, number, counting)
    return number


def be_read(programme: Programme, number: str, counting: Counting) -> None:
    public = opened(Browser(programme.business.root), f"/contracts/{number}/")
    counting.check("the public page shows it in force", "Berlaku" in public and programme.business.name in public)
    counting.check("no NPWP on the public page", "013121660091000" not in re.sub(r"[.-]", "", public.html))
    owner = opened(programme.business.owner, f"/partnerships/{number}/")
    counting.check("the owner sees it in force", "Berlaku" in owner, owner.text)
    pdf = programme.business.owner.open(f"/partnerships/{number}/document.pdf")
    counting.check("the contract is a PDF", pdf.content.startswith(b"%PDF"), pdf.status)


def draft(programme: Programme, counting: Counting) -> str:
    officer = programme.officer
    form = opened(officer, f"/partnerships/new/?need={programme.need}").form("enterprises")
    chosen = form.choice("enterprises", programme.business.name)
    form.fill(enterprises=[chosen], title=programme.item)
    start = dict(form.values)["starts_on"]
    end = f"{int(start[:4]) + 1}{start[4:8]}01"
    page = form.fill(ends_on=end, payment_days="14").send()
    number = page.number_in(r"/partnerships/(\d+)/lines/")
    lines = page.form("lines-0-item")
    lines.set("lines-0-quantity", "2.400").set("lines-0-price", "685.000")
    page = lines.send()
    counting.check("the lines are kept", page.path.endswith("/clauses/"), page.text)
    page = next(form for form in page.forms if form.method == "post" and not form.action).send()
    counting.check("the check shows the value as the sum of the lines", "1.644.000.000" in page.text, page.text)
    offered = page.form(to="/offer/").send()
    counting.check("it is offered", "Ditawarkan" in offered, offered.text)
    return number


def accept(programme: Programme, number: str, counting: Counting) -> None:
    owner, email = programme.business.owner, programme.business.email
    page = opened(owner, f"/partnerships/{number}/accept/")
    after = page.form(to="/code/").send()
    code = code_to(email, r"\d{6}")
    form = (
        after.form("document_hash") if "document_hash" in after.html else opened(owner, page.path).form("document_hash")
    )
    wrong = form.fill(agree="on", code="000000" if code != "000000" else "111111").send()
    counting.check("a wrong code is refused", wrong.status == 422, wrong.status)
    accepted = wrong.form("document_hash").fill(agree="on", code=code).send()
    counting.check("it is accepted by the business", "Disetujui UMKM" in accepted, accepted.text)


def sign(programme: Programme, number: str, counting: Counting) -> None:
    drafter = programme.officer.open(f"/partnerships/{number}/sign/")
    counting.check("who drafted it cannot sign it", drafter.status == 403, drafter.status)
    approver = sign_in(programme.business.root, APPROVER)
    form = opened(approver, f"/partnerships/{number}/sign/").form("document_hash")
    signed = form.fill(agree="on", code=codes.next(APPROVER, to_sign=True)).send()
    counting.check("the approver's signature is kept and the authorities wait", "Menunggu" in signed, signed.text)


def sign_off(programme: Programme, number: str, counting: Counting) -> None:
    for email in AUTHORITIES:
        official = sign_in(programme.business.root, email)
        page = _in_queue(official, programme.item)
        form = page.form("document_hash").fill(agree="on", code=codes.next(email, to_sign=True))
        signed = form.send()
        counting.check(f"{email} signed off", signed.status == 200 and "/sign-off/" in signed.path, signed.text)
    counting.check("the buyer's officer was told", mail_to(OFFICER, programme.item))


def _in_queue(official: Browser, item: str) -> Page:
    queue = opened(official, "/sign-off/")
    for href, words in queue.links:
        if re.search(r"/sign-off/\d+/", href) and item in words:
            return opened(official, href)
    raise LookupError(f"{item} is not in the queue: {[words for _href, words in queue.links][:20]}")
