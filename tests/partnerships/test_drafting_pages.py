"""The officer's forms, and what people may wrongly type into them. Nothing typed is lost: 422 and the same answers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Partnership
from tests.factories import partnerships as make
from tests.factories.enterprises import enterprise, product
from tests.factories.partnerships import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


@pytest.fixture
def officer(world: World) -> Client:
    return signed_in(world.officer)


def day(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def new_contract(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "form_key": str(uuid.uuid4()),
        "enterprises": [world.enterprise.pk],
        "members": "",
        "leader": "",
        "agreement": world.agreement.pk,
        "title": "Pasokan klem",
        "starts_on": day(10),
        "ends_on": day(375),
        "payment_days": 14,
        "acceptance_days": 7,
        "stamp_duty_serial": "",
        **changes,
    }


def lines(*rows: dict[str, Any], **extra: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0, **extra}
    for number, row in enumerate(rows):
        for name, value in {"unit": "kilogram", "item": "Klem", "product": "", **row}.items():
            data[f"lines-{number}-{name}"] = value
    return data


def test_a_contract_from_need_to_check_page(world: World, officer: Client) -> None:
    answer = officer.post(reverse("partnership_new") + f"?need={world.need.pk}", new_contract(world))
    draft = Partnership.objects.get()
    assert answer.headers["Location"] == reverse("partnership_lines", args=[draft.pk])
    assert draft.clauses.filter(clause__required=True).count() == 10
    row = {"enterprise": world.enterprise.pk, "quantity": "9.000,5", "price": "Rp 40.001"}
    assert officer.post(answer.headers["Location"], lines(row)).status_code == 302
    draft.refresh_from_db()
    assert draft.value == 360_029_001  # 9000.5 × 40001 = 360029000.5, half up
    page = officer.get(reverse("partnership_check", args=[draft.pk]))
    assert "Rp360.029.001" in page.content.decode()
    assert officer.post(reverse("partnership_offer", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "offered"


def test_two_clicks_make_one_contract(world: World, officer: Client) -> None:
    data = new_contract(world)
    url = reverse("partnership_new") + f"?need={world.need.pk}"
    places = [officer.post(url, data).headers["Location"] for _click in range(2)]
    assert Partnership.objects.count() == 1
    assert places[0] == places[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"enterprises": []},
        {"starts_on": day(-1)},
        {"starts_on": day(20), "ends_on": day(10)},
        {"starts_on": day(20), "ends_on": day(20)},
        {"starts_on": "besok"},
        {"payment_days": 0},
        {"payment_days": -3},
        {"payment_days": 99999},
        {"title": ""},
        {"title": "x" * 201},
        {"agreement": 999999},
        {"members": "123"},
        {"members": "8120012345678"},
        {"leader": 999999},
    ],
    ids=str,
)
def test_a_wrong_answer_is_said_and_nothing_is_made(world: World, officer: Client, changes: dict[str, Any]) -> None:
    answer = officer.post(reverse("partnership_new") + f"?need={world.need.pk}", new_contract(world, **changes))
    assert answer.status_code == 422
    assert Partnership.objects.count() == 0
    assert "Ada yang perlu diperbaiki" in answer.content.decode()


def test_several_enterprises_need_a_leader(world: World, officer: Client) -> None:
    both = [each.pk for each in world.enterprises]
    url = reverse("partnership_new") + f"?need={world.need.pk}"
    assert officer.post(url, new_contract(world, enterprises=both)).status_code == 422
    assert officer.post(url, new_contract(world, enterprises=both, leader=both[1])).status_code == 302
    assert Partnership.objects.get().shares.get(leads=True).enterprise_id == both[1]


def test_a_verified_member_comes_in_by_its_nib(world: World, officer: Client) -> None:
    member = enterprise()
    url = reverse("partnership_new") + f"?need={world.need.pk}"
    assert officer.post(url, new_contract(world, members=member.nib)).status_code == 302
    share = Partnership.objects.get().shares.get(enterprise=member)
    assert (share.leads, share.curation) == (False, None)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"quantity": "0", "price": "1000"}, "di atas nol"),
        ({"quantity": "-5", "price": "1000"}, "kurang dari nol"),
        ({"quantity": "10", "price": "0"}, "di atas nol"),
        ({"quantity": "10", "price": "-1000"}, "kurang dari nol"),
        ({"quantity": "10", "price": "1000000000000000"}, "di bawah"),
        ({"quantity": "99999999999", "price": "99999999999"}, "terlalu besar"),
        ({"quantity": "sepuluh", "price": "1000"}, "angka"),
        ({"quantity": "10", "price": "10,5"}, "di belakang koma"),
        ({"quantity": "10", "price": "1000", "item": ""}, "dipasok"),
    ],
    ids=str,
)
def test_a_wrong_line_is_said_and_keeps_what_was_typed(
    world: World, officer: Client, row: dict[str, str], word: str
) -> None:
    draft = make.draft(world)
    before = draft.value
    answer = officer.post(
        reverse("partnership_lines", args=[draft.pk]), lines({"enterprise": world.enterprise.pk, **row})
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert f'value="{row["quantity"]}"' in page
    draft.refresh_from_db()
    assert draft.value == before


def test_rows_are_added_without_losing_what_was_typed(world: World, officer: Client) -> None:
    draft = make.draft(world)
    data = lines({"enterprise": world.enterprise.pk, "quantity": "7", "price": "abc"}, add="1")
    answer = officer.post(reverse("partnership_lines", args=[draft.pk]), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="abc"' in page
    assert 'name="lines-3-item"' in page


def test_a_line_with_a_product_takes_its_name(world: World, officer: Client) -> None:
    made = product(world.enterprise)
    draft = make.draft(world)
    row = {"enterprise": world.enterprise.pk, "product": made.pk, "item": "", "quantity": "1", "price": "1000"}
    assert officer.post(reverse("partnership_lines", args=[draft.pk]), lines(row)).status_code == 302
    assert draft.lines.get().item == made.name
    wrong = {**row, "enterprise": world.enterprises[1].pk}
    assert officer.post(reverse("partnership_lines", args=[draft.pk]), lines(wrong)).status_code == 422


def test_clauses_are_picked_changed_and_added(world: World, officer: Client) -> None:
    draft = make.draft(world)
    url = reverse("partnership_clauses", args=[draft.pk])
    form = officer.get(url).context["form"]
    data = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, False)}
    data |= {
        "use_denda": "on",
        "text_objek": "Objek diubah.\r\nBaris dua.",
        "own_title_0": "Pengiriman",
        "own_body_0": "Senin.",
    }
    assert officer.post(url, data).status_code == 302
    assert draft.clauses.get(clause__code="objek").body == "Objek diubah.\nBaris dua."
    assert draft.clauses.filter(clause__code="denda").exists()
    assert draft.clauses.get(clause=None).title == "Pengiriman"
    assert officer.post(url, data | {"own_title_1": "Tanpa isi"}).status_code == 422


def test_an_enterprise_that_leaves_takes_its_lines_with_it(world: World, officer: Client) -> None:
    draft = make.draft(world)
    url = reverse("partnership_parties", args=[draft.pk])
    assert officer.post(url, {"enterprises": [world.enterprise.pk], "members": "", "leader": ""}).status_code == 302
    draft.refresh_from_db()
    assert draft.lines.count() == 1
    assert draft.value == draft.lines.get().amount


def test_an_offered_text_is_not_open_to_changes(world: World, officer: Client) -> None:
    partnership = make.offered(world)
    row = {"enterprise": world.enterprise.pk, "quantity": "1", "price": "1000"}
    answer = officer.post(reverse("partnership_lines", args=[partnership.pk]), lines(row))
    assert answer.status_code == 409
    before = partnership.value
    partnership.refresh_from_db()
    assert partnership.value == before
