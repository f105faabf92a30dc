from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from portal.models import ContextFigure, LinkageFigure
from tests.factories.enterprises import enterprise

pytestmark = pytest.mark.django_db


def test_the_landing_page_shows_published_figures_with_source_and_date() -> None:
    page = Client().get(reverse("landing")).content.decode()
    for wanted in ("6,3%", "7%", "24%", "Rp52,23 miliar", "3 September 2021", "Kementerian Koperasi dan UKM"):
        assert wanted in page, wanted


def test_it_counts_what_is_there_and_invents_nothing() -> None:
    enterprise()
    enterprise(status="submitted")
    own = Client().get(reverse("landing")).context["own"]
    assert (own.registered, own.verified, own.curated, own.active, own.active_value) == (2, 1, 0, 0, 0)


def test_without_reference_data_the_page_still_stands() -> None:
    ContextFigure.objects.all().delete()
    LinkageFigure.objects.all().delete()
    assert Client().get(reverse("landing")).status_code == 200


def test_the_figures_can_be_downloaded() -> None:
    answer = Client().get(reverse("national_figures_csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    published = LinkageFigure.objects.count() + ContextFigure.objects.count()
    assert len([row for row in rows if not row["indicator"].startswith("portal_")]) == published
    assert {"52230000000.00"} == {row["value"] for row in rows if row["indicator"] == "first_round_value"}


@pytest.mark.parametrize(
    "name", ["landing", "national_figures", "accessibility", "privacy", "enterprise_directory", "plut_list"]
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_public_pages_open_in_both_languages(name: str, language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.content.decode()
