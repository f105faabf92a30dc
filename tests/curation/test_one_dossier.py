"""One dossier, many buyers: a second application asks only what is not known yet, and what is known never again."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from curation.models import Application, Programme
from portal.models import Enterprise, User
from tests.factories.curation import criterion, officer, product, programme
from tests.factories.enterprises import enterprise, owner_of
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
FIRST = (
    criterion("workforce", "linear", 40, zero_at="0", full_at="20"),
    criterion("technology_level", "membership", 30, shares={"mechanised": "80", "automated": "100"}),
    criterion("quality_practices", "linear", 30, zero_at="0", full_at="6"),
)
# Of another buyer: the same, and one thing more.
SECOND = (*FIRST[:2], criterion("trained_share", "linear", 30, zero_at="0", full_at="50"))


@pytest.fixture
def firm() -> Enterprise:
    made = enterprise(technology_level="", workforce_trained=None, quality_practices=None)
    product(made)
    return made


@pytest.fixture
def owner(firm: Enterprise) -> User:
    return owner_of(firm)


def asked_fields(client: Client, subject: Programme) -> set[str]:
    """Everything a person could type or choose on the page of the application."""
    page = client.get(f"/opportunities/{subject.pk}/apply/").content.decode()
    form = page[page.index('<form class="form card"') : page.index("</form>", page.index('<form class="form card"'))]
    inputs = re.findall(r"<(?:input|select|textarea)[^>]*>", form)
    shown = [each for each in inputs if 'type="hidden"' not in each]
    return {re.search(r'name="([^"]+)"', each)[1] for each in shown}  # type: ignore[index]


def pages_named(client: Client, subject: Programme) -> list[str]:
    page = unescape(client.get(f"/opportunities/{subject.pk}/apply/").content.decode())
    rest = page.partition('id="elsewhere"')[2].partition("</ul>")[0]
    return re.findall(r'<a href="([^"]+)"', rest)


def test_the_second_application_asks_for_nothing_that_is_known(firm: Enterprise, owner: User) -> None:
    client = signed_in(owner)
    first, second = programme(lines=FIRST), programme(lines=SECOND, by=officer())
    assert first.buyer != second.buyer
    assert asked_fields(client, first) == {"technology_level"}, "the workforce is known, the product is the only one"
    assert pages_named(client, first) == ["/business/quality/"]
    offered = firm.products.get().pk
    sent = {"product": offered, "technology_level": "mechanised"}
    assert client.post(f"/opportunities/{first.pk}/apply/", sent).status_code == 302
    firm.refresh_from_db()
    assert firm.technology_level == "mechanised"

    assert asked_fields(client, second) == {"workforce_trained"}
    assert pages_named(client, second) == []
    sent = {"product": offered, "workforce_trained": "9"}
    assert client.post(f"/opportunities/{second.pk}/apply/", sent).status_code == 302

    third = programme(lines=SECOND, by=officer())
    assert asked_fields(client, third) == set()
    assert "sudah diketahui" in client.get(f"/opportunities/{third.pk}/apply/").content.decode()
    assert client.post(f"/opportunities/{third.pk}/apply/", {"product": offered}).status_code == 302
    assert Application.objects.filter(enterprise=firm).count() == 3


def test_what_is_left_empty_stops_nobody(firm: Enterprise, owner: User) -> None:
    subject = programme(lines=FIRST)
    sent = {"product": firm.products.get().pk, "technology_level": ""}
    assert signed_in(owner).post(f"/opportunities/{subject.pk}/apply/", sent).status_code == 302
    firm.refresh_from_db()
    assert firm.technology_level == ""


@pytest.mark.parametrize("typed", ["banyak", "-3", "99"])
def test_a_wrong_answer_is_answered_at_its_field_and_nothing_is_written(
    firm: Enterprise, owner: User, typed: str
) -> None:
    """99 trained people are more than work there: the rule of the dossier's own page."""
    subject = programme(lines=SECOND)
    sent = {"product": firm.products.get().pk, "technology_level": "mechanised", "workforce_trained": typed}
    page = signed_in(owner).post(f"/opportunities/{subject.pk}/apply/", sent)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["workforce_trained"]
    assert f'value="{typed}"' in page.content.decode()
    firm.refresh_from_db()
    assert (firm.technology_level, Application.objects.count()) == ("", 0)


def test_of_several_products_one_is_chosen(firm: Enterprise, owner: User) -> None:
    product(firm)
    lines = (
        criterion("workforce", "linear", 50, zero_at="0", full_at="20"),
        criterion("trained_share", "linear", 50, zero_at="0", full_at="50"),
    )
    assert asked_fields(signed_in(owner), programme(lines=lines)) == {"product", "workforce_trained"}


def test_a_program_is_told_what_is_asked(firm: Enterprise, owner: User) -> None:
    client, subject = signed_in(owner), programme(lines=FIRST)
    address = f"/api/v1/programmes/{subject.pk}/dry-run/"
    asked = client.get(address).json()["asked"]
    assert [(each["feature"], each["answers"]) for each in asked] == [
        ("technology_level", ["technology_level"]),
        ("quality_practices", []),
    ]
    changes = {"technology_level": "automated"}
    client.patch(f"/api/v1/enterprises/{firm.pk}/", changes, content_type="application/json")
    assert [each["feature"] for each in client.get(address).json()["asked"]] == ["quality_practices"]
