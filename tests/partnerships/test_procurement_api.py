"""What a buyer's own procurement system does, by token alone: from the need to the last payment, each call once."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Curation, Need
from curation.services.certificate import revoke_curation
from partnerships.models import Delivery, Partnership, Payment, PurchaseOrder
from partnerships.services import ending
from portal.enums import EnterpriseStatus
from portal.models import Enterprise, User
from portal.services.api_token import make_token
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
KEYS = itertools.count(1)


class System:
    """An organisation's program: a token, and an Idempotency-Key with each thing it sends."""

    def __init__(self, user: User, language: str = "id") -> None:
        _token, text = make_token(user.acting, by=user, name="ERP", days=7)
        self.headers = {"Authorization": f"Token {text}", "Accept-Language": language}

    def get(self, path: str, **query: Any) -> Any:
        answer = Client().get(ROOT + path, query, headers=self.headers)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:500])
        return answer.json()

    def send(self, path: str, data: Any = None, key: str = "") -> Any:
        headers = self.headers | {"Idempotency-Key": key or f"erp-{next(KEYS):06d}"}
        return Client().post(ROOT + path, data or {}, content_type="application/json", headers=headers)

    def post(self, path: str, data: Any = None, key: str = "") -> Any:
        answer = self.send(path, data, key)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.content[:500])
        return answer.json()

    def refused(self, path: str, data: Any = None, code: int = 422) -> dict[str, Any]:
        answer = self.send(path, data)
        assert answer.status_code == code, (path, answer.status_code, answer.content[:500])
        assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.json()["errors"]


@pytest.fixture
def world() -> World:
    made = make.world(authorities=1)
    Enterprise.objects.filter(pk=made.enterprise.pk).update(phone="0271551234", email="tuang@contoh.id")
    return made


def need(**fields: Any) -> dict[str, Any]:
    return {
        "reference": "PR-2026-0815",
        "item": "Klem galvanis",
        "specification": "Baja galvanis celup panas.",
        "kbli": "24310",
        "quantity_per_month": "300",
        "unit": "kilogram",
        "ceiling_price": 40_000,
        "delivery_region": "33.10",
        "deliver_from": str(timezone.localdate() + dt.timedelta(days=40)),
        **fields,
    }


def order(contract: Partnership, quantity: int = 100, **fields: Any) -> dict[str, Any]:
    return {
        "partnership": contract.pk,
        "deliver_by": str(contract.starts_on + dt.timedelta(days=10)),
        "deliver_to": "Gudang Klaten",
        "reference": "4500019001",
        "lines": [{"line": contract.lines.get().pk, "quantity": str(quantity)}],
        **fields,
    }


