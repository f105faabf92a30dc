"""From the shipped files to the rows of the tables: parents, paths, and the folded texts people search in."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from portal.models.reference import KbliClass, Region, SearchWord
from portal.reference.files import rows_of
from portal.text import padded

Row = tuple[object, ...]

REGION_COLUMNS = (
    "code", "level", "parent_id", "name", "kind", "full_name", "latitude", "longitude", "population",
    "own_text", "search_text",
)  # fmt: skip
KBLI_COLUMNS = (
    "edition", "code", "level", "section", "parent_code", "title", "title_en", "description", "own_text", "search_text",
)  # fmt: skip
HS_COLUMNS = (
    "code", "dotted", "level", "parent_code", "indent", "description_id", "description_en", "path_id", "path_en",
    "duty", "duty_text", "own_text", "search_text",
)  # fmt: skip
WORD_COLUMNS = ("source", "word", "entries")

EXCLUDING = re.compile(r"\btidak (?:mencakup|termasuk)\b", re.IGNORECASE)
PLAIN_PERCENT = re.compile(r"\d+(?:[.,]\d+)?")


def region_rows() -> Iterator[Row]:
    full_names: dict[str, str] = {}
    texts: dict[str, str] = {"": " "}

    def row(code, level, parent, name, kind="", source=None) -> Row:
        full_names[code] = f"{name}, {full_names[parent]}" if parent else name
        own = padded(name)
        # Each name is folded once, and the names above it are there already: 91,599 rows.
        texts[code] = f"{own}{texts[parent or ''][1:]}"
        place = source or {}
        return (
            code, level, parent, name, kind, full_names[code],
            place.get("latitude") or None, place.get("longitude") or None, place.get("penduduk") or None,
            own, texts[code],
        )  # fmt: skip

    for r in rows_of("wilayah_provinsi.csv"):
        yield row(r["kode"], Region.Level.PROVINCE, None, r["nama"], source=r)
    for r in rows_of("wilayah_kabkota.csv"):
        yield row(r["kode"], Region.Level.REGENCY, r["kode_provinsi"], r["nama"], r["jenis"], source=r)
    for r in rows_of("wilayah_kecamatan.csv.gz"):
        yield row(r["kode"], Region.Level.DISTRICT, r["kode_kabkota"], r["nama"], "Kecamatan")
    for r in rows_of("wilayah_desa.csv.gz"):
        # The first digit of a village's number tells an urban ward (1) from a village (2).
        kind = "Kelurahan" if r["kode"].split(".")[3].startswith("1") else "Desa"
        yield row(r["kode"], Region.Level.VILLAGE, r["kode_kecamatan"], r["nama"], kind)


def kbli_rows(edition: KbliClass.Edition) -> Iterator[Row]:
    english: dict[str, str] = {}
    for r in rows_of(f"kbli{edition.value}.csv.gz"):
        code, parent = r["kode"], r["induk"]
        # English names stop at the levels ISIC has: a class without one is found by its parents'.
        english[code] = " ".join(filter(None, (english.get(parent, ""), r["judul_en"])))
        own = f"{r['judul']} {r['judul_en']}"
        # A sentence that names what a class does NOT cover would find it for exactly the wrong words.
        covered = " ".join(part for part in r["uraian"].split(".") if not EXCLUDING.search(part))
        yield (
            edition.value, code, int(r["digit"]), r["kategori"], parent, r["judul"], r["judul_en"], r["uraian"],
            padded(own), padded(f"{own} {english[code]} {covered}"),
        )  # fmt: skip


def hs_rows() -> Iterator[Row]:
    # code → path in Indonesian and in English, the same two folded, its own words folded
    known: dict[str, tuple[str, str, str, str, str]] = {"": ("", "", " ", " ", " ")}
    for r in rows_of("btki2022.csv.gz"):
        code, indonesian, english = r["kode"], r["uraian_id"], r["uraian_en"]
        parent = next((code[:length] for length in (6, 4) if length < len(code) and code[:length] in known), "")
        above = known[parent]
        path_id, path_en = indonesian.rstrip("."), english.rstrip(".")
        if parent:
            path_id, path_en = f"{above[0]} › {path_id}", f"{above[1]} › {path_en}"
        folded_id, folded_en = padded(indonesian), padded(english)
        text_id, text_en = f"{above[2]}{folded_id[1:]}", f"{above[3]}{folded_en[1:]}"
        # "Lain-lain" under "Sekrup dan baut" is still about screws and bolts; a heading is too wide to say so.
        own = f"{folded_id}{folded_en[1:]}{above[4][1:] if len(parent) == 6 else ''}"
        known[code] = (path_id, path_en, text_id, text_en, own)
        duty = r["bea_masuk_persen"]
        plain = duty.replace(",", ".") if PLAIN_PERCENT.fullmatch(duty) else None
        yield (
            code, r["kode_titik"], len(code), parent, int(r["indentasi"]), indonesian, english, path_id, path_en,
            plain, "" if plain else duty, own, f"{text_id}{text_en[1:]}",
        )  # fmt: skip


def word_rows(source: SearchWord.Source, texts: Iterable[str]) -> Iterator[Row]:
    """The vocabulary of a list: in how many of its texts each word stands."""
    entries: Counter[str] = Counter()
    for text in texts:
        entries.update({word for word in text.split() if len(word) > 2 and not word.isdigit()})
    for word, number in entries.items():
        yield (source.value, word[:60], number)


def kbli_edition_rows() -> list[Row]:
    return [row for edition in KbliClass.Edition for row in kbli_rows(edition)]


def text_column(columns: tuple[str, ...], rows: Iterable[Row], name: str) -> Iterator[str]:
    place = columns.index(name)
    return (str(row[place]) for row in rows)
