"""Signing on the pages: the second factor asked again, the hash posted back, the queue of an authority."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Partnership, SignOff
from partnerships.services import drafting, offer
from portal.enums import Role
from portal.presentation.dates import tanggal
from portal.second_factor import code_at
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import SECRET, OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


def sign(client: Client, url: str, partnership: Partnership, **data: Any) -> Any:
    answers = {"document_hash": partnership.document_hash, "agree": "on", "code": code_at(SECRET), **data}
    return client.post(url, {name: value for name, value in answers.items() if value is not None})


def test_the_approver_signs_with_the_second_factor(world: World) -> None:
    partnership = make.accepted(world)
    client, url = signed_in(world.approver), reverse("partnership_sign", args=[partnership.pk])
    assert partnership.document_hash in client.get(url).content.decode()
    assert sign(client, url, partnership, code="000000").status_code == 422
    assert sign(client, url, partnership, agree=None).status_code == 422
    assert sign(client, url, partnership).status_code == 302
    partnership.refresh_from_db()
    assert partnership.status == "authority_review"


def test_a_code_used_for_one_contract_signs_no_other(world: World) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        first, second = make.accepted(world), make.accepted(world)
        client, code = signed_in(world.approver), code_at(SECRET)
        for partnership, status in ((first, 302), (second, 422)):
            url = reverse("partnership_sign", args=[partnership.pk])
            assert sign(client, url, partnership, code=code).status_code == status
    second.refresh_from_db()
    assert second.status == "accepted"


def test_an_old_text_in_a_second_tab_is_not_signed(world: World) -> None:
    partnership = make.accepted(world)
    client, url = signed_in(world.approver), reverse("partnership_sign", args=[partnership.pk])
    answer = sign(client, url, partnership, document_hash="0" * 64)
    assert answer.headers["Location"] == url
    partnership.refresh_from_db()
    assert partnership.status == "accepted"


def test_the_authority_signs_its_oldest_first(world: World) -> None:
    newer, older = make.in_review(world), make.in_review(world, title="Yang lebih lama")
    admin = world.admins[0]
    place = make.place_of(older, admin)
    SignOff.objects.filter(pk=place.pk).update(opened_at=timezone.now() - dt.timedelta(days=3))
    client = signed_in(admin)
    page = client.get(reverse("sign_off_queue"))
    assert [each.partnership.pk for each in page.context["queue"]] == [older.pk, newer.pk]
    assert page.context["partnership"].pk == older.pk
    url = reverse("sign_off", args=[place.pk])
    assert sign(client, url, older, code="12").status_code == 422
    assert sign(client, url, older).headers["Location"] == reverse("sign_off_queue")
    assert [each.partnership.pk for each in client.get(reverse("sign_off_queue")).context["queue"]] == [newer.pk]


def test_a_double_click_signs_once(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    client, url = signed_in(world.admins[0]), reverse("sign_off", args=[place.pk])
    assert [sign(client, url, partnership).status_code for _click in range(2)] == [302, 302]
    place.refresh_from_db()
    assert place.status == "signed"


def test_an_authority_returns_with_reasons_on_its_own_page(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    client, url = signed_in(world.admins[0]), reverse("sign_off_return", args=[place.pk])
    data = {"document_hash": partnership.document_hash}
    assert client.post(url, {**data, "reason": ""}).status_code == 422
    assert client.post(url, {**data, "reason": "Kapasitas belum cukup"}).status_code == 302
    detail = signed_in(world.officer).get(reverse("partnership_detail", args=[partnership.pk])).content.decode()
    assert "Kapasitas belum cukup. Naskah baru membatalkan tanda tangan sebelumnya." in detail


def test_an_official_of_a_dissolved_ministry_reads_and_does_not_sign(world: World) -> None:
    partnership = make.in_review(world)
    ministry, heir = world.authorities[0], OrganisationFactory(capabilities=["authority"], ownership="")
    ministry.valid_until, ministry.successor = timezone.localdate() - dt.timedelta(days=1), heir
    ministry.save()
    place = make.place_of(partnership, world.admins[0])
    client, url = signed_in(world.admins[0]), reverse("sign_off", args=[place.pk])
    page = client.get(url).content.decode()
    assert heir.name in page
    assert 'name="code"' not in page
    sign(client, url, partnership)
    client.post(
        reverse("sign_off_return", args=[place.pk]), {"document_hash": partnership.document_hash, "reason": "X"}
    )
    place.refresh_from_db()
    assert place.status == "pending"


def test_figures_and_the_late_filter(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    client = signed_in(world.admins[0])
    assert [str(each["value"]) for each in client.get(reverse("sign_off_queue")).context["figures"]][:2] == ["1", "0"]
    assert client.get(reverse("sign_off_queue") + "?late=1").context["queue"] == []
    SignOff.objects.filter(pk=place.pk).update(due_on=timezone.localdate() - dt.timedelta(days=10))
    page = client.get(reverse("sign_off_queue") + "?late=1")
    assert len(page.context["queue"]) == 1
    assert "Lewat" in page.content.decode()
    assert len(page.context["figures"]) <= 5


def test_the_trail_says_whether_its_chain_is_whole(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    page = signed_in(world.admins[0]).get(reverse("sign_off", args=[place.pk])).content.decode()
    assert "Rantai utuh, 7 catatan" in page


def test_the_queue_as_a_table_holds_no_formula(world: World) -> None:
    make.in_review(world, title="=HYPERLINK(1)")
    table = signed_in(world.admins[0]).get(reverse("sign_off_csv")).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in table
    checked = f"{world.enterprises[0].name}: Pernyataan sendiri ({tanggal(timezone.localdate())})"
    assert checked in table, "how far each was checked goes with the list"


@pytest.mark.parametrize("page", ["sign_off_queue", "partnership_list"])
def test_lists_ask_no_more_of_the_database_with_more_rows(
    world: World, page: str, django_assert_num_queries: Any
) -> None:
    for _number in range(2):
        make.in_review(world)
    client, url = signed_in(world.admins[0]), reverse(page)
    client.get(url)
    first = count_queries(client, url)
    for _number in range(3):
        make.in_review(world)
    make.returned(world)
    with django_assert_num_queries(first):
        client.get(url)


def test_the_buyers_list_asks_no_more_with_more_rows(world: World, django_assert_num_queries: Any) -> None:
    client, url = signed_in(world.officer), reverse("partnership_list")
    for build in (make.draft, make.offered, make.active):
        build(world)
    client.get(url)
    first = count_queries(client, url)
    for build in (make.draft, make.offered, make.accepted, make.active, make.returned):
        build(world)
    with django_assert_num_queries(first):
        client.get(url)


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_an_enterprise_reads_the_offered_text_while_the_next_is_drafted(world: World) -> None:
    partnership = make.offered(world)
    offer.withdraw_offer(partnership, by=world.officer)
    drafting.set_terms(partnership, by=world.officer, title="Rahasia sampai ditawarkan")
    client = signed_in(world.owner)
    for name, args in (
        ("partnership_list", []),
        ("partnership_detail", [partnership.pk]),
        ("partnership_document", [partnership.pk]),
    ):
        assert "Rahasia" not in client.get(reverse(name, args=args)).content.decode()
    assert "Rahasia" in signed_in(world.officer).get(reverse("partnership_list")).content.decode()


def test_officials_without_a_second_factor_in_the_session_do_not_come_in(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    client = signed_in(world.admins[0], second_factor=False)
    assert (
        sign(client, reverse("sign_off", args=[place.pk]), partnership).headers["Location"].startswith("/accounts/2fa/")
    )
    assert signed_in(person(Role.OPERATOR)).get(reverse("sign_off_queue")).status_code == 403
