"""The lists that `make bench-import` reads: 50,000 products as firms write them, the same on every machine."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import openpyxl

ROWS = 50_000
NAMES = [
    "Kode produk", "Nama produk", "Deskripsi", "KBLI", "Kode HS", "Satuan", "Harga per satuan (Rp)",
    "Kapasitas per bulan", "Pesanan minimum", "Waktu pengerjaan (hari)", "TKDN (%)",
]  # fmt: skip
THINGS = ("Baut", "Mur", "Keripik singkong", "Kemeja kerja", "Pipa PVC", "Cat tembok", "Meja kayu jati", "Sabun cair")
MAKES = ("galvanis", "pedas", "polos", "stainless", "premium", "ekonomis", "ekspor", "anti karat")
CLASSES = (("25952", "7318.15.10"), ("10794", ""), ("14111", ""), ("22203", ""), ("31011", "9403.60.90"))
UNITS = ("buah", "kg", "bungkus", "dus", "lusin", "set", "roll", "liter")


def rows(count: int = ROWS) -> Iterator[list[str]]:
    """Each with a name of its own, one of thousands of prices, and numbers the Indonesian way."""
    roll = random.Random("bench-import")
    for number in range(count):
        kbli, hs = roll.choice(CLASSES)
        yield [
            f"BRG-{number:06d}",
            f"{roll.choice(THINGS)} {roll.choice(MAKES)} tipe {number}",
            f"Kemasan {roll.randint(1, 900)}, mutu {roll.choice('ABC')}, siap kirim",
            kbli,
            hs,
            roll.choice(UNITS),
            f"{roll.randint(20, 4000) * 250:,}".replace(",", "."),
            f"{roll.randint(1, 900) * 10:,}".replace(",", "."),
            str(roll.randint(1, 50)),
            str(roll.randint(1, 60)),
            f"{roll.randint(100, 1000) / 10}".replace(".", ","),
        ]


def write(folder: Path) -> None:
    with (folder / "produk.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(NAMES)
        writer.writerows(rows())
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Produk")
    sheet.append(NAMES)
    for row in rows():
        sheet.append(row)
    book.save(folder / "produk.xlsx")
