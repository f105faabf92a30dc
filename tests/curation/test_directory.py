"""The public directory: only verified enterprises, found by words and misspelt words, without anything personal."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from curation.services.searching import refresh_search
from portal.enums import EnterpriseStatus
from tests.factories.enterprises import enterprise, product

pytestmark = pytest.mark.django_db


def names(query: str = "") -> list[str]:
    page = Client().get(f"{reverse('enterprise_directory')}?{query}").context["page"]
    return [row.organisation.name for row in page]


def test_only_verified_enterprises_are_listed() -> None:
    enterprise(name="CV Terlihat")
    for status in (EnterpriseStatus.DRAFT, EnterpriseStatus.SUBMITTED, EnterpriseStatus.SUSPENDED):
        hidden = enterprise(name=f"CV {status}", status=status)
        assert Client().get(reverse("enterprise_public", args=[hidden.pk])).status_code == 404
    assert names() == ["CV Terlihat"]


@pytest.mark.parametrize(
    "query", ["q=galvanis", "q=GALVANIS baut", "q=galfanis", "q=Tegal Jaya", "province=33", "class=small"]
)
def test_found_by_product_name_place_and_class(query: str) -> None:
    found = enterprise(name="CV Tegal Jaya", business_class="small")
    product(found, name="Baut galvanis M16")
    enterprise(name="KSU Nira Wana", village="51.04.05.2003", business_class="micro")
    refresh_search()
    assert names(query) == ["CV Tegal Jaya"]


@pytest.mark.parametrize(
    "query", ["q=", "q=%00", "q=" + "a" * 5000, "q=%25_%27%22%3B--", "province=99&class=large", "page=zz"]
)
def test_strange_questions_are_answered(query: str) -> None:
    enterprise()
    assert Client().get(f"{reverse('enterprise_directory')}?{query}").status_code == 200


def test_a_public_profile_shows_no_number_phone_or_money() -> None:
    shown = enterprise(phone="081234567890", annual_sales=1_234_567_890, address="Jalan Besi 7")
    product(shown, name="Fitting pipa cor besi")
    page = Client().get(reverse("enterprise_public", args=[shown.pk])).content.decode()
    assert "Fitting pipa cor besi" in page
    for secret in (shown.nib, shown.npwp, "081234567890", "1.234.567.890", "Jalan Besi 7"):
        assert secret not in page


def test_the_list_asks_the_same_number_of_questions_however_long(
    django_assert_num_queries, django_assert_max_num_queries
) -> None:
    enterprise()
    with django_assert_max_num_queries(16) as first:
        names()
    enterprise()
    enterprise()
    with django_assert_num_queries(len(first)):
        names()
