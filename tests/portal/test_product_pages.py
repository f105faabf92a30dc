"""The pages where an SME keeps its products."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.enums import EnterpriseStatus, Role, Unit
from portal.models import AuditEntry, Product
from tests.factories.enterprises import owner_of
from tests.factories.people import person
from tests.factories.products import HS_CODE, ProductFactory, kbli_class, photo_file, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Keripik singkong balado",
        "description": "Renyah",
        "kbli": str(kbli_class().pk),
        "hs": HS_CODE,
        "unit": Unit.PACK,
        "price": "15.000",
        "monthly_capacity": "2.000",
        "minimum_order": "",
        "lead_time_days": "7",
        "tkdn": "92,5",
        "code": "",
    } | changes


def test_a_product_is_added_and_its_photos_come_next() -> None:
    user = seller()
    response = signed_in(user).post(reverse("product_add"), answers())
    product = Product.objects.get()
    assert response.url == reverse("product_photos", args=[product.pk])
    assert (product.code, product.price, product.monthly_capacity, product.minimum_order) == ("P001", 15_000, 2000, 1)
    assert product.enterprise == user.organisation.enterprise
    entry = AuditEntry.objects.get(action="add_product")
    assert (entry.actor_id, entry.payload["kbli"], entry.payload["price"]) == (user.pk, product.kbli.code, 15_000)


@pytest.mark.parametrize(("language", "sign"), [("id", "Rp"), ("en", "IDR")])
def test_money_is_named_in_the_readers_language_before_its_field(language: str, sign: str) -> None:
    """As amounts are printed: “Rp860 juta”, in English “IDR 860 million”."""
    user = seller()
    user.language = language
    user.save(update_fields=["language"])
    page = signed_in(user).get(reverse("product_add")).content.decode()
    assert f'<div class="affix"><span>{sign}</span>' in page


def test_how_an_ambiguous_number_was_read_is_said() -> None:
    client = signed_in(seller())
    response = client.post(reverse("product_add"), answers(monthly_capacity="2.000"), follow=True)
    assert "“2.000” dibaca" in response.content.decode()
    assert "“15.000” dibaca" not in response.content.decode(), "an amount in rupiah has no decimals"


def test_a_wrong_answer_keeps_all_the_others() -> None:
    response = signed_in(seller()).post(reverse("product_add"), answers(price="-5", tkdn="140"))
    page = response.content.decode()
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"price", "tkdn"}
    assert "Keripik singkong balado" in page
    assert f'value="{kbli_class().pk}"' in page
    assert "checked" in page


@pytest.mark.parametrize("price", ["0", "-1", "1000000000000000", "seribu", ""])
def test_a_price_that_is_none_is_refused_at_its_field(price: str) -> None:
    response = signed_in(seller()).post(reverse("product_add"), answers(price=price))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"price"}


def test_searching_for_a_class_keeps_what_was_typed_and_checks_nothing() -> None:
    response = signed_in(seller()).post(
        reverse("product_add"), answers(kbli="", kbli_q="keripik", find="kbli", price="bukan angka")
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "bukan angka" in page
    assert "10794" in page
    assert not response.context["form"].errors


def test_the_same_product_from_two_tabs_is_one() -> None:
    client = signed_in(seller())
    client.post(reverse("product_add"), answers())
    second = client.post(reverse("product_add"), answers(name="keripik  singkong BALADO"))
    assert second.status_code == 422
    assert "sudah Anda jual dengan harga yang sama (P001)" in second.content.decode()
    assert 'value="2.000"' in second.content.decode()
    client.post(reverse("product_add"), answers(name="Keripik singkong balado 250 gram"))
    client.post(reverse("product_withdraw", args=[Product.objects.get(code="P001").pk]))
    client.post(reverse("product_add"), answers())
    client.post(reverse("product_add"), answers(code="KSB-9"))
    assert list(Product.objects.on_sale().order_by("code").values_list("code", flat=True)) == ["KSB-9", "P002", "P003"]


def test_the_same_form_sent_twice_makes_one_product() -> None:
    client = signed_in(seller())
    key = str(client.get(reverse("product_add")).context["form"]["form_key"].value())
    first = client.post(reverse("product_add"), answers(form_key=key))
    second = client.post(reverse("product_add"), answers(form_key=key))
    assert second.url == first.url
    assert Product.objects.count() == 1


def test_a_code_one_already_has_is_refused() -> None:
    user = seller()
    ProductFactory(enterprise=user.organisation.enterprise, code="KRP")
    response = signed_in(user).post(reverse("product_add"), answers(code="KRP"))
    assert response.context["form"].errors["code"] == ["Anda sudah punya produk dengan kode ini."]


def test_numbering_goes_on_after_the_highest() -> None:
    user = seller()
    ProductFactory(enterprise=user.organisation.enterprise, code="P041")
    signed_in(user).post(reverse("product_add"), answers())
    assert Product.objects.filter(code="P042").exists()


def test_a_change_is_recorded_before_and_after() -> None:
    user = seller()
    product = ProductFactory(enterprise=user.organisation.enterprise)
    client = signed_in(user)
    page = client.get(reverse("product_edit", args=[product.pk]))
    typed = {
        name: page.context["form"][name].value()
        for name in ("unit", "monthly_capacity", "minimum_order", "lead_time_days")
    }
    response = client.post(
        reverse("product_edit", args=[product.pk]),
        answers(**typed, name=product.name, price="16.000", hs="", tkdn="", description="", code=product.code),
    )
    assert response.url == reverse("product_list")
    entry = AuditEntry.objects.get(action="change_product")
    assert entry.payload == {"before": {"price": 15_000}, "after": {"price": 16_000}}


def test_a_product_is_taken_off_sale_and_put_back() -> None:
    user = seller()
    product = ProductFactory(enterprise=user.organisation.enterprise)
    client, address = signed_in(user), reverse("product_withdraw", args=[product.pk])
    assert client.get(address).status_code == 200
    client.post(address)
    assert not Product.objects.on_sale().exists()
    assert list(client.get(reverse("product_list")).context["page"]) == []
    client.post(address)
    assert Product.objects.on_sale().exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["withdraw_product", "restore_product"]


@pytest.mark.parametrize("name", ["product_edit", "product_withdraw", "product_photos"])
def test_a_stranger_finds_nothing(name: str) -> None:
    product = ProductFactory()
    address = reverse(name, args=[product.pk])
    assert signed_in(seller()).get(address).status_code == 404
    assert signed_in(seller()).post(address).status_code == 404
    assert signed_in(person(Role.OFFICER)).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_a_closed_business_changes_nothing_more() -> None:
    user = seller()
    enterprise = user.organisation.enterprise
    product = ProductFactory(enterprise=enterprise)
    type(enterprise).objects.filter(pk=enterprise.pk).update(status=EnterpriseStatus.CLOSED)
    client = signed_in(user)
    assert client.post(reverse("product_add"), answers()).status_code == 403
    assert client.post(reverse("product_withdraw", args=[product.pk])).status_code == 403
    assert reverse("product_add") not in client.get(reverse("product_list")).content.decode()


def test_staff_of_the_business_may_do_the_same() -> None:
    user = seller()
    staff = owner_of(user.organisation.enterprise, Role.STAFF)
    assert signed_in(staff).post(reverse("product_add"), answers()).status_code == 302


def test_the_list_asks_the_same_questions_for_one_product_and_for_many(django_assert_max_num_queries: Any) -> None:
    user = seller()
    client = signed_in(user)

    def queries() -> int:
        with django_assert_max_num_queries(30) as captured:
            assert client.get(reverse("product_list")).status_code == 200
        return len(captured)

    products = [ProductFactory(enterprise=user.organisation.enterprise)]
    client.get(reverse("product_list"))
    client.post(reverse("product_photos", args=[products[0].pk]), {"photos": [photo_file()]})
    one = queries()
    for _ in range(4):
        ProductFactory(enterprise=user.organisation.enterprise)
    assert queries() == one


def test_search_finds_by_name_and_by_code() -> None:
    user = seller()
    ProductFactory(enterprise=user.organisation.enterprise, name="Baut M16", code="B-16")
    ProductFactory(enterprise=user.organisation.enterprise, name="Mur M16", code="M-16")
    client = signed_in(user)
    for text, found in (("baut", ["Baut M16"]), ("m-16", ["Mur M16"]), ("zzz", [])):
        page = client.get(reverse("product_list"), {"q": text}).context["page"]
        assert [product.name for product in page] == found
