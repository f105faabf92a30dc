"""A thousand products, three or four a firm, made from the recipes of its trade."""

from __future__ import annotations

import random
from decimal import Decimal

from django.utils import timezone

from portal.enums import EnterpriseStatus, Unit
from portal.models import Product
from portal.pricing import OtherUnit, Tier, stored_tiers, stored_units
from portal.sample.enterprises import Made, classes_of_recipes
from portal.sample.figures import within
from portal.sample.keys import dice
from portal.sample.trades import Recipe, about, recipes

PRODUCTS = 1000
QUALITIES = (
    "Dibuat per pesanan; contoh barang dapat dikirim.",
    "Stok siap kirim; jumlah lebih besar menurut jadwal.",
    "Diperiksa satu per satu sebelum dikemas.",
    "Spesifikasi dapat disesuaikan dengan gambar pembeli.",
)


def add_products(made: list[Made]) -> list[Product]:
    roll, classes = dice("products"), classes_of_recipes()
    counts = _counts(made)
    products = []
    for each, count in zip(made, counts, strict=True):
        known = _own_class_first(each, list(recipes(each.plan.trade)), roll)
        offers = _offers(known, count)
        products += [
            _product(each, place, recipe, item, classes, roll) for place, (recipe, item) in enumerate(offers, 1)
        ]
    Product.objects.bulk_create(products)
    return products


def _offers(known: list[Recipe], count: int) -> list[tuple[Recipe, str]]:
    """Two sizes of a thing before a third."""
    all_ = [(place // 2, recipe, item) for recipe in known for place, item in enumerate(recipe.variants())]
    return [(recipe, item) for _round, recipe, item in sorted(all_, key=lambda each: each[0])][:count]


def _counts(made: list[Made]) -> list[int]:
    """Three each, more for those with a story, and a fourth for as many as the thousand needs."""
    counts = [each.plan.lead.products if each.plan.lead else 3 for each in made]
    for number in range(len(made)):
        if sum(counts) >= PRODUCTS:
            break
        if not made[-1 - number].plan.lead:
            counts[-1 - number] += 1
    return counts


def _own_class_first(each: Made, known: list[Recipe], roll: random.Random) -> list[Recipe]:
    """A firm makes what its activities say, and little else."""
    own = {kbli.code for kbli in each.plan.kbli}
    if not each.plan.lead:
        roll.shuffle(known)
    return sorted(known, key=lambda recipe: recipe.kbli not in own)


def _product(each: Made, place: int, recipe: Recipe, item: str, classes: dict, roll: random.Random) -> Product:
    if each.plan.lead and place == 1:
        return _best(each, recipe, item, classes)
    capacity = about(roll, within(recipe.capacity, each.plan.band))
    product = Product(
        enterprise=each.enterprise,
        code=f"{recipe.kbli}-{place:02d}",
        name=item,
        description=roll.choice(QUALITIES),
        kbli=classes[recipe.kbli],
        hs_id=recipe.hs or None,
        unit=recipe.unit,
        price=about(roll, recipe.price),
        monthly_capacity=Decimal(max(1, capacity)),
        minimum_order=Decimal(max(1, capacity // roll.choice((10, 20, 40)))),
        lead_time_days=about(roll, recipe.lead),
        tkdn=Decimal(roll.randint(*recipe.tkdn)) if recipe.tkdn else None,
        withdrawn_at=timezone.now() if each.plan.status == EnterpriseStatus.CLOSED else None,
        is_sample=True,
    )
    if each.plan.lead:
        _price_by_quantity(product)
    return product


def _price_by_quantity(product: Product) -> None:
    """Two prices for more than the smallest order, and by the box where things are counted."""
    minimum, price = product.minimum_order, product.price
    product.tiers = stored_tiers(
        [Tier(minimum * 4, price * 97 // 100), Tier(minimum * 12, price * 94 // 100)] if price >= 100 else []
    )
    if product.unit in (Unit.PIECE, Unit.PACK):
        product.units = stored_units([OtherUnit(Unit.BOX.value, Decimal(24), price * 24 * 98 // 100)])


def _best(each: Made, recipe: Recipe, item: str, classes: dict) -> Product:
    """What an enterprise with a story is known for: much of it, soon, at a fair price."""
    low, high = recipe.price
    return Product(
        enterprise=each.enterprise,
        code=f"{recipe.kbli}-01",
        name=item,
        description="Produk utama kami; contoh barang dan laporan uji tersedia.",
        kbli=classes[recipe.kbli],
        hs_id=recipe.hs or None,
        unit=recipe.unit,
        price=low + (high - low) // 4,
        monthly_capacity=Decimal(recipe.capacity[1] * 2 // 3),
        minimum_order=Decimal(max(1, recipe.capacity[0] // 10)),
        lead_time_days=recipe.lead[0],
        tkdn=Decimal(recipe.tkdn[1]) if recipe.tkdn else None,
        bmp=Decimal(10) if recipe.tkdn else None,
        is_sample=True,
    )
