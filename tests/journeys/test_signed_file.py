"""Somebody was sent a contract and checks it on a phone; a party signs at a desk and sees what the file is known by."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerships.models import Partnership, Revision
from partnerships.selectors.signed_file import signed_file
from portal.second_factor import code_at
from tests.browser import sound
from tests.factories import partnerships as make
from tests.factories.people import SECRET
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def text_of(partnership: Partnership) -> Revision:
    return partnership.revisions.get(number=partnership.revision)


def upload(data: bytes) -> dict[str, object]:
    return {"name": "kontrak.pdf", "mimeType": "application/pdf", "buffer": data}


def test_who_was_sent_a_contract_checks_it_on_a_phone(visit: Visit, shot: Shot) -> None:
    whole = signed_file(text_of(make.active(make.world(authorities=2)))).data
    changed = bytearray(whole)
    changed[len(whole) // 8] ^= 1
    page = visit(device="phone")
    page.goto("/")
    page.get_by_role("link", name="Periksa sertifikat atau kontrak").click()
    for data, said, picture in (
        (b"bukan PDF", "Berkas ini bukan PDF", "wrong"),
        (bytes(changed), "Jangan mengandalkannya", "changed"),
        (whole, "dan masih berlaku", "in-force"),
    ):
        page.get_by_label("PDF bertanda tangan").set_input_files(upload(data))
        page.get_by_role("button", name="Periksa", exact=picture != "wrong").last.click()
        page.get_by_text(said).first.wait_for()
        shot(page, f"verify-file-{picture}-phone")
        sound(page)
    assert page.get_by_text("Agus Pejabat").is_visible()
    assert page.get_by_role("link", name="Halaman publik").is_visible()


def test_the_approver_sees_the_file_before_and_after_signing(visit: Visit, shot: Shot) -> None:
    made = make.world()
    partnership = make.accepted(made)
    before = text_of(partnership).newest_part.sha256
    page = visit(made.approver)
    page.goto(reverse("partnership_sign", args=[partnership.pk]))
    assert page.get_by_text(before).is_visible()
    shot(page, "sign-file-desk")
    sound(page)
    page.get_by_role("checkbox").check()
    page.locator("input[name=code]").fill(code_at(SECRET))
    page.locator("form.signf button").click()
    page.get_by_text("Sidik berkas bertanda tangan sekarang").wait_for()
    assert page.get_by_text(text_of(partnership).newest_part.sha256).first.is_visible()
    shot(page, "signed-file-desk")
    sound(page)
