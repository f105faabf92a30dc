"""Anybody searches businesses and needs: by misspelt words, with filters that say how many, on pages and by API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.services.searching import refresh_search
from portal.enums import DocumentKind, Role
from portal.models import Product
from tests.curation.matching.shop import BOLTS, a_few, sell
from tests.curation.test_curation_api import Api
from tests.factories import curation as make
from tests.factories import partnerships
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.people import person

pytestmark = pytest.mark.django_db
STRANGE = [
    "",
    "   ",
    "yang untuk dan",
    "\"&|!:*()'--`\\",
    "\0",
    "😀🔩",
    "<->",
    "a:*B & !c",
    "baut " * 2_000,
    "x" * 10_000,
]


def page(path: str, **query: str):
    return Client().get(f"/{path}/", query)


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def businesses(**query: str) -> list[str]:
    return [row.organisation.name for row in page("businesses", **query).context["page"]]


def items(**query: str) -> list[str]:
    return [need.item for need in page("needs", **query).context["page"]]


@pytest.mark.parametrize("path", ["businesses", "needs"])
@pytest.mark.parametrize("typed", STRANGE)
def test_whatever_is_typed_is_answered(path, typed):
    a_few()
    make.need(item="Baut baja")
    refresh_search()
    assert page(path, q=typed).status_code == 200
    answer = Api().client.get(f"/api/v1/search/{'products' if path == 'businesses' else 'needs'}/", {"q": typed})
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("path", ["businesses", "needs"])
def test_words_that_say_nothing_are_named_so_and_everything_is_listed(path):
    a_few()
    make.need(item="Baut baja")
    refresh_search()
    answer = page(path, q="yang untuk dan")
    assert "terlalu umum" in text_of(answer)
    assert len(answer.context["page"]) > 0
    assert "Teksnya panjang" in text_of(page(path, q="baut " * 2_000))


def test_a_misspelt_word_is_found_and_asked_about_a_translated_one_only_found():
    a_few()
    answer = page("businesses", q="mur baut galfanis", province="33")
    assert "Maksud Anda" in text_of(answer)
    assert '<a href="?q=mur+baut+galvanis&amp;province=33">mur baut galvanis</a>' in answer.content.decode()
    assert "Baut segi enam baja M12 galvanis" in text_of(answer)
    found = Api().get("search/products/?q=kripik+singkong").json()
    assert found["did_you_mean"] == "keripik singkong"
    assert found["results"][0]["product_name"] == "Keripik singkong balado 250 g"
    english = Api().get("search/products/?q=safety+vest").json()
    assert english["did_you_mean"] == ""
    assert english["results"][0]["product_name"] == "Rompi keselamatan reflektif"


def test_the_best_stands_first_and_says_why():
    sell("Baut baja M12", enterprise(name="CV Aneka"), description="Juga tersedia mur")
    sell("Mur baja M12 galvanis", enterprise(name="CV Zamrud"))
    refresh_search()
    assert businesses(q="mur galvanis") == ["CV Zamrud", "CV Aneka"]
    shown = text_of(page("businesses", q="mur galvanis"))
    assert "Mengapa muncul di sini" in shown
    assert "ditemukan: galvanis, mur" in shown or "ditemukan: mur, galvanis" in shown
    (first, _second) = Api().get("search/products/?q=mur+galvanis").json()["results"]
    assert sum(part["points"] or 0 for part in first["parts"]) == pytest.approx(first["total"])


def test_a_name_is_found_though_the_business_sells_nothing_yet():
    enterprise(name="CV Tegal Jaya")
    a_few()
    assert "CV Tegal Jaya" in businesses(q="tegal jaya")


def test_filters_stand_in_the_address_with_their_counts():
    things = a_few()
    for kind in (DocumentKind.SNI, DocumentKind.NPWP):
        verified_paper(things["bolt"].enterprise, kind)
    refresh_search()
    assert Api().get("search/products/?q=segi+enam").json()["facets"]["certificates"] == {"sni": 1}
    shown = text_of(page("businesses", q="segi enam"))
    assert "Jawa Tengah (2)" in shown
    assert "Sertifikat SNI (1)" in shown
    answer = page("businesses", q="segi enam", certificate="sni")
    assert [row.pk for row in answer.context["page"]] == [things["bolt"].enterprise_id]
    # What else could be chosen instead keeps its number.
    assert "Jawa Tengah (1)" in text_of(answer)
    assert '<details class="more" open' in answer.content.decode()
    assert businesses(certificate="sni") == [things["bolt"].enterprise.organisation.name]


def test_a_filter_for_curated_businesses_with_and_without_words():
    world = partnerships.world()
    sell("Baut baja M12", world.enterprise, kbli=BOLTS)
    sell("Baut baja M12")
    refresh_search()
    name = world.enterprise.organisation.name
    assert businesses(q="baut", curated="1") == businesses(curated="1") == [name]
    assert name in businesses(kbli="25", curated="1")
    assert businesses(kbli="01", curated="1") == []


def test_an_empty_result_says_which_filter_to_loosen():
    a_few()
    answer = page("businesses", q="keripik", province="91")
    assert "Nothing" not in text_of(answer)
    assert '<a href="?q=keripik">Cari di semua provinsi</a>' in answer.content.decode()
    assert Api().get("search/products/?q=keripik&province=91").json()["loosen"] == [{"filter": "province", "rows": 1}]
    # Where two keep it away, neither alone is to blame.
    both = page("businesses", q="keripik", province="91", certificate="sni").content.decode()
    assert '<a href="?q=keripik">Cari tanpa filter</a>' in both
    unknown = text_of(page("businesses", q="xyzzyq"))
    assert "Tidak ada yang memakai kata: xyzzyq" in unknown
    make.need(item="Tutup manhole besi")
    refresh_search()
    assert "Cari semua jenis" in text_of(page("needs", q="manhole", flag="for_export"))


def test_needs_are_found_by_misspelt_words_and_a_new_one_at_once():
    make.need(item="Seragam batik lengan panjang")
    castings = make.need(item="Tutup manhole besi cor", specification="Tahan karat", required_certificates=["sni"])
    refresh_search()
    assert items(q="tutup manhol")[0] == "Tutup manhole besi cor"
    assert items(q="tutup manhol", certificate="sni") == ["Tutup manhole besi cor"]
    assert items(q="tutup manhol", certificate="halal") == []
    assert items(kbli="24") == ["Tutup manhole besi cor", "Seragam batik lengan panjang"]
    make.need(item="Tutup manhole plastik")
    # No job has run since.
    assert "Tutup manhole plastik" in items(q="tutup manhole")
    (row,) = Api().get("search/needs/?q=manhol").json()["results"]
    assert (row["need"], row["rank"]) == (castings.pk, 1)
    assert row["parts"][0]["part"] == "text"
    castings.withdrawn_at = timezone.now()
    castings.save()
    assert Api().get("search/needs/?q=manhol").json()["results"] == []
    assert "Tutup manhole besi cor" not in items(q="tutup manhole")


def test_an_order_that_was_chosen_goes_before_relevance():
    small = make.need(item="Baut baja galvanis", quantity_per_month=10)
    large = make.need(item="Baut", specification="apa saja", quantity_per_month=90_000)
    refresh_search()
    assert items(q="baut galvanis")[0] == small.item
    assert items(q="baut galvanis", order="largest")[0] == large.item


def test_points_that_a_buyer_gave_are_no_part_of_what_the_public_reads():
    a_few()

    def parts(user) -> set[str]:
        row = Api(user).get("search/products/?q=baut").json()["results"][0]
        return {part["part"] for part in row["parts"]}

    assert "score" not in parts(None) | parts(person(Role.OWNER))
    assert "score" in parts(person(Role.OFFICER))


@pytest.mark.parametrize(
    ("query", "field"),
    [("price_to=5", "unit"), ("province=x", "province"), ("kbli=1", "kbli"), ("limit=0", "limit"), ("certificate=npwp", "certificate")],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_named_by_the_api(query, field):
    answer = Api().get(f"search/products/?q=baut&{query}")
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_a_product_deleted_while_it_was_ranked_is_left_out():
    things = a_few()
    Product.objects.filter(pk=things["crisps"].pk).delete()
    assert page("businesses", q="keripik singkong").status_code == 200
    names = [row["product"] for row in Api().get("search/products/?q=keripik+singkong").json()["results"]]
    assert things["crisps"].pk not in names


@pytest.mark.parametrize("path", ["businesses/?q=baut", "needs/?q=baut", "api/v1/search/products/?q=baut", "api/v1/search/needs/?q=baut"])  # fmt: skip
def test_one_row_or_three_ask_the_database_the_same_number_of_questions(path):
    def asked() -> int:
        Client().get(f"/{path}")
        with CaptureQueriesContext(connection) as counted:
            Client().get(f"/{path}")
        return len(counted)

    def one_more() -> None:
        sell("Baut baja", enterprise())
        make.need(item="Baut baja")
        refresh_search()

    one_more()
    first = asked()
    one_more()
    one_more()
    assert asked() == first
