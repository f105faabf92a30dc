"""Every address says who comes in, and how it is asked; one that doesn't fails here."""

from __future__ import annotations

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSet

from portal.methods import require_safe
from portal.policy import PUBLIC, policy
from tests.access.endpoints import every_endpoint, guarded_elsewhere, our_endpoints


def undeclared(urlconf: str | None = None) -> list[str]:
    found = []
    for endpoint in our_endpoints(urlconf):
        if not endpoint.policies:
            found.append(f"{endpoint}: no methods")
        found += [f"{endpoint}: {method}" for method, rule in endpoint.policies.items() if rule is None]
    return found


def test_every_view_and_api_action_declares_its_policy_and_methods() -> None:
    assert undeclared() == []


def test_every_address_has_a_name_of_its_own() -> None:
    """Formats of the same API view aside: names are global."""
    names = [endpoint.name for endpoint in our_endpoints()]
    assert "" not in names
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_views_of_others_are_only_those_listed() -> None:
    """A new package's pages don't slip in: its views have to be listed with a reason, or to declare policies."""
    others = {e.namespace or e.view.__module__.split(".")[0] for e in every_endpoint() if guarded_elsewhere(e)}
    assert others == {"allauth", "portal", "admin"}
    assert [e.name for e in every_endpoint() if e.view.__module__ == "portal.accounts"] == ["mfa_activate_totp"]


@policy(PUBLIC)
@require_safe
def declared_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@require_safe
def view_without_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@policy(PUBLIC)
def view_without_methods(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class HalfDeclared(ViewSet):
    policies = {"list": PUBLIC}

    def list(self, request: HttpRequest) -> Response:
        return Response([])

    def create(self, request: HttpRequest) -> Response:
        return Response({})


router = SimpleRouter()
router.register("half", HalfDeclared, basename="half")
# A URLconf for the test below.
urlpatterns = [
    path("a/", declared_view, name="a"),
    path("b/", view_without_policy, name="b"),
    path("c/", view_without_methods, name="c"),
    *router.urls,
]


def test_the_check_finds_what_is_not_declared() -> None:
    assert undeclared(__name__) == ["b /b/: GET", "c /c/: no methods", "half-list /half/$: POST"]


def test_a_set_of_roles_has_one_name() -> None:
    """Named in portal.policy where several modules ask for it."""
    named = re.compile(r"^([A-Z_]+) = roles\((.*?)\)", re.MULTILINE | re.DOTALL)
    found: dict[frozenset[str], list[str]] = {}
    for app in ("portal", "curation", "partnerships"):
        for module in Path(app).rglob("*.py"):
            for name, members in named.findall(module.read_text(encoding="utf-8")):
                found.setdefault(frozenset(re.findall(r"Role\.\w+", members)), []).append(f"{module}: {name}")
    assert [names for names in found.values() if len(names) > 1] == []
