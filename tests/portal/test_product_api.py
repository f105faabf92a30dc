"""Products, uploads and papers by API: the same rules as on the pages, problems by field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal import jobs
from portal.enums import Role
from portal.models import AuditEntry, Document, KbliClass, Photo, Product, User
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.papers import HARMFUL, pdf
from tests.factories.people import person
from tests.factories.products import DocumentFactory, ProductFactory, photo_file, seller
from tests.factories.sheets import csv_file, row
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PRODUCTS, IMPORTS, DOCUMENTS = "/api/v1/products/", "/api/v1/product-imports/", "/api/v1/documents/"
WHOLE = {
    "name": "Baut M16 galvanis",
    "kbli": "25952",
    "hs": "7318.15.10",
    "unit": "kilogram",
    "price": 27500,
    "monthly_capacity": "9000.00",
    "lead_time_days": 21,
}


@pytest.fixture
def user() -> User:
    return seller()


def send(client: Client, method: str, address: str, data: Any) -> Any:
    return getattr(client, method)(address, data, content_type="application/json")


SENTENCES = [
    ({"price": "mahal"}, "Isi bilangan bulat, misalnya 12"),
    ({"price": 27500.5}, "Jumlah rupiah ditulis tanpa angka di belakang koma"),
    ({"price": 0}, "Isi jumlah di atas nol"),
    ({"price": -1}, "Jumlah tidak boleh kurang dari nol"),
    ({"price": 10**15}, "Jumlah harus di bawah Rp1.000.000.000.000.000"),
    ({"monthly_capacity": 0}, "Isi angka di atas nol"),
    ({"monthly_capacity": "1.005"}, "Pakai paling banyak 2 angka di belakang koma"),
    ({"monthly_capacity": "1.000,5"}, "Isi angka dengan titik sebelum desimalnya, misalnya 1234.5"),
    ({"monthly_capacity": 10**12}, "Angka harus di bawah 1.000.000.000.000"),
    ({"lead_time_days": 731}, "Isi angka paling banyak 730"),
    ({"tkdn": "-1"}, "Angka tidak boleh kurang dari nol"),
]


# -- Products ----------------------------------------------------------------------------------------------------------


def test_a_product_is_added_changed_withdrawn_and_restored(user: User) -> None:
    client = signed_in(user)
    made = send(client, "post", PRODUCTS, WHOLE)
    assert made.status_code == 201, made.json()
    one = f"{PRODUCTS}{made.json()['id']}/"
    assert made.json()["code"] == "P001"
    assert (made.json()["hs"], made.json()["kbli_edition"], made.json()["on_sale"]) == ("73181510", 2025, True)
    changed = send(client, "patch", one, {"price": 28000})
    assert (changed.json()["price"], changed.json()["name"]) == (28000, "Baut M16 galvanis")
    assert client.post(f"{one}withdraw/").json()["on_sale"] is False
    assert client.post(f"{one}restore/").json()["on_sale"] is True
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions == ["add_product", "change_product", "withdraw_product", "restore_product"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price": 0}, "price"),
        ({"price": 10**15}, "price"),
        ({"price": "mahal"}, "price"),
        ({"monthly_capacity": "-1"}, "monthly_capacity"),
        ({"lead_time_days": 731}, "lead_time_days"),
        ({"tkdn": "101"}, "tkdn"),
        ({"unit": "karung"}, "unit"),
        ({"kbli": "99999"}, "kbli"),
        ({"kbli": None}, "kbli"),
        ({"kbli": {"a": 1}}, "kbli"),
        ({"hs": "12345678"}, "hs"),
        ({"hs": [1]}, "hs"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_is_wrong_is_a_problem_at_its_field(user: User, changes: dict[str, Any], field: str) -> None:
    answer = send(signed_in(user), "post", PRODUCTS, WHOLE | changes)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {field}


@pytest.mark.parametrize(("changes", "sentence"), SENTENCES)
def test_a_number_is_answered_as_on_the_page(user: User, changes: dict[str, Any], sentence: str) -> None:
    (field,) = changes
    answer = send(signed_in(user), "post", PRODUCTS, WHOLE | changes)
    assert answer.json()["errors"] == {field: [sentence]}


def test_a_code_of_the_other_edition_is_answered_with_a_hint(user: User) -> None:
    current = KbliClass.objects.filter(edition=2025, level=5).values("code")
    old = KbliClass.objects.filter(edition=2020, level=5).exclude(code__in=current).first()
    answer = send(signed_in(user), "post", PRODUCTS, WHOLE | {"kbli": old.code})
    assert "KBLI 2020" in answer.json()["errors"]["kbli"][0]


def test_a_code_twice_is_refused(user: User) -> None:
    ProductFactory(enterprise=user.organisation.enterprise, code="B-1")
    answer = send(signed_in(user), "post", PRODUCTS, WHOLE | {"code": "B-1"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"code"})


def test_buyers_see_what_verified_enterprises_offer_and_change_nothing(user: User) -> None:
    shown = ProductFactory(enterprise=user.organisation.enterprise)
    ProductFactory(enterprise=enterprise(status="suspended"))
    client = signed_in(person(Role.OFFICER))
    assert [each["id"] for each in client.get(PRODUCTS).json()["results"]] == [shown.pk]
    assert send(client, "patch", f"{PRODUCTS}{shown.pk}/", {"price": 1}).status_code == 403
    assert send(client, "post", PRODUCTS, WHOLE).status_code == 403


def test_a_buyer_is_told_whether_domestic_content_was_verified_or_is_only_declared(user: User) -> None:
    firm = user.organisation.enterprise
    mine = ProductFactory(enterprise=firm, tkdn=Decimal(40))
    declared = paper(firm, "tkdn", valid_until=timezone.localdate() + dt.timedelta(days=90))
    client = signed_in(person(Role.OFFICER))

    def said() -> bool:
        (row,) = client.get(PRODUCTS).json()["results"]
        assert row == client.get(f"{PRODUCTS}{mine.pk}/").json()
        return row["tkdn_verified"]

    assert not said(), "a certificate that nobody has checked verifies nothing"
    declared.delete()
    verified_paper(firm, "tkdn", valid_until=timezone.localdate() + dt.timedelta(days=90))
    assert said()


def test_a_stranger_finds_nothing(user: User) -> None:
    product = ProductFactory()
    client = signed_in(user)
    assert client.get(PRODUCTS).json()["count"] == 0
    for method, address in (("get", ""), ("patch", ""), ("post", "withdraw/"), ("post", "restore/")):
        assert send(client, method, f"{PRODUCTS}{product.pk}/{address}", {}).status_code == 404
    assert Client().get(PRODUCTS).status_code == 401


def test_filters(user: User) -> None:
    ProductFactory(enterprise=user.organisation.enterprise, name="Baut", code="B-1")
    ProductFactory(enterprise=user.organisation.enterprise, name="Mur", code="M-1", unit="kilogram")
    client = signed_in(user)
    for filters, count in (
        ({"q": "baut"}, 1),
        ({"unit": "kilogram"}, 1),
        ({"kbli": "107"}, 2),
        ({"on_sale": "false"}, 0),
    ):
        assert client.get(PRODUCTS, filters).json()["count"] == count


def test_photos_are_added_and_removed(user: User) -> None:
    product = ProductFactory(enterprise=user.organisation.enterprise)
    client, address = signed_in(user), f"{PRODUCTS}{product.pk}/photos/"
    made = client.post(address, {"file": photo_file(), "caption": "Kemasan"})
    assert made.status_code == 201
    assert client.post(address, {"file": photo_file()}).status_code == 200, "the same photo again"
    assert client.get(made.json()["url"]).status_code == 200
    wrong = client.post(address, {"file": SimpleUploadedFile("a.jpg", b"teks")})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"file"})
    assert signed_in(seller()).delete(f"{address}{made.json()['id']}/").status_code == 404
    assert client.delete(f"{address}{made.json()['id']}/").status_code == 204
    assert not Photo.objects.exists()


def test_the_list_asks_the_same_questions_for_one_and_for_many(user: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(user)

    def queries() -> int:
        with django_assert_max_num_queries(30) as captured:
            client.get(PRODUCTS)
        return len(captured)

    ProductFactory(enterprise=user.organisation.enterprise)
    client.get(PRODUCTS)
    one = queries()
    ProductFactory(enterprise=user.organisation.enterprise)
    ProductFactory(enterprise=user.organisation.enterprise)
    assert queries() == one


# -- Uploads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("id", "bukan angka"), ("en", "is not a number")])
def test_a_list_is_uploaded_and_its_problems_are_read_in_the_readers_language(
    user: User, language: str, words: str
) -> None:
    """Also when the worker that read the file, and the browser's cookie, know another one."""
    user.language = language
    user.save(update_fields=["language"])
    client = signed_in(user)
    client.cookies["django_language"] = "en" if language == "id" else "id"
    started = client.post(IMPORTS, {"file": csv_file([row(1), row(2, harga="mahal")])})
    assert (started.status_code, started.json()["finished"]) == (202, False)
    jobs.drain()
    one = f"{IMPORTS}{started.json()['id']}/"
    done = client.get(one).json()
    assert (done["finished"], done["created_count"], done["bad_count"], done["refused"]) == (True, 1, 1, [])
    problem = client.get(f"{one}problems/").json()["results"][0]
    assert (problem["row"], problem["column"], problem["code"]) == (3, "price", "number")
    assert words in problem["message"]
    assert signed_in(seller()).get(f"{one}problems/").status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_rows_to_correct_and_the_template_come_as_files(user: User, kind: str) -> None:
    client = signed_in(user)
    one = f"{IMPORTS}{client.post(IMPORTS, {'file': csv_file([row(1), row(2, harga='x')])}).json()['id']}/"
    assert client.get(f"{one}corrections/", {"file": kind}).status_code == 404, "not before the end"
    jobs.drain()
    answer = client.get(f"{one}corrections/", {"file": kind})
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    assert client.get(f"{one}corrections/", {"file": "pdf"}).status_code == 422
    assert signed_in(seller()).get(f"{one}corrections/").status_code == 404
    again = client.post(IMPORTS, {"file": SimpleUploadedFile(f"a.{kind}", answer.content)}).json()
    jobs.drain()
    assert client.get(f"{IMPORTS}{again['id']}/").json()["bad_count"] == 1, (
        "read as it was given, the remark passed over"
    )
    assert client.get(f"{IMPORTS}template/", {"file": kind})["Content-Disposition"].endswith(f'.{kind}"')


