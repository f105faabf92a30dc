"""A buyer's own system: its address entered at the desk, and the client of the documentation against a server that runs."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from partnerships.models import PurchaseOrder
from partnerships.services import ordering
from portal import jobs
from portal.models import Enterprise, WebhookEndpoint
from portal.services.api_token import make_token
from tests.browser import sound
from tests.factories import partnerships as make
from tests.journeys.conftest import Shot, Visit
from tests.receiver import receiving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLIENT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "procurement_client.py"


def client() -> ModuleType:
    assert len(CLIENT.read_text().splitlines()) < 100
    spec = importlib.util.spec_from_file_location("procurement_client", CLIENT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_from_the_desk_to_the_event_in_ones_own_system(
    visit: Visit, shot: Shot, live_server: Any, settings: Any
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    world = make.world(authorities=1)
    Enterprise.objects.filter(pk=world.enterprise.pk).update(phone="0271551234")
    contract = make.active(world)
    with receiving() as system:
        desk = visit(world.officer)
        desk.goto(reverse("webhook_list"))
        sound(desk)
        desk.get_by_role("link", name="Tambah alamat").first.click()
        desk.get_by_label("Alamat sistem Anda").fill("ftp://contoh")
        desk.get_by_label("Pesanan dikonfirmasi").check()
        desk.get_by_role("button", name="Tambahkan alamat").click()
        expect(desk.get_by_text("Isi alamat yang diawali https://").first).to_be_visible()
        expect(desk.get_by_label("Pesanan dikonfirmasi")).to_be_checked()
        sound(desk)
        shot(desk, "webhook-add-1440")
        desk.get_by_label("Alamat sistem Anda").fill(system.url)
        desk.get_by_role("button", name="Tambahkan alamat").click()
        secret = desk.locator("#secret").inner_text()
        sound(desk)
        shot(desk, "webhook-secret-1440")
        desk.get_by_role("link", name="Sudah saya salin").click()
        system.answers = [503, 204]
        desk.get_by_role("button", name="Kirim uji").click()
        jobs.drain()
        desk.reload()
        expect(desk.get_by_text("Dijawab dengan kesalahan")).to_be_visible()
        sound(desk)
        shot(desk, "webhook-1440")
        WebhookEndpoint.objects.update(hold_until=None)

        module = client()
        _token, token = make_token(world.officer.acting, by=world.officer, name="ERP", days=7)
        portal = module.Portal(str(live_server), token)
        need = {
            "reference": "PR-1", "item": "Klem", "specification": "Baja galvanis.", "kbli": "24310", "quantity_per_month": "300",
            "unit": "kilogram", "ceiling_price": 40_000, "delivery_region": "33.10",
            "deliver_from": str(timezone.localdate() + dt.timedelta(days=40)),
        }  # fmt: skip
        assert portal.publish_need(need) == portal.publish_need(need), "repeated, it happens once"
        (mark,) = portal.curated()
        assert (mark["standing"], mark["contact"]["phone"]) == ("valid", "0271551234")
        where = {"by": str(contract.starts_on + dt.timedelta(days=5)), "to": "Gudang Klaten"}
        placed = portal.order(contract.pk, {contract.lines.get().pk: "25"}, reference="4500019001", **where)
        with pytest.raises(module.Refused) as refusal:
            portal.order(contract.pk, {contract.lines.get().pk: "0"}, reference="4500019002", **where)
        assert refusal.value.problem["errors"]
        ordering.confirm_order(PurchaseOrder.objects.get(pk=placed["id"]), by=world.owner)
        jobs.drain()
        headers, body = system.came[-1]
        event = module.read_event([secret], headers, body)
        assert (event["type"], event["data"]["id"]) == ("order.confirmed", placed["id"])
        for wrong in (([client_secret(module)], headers, body), ([secret], headers, body + b" ")):
            with pytest.raises(ValueError, match="not signed"):
                module.read_event(*wrong)
        desk.reload()
        row = desk.get_by_role("row", name="Pesanan dikonfirmasi")
        expect(row.get_by_text("Diterima").first).to_be_visible()
        row.get_by_role("link").click()
        sound(desk)
        shot(desk, "webhook-message-1440")
        desk.get_by_role("button", name="Kirim lagi").click()
        jobs.drain()
        assert [each["webhook-id"] for each, _body in system.came].count(headers["webhook-id"]) == 2
        phone = visit(world.officer, device="phone")
        for name in ("webhook_list", "webhook_add"):
            phone.goto(reverse(name))
            sound(phone)
        phone.goto(reverse("webhook", args=[WebhookEndpoint.objects.get().pk]))
        sound(phone)
        shot(phone, "webhook-360")


def client_secret(module: ModuleType) -> str:
    return f"whsec_{module.base64.b64encode(b'another secret, 24 bytes').decode()}"
