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


def change(client: Client, path: str, body: Any, method: str = "put") -> Any:
    """Of a draft: read it, then send what changes with the mark of what was read."""
    url = path if method == "patch" else path.rpartition("/")[0].rpartition("/")[0] + "/"
    seen = client.get(url).headers["ETag"].strip('"')
    return call(client, path, body, text=seen, method=method)


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
    assert change(officer, f"{url}lines/", line_body(world)).json()["value"] == 2503  # 2502.5, half up
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
    answer = change(signed_in(world.officer), f"{ROOT}{draft.pk}/lines/", line_body(world, **changes))
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
    assert change(officer, f"{ROOT}{partnership.pk}/lines/", line_body(world)).status_code == 200
    for reader, value in ((world.officer, 2503), (world.owner, 4_320_000_000)):
        body = read(reader, partnership)
        assert (body["value"], body["text"]["value"]) == (value, value)


def read(user: User, partnership: Partnership) -> dict[str, Any]:
    return signed_in(user).get(f"{ROOT}{partnership.pk}/").json()


@pytest.fixture
def officer(world: World) -> Client:
    return signed_in(world.officer)


def test_the_terms_of_a_draft_are_changed_one_by_one(world: World, officer: Client) -> None:
    url = f"{ROOT}{make.draft(world).pk}/"
    answer = change(officer, url, {"payment_days": 30}, "patch")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["text"]["payment_days"] == 30
    assert answer.json()["title"] == "Pasokan klem dan baut galvanis menara"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"payment_days": 0}, "payment_days"),
        ({"acceptance_days": 366}, "acceptance_days"),
        ({"agreement": 0}, "agreement"),
    ],
    ids=str,
)
def test_wrong_terms_are_said_at_their_field(world: World, officer: Client, changes: dict, field: str) -> None:
    draft = make.draft(world)
    answer = change(officer, f"{ROOT}{draft.pk}/", changes, "patch")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_an_agreement_that_has_ended_is_no_choice(world: World, officer: Client) -> None:
    old = make.agreement_of(valid_until=timezone.localdate() - dt.timedelta(days=1))
    answer = change(officer, f"{ROOT}{make.draft(world).pk}/", {"agreement": old.pk}, "patch")
    assert list(answer.json()["errors"]) == ["agreement"]
    listed = officer.get("/api/v1/agreements/").json()
    assert [each["id"] for each in listed] == [world.agreement.pk]
    assert len(listed[0]["signatories"]) == 3


def test_the_parties_of_a_draft_and_who_leads(world: World, officer: Client) -> None:
    draft, member = make.draft(world), make.add_enterprise(world, curated=False)
    url = f"{ROOT}{draft.pk}/parties/"
    both = [world.enterprise.pk, member.pk]
    assert list(change(officer, url, {"enterprises": both}).json()["errors"]) == ["leader"]
    answer = change(officer, url, {"enterprises": both, "leader": world.enterprise.pk})
    assert [each["id"] for each in answer.json()["enterprises"]] == both
    other = make.add_enterprise(world)
    wrong = change(officer, url, {"enterprises": both, "leader": other.pk})
    assert list(wrong.json()["errors"]) == ["leader"]
    assert change(officer, url, {"enterprises": []}).status_code == 422


def test_the_clauses_of_a_draft_come_from_the_library_or_are_ones_own(world: World, officer: Client) -> None:
    draft = make.draft(world)
    library = officer.get("/api/v1/clauses/").json()
    assert sum(clause["required"] for clause in library) == 10
    rows = [{"code": clause["code"]} for clause in library if clause["required"]]
    rows[0]["body"] = "Objek diubah."
    answer = change(officer, f"{ROOT}{draft.pk}/clauses/", {"clauses": [*rows, {"title": "Hari", "body": "Senin."}]})
    assert answer.status_code == 200, answer.json()
    written = answer.json()["text"]["clauses"]
    assert (written[0]["changed"], written[0]["body"]) == (True, "Objek diubah.")
    assert (written[1]["changed"], written[-1]["code"], written[-1]["title"]) == (False, "", "Hari")
    for wrong in ({"code": "tidak-ada"}, {"title": "Tanpa isi"}, {}):
        refused = change(officer, f"{ROOT}{draft.pk}/clauses/", {"clauses": [wrong]})
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["clauses"])


@pytest.mark.parametrize("part", ["", "parties/", "lines/", "clauses/"])
def test_nobody_overwrites_a_draft_they_have_not_read(world: World, officer: Client, part: str) -> None:
    draft = make.draft(world)
    url = f"{ROOT}{draft.pk}/"
    method = "put" if part else "patch"
    body: dict[str, Any] = {
        "": {"title": "Lain"},
        "parties/": {"enterprises": [world.enterprise.pk]},
        "lines/": line_body(world),
        "clauses/": {"clauses": [{"title": "Hari", "body": "Senin."}]},
    }[part]
    assert call(officer, f"{url}{part}", body, method=method).status_code == 428
    seen = officer.get(url).headers["ETag"].strip('"')
    change(signed_in(person(Role.OFFICER, world.buyer)), url, {"payment_days": 60}, "patch")
    stale = call(officer, f"{url}{part}", body, text=seen, method=method)
    assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")
    fresh = officer.get(url).headers["ETag"].strip('"')
    assert call(officer, f"{url}{part}", body, text=fresh, method=method).status_code == 200


def test_an_offered_text_is_not_open_to_changes(world: World, officer: Client) -> None:
    partnership = make.offered(world)
    url = f"{ROOT}{partnership.pk}/"
    answer = call(officer, url, {"title": "Lain"}, text=partnership.document_hash, method="patch")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("not_a_draft")


def test_a_partnership_in_force_is_terminated_with_a_reason(world: World) -> None:
    partnership = make.active(world)
    url = f"{ROOT}{partnership.pk}/terminate/"
    assert call(signed_in(world.officer), url, {"reason": "X"}).status_code == 403
    approver = signed_in(world.approver)
    assert call(approver, url, {"reason": ""}).status_code == 422
    assert call(approver, url, {"reason": "Pabrik tutup."}).json()["status"] == "terminated"
    assert call(approver, url, {"reason": "Lagi."}).status_code == 409


def test_the_text_as_a_pdf(world: World) -> None:
    partnership = make.offered(world)
    url = f"{ROOT}{partnership.pk}/document/"
    answer = signed_in(world.owner).get(url, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["X-Document-SHA256"] == partnership.document_hash
    assert signed_in(world.owner).get(url).status_code == 200
    assert signed_in(world.owner).get(f"{url}?revision=1").status_code == 200
    missing = signed_in(world.owner).get(f"{url}?revision=7", headers={"Accept": "application/pdf"})
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")
    assert missing.json()["status"] == 404
    assert signed_in(world.owner).get(f"{url}?revision=x").status_code == 422
    assert signed_in(person(Role.OWNER)).get(url).status_code == 404
