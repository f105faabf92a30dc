"""allauth's pages in our look: framed, without inline styles, with our words."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from portal.enums import Role
from tests.factories.people import PASSWORD, UserFactory, person
from tests.signing_in import signed_in

PUBLIC_PAGES = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
OWN_PAGES = [
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "usersessions_list",
    "account_reauthenticate",
]

pytestmark = pytest.mark.django_db


def look_at(response, status=200):
    html = response.content.decode()
    assert response.status_code == status
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert not re.search(r'\s(style|on[a-z]+)="', html)
    return html


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_pages_before_signing_in(name, language):
    client = Client()
    client.cookies["django_language"] = language
    html = look_at(client.get(reverse(name)))
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_of_ones_own_account_for_sme_and_staff(name):
    for role, body in ((Role.OWNER, "sme"), (Role.OFFICER, "desk")):
        response = signed_in(person(role)).get(reverse(name))
        if response.status_code == 302:  # a role without its factor, or nothing to confirm
            continue
        html = look_at(response)
        if name != "account_reauthenticate":
            assert f'<body class="{body}">' in html


def test_setting_up_the_second_factor_shows_the_code_and_the_key():
    client = signed_in(UserFactory(), second_factor=False)
    page = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": page})
    html = look_at(client.get(page))
    assert 'src="data:image/svg+xml' in html
    assert 'autocomplete="one-time-code"' in html


def test_a_wrong_password_is_said_on_top_and_in_the_title():
    response = Client().post(reverse("account_login"), {"login": "siapa@contoh.id", "password": "salah-salah"})
    html = look_at(response, status=422)
    assert "<title>Kesalahan:" in html
    assert "Alamat surel atau kata sandi tidak cocok." in html


def test_what_is_wrong_with_a_sign_up_is_answered_as_everywhere():
    sent = {"full_name": "Ani Hartanto", "email": "bukan alamat", "phone": "0812 3456 7890"}
    html = look_at(Client().post(reverse("account_signup"), sent), status=422)
    assert "Tulis alamat surel seperti nama@contoh.id." in html
    assert 'value="Ani Hartanto"' in html


def test_a_stranger_to_an_address_gets_a_page_that_leads_on():
    html = look_at(Client().get("/tidak-ada/"), status=404)
    assert "Halaman tidak ditemukan" in html
