"""Accepting on a phone: a one-time code by e-mail, or the second factor; wrong, old, used, too many."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from partnerships.models import AcceptanceCode, Partnership
from partnerships.services import drafting, offer
from partnerships.services.acceptance_code import send_code, use_code
from portal import jobs
from portal.models import Job
from portal.second_factor import code_at
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import SECRET, give_second_factor
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def offered(world: World) -> Partnership:
    return make.offered(world)


def digits_from(mailbox: list[Any]) -> str:
    """From the newest mail that holds a code; other notices travel by the same queue."""
    jobs.drain()
    codes = [re.search(r"^\s+(\d{6})$", mail.body, re.MULTILINE) for mail in mailbox]
    return [code[1] for code in codes if code][-1]


def accept(client: Client, partnership: Partnership, **data: Any) -> Any:
    answers = {"document_hash": partnership.document_hash, "agree": "on", "method": "email_code", **data}
    return client.post(reverse("partnership_accept", args=[partnership.pk]), answers)


def wrong(partnership: Partnership, code: str, world: World) -> str:
    with pytest.raises(ValidationError) as refusal:
        use_code(partnership, code, by=world.owner)
    return refusal.value.code


def test_an_owner_accepts_by_the_code_from_the_e_mail(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    client = signed_in(world.owner)
    client.post(reverse("partnership_code", args=[offered.pk]))
    assert accept(client, offered, code=digits_from(mailbox)).status_code == 302
    offered.refresh_from_db()
    assert offered.status == "accepted"
    assert offered.signatures.get().method == "email_code"


def test_an_owner_accepts_by_the_second_factor(world: World, offered: Partnership) -> None:
    give_second_factor(world.owner)
    client = signed_in(world.owner)
    assert accept(client, offered, method="second_factor", code=code_at(SECRET)).status_code == 302
    assert offered.signatures.get().method == "second_factor"


def test_the_digits_are_kept_nowhere(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    code = send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    assert digits not in code.code_hash
    assert not Job.objects.filter(kind="partnerships.mail_acceptance_code", payload__has_key="digits").exists()


def test_a_wrong_code_is_refused_and_the_right_one_still_works(
    world: World, offered: Partnership, mailbox: list[Any]
) -> None:
    send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    other = f"{(int(digits) + 1) % 10**6:06d}"
    answer = accept(signed_in(world.owner), offered, code=other)
    assert answer.status_code == 422
    assert offered.signatures.count() == 0
    use_code(offered, f" {digits[:3]} {digits[3:]} ", by=world.owner)


def test_after_five_wrong_tries_even_the_right_code_is_refused(
    world: World, offered: Partnership, mailbox: list[Any]
) -> None:
    send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    other = f"{(int(digits) + 1) % 10**6:06d}"
    assert [wrong(offered, other, world) for _try in range(5)] == ["wrong_code"] * 5
    assert wrong(offered, digits, world) == "too_many"


def test_a_code_works_once_and_for_ten_minutes(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    with time_machine.travel("2026-11-20T03:00:00Z", tick=False) as clock:
        send_code(offered, by=world.owner)
        digits = digits_from(mailbox)
        clock.shift(601)
        assert wrong(offered, digits, world) == "expired_code"
    send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    use_code(offered, digits, by=world.owner)
    assert wrong(offered, digits, world) == "used_code"


def test_a_newer_code_replaces_the_older(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    send_code(offered, by=world.owner)
    first = digits_from(mailbox)
    send_code(offered, by=world.owner)
    second = digits_from(mailbox)
    if first != second:
        assert wrong(offered, first, world) == "wrong_code"
    use_code(offered, second, by=world.owner)


def test_three_codes_in_ten_minutes_are_enough(world: World, offered: Partnership) -> None:
    for _number in range(3):
        send_code(offered, by=world.owner)
    with pytest.raises(ValidationError):
        send_code(offered, by=world.owner)
    assert AcceptanceCode.objects.count() == 3


def test_a_code_is_for_one_person_and_one_text(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    with pytest.raises(ValidationError):
        use_code(offered, digits, by=make.owner_of(world.enterprise))
    offer.withdraw_offer(offered, by=world.officer)
    drafting.set_terms(offered, by=world.officer, payment_days=20)
    offer.offer(offered, by=world.officer)
    assert wrong(offered, digits, world) == "expired_code"


def test_an_unconfirmed_address_gets_no_code(world: World, offered: Partnership) -> None:
    EmailAddress.objects.filter(user=world.owner).update(verified=False)
    with pytest.raises(ValidationError):
        send_code(offered, by=world.owner)


def test_a_second_tab_with_the_earlier_text_is_refused_and_its_code_not_used(
    world: World, offered: Partnership, mailbox: list[Any]
) -> None:
    stale = offered.document_hash
    offer.withdraw_offer(offered, by=world.officer)
    drafting.set_terms(offered, by=world.officer, payment_days=20)
    offer.offer(offered, by=world.officer)
    client = signed_in(world.owner)
    client.post(reverse("partnership_code", args=[offered.pk]))
    digits = digits_from(mailbox)
    answer = accept(client, offered, document_hash=stale, code=digits)
    assert answer.headers["Location"] == reverse("partnership_accept", args=[offered.pk])
    assert offered.signatures.count() == 0
    assert accept(client, offered, code=digits).headers["Location"] == reverse("partnership_detail", args=[offered.pk])
    assert offered.signatures.count() == 1


def test_two_clicks_accept_once(world: World, offered: Partnership, mailbox: list[Any]) -> None:
    send_code(offered, by=world.owner)
    digits = digits_from(mailbox)
    client = signed_in(world.owner)
    assert [accept(client, offered, code=digits).status_code for _click in range(2)] == [302, 302]
    assert offered.signatures.count() == 1


def test_a_refusal_on_the_page_needs_its_reason(world: World, offered: Partnership) -> None:
    client, url = signed_in(world.owner), reverse("partnership_refuse", args=[offered.pk])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Kapasitas kami sudah penuh"}).status_code == 302
    offered.refresh_from_db()
    assert offered.status == "refused"
