"""What the database refuses of products, whoever asks it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from portal.models import Enterprise, HsCode, KbliClass, Product
from tests.factories.products import ProductFactory
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["enterprise_id", "kbli_id", "hs_id"])
def test_a_product_names_only_what_is_there(field: str) -> None:
    product = ProductFactory()
    missing = "99999999" if field == "hs_id" else 999_999_999
    with pytest.raises(IntegrityError, match="is not there"), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**{field: missing})
    product.pk, product.code = None, "LAIN"
    setattr(product, field, missing)
    with pytest.raises(IntegrityError, match="is not there"), transaction.atomic():
        Product.objects.bulk_create([product])


def test_an_enterprise_with_products_stays() -> None:
    product = ProductFactory()
    with pytest.raises(IntegrityError, match="has products"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_enterprise WHERE id = %s", [product.enterprise_id])
    assert Enterprise.objects.filter(pk=product.enterprise_id).exists()


@pytest.mark.parametrize("model", [KbliClass, HsCode])
def test_an_entry_of_the_reference_lists_stays_even_for_their_owner(model: type[KbliClass] | type[HsCode]) -> None:
    first = model.objects.first()
    with as_owner(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE code = %s", [first.code])
