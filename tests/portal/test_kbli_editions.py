"""A KBLI code of the other edition: said as what it is, with what may stand for it, wherever a class is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from curation.models import Need
from portal.models import KbliClass, Product
from tests.curation.test_curation_api import NEED as NEED_SENT
from tests.curation.test_curation_api import Api
from tests.curation.test_programme_pages import NEED as NEED_TYPED
from tests.factories.curation import officer
from tests.factories.products import seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

OTHER = "10110"  # slaughterhouses, until 2020
SAID = "10110 adalah kode KBLI 2020"
PRODUCT = {
    "name": "Karkas sapi",
    "kbli_q": OTHER,
    "unit": "kilogram",
    "price": "98.000",
    "monthly_capacity": "400",
    "lead_time_days": "3",
}


def suggestions() -> list[KbliClass]:
    return list(KbliClass.objects.filter(edition=2025, level=5, code__startswith="1011"))


def check_page(answer: Any) -> None:
    page = answer.content.decode()
    assert SAID in page
    assert "Tidak ada hasil untuk" not in page
    assert any(f'name="kbli" value="{each.pk}"' in page for each in suggestions())


def test_on_the_page_of_a_product() -> None:
    client = signed_in(seller())
    answer = client.post("/products/add/", PRODUCT)
    assert answer.status_code == 422
    assert SAID in answer.context["form"].errors["kbli"][0]
    check_page(answer)
    assert not Product.objects.exists()
    chosen = suggestions()[0]
    assert client.post("/products/add/", PRODUCT | {"kbli": chosen.pk}).status_code == 302
    assert Product.objects.get().kbli == chosen


def test_on_the_page_of_a_need() -> None:
    client = signed_in(officer())
    answer = client.post("/desk/needs/add/", NEED_TYPED | {"kbli_q": OTHER})
    assert answer.status_code == 422
    assert SAID in answer.context["form"].errors["kbli"][0]
    check_page(answer)
    assert not Need.objects.exists()


@pytest.mark.parametrize("path", ["/desk/needs/add/"])
def test_already_when_searching(path: str) -> None:
    answer = signed_in(officer()).post(path, NEED_TYPED | {"kbli_q": OTHER, "find": "kbli"})
    assert answer.status_code == 200
    check_page(answer)


def test_by_api() -> None:
    answer = Api(officer()).post("needs/", NEED_SENT | {"kbli": OTHER})
    assert answer.status_code == 422
    (said,) = answer.json()["errors"]["kbli"]
    assert SAID in said
    assert "Yang terdekat" in said or "1011" in said
    named = Api(officer()).post("needs/", NEED_SENT | {"kbli": OTHER, "kbli_edition": 2020})
    assert named.status_code == 201, "meant, where the edition is named"


def test_a_code_that_no_edition_has_is_still_not_found() -> None:
    answer = signed_in(officer()).post("/desk/needs/add/", NEED_TYPED | {"kbli_q": "99998"})
    assert "Tidak ada hasil untuk" in answer.context["form"].errors["kbli"][0]


def test_words_with_a_number_are_no_code() -> None:
    answer = signed_in(officer()).post("/desk/needs/add/", NEED_TYPED | {"kbli_q": "baut 10110"})
    assert "KBLI 2020" not in str(answer.context["form"].errors["kbli"])
