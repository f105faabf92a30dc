"""Each request is one transaction in which the database knows who acts, and of which nothing stays when it breaks.

The pages here exist only in this module, beside the portal's own.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.acting import KEYS
from portal.config import urls as portal_urls
from portal.enums import Role
from portal.models import Organisation, User
from portal.policy import PUBLIC, SIGNED_IN, policy
from portal.services.api_token import make_token
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def known_to_the_database() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true), current_setting(%s, true)", KEYS)
        return dict(zip(("user", "organisation"), cursor.fetchone(), strict=True))


@policy(SIGNED_IN)
def who(request: HttpRequest) -> HttpResponse:
    return JsonResponse(known_to_the_database())


@policy(PUBLIC)
def writes(request: HttpRequest, how: str) -> HttpResponse:
    OrganisationFactory(name="Ditulis")
    if how == "breaks":
        raise RuntimeError(how)
    return HttpResponse(status=int(how))


class Who(APIView):
    policies = {"get": SIGNED_IN}

    def get(self, request: Request) -> Response:
        return Response(known_to_the_database())


class Writes(APIView):
    policies = {"get": PUBLIC}

    def get(self, request: Request, how: str) -> Response:
        OrganisationFactory(name="Ditulis")
        if how == "breaks":
            raise RuntimeError(how)
        return Response(status=int(how))


urlpatterns = [
    path("who/", who),
    path("writes/<str:how>/", writes),
    path("api/v1/who/", Who.as_view()),
    path("api/v1/writes/<str:how>/", Writes.as_view()),
    *portal_urls.urlpatterns,
]
handler500 = portal_urls.handler500


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER)


def named(user: User) -> dict[str, str]:
    return {"user": str(user.pk), "organisation": str(user.organisation_id)}


@pytest.mark.parametrize("address", ["/who/", "/api/v1/who/"])
def test_the_session_s_person_and_organisation_are_named_to_the_database(officer: User, address: str) -> None:
    assert signed_in(officer).get(address).json() == named(officer)


def test_so_are_the_token_s(officer: User) -> None:
    text = make_token(officer.acting, name="ERP", days=30, by=officer)[1]
    assert Client().get("/api/v1/who/", headers={"Authorization": f"Token {text}"}).json() == named(officer)


def test_the_next_request_does_not_inherit_them(officer: User) -> None:
    text = make_token(officer.acting, name="ERP", days=30, by=officer)[1]
    Client().get("/api/v1/who/", headers={"Authorization": f"Token {text}"})
    signed_in(officer).get("/who/")
    assert {value or "" for value in known_to_the_database().values()} == {""}


@pytest.mark.parametrize("start", ["/writes", "/api/v1/writes"])
@pytest.mark.parametrize(("how", "kept"), [("200", 1), ("422", 1), ("500", 0), ("503", 0), ("breaks", 0)])
def test_what_a_broken_request_wrote_is_undone(start: str, how: str, kept: int) -> None:
    answer: Any = Client(raise_request_exception=False).get(f"{start}/{how}/")
    assert answer.status_code == (500 if how == "breaks" else int(how))
    assert Organisation.objects.filter(name="Ditulis").count() == kept