def test_the_whole_chain_by_token_alone(world: World) -> None:
    contract = make.active(world)
    buyer, sme = System(world.officer), System(world.owner)

    made = buyer.post("needs/", need())
    assert buyer.post(f"needs/{made['id']}/publish/")["state"] == "open"
    assert buyer.get("needs/", reference="PR-2026-0815")["results"][0]["id"] == made["id"]
    assert sme.get(f"needs/{made['id']}/")["reference"] == "", "the buyer's own books are nobody else's"
    assert sme.get("needs/", reference="PR-2026-0815")["count"] == 0

    (mark,) = buyer.get("curations/", changed_since="2026-01-01T00:00:00Z")["results"]
    assert (mark["enterprise_id"], mark["standing"]) == (world.enterprise.pk, "valid")
    assert (mark["contact"]["phone"], mark["contact"]["email"]) == ("0271551234", "tuang@contoh.id")
    assert mark["valid_until"]
    assert Client().get(mark["certificate"], headers=buyer.headers).content.startswith(b"%PDF")
    assert buyer.get("curations/", changed_since=(timezone.now() + dt.timedelta(hours=1)).isoformat())["count"] == 0

    placed = buyer.post("orders/", order(contract))
    assert buyer.get("orders/", reference="4500019001")["results"][0]["id"] == placed["id"]
    assert sme.post(f"orders/{placed['id']}/confirm/")["status"] == "confirmed"
    line = placed["lines"][0]["id"]
    handed = {"order": placed["id"], "bast_number": "BAST-1", "delivered_on": str(timezone.localdate())}
    delivery = sme.post("deliveries/", {**handed, "lines": [{"line": line, "quantity": "100"}]})
    receipt = {"lines": [{"line": delivery["lines"][0]["id"], "accepted": "100"}], "receipt_reference": "5000007001"}
    answered = buyer.post(f"deliveries/{delivery['id']}/answer/", receipt)
    assert (answered["status"], answered["receipt_reference"]) == ("accepted", "5000007001")
    assert buyer.get("deliveries/", receipt_reference="5000007001")["results"][0]["id"] == delivery["id"]
    bill = sme.post(
        "invoices/", {"order": placed["id"], "deliveries": [delivery["id"]], "reference": "INV/1", "ppn": "none"}
    )
    paid = {"invoice": bill["id"], "amount": bill["total"], "paid_on": str(timezone.localdate()), "reference": "TRX-77"}
    payment = buyer.post("payments/", paid)
    assert buyer.get("payments/", reference="TRX-77")["results"][0]["id"] == payment["id"]
    assert sme.post(f"payments/{payment['id']}/confirm/")["status"] == "confirmed"
    assert buyer.get(f"invoices/{bill['id']}/")["status"] == "paid"
    assert buyer.get(f"orders/{placed['id']}/")["status"] == "settled"

    desk = signed_in(world.officer)
    for number in ("4500019001", "BAST-1", "5000007001", "INV/1", "TRX-77", placed["number"]):
        assert placed["number"] in desk.get(reverse("order_list"), {"q": number}).content.decode(), number
    assert placed["number"] not in desk.get(reverse("order_list"), {"q": "4500019"}).content.decode()
    assert "5000007001" in desk.get(reverse("delivery_detail", args=[delivery["id"]])).content.decode()
    assert "PR-2026-0815" in desk.get(reverse("buyer_need_list"), {"q": "0815"}).content.decode()
    assert "PR-2026-0815" in desk.get(reverse("buyer_need", args=[made["id"]])).content.decode()
    assert "PR-2026-0815" not in Client().get(reverse("need_detail", args=[made["id"]])).content.decode()


def test_what_changed_of_a_mark_is_fetched_again_and_its_contact_is_gone(world: World) -> None:
    buyer = System(world.officer)
    mark = Curation.objects.get()
    Curation.objects.update(created_at=timezone.now() - dt.timedelta(days=400))
    since = {"changed_since": (timezone.now() - dt.timedelta(minutes=5)).isoformat()}
    assert buyer.get("curations/", **since)["count"] == 0
    Enterprise.objects.filter(pk=world.enterprise.pk).update(status=EnterpriseStatus.SUSPENDED)
    assert buyer.get("curations/")["results"][0]["contact"] is None
    Enterprise.objects.filter(pk=world.enterprise.pk).update(status=EnterpriseStatus.VERIFIED)
    assert System(world.owner).get("curations/")["results"][0]["contact"] is None
    revoke_curation(mark, reason="Bukti dibatalkan.", by=world.officer)
    (gone,) = buyer.get("curations/", **since)["results"]
    assert (gone["standing"], gone["contact"]) == ("revoked", None)
    # A mark of an earlier year, whose last day was yesterday: it changed when today began.
    today = timezone.localdate()
    old = {"valid_from": today - dt.timedelta(days=365), "valid_until": today - dt.timedelta(days=1)}
    make.add_enterprise(world, curated=False)
    ended = make.curation_of(world.enterprises[1], world.programme, by=world.officer, **old)
    Curation.objects.filter(pk=ended.pk).update(created_at=timezone.now() - dt.timedelta(days=365))
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time()))
    (found,) = buyer.get("curations/", changed_since=midnight.isoformat(), enterprise=world.enterprises[1].pk)[
        "results"
    ]
    assert (found["standing"], found["contact"]) == ("expired", None)
    assert dt.datetime.fromisoformat(found["changed_at"]) == midnight


