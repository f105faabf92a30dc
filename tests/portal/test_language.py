"""In whose language a page, an answer of the API and an error are: the person's, else what the browser chose, else Indonesian."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.enums import Role
from portal.models import User
from portal.services.api_token import make_token
from tests.factories.people import PASSWORD, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

COOKIE = "django_language"
ENGLISH, INDONESIAN = '<html lang="en">', '<html lang="id">'


def speaks(language: str, role: Role = Role.OWNER) -> User:
    return person(role, language=language)


def in_which(client: Client, name: str = "inbox") -> str:
    answer = client.get(reverse(name))
    html = answer.content.decode()
    assert answer.headers["Content-Language"] == ("en" if ENGLISH in html else "id")
    assert (ENGLISH in html) != (INDONESIAN in html)
    return answer.headers["Content-Language"]


@pytest.mark.parametrize(("own", "cookie"), [("en", "id"), ("en", ""), ("id", "en"), ("id", "")])
def test_who_is_signed_in_reads_in_their_own_language(own: str, cookie: str) -> None:
    client = signed_in(speaks(own))
    client.cookies[COOKIE] = cookie
    assert in_which(client) == own
    assert f'<html lang="{own}">' in client.get("/tidak-ada/").content.decode(), "also what is not there"


def test_who_is_not_reads_what_the_browser_chose_and_not_what_it_was_sold_with() -> None:
    client = Client(headers={"Accept-Language": "en"})
    assert in_which(client, "landing") == "id"
    client.cookies[COOKIE] = "en"
    assert in_which(client, "landing") == "en"


def test_signing_in_brings_the_language_along_and_leaves_it_there() -> None:
    user = speaks("en")
    client = Client()
    assert in_which(client, "account_login") == "id"
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert in_which(client) == "en"
    client.post(reverse("account_logout"))
    assert in_which(client, "landing") == "en"


def test_choosing_another_language_is_kept_with_the_person() -> None:
    user = speaks("id")
    client = signed_in(user)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert in_which(client) == "en"
    assert in_which(signed_in(user)) == "en", "on another device, too"


@pytest.mark.parametrize(
    ("asked", "answered"), [("en", "en"), ("id", "id"), ("fr, en;q=0.5", "en"), ("fr", "id"), ("", "id")]
)
def test_a_program_without_an_account_says_its_language(asked: str, answered: str) -> None:
    answer = Client(headers={"Accept-Language": asked}).get("/api/v1/programmes/987654321/")
    assert answer.status_code == 404
    assert ("tidak" in answer.json()["detail"].lower()) == (answered == "id")
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.headers["Content-Language"] == answered


@pytest.mark.parametrize("own", ["id", "en"])
def test_the_api_answers_people_in_their_own_language_and_programs_in_the_one_they_ask_for(own: str) -> None:
    user = speaks(own)
    _token, secret = make_token(user.acting, name="uji", days=1, by=user)
    other = "en" if own == "id" else "id"
    token = {"Authorization": f"Token {secret}"}
    for client, headers, language in (
        (signed_in(user), {"Accept-Language": other}, own),
        (Client(), token, own),
        (Client(), token | {"Accept-Language": "fr, *;q=0.5"}, own),
        (Client(), token | {"Accept-Language": f"fr, {other};q=0.5"}, other),
    ):
        answer = client.post("/api/v1/programmes/", {}, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.headers["Content-Language"]) == (403, language)
        assert {"id": "Anda", "en": "You"}[language] in answer.json()["detail"]
