"""Two tabs, and two officers on one draft: nobody overwrites what they have not seen, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Partnership
from partnerships.services import drafting, ending, offer, signing
from portal.enums import Role
from portal.models import User
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.partnerships.test_drafting_pages import day, lines
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


@pytest.fixture
def colleague(world: World) -> User:
    return person(Role.OFFICER, world.buyer, full_name="Sari Staf")


def terms(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "agreement": world.agreement.pk,
        "title": "Pasokan klem",
        "starts_on": day(30),
        "ends_on": day(395),
        "payment_days": 14,
        "acceptance_days": 7,
        "stamp_duty_serial": "",
        **changes,
    }


def opened(client: Client, url: str) -> str:
    """The fingerprint that the page carries."""
    return client.get(url).context["seen"]


def sent(world: World, draft: Partnership, step: str) -> tuple[str, dict[str, Any], str]:
    """A step's address, something else than what stands, and a text of it that the page must keep."""
    url = reverse(f"partnership_{step}", args=[draft.pk])
    if step == "terms":
        return url, terms(world, title="Pasokan klem tahap dua"), "Pasokan klem tahap dua"
    if step == "parties":
        both = [each.pk for each in world.enterprises]
        return url, {"enterprises": both, "members": "", "leader": both[1]}, world.enterprises[1].name
    if step == "lines":
        return url, lines({"enterprise": world.enterprise.pk, "quantity": "7,5", "price": "1001"}), "7,5"
    return url, {"own_title_0": "Pengiriman Senin", "own_body_0": "Setiap Senin pagi."}, "Setiap Senin pagi."


STEPS = ("parties", "terms", "lines", "clauses")