def test_each_bad_input_names_its_field_in_both_languages(world: World) -> None:
    contract = make.active(world)
    buyer, english, sme = System(world.officer), System(world.officer, "en"), System(world.owner)
    without = {name: value for name, value in need().items() if name != "quantity_per_month"}
    assert list(buyer.refused("needs/", without)) == ["quantity_per_month"]
    assert buyer.refused("needs/", without) != english.refused("needs/", without)
    assert list(buyer.refused("needs/", need(unit="furlong"))) == ["unit"]
    assert list(buyer.refused("needs/", need(quantity_per_month="0"))) == ["quantity_per_month"]
    buyer.post("needs/", need())
    assert list(buyer.refused("needs/", need(item="Lain"))) == ["reference"]

    placed = buyer.post("orders/", order(contract))
    assert list(buyer.refused("orders/", order(contract, 1))) == ["reference"]
    sme.post(f"orders/{placed['id']}/confirm/")
    row = PurchaseOrder.objects.get()
    delivery = ordered.delivered(row, 100, by=world.owner)
    line = delivery.lines.get().pk
    above = {"lines": [{"line": line, "accepted": "101"}]}
    said = (
        buyer.refused(f"deliveries/{delivery.pk}/answer/", above),
        english.refused(f"deliveries/{delivery.pk}/answer/", above),
    )
    assert [list(each) for each in said] == [[f"accepted_{line}"]] * 2
    assert said[0] != said[1]
    ordered.answered(delivery, 100, by=world.officer)
    bill = ordered.invoiced(delivery, by=world.owner)
    paid = {"invoice": bill.pk, "amount": bill.total + 1, "paid_on": str(timezone.localdate()), "reference": "TRX-1"}
    said = buyer.refused("payments/", paid), english.refused("payments/", paid)
    assert [list(each) for each in said] == [["amount"]] * 2
    assert said[0] != said[1]
    ended = make.active(world)
    ending.terminate(ended, reason="Pabrik ditutup.", by=world.approver)
    new = order(ended, reference="4500019002")
    said = buyer.refused("orders/", new, 409), english.refused("orders/", new, 409)
    assert [list(each) for each in said] == [["partnership"]] * 2
    assert said[0] != said[1]


def test_a_number_of_the_buyers_names_one_thing_even_past_the_code(world: World) -> None:
    """Also of another contract; and one transfer pays two invoices of a business, never two businesses."""
    first, second = make.active(world), make.active(world)
    taken = ordered.confirmed(world, 10, partnership=first, reference="PO-1")
    with pytest.raises(IntegrityError, match="number of another order"), transaction.atomic():
        PurchaseOrder.objects.create(
            partnership=second, share=second.shares.get(), sequence=1, reference="PO-1", deliver_by=second.starts_on,
            deliver_to="Gudang", placed_by=world.officer,
        )  # fmt: skip
    one, two = (ordered.answered(ordered.delivered(taken, 5, by=world.owner), 5, by=world.officer) for _n in "ab")
    Delivery.objects.filter(pk=one.pk).update(receipt_reference="GR-1")
    with pytest.raises(IntegrityError, match="number of another receipt"), transaction.atomic():
        Delivery.objects.filter(pk=two.pk).update(receipt_reference="GR-1")
    bills = [ordered.invoiced(each, by=world.owner, reference=f"INV/{each.pk}") for each in (one, two)]
    for bill in bills:
        ordered.paid(bill, by=world.officer, reference="TRX-9")
    other = make.add_enterprise(world)
    world.enterprises.reverse(), world.owners.reverse()
    stranger = ordered.accepted(world, 5)
    assert stranger.order.share.enterprise == other
    with pytest.raises(IntegrityError, match="transfer to another business"), transaction.atomic():
        Payment.objects.create(
            invoice=ordered.invoiced(stranger, by=world.owner), amount=1, paid_on=timezone.localdate(),
            reference="TRX-9", recorded_by=world.officer,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_under_one_key_place_one_order(world: World) -> None:
    contract = make.active(world)
    buyer, body = System(world.officer), order(contract)
    answers: list[Any] = []
    together = threading.Barrier(2)

    def call() -> None:
        together.wait()
        answers.append(buyer.send("orders/", body, key="PO-4500019001"))
        connection.close()

    threads = [threading.Thread(target=call) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert PurchaseOrder.objects.count() == 1
    other = buyer.send("orders/", order(contract, 7), key="PO-4500019001")
    assert (other.status_code, other.json()["type"]) == (422, "urn:mitrapasok:problem:idempotency_key_reused")
    first, again = (buyer.send("needs/", need(), key="PR-2026-0815") for _each in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Need.objects.filter(reference="PR-2026-0815").count() == 1