def test_a_file_that_is_no_list_is_a_problem_at_its_field(user: User) -> None:
    answer = signed_in(user).post(IMPORTS, {"file": SimpleUploadedFile("a.csv", b"%PDF-1.4")})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"file"})


def test_why_a_whole_file_was_refused_is_told(user: User) -> None:
    client = signed_in(user)
    started = client.post(IMPORTS, {"file": csv_file([["x"]], headings=["Kode"])}).json()
    jobs.drain()
    assert client.get(f"{IMPORTS}{started['id']}/").json()["refused"][0].startswith("Kolom ini belum ada")
    assert not Product.objects.exists()


# -- Papers ------------------------------------------------------------------------------------------------------------


def test_a_document_is_declared_verified_and_then_stays(user: User) -> None:
    client = signed_in(user)
    made = client.post(
        DOCUMENTS, {"kind": "halal", "number": "ID1", "issuer": "BPJPH", "file": SimpleUploadedFile("h.pdf", pdf())}
    )
    assert made.status_code == 201, made.json()
    one = f"{DOCUMENTS}{made.json()['id']}/"
    assert client.post(f"{one}verify/").status_code == 403
    verified = signed_in(person(Role.MINISTRY_ADMIN)).post(f"{one}verify/")
    assert verified.json()["verified_at"]
    assert client.delete(one).status_code == 422
    assert client.get(DOCUMENTS, {"verified": "true"}).json()["count"] == 1
    assert signed_in(seller()).get(one).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
        ({"kind": "ijazah"}, "kind"),
        ({"file": SimpleUploadedFile("h.pdf", HARMFUL["script"])}, "file"),
    ],
)
def test_a_wrong_document_is_a_problem_at_its_field(user: User, changes: dict[str, Any], field: str) -> None:
    answer = signed_in(user).post(DOCUMENTS, {"kind": "halal", "number": "1", "issuer": "BPJPH"} | changes)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {field})
    assert not Document.objects.exists()


def test_a_document_for_somebody_elses_product_is_refused(user: User) -> None:
    answer = signed_in(user).post(DOCUMENTS, {"kind": "sni", "product": ProductFactory().pk})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"product"})


def test_documents_that_count_on_a_day(user: User) -> None:
    DocumentFactory(enterprise=user.organisation.enterprise, valid_until="2026-01-01")
    found = signed_in(user).get(DOCUMENTS, {"valid_on": "2026-01-02"}).json()
    assert found["count"] == 0
