"""Who comes in at all: roles, second factor, and what happens to the anonymous."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from portal import kept_forms
from portal.enums import SECOND_FACTOR_ROLES, SME_ROLES, Role
from tests.factories.people import PASSWORD, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_the_anonymous_are_sent_to_sign_in_and_come_back() -> None:
    answer = Client().get(reverse("organisation_list"))
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next=%2Forganisations%2F"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_operators_pages_are_for_operators(role: Role) -> None:
    answer = signed_in(person(role)).get(reverse("organisation_list"))
    assert answer.status_code == 403
    assert "Operator" in answer.content.decode()


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_staff_without_a_second_factor_in_this_session_get_no_further(role: Role) -> None:
    client = signed_in(person(role), second_factor=False)
    assert client.get(reverse("inbox"))["Location"] == reverse("mfa_activate_totp")
    assert client.get("/api/v1/me/").status_code == 403


@pytest.mark.parametrize("role", sorted(SME_ROLES))
def test_smes_need_none(role: Role) -> None:
    client = signed_in(person(role), second_factor=False)
    assert client.get(reverse("inbox")).status_code == 200
    assert client.get("/api/v1/me/").json()["acting"]["role"] == role


def test_an_ended_session_keeps_what_was_typed() -> None:
    """The answers come back on the form after signing in; the password never is among them."""
    operator = person(Role.OPERATOR)
    client = Client()
    typed = {"name": "PT Contoh Baja", "short_name": "", "capabilities": ["buyer"], "password": "rahasia"}
    answer = client.post(reverse("organisation_add"), typed)
    assert answer.status_code == 302
    assert "rahasia" not in str(dict(client.session))
    kept = dict(client.session)
    client = signed_in(operator)
    session = client.session
    session.update({"kept_forms": kept["kept_forms"]})
    session.save()
    page = client.get(reverse("organisation_add")).content.decode()
    assert 'value="PT Contoh Baja"' in page


def test_a_real_sign_in_keeps_it_too() -> None:
    user = UserFactory()
    client = Client()
    client.post(reverse("inbox_read_all"), {"note": "panjang"})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    kept = RequestFactory().get("/messages/read/")
    kept.session = client.session
    assert kept_forms.take(kept).dict() == {"note": "panjang"}
    assert kept_forms.take(kept) is None, "given back once"
