"""What the API takes no more of: too many questions, too large a photo; and what it only warns of."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from portal.enums import Role
from portal.models import Photo
from portal.services.api_token import make_token
from tests.factories.enterprises import draft_enterprise, owner_of
from tests.factories.people import person
from tests.factories.products import ProductFactory, photo_file, picture, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
NEEDS = "/api/v1/needs/"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever asked in the same minute, in another test, asked from the same address.
    cache.clear()
    monkeypatch.setitem(AnonRateThrottle.THROTTLE_RATES, "anon", "2/min")
    monkeypatch.setitem(UserRateThrottle.THROTTLE_RATES, "user", "3/min")


def too_many(answer: Any) -> None:
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer.json()["type"].endswith("throttled")
    assert answer.json()["detail"]


def test_who_asks_too_often_is_told_when_to_ask_again(few: None) -> None:
    client = Client()
    assert [client.get(NEEDS).status_code for _time in range(2)] == [200, 200]
    too_many(client.get(NEEDS))


def test_the_limit_is_each_persons_own_whichever_way_they_sign_in(few: None) -> None:
    one, other = person(Role.OFFICER), person(Role.OFFICER)
    _token, text = make_token(one.acting, by=one, name="program", days=1)
    assert [signed_in(one).get(NEEDS).status_code for _time in range(2)] == [200, 200]
    by_token = {"Authorization": f"Token {text}"}
    assert Client().get(NEEDS, headers=by_token).status_code == 200
    too_many(Client().get(NEEDS, headers=by_token))
    assert signed_in(other).get(NEEDS).status_code == 200


def test_a_photo_of_30_megabytes() -> None:
    user = seller()
    product = ProductFactory(enterprise=user.organisation.enterprise)
    large = picture() + b"\0" * (30 * 1024 * 1024)
    answer = signed_in(user).post(f"/api/v1/products/{product.pk}/photos/", {"file": photo_file(content=large)})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["file"]
    assert "5" in answer.json()["errors"]["file"][0]
    assert not Photo.objects.exists()


def test_a_text_named_jpg() -> None:
    user = seller()
    product = ProductFactory(enterprise=user.organisation.enterprise)
    answer = signed_in(user).post(
        f"/api/v1/products/{product.pk}/photos/", {"file": photo_file(content=b"Ini bukan foto.")}
    )
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["file"]


def test_a_checksum_of_the_tax_number_is_a_warning_in_the_body() -> None:
    """Real numbers fail it, too: it is kept, and said."""
    made = draft_enterprise()
    client = signed_in(owner_of(made))
    address = f"/api/v1/enterprises/{made.pk}/"
    answer = client.patch(address, {"npwp": "01.312.166.1-091.000"}, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    assert [text for text in answer.json()["warnings"] if "NPWP" in text]
    made.refresh_from_db()
    assert made.npwp
    sound = client.patch(address, {"npwp": "01.312.166.0-091.000"}, content_type="application/json")
    assert sound.json()["warnings"] == []
    assert "warnings" in client.get(address).json()


def test_others_read_no_warnings() -> None:
    made = draft_enterprise(npwp="0013121661091000", status="submitted")
    assert signed_in(person(Role.MINISTRY_ADMIN)).get(f"/api/v1/enterprises/{made.pk}/").json()["warnings"] == []


def test_what_the_framework_says_is_in_indonesian() -> None:
    """Its own translation lacks these; ours has them."""
    client = signed_in(seller())
    no_page = client.get(NEEDS, {"page": "9999"}).json()
    assert (no_page["status"], no_page["detail"]) == (404, "Halaman itu tidak ada.")
    no_json = client.post("/api/v1/products/", "{bukan json", content_type="application/json").json()
    assert no_json["status"] == 400
    assert no_json["detail"].startswith("Isi permintaan tidak dapat dibaca.")
    wrong = client.post("/api/v1/products/", {"name": ["a"], "price": "x"}, content_type="application/json").json()
    assert wrong["errors"]["name"] == ["Isi dengan teks."]
