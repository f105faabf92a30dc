"""The products as a list: downloaded, and uploaded again as it is, it leaves an identical database."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from portal.enums import Role, Unit
from portal.models import AuditEntry, HsCode, Product, User
from portal.pricing import OtherUnit
from portal.product_sheet.cells import Known, units
from portal.product_sheet.writing import number_text, units_text
from portal.services.product import add_product
from tests.factories.people import person
from tests.factories.products import ProductFactory, seller
from tests.portal.test_import_life import counts, upload
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def stored() -> list[dict[str, Any]]:
    return list(Product.objects.order_by("pk").values())


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.fixture
def user() -> User:
    """With everything that a cell could spoil: codes like numbers and formulas, lines, quotes, decimals, prices, no sale."""
    by = seller()
    firm = by.organisation.enterprise
    made = ProductFactory(enterprise=firm, code="00123", name='Keripik "balado"; pedas')
    add_product(
        firm, by=by, code="A1+1", name="  Baut   M16 ", description="Kelas 8.8\r\nSNI; tahan karat\r\n", kbli=made.kbli,
        hs=HsCode.objects.get(pk="73181510"), unit=Unit.KILOGRAM, price=27_500, monthly_capacity="9000.25",
        minimum_order="0.5", lead_time_days=0, tkdn="92.55", bmp="10",
    )  # fmt: skip
    ProductFactory(
        enterprise=firm, code="KRP-250", description="Hemat 25%", unit=Unit.PACK, price=15_000, minimum_order=100,
        tiers=[{"from_quantity": "500", "price": 14_500}, {"from_quantity": "2000.5", "price": 13_900}],
        units=[{"unit": "box", "holds": "24", "price": 340_000}, {"unit": "kilogram", "holds": "4.5", "price": 60_000}],
    )  # fmt: skip
    ProductFactory(enterprise=firm, code="P004", price=999_999_999_999_999, withdrawn_at=timezone.now())
    return by


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_downloaded_and_uploaded_again_nothing_changes(user: User, kind: str, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])
    before, entries = stored(), AuditEntry.objects.filter(action__in=("change_product", "add_products")).count()
    answer = signed_in(user).get(reverse("product_download"), {"format": kind})
    done = upload(user, SimpleUploadedFile(f"produk.{kind}", body(answer)))
    assert not done.problems.exists(), list(done.problems.values())
    assert counts(done) == (0, 0, 4, 0)
    assert stored() == before
    assert AuditEntry.objects.filter(action__in=("change_product", "add_products")).count() == entries


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_text_that_would_run_goes_down_as_a_text_and_comes_up_the_same(user: User, kind: str) -> None:
    """Typed on a page it is a text. In the list an apostrophe keeps it from running, and is no part of it."""
    firm = user.organisation.enterprise
    ProductFactory(enterprise=firm, code="P009", name="@rumah", description="-25% lebih hemat\n+ bonus")
    ProductFactory(enterprise=firm, code="-P10", name="+62 kopi", description="=SUM(A1:A9)")
    ProductFactory(enterprise=firm, code="P011", name="'=sudah begitu", description="''-5")
    before = stored()
    list_ = body(signed_in(user).get(reverse("product_download"), {"format": kind}))
    if kind == "csv":
        assert '"\'=SUM(A1:A9)"' in list_.decode("utf-8-sig")
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(list_)).worksheets[0]
        assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    done = upload(user, SimpleUploadedFile(f"produk.{kind}", list_))
    assert list(done.problems.values()) == []
    assert counts(done) == (0, 0, 7, 0)
    assert stored() == before


def test_a_formula_of_ones_own_is_answered_still(user: User) -> None:
    """Not as our lists write a text: somebody put it there, and what it gives is nobody's to guess."""
    text = body(signed_in(user).get("/api/v1/product-imports/products/?file=csv")).decode("utf-8-sig")
    before = stored()
    done = upload(user, SimpleUploadedFile("produk.csv", text.replace("Hemat 25%", "=A1&B1").encode()))
    assert [(each.column, each.code) for each in done.problems.all()] == [("description", "formula")]
    assert stored() == before
    book = openpyxl.load_workbook(io.BytesIO(body(signed_in(user).get(reverse("product_download")))))
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "Hemat 25%":
                cell.value = "=A1&B1"
    out = io.BytesIO()
    book.save(out)
    done = upload(user, SimpleUploadedFile("produk.xlsx", out.getvalue()))
    assert [(each.column, each.code) for each in done.problems.all()] == [("description", "formula")]
    assert stored() == before


def test_a_changed_cell_of_the_downloaded_list_changes_that_product_alone(user: User) -> None:
    text = body(signed_in(user).get("/api/v1/product-imports/products/?file=csv")).decode("utf-8-sig")
    changed = text.replace("500: 14.500", "500: 14.400")
    assert changed != text
    assert counts(upload(user, SimpleUploadedFile("produk.csv", changed.encode()))) == (0, 1, 3, 0)
    assert Product.objects.get(code="KRP-250").tiers[0]["price"] == 14_400


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_unit_is_read_as_it_is_written(language: str) -> None:
    for unit in Unit:
        with translation.override(language):
            text = units_text([OtherUnit(unit, Decimal("1250.125"), 1_234_500)])
        assert units(text, Known()) == f'[{{"unit": "{unit}", "holds": "1250.125", "price": 1234500}}]', text


def test_numbers_are_written_as_they_are_read_whatever_the_language() -> None:
    with translation.override("en"):
        assert [number_text(each) for each in (0, 999, 1000, 1_234_567)] == ["0", "999", "1.000", "1.234.567"]


def test_it_is_one_s_own_list_and_nobody_elses(user: User) -> None:
    other = seller()
    ProductFactory(enterprise=other.organisation.enterprise, code="LAIN-1")
    assert b"LAIN-1" not in body(signed_in(user).get(reverse("product_download") + "?format=csv"))
    assert signed_in(person(Role.OFFICER)).get(reverse("product_download")).status_code == 403
    assert signed_in(person(Role.OWNER)).get(reverse("product_download")).status_code == 404
