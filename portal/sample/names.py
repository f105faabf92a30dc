"""Names of people and firms, put together from the shipped word list. Any likeness is chance."""

from __future__ import annotations

import random
from functools import cache

from portal.enums import LegalForm
from portal.reference.files import rows_of

PREFIX = {
    LegalForm.SOLE_PROPRIETOR: "UD",
    LegalForm.SOLE_COMPANY: "PT",
    LegalForm.CV: "CV",
    LegalForm.PT: "PT",
    LegalForm.COOPERATIVE: "Koperasi Produsen",
}
# In the list, but no word an ordinary small firm would carry.
UNLIKE = (
    "Consultant Konsultan Consultants Consult Desain Engineering Interplan Enjinering Consulting Consultan Gis Dan"
    " Technology Studio Construction Konsulindo Focus Geo Indonesia Pembangunan Ruang Delta Java Media Technologi"
    " Selatan Sembilan Tiga Empat Lima Dua Naga Siti Muhammad Abdul Sri Manglid Bandung Priangan Sunda Pasundan"
    " Konstruksi Rekayasa Tehnik Teknika Reka Jasa Multi Indo"
)
# Long enough ago to be somebody's father's name.
SHORTEST = 4


@cache
def _words(kind: str) -> tuple[str, ...]:
    return tuple(row["kata"] for row in rows_of("daftar_kata_nama.csv") if row["jenis"] == kind)


@cache
def _firm_words() -> tuple[str, ...]:
    unlike = set(UNLIKE.split())
    return tuple(word for word in _words("kata_nama_perusahaan") if word not in unlike)


@cache
def _first_names(woman: bool) -> tuple[str, ...]:
    names = _words("orang:first_names_female" if woman else "orang:first_names_male")
    return tuple(name for name in names if len(name) >= SHORTEST)


def person_name(dice: random.Random, *, woman: bool) -> str:
    first = dice.choice(_first_names(woman))
    last = dice.choice(
        [name for name in _first_names(False) if name != first and name.endswith(("o", "di", "to", "n"))]
    )
    return f"{first} {last}"


class FirmNames:
    """Gives each name once."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.given: set[str] = set()

    def next(self, form: LegalForm, trade_words: tuple[str, ...], place: str) -> str:
        """A firm carries a word of its trade; a cooperative its place, too."""
        while True:
            trade = self.dice.choice(trade_words)
            first, second = self.dice.sample(_firm_words(), 2)
            if form == LegalForm.COOPERATIVE:
                name = f"{PREFIX[form]} {trade} {first} {place}"
            else:
                order = self.dice.choice(((first, trade), (trade, first), (first, trade, second)))
                name = f"{PREFIX[form]} {' '.join(order)}"
            if name not in self.given:
                self.given.add(name)
                return name
