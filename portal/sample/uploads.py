"""Two uploaded lists of the firm that the demo signs in as – one all good, one with rows to correct – and photos of a few goods."""

from __future__ import annotations

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from portal.enums import ImportMode
from portal.models import Membership, Product, User
from portal.sample.enterprises import Made
from portal.sample.quiet import quietly
from portal.services.photo import add_photos
from portal.services.product_import import start_import

HEADINGS = [
    "Kode produk", "Nama produk", "KBLI", "Satuan", "Harga per satuan (Rp)", "Kapasitas per bulan", "Waktu pengerjaan (hari)",
]  # fmt: skip
WRONG = (
    ["BARU-1", "Pengait besi cor 20 cm", "24310", "kodi", "38.000", "900", "14"],
    ["BARU-2", "Tutup bak kontrol 40 cm", "99999", "buah", "310.000", "250", "21"],
    ["BARU-3", "", "24310", "buah", "mahal", "120", "14"],
)
WITH_PHOTOS = 4
SIZE, INK = (960, 720), "#f5f7f8"
GROUNDS = ("#0b5563", "#8a4b00", "#1b6b3a", "#1f4e9e")


def add_uploads(made: list[Made]) -> None:
    """The first with a story. No product is new: what the lists say of the good ones stands there already, or changes a word."""
    leads = [each for each in made if each.plan.lead]
    first = leads[0]
    by = _acting(first)
    with quietly():
        for name, rows in (
            ("daftar-harga.csv", _rows(first)),
            ("produk-baru.csv", [*_rows(first)[:2], *WRONG]),
        ):
            start_import(first.enterprise, _file(name, rows), ImportMode.KEEP_VALID, by=by)
    for place, each in enumerate(leads[:WITH_PHOTOS]):
        _photograph(each, GROUNDS[place % len(GROUNDS)])


def _acting(each: Made) -> User:
    return each.owner.act_as(Membership.objects.get(user=each.owner, organisation=each.enterprise.organisation_id))


def _rows(each: Made) -> list[list[str]]:
    return [
        [
            product.code,
            product.name,
            product.kbli.code,
            str(product.unit),
            str(product.price),
            f"{product.monthly_capacity:f}".replace(".", ","),
            str(product.lead_time_days),
        ]
        for product in each.enterprise.products.on_sale().select_related("kbli").order_by("code")
    ]


def _file(name: str, rows: list[list[str]]) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEADINGS, *rows])
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"), "text/csv")


def _photograph(each: Made, ground: str) -> None:
    by = _acting(each)
    product: Product = each.enterprise.products.on_sale().order_by("code")[0]
    for side in ("depan", "kemasan"):
        file = SimpleUploadedFile(f"{side}.png", _picture(ground, side), "image/png")
        add_photos(product, [file], by=by, caption=f"Gambar contoh: {product.name[:100]}, {side}")


def _picture(ground: str, side: str) -> bytes:
    """A crate, from the front or from above. Nobody shall take it for a photo of real goods."""
    image = Image.new("RGB", SIZE, ground)
    pen = ImageDraw.Draw(image)
    width, height = SIZE
    box = (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
    pen.rounded_rectangle(box, radius=24, outline=INK, width=12)
    if side == "depan":
        pen.line((box[0], height // 2, box[2], height // 2), fill=INK, width=12)
    else:
        pen.line((box[0], box[1], box[2], box[3]), fill=INK, width=8)
        pen.line((box[0], box[3], box[2], box[1]), fill=INK, width=8)
    pen.text((width // 2, height - 60), "CONTOH", fill=INK, anchor="mm", font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
