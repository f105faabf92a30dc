"""Who comes in at all: roles, second factor, and what happens to the anonymous."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from portal import kept_forms
from portal.enums import ROLE_CAPABILITY, SECOND_FACTOR_ROLES, SME_ROLES, Role
from portal.flow import MoveNotAllowed, NotPermitted, TooLate
from portal.models import ApiToken, Membership, User
from portal.policy import SIGNED_IN, policy
from portal.second_factor import code_at
from tests.factories.people import PASSWORD, SECRET, OrganisationFactory, UserFactory, give_second_factor, person
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


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_who_holds_a_role_that_needs_one_needs_it_for_their_own_business_too(role: Role) -> None:
    """The official who also owns a business: their desk is one click away in the same session."""
    owner = person(Role.OWNER)
    desk = Membership.objects.create(
        user=owner, organisation=OrganisationFactory(capabilities=[ROLE_CAPABILITY[role]], ownership=""), role=role
    )
    client = signed_in(owner, second_factor=False)
    assert client.get(reverse("inbox"))["Location"] == reverse("mfa_activate_totp")
    assert client.get("/api/v1/me/").status_code == 403
    give_second_factor(owner)
    assert client.get(reverse("inbox")).status_code == 302, "owning one is not proving it"
    assert signed_in(owner).get(reverse("inbox")).status_code == 200
    desk.ended_at = timezone.now()
    desk.save()
    assert client.get(reverse("inbox")).status_code == 200, "the role has ended, and its duty with it"


def test_a_code_opens_one_session_for_as_long_as_it_is_taken() -> None:
    """Its own step, and the next, in which allauth alone would have forgotten it."""
    official = person(Role.OFFICER)
    with time_machine.travel(dt.datetime(2026, 11, 2, 3, 0, 1, tzinfo=dt.UTC), tick=False) as clock:
        code = code_at(SECRET)
        assert signs_in(official, code)
        for later in (0, 20, 40):
            clock.shift(later)
            assert not signs_in(official, code)
        assert signs_in(official, code_at(SECRET))


def test_the_code_that_sets_the_factor_up_opens_no_session() -> None:
    user = UserFactory()
    client = signed_in(user, second_factor=False)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    code = code_at(re.search(r'class="mono">([A-Z2-7]{16,})<', page)[1])
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert not signs_in(user, code)


def signs_in(user: User, code: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302


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


def test_a_file_chosen_before_the_session_ended_must_be_chosen_again() -> None:
    address = reverse("product_photos", args=[1])
    said = [
        Client().post(address, {"caption": "Depan", **files}, follow=True).content.decode()
        for files in ({}, {"photos": SimpleUploadedFile("depan.jpg", b"x", "image/jpeg")})
    ]
    assert ["isian Anda tetap tersimpan" in page for page in said] == [True, True]
    assert ["pilih lagi" in page for page in said] == [False, True]


def test_a_real_sign_in_keeps_it_too() -> None:
    user = UserFactory()
    client = Client()
    client.post(reverse("api_token_list"), {"note": "panjang"})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    kept = RequestFactory().get(reverse("api_token_list"))
    kept.session = client.session
    assert kept_forms.take(kept).dict() == {"note": "panjang"}
    assert kept_forms.take(kept) is None, "given back once"


def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page() -> None:
    answer = Client().post(reverse("inbox_read_all"), headers={"Referer": "http://testserver/messages/"})
    assert answer["Location"] == f"{reverse('account_login')}?next=%2Fmessages%2F"
    elsewhere = Client().post(reverse("inbox_read_all"), headers={"Referer": "https://contoh.id/x/"})
    assert elsewhere["Location"].endswith(f"next={quote(reverse('home'), safe='')}")


def tokens_of(page: HttpResponse) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[-1]


def test_a_form_from_before_a_second_sign_in_is_shown_again_with_what_was_typed() -> None:
    """The session ends, somebody signs in again in another tab, and presses Save in the first one."""
    user = person(Role.OWNER)
    user.set_password(PASSWORD)
    user.save()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("api_token_list")
    old = tokens_of(client.get(address))
    del client.cookies["sessionid"]
    sign_in = reverse("account_login")
    client.post(
        sign_in, {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": tokens_of(client.get(sign_in))}
    )
    typed = {"name": "Sistem koperasi", "days": "30", "csrfmiddlewaretoken": old}
    stranger = client.post(address, typed, headers={"Referer": "https://contoh.id/x/"})
    assert stranger.status_code == 403
    assert "Sistem koperasi" not in client.get(address).content.decode()
    answer = client.post(address, typed, headers={"Referer": f"http://testserver{address}"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert not ApiToken.objects.exists()
    page = client.get(address)
    assert 'value="Sistem koperasi"' in page.content.decode()
    client.post(
        address, {**typed, "csrfmiddlewaretoken": tokens_of(page)}, headers={"Referer": f"http://testserver{address}"}
    )
    assert "Sistem koperasi" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (MoveNotAllowed("Sudah diubah orang lain.", move="x", status="y"), 409),
        (NotPermitted("Tidak berwenang.", move="x", status="y"), 403),
        (TooLate("Sudah diubah orang lain.", move="x", status="y"), 409),
        (ValidationError({"name": "Sudah diubah orang lain."}), 422),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_refusal_that_a_view_forgot_is_answered_and_undoes_what_was_written(refusal: Exception, status: int) -> None:
    user = UserFactory()

    @policy(SIGNED_IN)
    def view(request: HttpRequest) -> HttpResponse:
        User.objects.filter(pk=user.pk).update(full_name="Setengah")
        raise refusal

    request = RequestFactory().post("/x/")
    request.user = user
    request.session = SessionStore()
    if status == 403:
        with pytest.raises(PermissionDenied), transaction.atomic():
            view(request)
    else:
        with transaction.atomic():
            answer = view(request)
        assert answer.status_code == status
        assert "Sudah diubah orang lain." in answer.content.decode()
    user.refresh_from_db()
    assert user.full_name != "Setengah"
