from __future__ import annotations

import csv
import gzip
import io

import pytest
from django.test import Client
from django.urls import reverse

from portal.enums import Role
from portal.models import ContextFigure, LinkageFigure
from tests.factories import curation as make
from tests.factories import partnerships as contracts
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_the_landing_page_shows_published_figures_with_source_and_date() -> None:
    page = Client().get(reverse("landing")).content.decode()
    for wanted in ("6,3%", "7%", "24%", "Rp52,23 miliar", "3 September 2021", "Kementerian Koperasi dan UKM"):
        assert wanted in page, wanted


@pytest.mark.parametrize(
    ("value", "publisher", "day"),
    [
        ("6,3%", "Kementerian Koperasi dan UKM", "3 Sep 2021"),
        ("7%", "Kementerian Koperasi dan UKM", "9 Jun 2023"),
        ("24%", "Kementerian Koperasi dan UKM, mengutip Viet Nam", "9 Jun 2023"),
    ],
)
def test_each_bar_of_the_chart_says_who_published_it_and_when(value: str, publisher: str, day: str) -> None:
    """Inside the figure, beside the bar: a picture of the chart alone still says it."""
    chart = Client().get(reverse("landing")).content.decode().partition("<figure>")[2].partition("</figure>")[0]
    (bar,) = [each for each in chart.split("<li>")[1:] if f"<b>{value}</b>" in each]
    assert f"{publisher}, {day}" in bar


def test_it_counts_what_is_there_and_invents_nothing() -> None:
    enterprise()
    enterprise(status="submitted")
    own = Client().get(reverse("landing")).context["own"]
    assert (own.registered, own.verified, own.curated, own.active, own.active_value) == (2, 1, 0, 0, 0)


def test_without_reference_data_the_page_still_stands() -> None:
    ContextFigure.objects.all().delete()
    LinkageFigure.objects.all().delete()
    assert Client().get(reverse("landing")).status_code == 200


PUBLIC_PAGES = (
    "national_figures",
    "enterprise_directory",
    "partnership_public_list",
    "plut_list",
    "privacy",
    "accessibility",
)


@pytest.mark.parametrize("name", PUBLIC_PAGES)
def test_a_public_page_opened_at_a_desk_keeps_the_desks_menu(name: str) -> None:
    frames = {
        client: client.get(reverse(name)).content.decode()
        for client in (Client(), signed_in(person(Role.MINISTRY_ADMIN)), signed_in(person(Role.OWNER)))
    }
    assert ['<body class="desk">' in page for page in frames.values()] == [False, True, False]
    assert [f'href="{reverse("sign_off_queue")}"' in page for page in frames.values()] == [False, True, False]


def test_the_figures_can_be_downloaded() -> None:
    answer = Client().get(reverse("national_figures_csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    published = LinkageFigure.objects.count() + ContextFigure.objects.count()
    assert len([row for row in rows if not row["indicator"].startswith("portal_")]) == published
    assert {"52230000000.00"} == {row["value"] for row in rows if row["indicator"] == "first_round_value"}


def test_a_contract_in_force_is_found_by_its_number_and_no_other() -> None:
    """As typed or pasted; a number of another year, of a draft or of nothing leads nowhere."""
    world = contracts.world()
    active, offered = contracts.active(world), contracts.offered(world)
    client = Client()
    for typed in (active.number, f" {active.number.lower()} ", f"Kontrak {active.number}, naskah 1"):
        assert client.get("/verify/", {"code": typed}).url == f"/contracts/{active.pk}/"
    other_year = f"MP-1999-{active.pk:04d}"
    for typed in (offered.number, other_year, "MP-2026-999999999999", "MP-2026", ""):
        answer = client.get("/verify/", {"code": typed})
        assert answer.status_code == 422, typed
        assert answer.context["form"].errors["code"]
    assert "Periksa sertifikat atau kontrak" in client.get("/").content.decode()


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


def test_a_full_landing_page_is_one_round_trip() -> None:
    """With the stylesheet inside, all figures, needs, partnerships and the map: what a phone fetches before it sees anything."""
    world = contracts.world(authorities=1)
    for number in range(3):
        make.programme(needs=[make.need(item=f"Tutup lubang periksa besi cor {number}")])
        contracts.active(world, title=f"Pasokan klem dan baut galvanis menara {number}")
    page = Client().get(reverse("landing"))
    assert [len(page.context[name]) for name in ("figures", "needs", "partnerships")] == [3, 3, 3]
    assert page.context["top_provinces"]
    assert len(gzip.compress(page.content, 6)) <= 14 * 1024
