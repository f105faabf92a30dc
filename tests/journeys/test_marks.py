"""A mark goes on: renewed on a phone and at the desk, recognised by another buyer, and a request taken back."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from curation.enums import ApplicationStatus as A
from curation.enums import RenewalOutcome
from curation.models import Application, Curation, Renewal
from portal import jobs
from portal.enums import DocumentKind
from portal.models import Document
from tests.browser import sound
from tests.curation.test_recognition import MINE, officer_of, owner
from tests.curation.test_review_pages import ranked
from tests.factories import curation as make
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_renewal_from_the_phone_to_the_desk_and_back(visit: Visit, shot: Shot) -> None:
    by = make.officer()
    mark = ranked(by, 20)[0].curation
    until = timezone.localdate() + dt.timedelta(days=40)
    Curation.objects.update(valid_from=until - dt.timedelta(days=300), valid_until=until)
    phone = visit(owner(mark), device="phone")
    phone.goto(reverse("home"))
    sound(phone)
    shot(phone, "renewal-home-360")
    phone.get_by_role("link", name="Ajukan perpanjangan").click()
    sound(phone)
    shot(phone, "renew-360")
    phone.get_by_label(re.compile("Apa yang perlu")).fill("Tungku kedua sudah berjalan.")
    phone.get_by_role("button", name="Ajukan perpanjangan").click()
    expect(phone.get_by_text("Perpanjangan Anda sudah diajukan")).to_be_visible()
    sound(phone)
    shot(phone, "certificate-360")
    jobs.drain()
    desk = visit(by)
    desk.goto(reverse("home"))
    sound(desk)
    shot(desk, "renewal-home-1440")
    desk.get_by_role("region", name="Perpanjangan yang menunggu").get_by_role("link").first.click()
    expect(desk.get_by_text("Tungku kedua sudah berjalan.")).to_be_visible()
    sound(desk)
    shot(desk, "renewal-1440")
    desk.get_by_label("Perpanjang tandanya", exact=True).check()
    desk.get_by_role("button", name="Simpan dan kirim").click()
    expect(desk.get_by_text("Sudah diputuskan")).to_be_visible()
    sound(desk)
    assert Renewal.objects.get().outcome == RenewalOutcome.GRANTED
    phone.goto(reverse("certificate", args=[mark.application_id]))
    sound(phone)


def test_another_buyer_recognises_a_mark(visit: Visit, shot: Shot) -> None:
    mark = ranked(make.officer(), 20)[0].curation
    mine = make.programme(lines=MINE, quota=1)
    by = officer_of(mine)
    spare = make.programme(by=by, lines=MINE, name="Kurasi kedua")
    desk = visit(by)
    desk.goto(reverse("other_marks"))
    sound(desk)
    for programme in (mine, spare):
        desk.goto(reverse("curation_recognise", args=[mark.token]))
        desk.get_by_role("radio", name=programme.name).check()
        desk.get_by_role("button", name="Minta kepada usaha itu").click()
        expect(desk.get_by_text("Usaha itu melengkapi")).to_be_visible()
    desk.get_by_role("link", name=re.compile("^diminta")).click()
    sound(desk)
    shot(desk, "recognise-1440")
    desk.get_by_role("link", name="Tarik permintaan").click()
    desk.get_by_role("radio", name=spare.name).check()
    sound(desk)
    shot(desk, "recognition-withdraw-1440")
    desk.get_by_role("button", name="Tarik permintaan").click()
    expect(desk.get_by_text("Usaha itu sudah diberi tahu")).to_be_visible()
    assert Application.objects.get(programme=spare).status == A.WITHDRAWN

    make.product(mark.enterprise, monthly_capacity=1000)
    Document.objects.create(
        enterprise=mark.enterprise,
        kind=DocumentKind.SNI,
        number="0731/SNI/2026",
        issuer="Lembaga Uji Baja",
        valid_until=timezone.localdate() + dt.timedelta(days=300),
    )
    phone = visit(owner(mark), device="phone")
    phone.goto(reverse("home"))
    sound(phone)
    shot(phone, "recognition-home-360")
    phone.get_by_role("link", name="Lihat yang diminta").click()
    sound(phone)
    phone.get_by_role("link", name="Lengkapi dan kirim").click()
    sound(phone)
    phone.get_by_role("button", name="Lanjutkan").click()
    sound(phone)
    shot(phone, "recognition-check-360")
    phone.get_by_role("button", name="Kirim lamaran").click()
    expect(phone.get_by_text("Lamaran Anda terkirim")).to_be_visible()
    jobs.drain()
    draft = Application.objects.get(programme=mine)
    desk.goto(reverse("application_review", args=[mine.pk, draft.pk]))
    expect(desk.get_by_text(re.compile("no. 0731/SNI/2026, Lembaga Uji Baja")).first).to_be_visible()
    sound(desk)
    shot(desk, "recognised-desk-1440")
    desk.get_by_label("Lolos", exact=True).check()
    desk.get_by_label("Yang dibaca UMKM").fill("Contoh barang sesuai.")
    desk.get_by_role("button", name="Simpan dan kirim").click()
    expect(desk.get_by_text("UMKM sudah diberi tahu")).to_be_visible()
    draft.refresh_from_db()
    assert draft.status == A.CURATED
