"""What is suggested while somebody types: only what they may find, from the index, whatever they type."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from rest_framework.throttling import ScopedRateThrottle

from curation.matching.asking import ask, tuned
from curation.selectors.suggestions import Kind, suggestions
from curation.services.searching import refresh_search
from portal.enums import EnterpriseStatus, Role
from portal.models import Enterprise, Product
from portal.models.enterprise import LISTED_FROM
from tests.curation.matching.shop import a_few
from tests.curation.matching.test_public_search import STRANGE
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/search/suggestions/"


def texts(typed: str, *kinds: str, **more: Any) -> list[str]:
    return [each.text for each in suggestions(typed, kinds=kinds, **more)]


def test_names_of_products_go_on_from_what_was_typed() -> None:
    a_few()
    assert texts("tutup man", Kind.PRODUCT) == ["Tutup manhole besi cor Ø 60×60 cm"]
    assert texts("ker", Kind.PRODUCT) == ["Keripik singkong balado 250 g"]
    assert texts("ke", Kind.PRODUCT) == texts("':*&|!", Kind.PRODUCT) == []
    Product.objects.filter(name__startswith="Keripik").update(withdrawn_at="2026-01-01T00:00Z")
    assert texts("ker", Kind.PRODUCT) == []


def test_classes_and_tariff_lines_go_on_from_a_word_of_their_title_or_from_their_code() -> None:
    found = suggestions("mur dan ba", kinds=[Kind.CLASS])
    assert [(each.kind, each.code, each.edition) for each in found][:1] == [("class", "25952", 2025)]
    assert "25952" in {each.code for each in suggestions("2595", kinds=[Kind.CLASS])}
    assert all(len(each.code) == 5 for each in suggestions("259", kinds=[Kind.CLASS]))
    for typed in ("731815", "73.18.15", "7318 15"):
        assert {each.code for each in suggestions(typed, kinds=[Kind.TARIFF])} == {"731815", "73181510", "73181590"}
    assert texts("73.") == []


def test_bolts_of_steel_come_before_those_of_rarer_metals_and_a_word_before_what_only_begins_so() -> None:
    bolts = suggestions("baut", kinds=[Kind.TARIFF])
    assert [each.code for each in bolts][:2] == ["7318", "731815"]
    assert next(each.code for each in suggestions("baut", kinds=[Kind.CLASS])) == "25952"
    assert "731816" in {each.code for each in suggestions("mur", kinds=[Kind.TARIFF])}, "not what is murni"


def test_a_tariff_line_is_shown_with_what_gives_it_its_meaning_and_in_the_language_of_the_page() -> None:
    (line,) = (each for each in suggestions("73181590", kinds=[Kind.TARIFF]))
    assert line.text == "Sekrup dan baut lainnya, dengan mur atau cincin pipih maupun tidak › Lain-lain"
    with translation.override("en"):
        (line,) = (each for each in suggestions("73181590", kinds=[Kind.TARIFF]))
        assert line.text.endswith("› Other")
        assert suggestions("cast iron", kinds=[Kind.TARIFF])[0].text == "Tubes, pipes and hollow profiles, of cast iron"


def test_businesses_are_named_to_whoever_may_find_them() -> None:
    for status in EnterpriseStatus:
        enterprise(name=f"CV Sumber Logam {status}", status=status)
    public = [f"CV Sumber Logam {EnterpriseStatus.VERIFIED}"]
    for user in (None, person(Role.OFFICER), seller(), person(Role.OPERATOR)):
        assert texts("logam sum", Kind.BUSINESS, user=user) == public
    known = texts("sumber", Kind.BUSINESS, user=person(Role.MINISTRY_ADMIN))
    assert len(known) == 5 <= len(EnterpriseStatus) - 1, "so many of each kind"
    assert f"CV Sumber Logam {EnterpriseStatus.DRAFT}" not in known
    unconfirmed = {"unconfirmed_since": "2026-01-01T00:00Z", "confirmation_asked_on": "2025-12-01"}
    Enterprise.objects.filter(organisation__name=public[0]).update(**unconfirmed)
    assert texts("logam sum", Kind.BUSINESS) == [], "the directory does not list it now"
    Enterprise.objects.filter(organisation__name=public[0]).update(unconfirmed_since=None, completeness=LISTED_FROM - 1)
    assert texts("logam sum", Kind.BUSINESS) == []
    Enterprise.objects.filter(organisation__name=public[0]).update(completeness=LISTED_FROM)
    assert texts("cv", Kind.BUSINESS) == texts("cv", Kind.BUSINESS, user=person(Role.MINISTRY_ADMIN)) == []
    assert texts("cv sumber", Kind.BUSINESS) == public, "a short word beside a longer one"
    assert texts("100%", Kind.BUSINESS) == texts("%%%", Kind.BUSINESS) == texts("___", Kind.BUSINESS) == []


@pytest.mark.parametrize("typed", STRANGE)
def test_whatever_is_typed_is_answered(typed: str) -> None:
    a_few()
    answer = Client().get(ADDRESS, {"q": typed})
    assert answer.status_code == 200
    assert answer.json() == {"results": []}


def test_of_each_kind_some_and_only_the_kinds_that_were_asked_for() -> None:
    a_few()
    enterprise(name="UD Baut Jaya")
    refresh_search()
    found = Client().get(ADDRESS, {"q": "baut"}).json()["results"]
    assert {each["kind"] for each in found} == {"product", "class", "tariff", "business"}
    assert len(found) == 10
    asked = Client().get(ADDRESS, {"q": "baut", "kinds": ["class", "business"]}).json()["results"]
    assert {each["kind"] for each in asked} == {"class", "business"}
    assert Client().get(ADDRESS, {"q": "baut", "kinds": "need"}).status_code == 422


def test_one_statement_that_reads_each_part_by_an_index() -> None:
    a_few()
    with CaptureQueriesContext(connection) as asked:
        suggestions("baut jaya")
    statements = [each["sql"] for each in asked if "UNION ALL" in each["sql"]]
    assert len(statements) == 1
    assert len(asked) == 3, "and the settings it is asked under, there and back"
    explained = f"EXPLAIN {statements[0].replace('%', '%%')}"
    with tuned():
        plan = "\n".join(row["QUERY PLAN"] for row in ask(explained, {}))
        # Of few rows the key is read through; of many nobody would.
        ask("SELECT set_config('enable_indexscan', 'off', true), set_config('enable_indexonlyscan', 'off', true)", {})
        of_many = "\n".join(row["QUERY PLAN"] for row in ask(explained, {}))
    assert "Seq Scan" not in plan
    for index in ("searchedproduct_words", "kbli_search", "hs_search", "organisation_name_parts"):
        assert index in of_many


def test_typing_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "suggestions", "2/min")
    client = signed_in(person(Role.OFFICER))
    assert [client.get(ADDRESS, {"q": "baut"}).status_code for _time in range(2)] == [200, 200]
    refused = client.get(ADDRESS, {"q": "baut"})
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 60) == (429, True)
    assert client.get("/api/v1/search/products/", {"q": "baut"}).status_code == 200
