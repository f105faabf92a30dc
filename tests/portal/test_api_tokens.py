from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.enums import Role
from portal.models import ApiToken, User
from portal.services.api_token import make_token
from portal.services.membership import end_membership
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/"


def ask(text: str) -> int:
    return Client().get(ME, headers={"Authorization": f"Token {text}"}).status_code


def token_of(user: User, days: int = 30) -> str:
    return make_token(user.acting, name="ERP", days=days, by=user)[1]


def test_a_token_is_shown_once_and_kept_as_a_hash() -> None:
    client = signed_in(person(Role.OFFICER))
    answer = client.post(reverse("api_token_list"), {"name": "ERP", "days": 30})
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert text not in client.get(reverse("api_token_list")).content.decode()
    assert text not in str(ApiToken.objects.values().get())
    assert ask(text) == 200


def test_it_acts_as_its_owner_for_its_organisation() -> None:
    officer = person(Role.OFFICER)
    body = Client().get(ME, headers={"Authorization": f"Token {token_of(officer)}"}).json()
    assert body["acting"] == {
        "organisation": officer.organisation_id,
        "name": officer.organisation.name,
        "role": "officer",
    }


@pytest.mark.parametrize("text", ["mp_wrong", "", "a b", "\u00e9"])
def test_a_wrong_token_is_refused_with_a_problem(text: str) -> None:
    answer = Client().get(ME, headers={"Authorization": f"Token {text}".encode().decode("latin-1")})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_it_ends_by_itself_by_revocation_and_with_the_role() -> None:
    owner, second = person(Role.OWNER), None
    text = token_of(owner)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31), tick=False):
        assert ask(text) == 401
    assert ask(text) == 200
    signed_in(owner).post(reverse("api_token_revoke", args=[ApiToken.objects.get().pk]))
    assert ask(text) == 401
    text = token_of(owner)
    second = person(Role.OWNER, owner.organisation)
    end_membership(owner.acting, by=second)
    assert ask(text) == 401


def test_staff_without_a_second_factor_lose_the_api_too() -> None:
    officer = person(Role.OFFICER)
    text = token_of(officer)
    Authenticator.objects.filter(user=officer).delete()
    assert ask(text) == 403


def test_nobody_revokes_anothers_token() -> None:
    owner, stranger = person(Role.OWNER), person(Role.OWNER)
    text = token_of(owner)
    token = ApiToken.objects.get()
    assert signed_in(stranger).post(reverse("api_token_revoke", args=[token.pk])).status_code == 404
    assert ask(text) == 200


@pytest.mark.parametrize("days", ["0", "366", "x", ""])
def test_a_token_lives_at_most_a_year(days: str) -> None:
    answer = signed_in(person(Role.OWNER)).post(reverse("api_token_list"), {"name": "ERP", "days": days})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()
