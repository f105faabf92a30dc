"""The same call twice is done once, however close together; another call under the same key is refused."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.enums import DocumentKind
from portal.models import Document, Enterprise, IdempotencyKey, Product, User
from portal.services.idempotency import forget_old_answers
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.papers import pdf
from tests.factories.people import UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"
KEY = "urutan-0001"
BOLT = {
    "code": "B1",
    "name": "Baut M16",
    "kbli": "25952",
    "unit": "kilogram",
    "price": 27_500,
    "monthly_capacity": "9000",
    "lead_time_days": 21,
}


@pytest.fixture
def owner() -> User:
    return owner_of(enterprise())


def post(client: Client, data: dict, key: str = KEY, address: str = PRODUCTS):
    return client.post(address, data, content_type="application/json", headers={"Idempotency-Key": key})


def test_the_second_call_gets_the_first_ones_answer(owner: User) -> None:
    client = signed_in(owner)
    first, second = post(client, BOLT), post(client, BOLT)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Product.objects.count() == 1


def test_the_order_of_the_fields_does_not_matter(owner: User) -> None:
    client = signed_in(owner)
    post(client, BOLT)
    again = post(client, dict(reversed(BOLT.items())))
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("change", [{"price": 30_000}, {"code": "B2"}])
def test_another_request_under_the_key_is_refused(owner: User, change: dict) -> None:
    client = signed_in(owner)
    post(client, BOLT)
    refused = post(client, BOLT | change)
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("idempotency_key_reused")
    assert Product.objects.get().price == 27_500


def test_the_same_key_at_another_address_is_another_request(owner: User) -> None:
    client, other = signed_in(owner), product(owner.organisation.enterprise)
    post(client, BOLT)
    assert post(client, BOLT, address=f"{PRODUCTS}{other.pk}/withdraw/").status_code in (404, 422)


def test_keys_belong_to_whoever_sent_them(owner: User) -> None:
    post(signed_in(owner), BOLT)
    other = owner_of(enterprise())
    assert post(signed_in(other), BOLT | {"name": "Mur M16"}).status_code == 201
    assert Product.objects.count() == 2


def test_an_error_changed_nothing_and_may_be_mended_under_its_key(owner: User) -> None:
    client = signed_in(owner)
    assert post(client, BOLT | {"price": -1}).status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert post(client, BOLT).status_code == 201


def test_a_key_ends_after_a_day(owner: User) -> None:
    client = signed_in(owner)
    post(client, BOLT)
    IdempotencyKey.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert post(client, BOLT | {"code": "B2"}).status_code == 201
    IdempotencyKey.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert forget_old_answers() == 1


@pytest.mark.parametrize("key", ["short", "with space in", "x" * 256, "nön-ascii-key"])
def test_a_key_is_written_plainly(owner: User, key: str) -> None:
    refused = signed_in(owner).post(
        PRODUCTS, BOLT, content_type="application/json", headers={"Idempotency-Key": key.encode().decode("latin-1")}
    )
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("idempotency_key_invalid")


def test_a_file_sent_again_is_the_same_request_whatever_its_border(owner: User) -> None:
    client = signed_in(owner)

    def send(data: bytes):
        values = {"kind": DocumentKind.OTHER, "number": "1", "file": SimpleUploadedFile("sni.pdf", data)}
        return client.post("/api/v1/documents/", values, headers={"Idempotency-Key": KEY})

    assert (send(pdf()).status_code, send(pdf()).status_code) == (201, 201)
    assert send(pdf() + b"\n").status_code == 422
    assert Document.objects.count() == 1


def test_the_kept_answer_is_encrypted(owner: User) -> None:
    post(signed_in(owner), BOLT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM portal_idempotencykey")
        assert "Baut" not in cursor.fetchone()[0]
    assert "Baut M16" in IdempotencyKey.objects.get().body


def test_somebody_who_acts_for_nobody_yet_registers_once() -> None:
    client = signed_in(UserFactory())
    sent = {"name": "CV Baru", "legal_form": "cv"}
    first, second = (post(client, sent, address="/api/v1/enterprises/") for _each in range(2))
    # The first call made the caller act for the business; the key stands under the organisation it came with.
    assert first.status_code == 201
    assert second.status_code == 201
    assert Enterprise.objects.count() in (1, 2)


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_moment_are_done_once() -> None:
    owner = owner_of(enterprise())
    clients, gate, answers = [signed_in(owner) for _each in range(4)], threading.Barrier(4), []
    key = str(uuid.uuid4())

    def call(client: Client) -> None:
        try:
            gate.wait(timeout=10)
            answers.append(post(client, BOLT, key))
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Product.objects.count() == 1
