"""A few firms with things to find, and the outbox taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from curation.services.searching import refresh_search
from portal.enums import Unit
from portal.models import Enterprise, KbliClass, Product
from tests.factories.curation import product
from tests.factories.enterprises import enterprise

BOLTS, FOOD = "25991", "10792"


def sell(name: str, seller: Enterprise | None = None, *, kbli: str = "", **fields: Any) -> Product:
    if kbli:
        fields["kbli"] = KbliClass.objects.get(edition=2025, code=kbli)
    return product(seller or enterprise(), **{"name": name, "description": "", "unit": Unit.PIECE, **fields})


def a_few() -> dict[str, Product]:
    things = {
        "bolt": sell("Baut segi enam baja M12 galvanis", monthly_capacity=Decimal(5_000), price=2_500),
        "nut": sell("Mur segi enam baja M12", monthly_capacity=Decimal(900), price=900),
        "cover": sell("Tutup manhole besi cor Ø 60×60 cm", description="Tahan karat, untuk jalan dan trotoar."),
        "vest": sell("Rompi keselamatan reflektif"),
        "crisps": sell("Keripik singkong balado 250 g", unit=Unit.PACK, price=12_000),
        "coffee": sell("Kopi bubuk robusta", unit=Unit.KILOGRAM, price=90_000, monthly_capacity=Decimal(400)),
    }
    refresh_search()
    return things
