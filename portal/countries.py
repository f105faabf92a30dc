"""Countries by their ISO 3166 code, with names in both languages (from Babel's copy of the Unicode data)."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language

from portal.text import fold

HOME = "ID"
# Of the two-letter codes those that are no country: groups, outlying territories without a code of their own, tests.
NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])
# What people here write beside the official names, folded.
ALSO = {
    "amerika": "US", "amerika serikat": "US", "as": "US", "usa": "US", "us": "US", "america": "US",
    "inggris": "GB", "inggris raya": "GB", "uk": "GB", "england": "GB", "great britain": "GB",
    "cina": "CN", "china": "CN", "rrt": "CN", "rrc": "CN", "tiongkok": "CN", "korea": "KR", "korsel": "KR",
    "hongkong": "HK", "hong kong": "HK", "makau": "MO", "macau": "MO", "uea": "AE", "uni emirat arab": "AE",
    "dubai": "AE", "saudi": "SA", "birma": "MM", "myanmar": "MM", "timor timur": "TL", "timor leste": "TL",
    "kamboja": "KH", "pilipina": "PH", "filipina": "PH", "swis": "CH", "ceko": "CZ", "papua nugini": "PG", "png": "PG",
    "selandia baru": "NZ", "new zealand": "NZ", "rusia": "RU", "turki": "TR", "turkey": "TR",
}  # fmt: skip


@cache
def country_names(language: str) -> dict[str, str]:
    """By code, in the order of the names; `language` as Django names it."""
    territories = Locale("en" if language.startswith("en") else "id").territories
    named = {code: territories[code] for code in territories if len(code) == 2 and code not in NOT_COUNTRIES}
    return dict(sorted(named.items(), key=lambda item: fold(item[1])))


def country_name(code: str, language: str | None = None) -> str:
    return country_names(language or get_language() or "id").get(code, code)


def find_country(text: str) -> str:
    """The code that a code or a name in either language means; empty where it means none."""
    if text.strip().upper() in country_names("en"):
        return text.strip().upper()
    return _codes().get(fold(text), "")


@cache
def _codes() -> dict[str, str]:
    official = {fold(name): code for language in ("en", "id") for code, name in country_names(language).items()}
    return {**official, **ALSO}
