"""The mark: shown, checked by anybody, revoked with a reason, expired."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid

import pytest
import segno
import typst
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image

from curation.enums import ApplicationStatus as A
from curation.models import Curation
from curation.services.certificate_pdf import TEMPLATE, printed
from portal.models import Notification
from tests.curation.test_review_pages import acting, ranked
from tests.factories.curation import officer
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_anybody_can_check_a_certificate() -> None:
    (made,) = ranked(officer(), 20)
    curation = Curation.objects.get(application=made)
    page = Client().get(f"/verify/{curation.token}/").content.decode()
    assert made.enterprise.name in page
    assert "Berlaku sampai" in page


def test_an_unknown_code_is_answered_with_the_form_to_try_another() -> None:
    code = "00000000-0000-4000-8000-000000000000"
    answer = Client().get(f"/verify/{code}/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Tidak ada sertifikat atau kontrak publik dengan" in page
    assert f'value="{code}"' in page
    assert 'action="/verify/"' in page


def test_its_owner_sees_it_with_a_code_to_scan() -> None:
    (made,) = ranked(officer(), 20)
    page = signed_in(acting(made)).get(f"/applications/{made.pk}/certificate/").content.decode()
    assert 'src="data:image/svg+xml' in page
    assert signed_in(seller()).get(f"/applications/{made.pk}/certificate/").status_code == 404


def test_an_expired_one_shows_as_expired() -> None:
    (made,) = ranked(officer(), 20)
    today = timezone.localdate()
    curation = Curation.objects.get(application=made)
    Curation.objects.filter(pk=curation.pk).update(
        valid_from=today - dt.timedelta(days=9), valid_until=today - dt.timedelta(days=1)
    )
    assert "Berakhir pada" in Client().get(f"/verify/{curation.token}/").content.decode()


def test_revoking_needs_a_reason_and_frees_the_place() -> None:
    user = officer()
    first, second = ranked(user, 20, 19, quota=1)
    assert second.status == A.WAITLISTED
    curation = Curation.objects.get(application=first)
    client = signed_in(user)
    url = f"/desk/curations/{curation.pk}/revoke/"
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Sertifikat SNI dicabut."})
    page = Client().get(f"/verify/{curation.token}/").content.decode()
    assert "Dicabut pada" in page
    assert "Sertifikat SNI dicabut." in page
    second.refresh_from_db()
    assert second.status == A.CURATED
    assert Notification.objects.filter(user=acting(first), kind="curation.revoked").exists()
    answer = client.post(url, {"reason": "Lagi"}, follow=True)
    assert "sudah dicabut" in answer.content.decode()


def test_another_buyer_cannot_revoke_it() -> None:
    (made,) = ranked(officer(), 20)
    curation = Curation.objects.get(application=made)
    assert signed_in(officer()).post(f"/desk/curations/{curation.pk}/revoke/", {"reason": "x"}).status_code == 404


def test_a_typed_code_or_a_pasted_address_leads_to_the_mark() -> None:
    (made,) = ranked(officer(), 20)
    token = Curation.objects.get(application=made).token
    for typed in (str(token), token.hex.upper(), f"https://contoh.id/verify/{token}/"):
        assert Client().get("/verify/", {"code": typed}).url == f"/verify/{token}/"


def test_a_wrong_code_is_said_at_its_field() -> None:
    for typed in ("salah", "00000000-0000-4000-8000-000000000000", ""):
        answer = Client().get("/verify/", {"code": typed})
        assert answer.status_code == 422
        assert answer.context["form"].errors["code"]


def test_the_rules_of_scoring_are_public() -> None:
    page = Client().get("/scoring/").content.decode()
    assert "Kapasitas per bulan" in page


PPI = 144


def test_the_sheet_carries_the_code_of_its_own_public_page() -> None:
    """Read from the drawn page, square by square: a sheet without its code, or with another's, certifies nothing."""
    (made,) = ranked(officer(), 20)
    curation = Curation.objects.get(application=made)
    sheet = typst.compile(
        TEMPLATE, format="png", ppi=PPI, sys_inputs={"certificate": json.dumps(printed(curation), ensure_ascii=False)}
    )
    assert shows_code(sheet, f"{settings.SITE_URL}/verify/{curation.token}/")
    assert not shows_code(sheet, f"{settings.SITE_URL}/verify/{uuid.uuid4()}/")


def shows_code(sheet: bytes, address: str) -> bool:
    """Looked for from top to bottom in the middle of the page, where 3.6 cm are given to it."""
    page = Image.open(io.BytesIO(sheet)).convert("L")
    pixels = page.load()
    squares = [list(map(bool, row)) for row in segno.make(address, error="m").matrix_iter(border=2)]
    side = 3.6 / 2.54 * PPI / len(squares)
    left = page.width / 2 - side * len(squares) / 2
    found = [
        (int(left + (x + 0.5) * side), (y + 0.5) * side, dark)
        for y, row in enumerate(squares)
        for x, dark in enumerate(row)
    ]
    return any(
        all((pixels[x, int(top + y)] < 128) == dark for x, y, dark in found)
        for top in range(page.height - int(side * len(squares)) - 1)
    )
