"""The business adds its products: one by form with a photo, more by a list with a wrong row, then the list corrected."""

from __future__ import annotations

import csv
import io
import re

from PIL import Image

from tests.smoke.browser import Browser, Page
from tests.smoke.counting import Counting, wait_for
from tests.smoke.people import opened
from tests.smoke.registering import Business

ITEM = "Tutup manhole besi cor Ø 60 cm"
LIST = (
    ("UJI-1", "Grill saluran besi cor 40×60 cm", "buah", "450.000", "300"),
    ("UJI-2", "Rumah pompa besi cor 2 inci", "kodi", "1.250.000", "120"),
    ("UJI-3", "Puli aluminium tuang B2", "buah", "98.500", "900"),
)


def drive(business: Business, counting: Counting) -> None:
    counting.step("a product by form, with a photo", by_form, business.owner, counting)
    counting.step("a list of products with a wrong row, then corrected", by_list, business.owner, counting)


def by_form(owner: Browser, counting: Counting) -> None:
    form = opened(owner, "/products/add/").form("name")
    form.fill(name=ITEM, kbli_q="pengecoran besi", hs_q="73251090", unit="piece", price="1.234,5")
    form.fill(monthly_capacity="420", minimum_order="20", lead_time_days="18", tkdn="82,5")
    found = form.send(press="find=kbli")
    counting.check("KBLI is searched without losing what was typed", ITEM in str(found.form("name").values))
    form = found.form("name")
    form.set("kbli", form.choice("kbli", "24310"))
    wrong = form.send()
    counting.check("a price with half a rupiah is refused", wrong.status == 422, wrong.text[:200])
    saved = wrong.form("name").fill(price="685.000").send()
    counting.check("the product is saved and its photos are asked for", "/photos/" in saved.path, saved.text)
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "#394048").save(photo, "JPEG")
    refused = saved.form("caption").attach("photos", "catatan.jpg", b"bukan foto", "image/jpeg").send()
    counting.check("a text file named .jpg is refused", refused.status == 422, refused.text[:200])
    added = refused.form("caption").fill(caption="Tutup manhole").attach("photos", "m.jpg", photo.getvalue()).send()
    counting.check("a photo is kept", added.status == 200 and "/photos/" in added.html, added.text)


def by_list(owner: Browser, counting: Counting) -> None:
    columns = next(
        csv.reader(
            io.StringIO(opened(owner, "/products/upload/template/?format=csv").html.lstrip("\ufeff")), delimiter=";"
        )
    )
    done = upload(owner, as_file(columns, LIST))
    counting.check("good rows are taken, the wrong one is named by row and column", "Baris 3" in done, done.text)
    counting.check("it says which units there are", "kodi" in done and "buah" in done)
    corrected = tuple(row if row[0] != "UJI-2" else (*row[:2], "buah", *row[3:]) for row in LIST)
    done = upload(owner, as_file(columns, corrected))
    facts = re.sub(r"\s+", " ", done.text)
    counting.check("the corrected list is taken whole, and doubles nothing", "Baris 3" not in done, facts)
    products = opened(owner, "/products/")
    counts = [products.text.count(row[1]) >= 1 for row in LIST]
    counting.check("all products are on the list", all(counts) and ITEM in products, products.text)


def as_file(columns: list[str], rows: tuple[tuple[str, ...], ...]) -> bytes:
    """Under the template's own headings, as a spreadsheet program in Indonesia writes CSV: semicolons, Windows-1252."""
    lines = [";".join(columns)]
    for row in rows:
        known = {"satuan lain": "", "harga menurut": ""}
        known |= dict(zip(("kode produk", "nama produk", "satuan", "harga", "kapasitas"), row, strict=True))
        known |= {"kbli": "24310", "kode hs": "73251090", "waktu": "21"}
        cells = (next((known[word] for word in known if column.lower().startswith(word)), "") for column in columns)
        lines.append(";".join(cells))
    return "\r\n".join(lines).encode("cp1252")


def upload(owner: Browser, content: bytes) -> Page:
    form = opened(owner, "/products/upload/").form("mode")
    status = form.fill(mode="keep_valid").attach("file", "produk.csv", content, "text/csv").send()
    address = status.path

    def finished() -> Page | None:
        page = opened(owner, address)
        return page if "part=progress" not in page.html else None

    return wait_for("the list to be read", finished)