@pytest.mark.parametrize("step", STEPS)
def test_what_was_offered_in_another_tab_takes_no_more_answers(world: World, step: str) -> None:
    draft, client = make.draft(world), signed_in(world.officer)
    url, data, text = sent(world, draft, step)
    seen = opened(client, url)
    client.post(reverse("partnership_offer", args=[draft.pk]))
    answer = client.post(url, data | {"seen": seen})
    assert answer.status_code == 409
    assert text in answer.content.decode()
    assert "Ditawarkan" in answer.content.decode()
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("step", STEPS)
def test_what_was_offered_while_the_answers_waited_for_the_lock_takes_no_more(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page found a draft; before its service holds the row, somebody offers it."""
    draft, client = make.draft(world), signed_in(world.officer)
    url, data, text = sent(world, draft, step)
    found = drafting.locked

    def late(partnership: Partnership) -> Partnership:
        monkeypatch.setattr(drafting, "locked", found)
        offer.offer(Partnership.objects.get(pk=partnership.pk), by=world.officer)
        return found(partnership)

    monkeypatch.setattr(drafting, "locked", late)
    answer = client.post(url, data)
    assert answer.status_code == 409
    assert text in answer.content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_two_officers_compare_before_the_second_saves(world: World, colleague: User, step: str) -> None:
    draft = make.draft(world)
    mine, theirs = signed_in(world.officer), signed_in(colleague)
    url, data, text = sent(world, draft, step)
    seen = opened(mine, url)
    change(world, draft, step, theirs, opened(theirs, url))
    before = snapshot(draft)
    answer = mine.post(url, data | {"seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Sari Staf menyimpan perubahan" in page
    assert text in page
    assert answer.context["conflict_rows"]
    assert snapshot(draft) == before
    again = mine.post(url, data | {"seen": answer.context["seen"]})
    assert again.status_code == 302, "saving again from the comparison is meant"
    assert snapshot(draft) != before


def change(world: World, draft: Partnership, step: str, client: Client, seen: str) -> None:
    url = reverse(f"partnership_{step}", args=[draft.pk])
    data = {
        "terms": terms(world, payment_days=30),
        "parties": {"enterprises": [world.enterprise.pk], "members": "", "leader": ""},
        "lines": lines({"enterprise": world.enterprise.pk, "quantity": "9", "price": "2000"}),
        "clauses": {"own_title_0": "Garansi", "own_body_0": "Dua tahun."},
    }[step]
    assert client.post(url, data | {"seen": seen}).status_code == 302


def snapshot(draft: Partnership) -> tuple[Any, ...]:
    draft.refresh_from_db()
    return (
        draft.title,
        draft.payment_days,
        draft.value,
        sorted(draft.shares.values_list("enterprise", "leads")),
        list(draft.clauses.values_list("title", "body")),
    )


def test_different_parts_are_changed_at_once(world: World, colleague: User) -> None:
    draft = make.draft(world)
    mine, theirs = signed_in(world.officer), signed_in(colleague)
    url, data, _text = sent(world, draft, "terms")
    seen = opened(mine, url)
    change(world, draft, "clauses", theirs, "")
    assert mine.post(url, data | {"seen": seen}).status_code == 302


def test_a_wrong_answer_does_not_hide_that_somebody_else_saved(world: World, colleague: User) -> None:
    draft = make.draft(world)
    mine = signed_in(world.officer)
    url, data, _text = sent(world, draft, "terms")
    seen = opened(mine, url)
    change(world, draft, "terms", signed_in(colleague), "")
    wrong = mine.post(url, data | {"seen": seen, "ends_on": day(3)})
    assert wrong.status_code == 422
    assert mine.post(url, data | {"seen": wrong.context["seen"]}).status_code == 409


def test_what_the_checks_block_is_said_with_422(world: World) -> None:
    draft = make.draft(world)
    world.enterprise.curations.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    answer = signed_in(world.officer).post(reverse("partnership_offer", args=[draft.pk]))
    assert answer.status_code == 422
    assert "menghalangi" in answer.content.decode()
    assert "<title>Kesalahan:" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_offering_twice_leads_to_the_offer(world: World) -> None:
    draft, client = make.draft(world), signed_in(world.officer)
    for _click in range(2):
        answer = client.post(reverse("partnership_offer", args=[draft.pk]))
        assert answer.headers["Location"] == reverse("partnership_detail", args=[draft.pk])


class TestReasons:
    """A reason is written with care: who comes too late still has it."""

    def test_refusing_what_was_taken_back(self, world: World) -> None:
        partnership = make.offered(world)
        offer.withdraw_offer(partnership, by=world.officer)
        make_again(world, partnership)
        answer = signed_in(world.owner).post(url_of("refuse", partnership), {"reason": "Harga belum menutup biaya."})
        assert answer.status_code == 409
        assert "Harga belum menutup biaya." in answer.content.decode()

    def test_terminating_what_has_ended(self, world: World) -> None:
        partnership = make.active(world)
        ending.terminate(partnership, reason="Pabrik tutup.", by=world.approver)
        answer = signed_in(world.owner).post(url_of("terminate", partnership), {"reason": "Bahan baku habis."})
        assert answer.status_code == 409
        assert "Bahan baku habis." in answer.content.decode()

    def test_returning_what_another_authority_returned(self, world: World) -> None:
        partnership = make.in_review(world)
        text = partnership.document_hash
        first, second = (make.place_of(partnership, admin) for admin in world.admins[:2])
        signing.return_with_reasons(first, document_hash=text, reason="Jangka waktu.", by=world.admins[0])
        answer = signed_in(world.admins[1]).post(
            reverse("sign_off_return", args=[second.pk]), {"reason": "Nilai baris kedua.", "document_hash": text}
        )
        assert answer.status_code in (409, 422)
        assert "Nilai baris kedua." in answer.content.decode()


def url_of(step: str, partnership: Partnership) -> str:
    return reverse(f"partnership_{step}", args=[partnership.pk])


def make_again(world: World, partnership: Partnership) -> None:
    """Offered anew and accepted, so that the enterprise still sees it."""
    offer.offer(partnership, by=world.officer)
    for owner in world.owners:
        offer.accept(partnership, document_hash=partnership.document_hash, method="email_code", by=owner)
