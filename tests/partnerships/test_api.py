"""The same path over the API; the text signed is named in If-Match."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partnerships.models import Partnership
from portal import jobs
from portal.enums import Role
from portal.models import User
from portal.second_factor import code_at
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import SECRET, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/partnerships/"
QUEUE = "/api/v1/sign-offs/"


@pytest.fixture
def world() -> World:
    return make.world()


def call(client: Client, path: str, body: Any = None, *, text: str = "", method: str = "post") -> Any:
    headers = {"If-Match": f'"{text}"'} if text else {}
    return getattr(client, method)(path, data=body or {}, content_type="application/json", headers=headers)


def draft_body(world: World, **changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "need": world.need.pk,
        "agreement": world.agreement.pk,
        "enterprises": [world.enterprise.pk],
        "title": "Pasokan klem",
        "starts_on": str(today + dt.timedelta(days=10)),
        "ends_on": str(today + dt.timedelta(days=300)),
        **changes,
    }


def line_body(world: World, **changes: Any) -> dict[str, Any]:
    row = {"enterprise": world.enterprise.pk, "item": "Klem", "quantity": "2.50", "unit": "kilogram", "price": 1001}
    return {"lines": [{**row, **changes}]}


def test_the_whole_path(world: World, mailbox: list[Any]) -> None:
    officer, owner, approver = signed_in(world.officer), signed_in(world.owner), signed_in(world.approver)
    made = call(officer, ROOT, draft_body(world))
    assert made.status_code == 201
    url = f"{ROOT}{made.json()['id']}/"
    assert call(officer, f"{url}lines/", line_body(world), method="put").json()["value"] == 2503  # 2502.5, half up
    assert {check["state"] for check in officer.get(f"{url}checks/").json()} <= {"ok", "warn"}
    offered = call(officer, f"{url}offer/")
    text = offered.json()["document_hash"]
    assert offered.headers["ETag"] == f'"{text}"'
    assert call(owner, f"{url}acceptance-code/").status_code == 204
    jobs.drain()
    digits = next(found[1] for mail in mailbox if (found := re.search(r"^\s+(\d{6})$", mail.body, re.MULTILINE)))
    assert call(owner, f"{url}accept/", {"code": digits}, text=text).json()["status"] == "accepted"
    signed = call(approver, f"{url}sign/", {"code": code_at(SECRET)}, text=text)
    assert signed.json()["status"] == "authority_review"
    assert len(signed.json()["awaiting"]) == 3
    for admin in world.admins:
        client = signed_in(admin)
        place = client.get(f"{QUEUE}?open=true").json()["results"][0]
        answer = call(client, f"{QUEUE}{place['id']}/sign/", {"code": code_at(SECRET)}, text=text)
        assert answer.json()["status"] == "signed"
    assert Partnership.objects.get().status == "active"


def test_signing_names_the_text_that_was_read(world: World) -> None:
    partnership = make.accepted(world)
    approver, url = signed_in(world.approver), f"{ROOT}{partnership.pk}/sign/"
    body = {"code": code_at(SECRET)}
    assert call(approver, url, body).status_code == 428
    assert call(approver, url, body, text="0" * 64).status_code == 412
    wrong = call(approver, url, {"code": "1"}, text=partnership.document_hash)
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["code"])
    assert wrong.headers["Content-Type"] == "application/problem+json"
    assert call(approver, url, body, text=partnership.document_hash).status_code == 200


def test_an_authority_returns_with_reasons(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    client, url = signed_in(world.admins[0]), f"{QUEUE}{place.pk}/return/"
    assert call(client, url, {"reason": ""}, text=partnership.document_hash).status_code == 422
    assert call(client, url, {"reason": "Kapasitas"}, text=partnership.document_hash).json()["status"] == "returned"
    assert signed_in(world.admins[1]).get(f"{QUEUE}?open=true").json()["count"] == 0  # void with the text
    assert signed_in(world.admins[1]).get(f"{QUEUE}?status=pending").json()["count"] == 1
    assert call(signed_in(world.admins[1]), url, {"reason": "X"}, text=partnership.document_hash).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"quantity": "0"}, {"quantity": "-1"}, {"price": 0}, {"price": -5}, {"price": 10**15}, {"quantity": "99999999999", "price": 10**14},
     {"unit": "barrel"}, {"enterprise": 0}, {"item": ""}],
    ids=str,
)  # fmt: skip
def test_wrong_lines_are_refused(world: World, changes: dict[str, Any]) -> None:
    draft = make.draft(world)
    answer = call(signed_in(world.officer), f"{ROOT}{draft.pk}/lines/", line_body(world, **changes), method="put")
    assert answer.status_code == 422
    before = draft.value
    draft.refresh_from_db()
    assert draft.value == before


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": "2020-01-01"},
        {"starts_on": "2026-13-01"},
        {"enterprises": []},
        {"need": 0},
        {"payment_days": 0},
        {"title": ""},
    ],
    ids=str,
)
def test_wrong_drafts_are_refused(world: World, changes: dict[str, Any]) -> None:
    assert call(signed_in(world.officer), ROOT, draft_body(world, **changes)).status_code == 422
    assert Partnership.objects.count() == 0


def test_what_is_blocked_is_said(world: World) -> None:
    draft = make.draft(world)
    world.enterprise.curations.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    answer = call(signed_in(world.officer), f"{ROOT}{draft.pk}/offer/")
    assert answer.status_code == 422
    assert "kurasi" in str(answer.json()["errors"])


def test_a_move_that_is_not_open_answers_409_and_a_forbidden_one_403(world: World) -> None:
    partnership = make.offered(world)
    assert call(signed_in(world.officer), f"{ROOT}{partnership.pk}/offer/").status_code == 409
    assert call(signed_in(world.owner), f"{ROOT}{partnership.pk}/offer/").status_code == 403
    assert call(signed_in(world.officer), f"{ROOT}{partnership.pk}/sign/").status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.OWNER, Role.APPROVER, Role.MINISTRY_ADMIN])
def test_strangers_see_nothing(world: World, role: Role) -> None:
    partnership = make.active(world)
    client = signed_in(person(role))
    assert client.get(ROOT).json()["count"] == 0
    assert client.get(f"{ROOT}{partnership.pk}/").status_code == 404


def test_nobody_without_an_account_comes_in(world: World) -> None:
    assert Client().get(ROOT).status_code == 401
    assert Client().get(QUEUE).status_code == 401


def test_an_enterprise_does_not_read_the_draft_that_follows_an_offer(world: World) -> None:
    partnership = make.offered(world)
    officer = signed_in(world.officer)
    assert call(officer, f"{ROOT}{partnership.pk}/withdraw/").json()["revision"] == 2
    assert call(officer, f"{ROOT}{partnership.pk}/lines/", line_body(world), method="put").status_code == 200
    for reader, value in ((world.officer, 2503), (world.owner, 4_320_000_000)):
        body = read(reader, partnership)
        assert (body["value"], body["text"]["value"]) == (value, value)


def read(user: User, partnership: Partnership) -> dict[str, Any]:
    return signed_in(user).get(f"{ROOT}{partnership.pk}/").json()
