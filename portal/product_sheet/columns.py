"""The columns of a list of products."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.product_sheet import cells
from portal.product_sheet.cells import Reader


@dataclass(frozen=True)
class Column:
    """`names`: further ways to head it, in either language, folded. `blank`: what an empty cell means. `longest`: of a
    text of one's own, which hardly ever stands there twice."""

    key: str
    label: Any
    read: Reader
    names: tuple[str, ...] = ()
    required: bool = False
    blank: Any = None
    hint: Any = ""
    longest: int = 0


COLUMNS = (
    Column(
        "code", gettext_lazy("Product code"), cells.own_words(40), ("kode", "code", "sku", "kode barang"), blank="", longest=40,
        hint=gettext_lazy(
            "Your own code. A row with a code you already have changes that product. Empty: the product with the same name "
            "and unit is changed; where there is none, a new one is numbered."
        ),
    ),
    Column(
        "name", gettext_lazy("Product name"), cells.own_words(200), ("nama", "name", "nama barang", "product"), required=True, longest=200,
        hint=gettext_lazy("As a buyer would look for it."),
    ),
    Column(
        "description", gettext_lazy("Description"), cells.words(4000, one_line=False), ("deskripsi", "keterangan", "uraian"), blank="", longest=4000,
        hint=gettext_lazy("Material, size, quality. May stay empty."),
    ),
    Column(
        "kbli", gettext_lazy("KBLI"), cells.kbli, ("kode kbli", "kbli code", "kbli class", "kelas kbli"), required=True,
        hint=gettext_lazy("The 5-digit class of the activity that makes it."),
    ),
    Column(
        "hs", pgettext_lazy("of a product", "HS code"), cells.hs, ("hs", "kode hs", "hs code", "btki"),
        hint=gettext_lazy("Customs tariff code of 4, 6 or 8 digits. May stay empty."),
    ),
    Column(
        "unit", pgettext_lazy("of sale", "Unit"), cells.unit, ("satuan", "unit"), required=True,
        hint=gettext_lazy("Choose from the list."),
    ),
    Column(
        "price", gettext_lazy("Price per unit (Rp)"), cells.price,
        ("harga", "harga satuan", "harga per satuan", "price", "unit price", "price per unit"), required=True,
        hint=gettext_lazy("Whole rupiah, before tax."),
    ),
    Column(
        "monthly_capacity", gettext_lazy("Capacity per month"), cells.quantity,
        ("kapasitas", "kapasitas bulanan", "capacity", "monthly capacity"), required=True,
        hint=gettext_lazy("How much you can make in a month, in the unit."),
    ),
    Column(
        "minimum_order", gettext_lazy("Minimum order"), cells.quantity, ("pesanan minimum", "minimal pesanan", "moq"),
        blank=Decimal(1), hint=gettext_lazy("In the unit. Empty means 1."),
    ),
    Column(
        "lead_time_days", gettext_lazy("Lead time (days)"), cells.days,
        ("waktu pengerjaan", "lama pengerjaan", "lead time", "lead time in days"), required=True,
        hint=gettext_lazy("Days from order to dispatch."),
    ),
    Column(
        "tkdn", gettext_lazy("TKDN (%)"), cells.percent, ("tkdn", "kandungan lokal", "domestic content"),
        hint=gettext_lazy("Domestic content, 0 to 100. May stay empty."),
    ),
    Column(
        "bmp", gettext_lazy("BMP (%)"), cells.bmp, ("bmp", "bobot manfaat perusahaan"),
        hint=gettext_lazy("Weight of the company's benefit, from the TKDN certificate. May stay empty."),
    ),
    Column(
        "tiers", gettext_lazy("Prices by quantity"), cells.tiers, ("harga grosir", "harga bertingkat", "price tiers"), blank="[]",
        hint=gettext_lazy(
            "From which quantity which price per unit: “100: 14.500; 500: 13.900”. Each begins higher and costs less. May stay empty."
        ),
    ),
    Column(
        "units", gettext_lazy("Other units"), cells.units, ("satuan lain", "other units of sale"), blank="[]",
        hint=gettext_lazy(
            "Also sold by: the unit, how many of the unit before it holds, and its price: “box 24: 340.000; dozen 12: 175.000”. May stay"
            " empty."
        ),
    ),
    Column(
        "on_sale", gettext_lazy("On sale (yes/no)"), cells.yes_or_no, ("dijual", "on sale", "aktif", "active"), blank=True,
        hint=gettext_lazy("“No” takes the product off sale. Empty means yes."),
    ),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
