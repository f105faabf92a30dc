"""Who got through, read by anybody and by a ministry; a certificate; an appeal from the phone and its answer at the desk."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import Application
from curation.services.review import Finding, decide
from portal import jobs
from portal.enums import DocumentKind, Role
from portal.models import Document
from tests.curation.test_fairness import a_dozen, ended
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import officer
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit
from tests.journeys.test_desk import at, sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("device", "width"), [("phone", 360), ("desk", 1440)])
def test_anybody_reads_who_got_through(visit: Visit, shot: Shot, device: str, width: int) -> None:
    with transaction.atomic():
        subject = ended([*a_dozen(), *({"business_class": "small", "status": A.DECLINED} for _ in range(8))])
    for reader, name in ((None, "public"), (person(Role.MINISTRY_ADMIN), "ministry")):
        page = visit(reader, device=device)
        page.goto(reverse("fairness_list"))
        sound(page)
        shot(page, f"fairness-list-{name}-{width}")
        page.get_by_role("link", name=re.compile(subject.name)).first.click()
        expect(page.get_by_role("heading", name="Siapa yang lolos")).to_be_visible()
        sound(page)
        shot(page, f"fairness-{name}-{width}")


def test_an_appeal_from_the_phone_to_the_desk(visit: Visit, shot: Shot) -> None:
    first = officer()
    second = officer(first.organisation)
    (made,) = ranked(first, 10)
    decide(made, Outcome.DECLINED, by=first, reason="Kurang mesin.", findings=[Finding(text="Tambah mesin.")])
    Document.objects.create(enterprise=made.enterprise, kind=DocumentKind.SNI, number="0731/SNI/2026")
    owner = acting(made)
    for device, width in (("desk", 1440), ("phone", 360)):
        page = visit(owner, device=device)
        page.goto(reverse("application_detail", args=[made.pk]))
        sound(page)
        shot(page, f"declined-{width}")
        page.get_by_role("link", name="Ajukan keberatan").click()
        sound(page)
        shot(page, f"appeal-{width}")
    page.get_by_label(re.compile("Mengapa keputusan")).fill("Tungku kedua terlewat.")
    page.get_by_label(re.compile("Sertifikat SNI")).check()
    page.get_by_role("button", name="Kirim keberatan").click()
    sound(page)
    jobs.drain()
    desk = visit(second)
    desk.goto(at(made))
    expect(desk.get_by_text("Tungku kedua terlewat.")).to_be_visible()
    sound(desk)
    shot(desk, "appeal-desk-1440")
    desk.get_by_label("Loloskan setelah keberatan").check()
    desk.get_by_label("Yang dibaca UMKM").fill("Tungku kedua sudah dilihat.")
    desk.get_by_role("button", name="Simpan dan kirim").click()
    expect(desk.get_by_text("UMKM sudah diberi tahu")).to_be_visible()
    assert Application.objects.get(pk=made.pk).status == A.CURATED
    for device, width in (("desk", 1440), ("phone", 360)):
        page = visit(owner, device=device)
        page.goto(reverse("certificate", args=[made.pk]))
        sound(page)
        shot(page, f"certificate-{width}")
