"""A connection lost in the middle of an upload, as a server hands it on: fewer bytes than were announced."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from portal.config.wsgi import application
from portal.models import ProductImport, User
from portal.services.api_token import make_token
from portal.uploads.whole_body import WholeBody
from tests.factories.products import seller
from tests.factories.sheets import csv_file, row
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def served(user: User, keep: float) -> tuple[str, dict[str, Any]]:
    """Status and body of an upload by API of which so much arrives."""
    _token, secret = make_token(user.memberships.get(), name="Kasir", days=30, by=user)
    request = RequestFactory().post(
        "/api/v1/product-imports/",
        {"file": csv_file([row(number) for number in range(2000)]), "mode": "keep_valid"},
        headers={"Authorization": f"Token {secret}", "Idempotency-Key": "daftar-1"},
    )
    whole = request.environ["wsgi.input"].read()
    environ = request.environ | {"wsgi.input": io.BytesIO(whole[: int(len(whole) * keep)])}
    answered = []
    body = b"".join(application(environ, lambda status, headers, *_more: answered.append(status)))
    return answered[0], json.loads(body)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.6, 0.999])
def test_half_a_list_is_no_list(keep: float) -> None:
    user = seller()
    status, problem = served(user, keep)
    assert (status, problem["type"]) == ("400 Bad Request", "urn:mitrapasok:problem:cut")
    assert not ProductImport.objects.exists()
    assert served(user, 1)[0] == "202 Accepted", "the same key may be sent again"


def test_a_body_is_read_to_its_end_and_no_further() -> None:
    body = WholeBody(io.BytesIO(b"satu\ndua"), 8)
    assert (body.readline(), body.read(2), body.read(), body.read(), body.read(0)) == (b"satu\n", b"du", b"a", b"", b"")
    with pytest.raises(ConnectionResetError, match="3 bytes"):
        WholeBody(io.BytesIO(b""), 3).read()


def test_a_page_answers_too(client: Any) -> None:
    environ = RequestFactory().post(reverse("import_start"), {"file": csv_file([row(1)])}).environ
    environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read()[:200])
    answered = []
    b"".join(application(environ, lambda status, headers, *_more: answered.append(status)))
    assert answered[0][:3] == "400"


def test_whoever_is_signed_in_reads_what_happened_on_a_page() -> None:
    session = signed_in(seller()).cookies.output(header="", sep=";")
    request = RequestFactory().post(
        reverse("import_start"), {"file": csv_file([row(n) for n in range(50)]), "mode": "keep_valid"}
    )
    environ = request.environ | {"HTTP_COOKIE": session.strip()}
    environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read()[:900])
    answered = []
    page = b"".join(application(environ, lambda status, headers, *_more: answered.append(status))).decode()
    assert answered == ["400 Bad Request"]
    assert "Kiriman terputus di jalan. Tidak ada yang berubah; kirim lagi." in page
    assert not ProductImport.objects.exists()
