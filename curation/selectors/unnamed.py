"""What an applicant writes, as a desk reads it that reviews without names: what would give the applicant away is covered.

Covered are its own names, brands, products, people, places and numbers, and whatever anybody can be reached or looked up by.
A text that paraphrases who wrote it still does: the enterprise is told so where it writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from curation.models import Application
from portal.models import Enterprise, KbliClass, Membership

# Said of thousands: a name is what is left beside them.
FORMS = frozenset(
    [
        "pt",
        "cv",
        "ud",
        "pd",
        "po",
        "tbk",
        "persero",
        "perorangan",
        "firma",
        "koperasi",
        "kelompok",
        "usaha",
        "dagang",
        "toko",
        "bengkel",
        "industri",
    ]
)
REGIONS = frozenset(["desa", "kelurahan", "kecamatan", "kabupaten", "kota", "administrasi", "provinsi"])
# A word of a name that is as short as this says nothing alone.
SHORTEST = 4
MOST_PRODUCTS = 100
WORD = re.compile(r"[^\W_]+")
REACHED = re.compile(
    r"""[\w.+-]+@[\w-]+(?:\.[\w-]+)+              # an e-mail address
      | @\w{3,}                                   # a handle
      | (?:https?://|www\.)\S+
      | (?<![\w.])(?:[\w-]+\.)+(?:id|com|net|org|biz|info|shop|store|me|link)(?![\w-])(?:/\S*)?
      | (?<![\w.,])\+?\(?\d(?:[ ()./-]{0,2}\d){8,}(?![\w])   # nine digits or more: NIB, tax number, telephone
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Rp1.250.000.000 is a sum of money and stays.
MONEY = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


def shown_text(application: Application, text: str) -> str:
    """For the buyer's desk: as written once names are known, else with the cover over them."""
    return covered(application, text) if application.is_unnamed else text


def covered(application: Application, text: str) -> str:
    cover = _("[hidden]")
    text = REACHED.sub(lambda found: found[0] if MONEY.fullmatch(found[0]) else cover, text)
    for pattern in _patterns(application.enterprise):
        text = re.sub(pattern, cover, text, flags=re.IGNORECASE)
    return re.sub(rf"{re.escape(cover)}(?:[\s,]*{re.escape(cover)})+", cover, text)


def _patterns(enterprise: Enterprise) -> Iterator[str]:
    """The longest first, so that a part never leaves the rest standing."""
    names = [_core(name) for name in _names(enterprise)]
    trade = _trade({word for words in names for word in words if len(word) >= SHORTEST})
    found: set[str] = set()
    for words in names:
        found |= {_run(words[first:last]) for first, last in _runs(len(words))}
        telling = [word for word in words if len(word) >= SHORTEST and word not in trade | FORMS]
        found |= set(map(_alone, words if len(words) == 1 else telling))
    for place in _places(enterprise):
        found.add(_alone(r"[\W_]+".join(map(re.escape, _words(place)))))
    found |= {_alone(r"[\W_]*".join(map(re.escape, _words(number)))) for number in _numbers(enterprise)}
    return iter(sorted(found, key=lambda pattern: (-len(pattern), pattern)))


def _runs(length: int) -> Iterator[tuple[int, int]]:
    return ((first, last) for first in range(length) for last in range(first + 2, length + 1))


def _core(name: str) -> list[str]:
    """Without the legal form before or after it."""
    words = _words(name)
    while words and words[0] in FORMS:
        words = words[1:]
    while words and words[-1] in FORMS:
        words = words[:-1]
    return words


def _run(words: list[str]) -> str:
    """Also written as one word, as in the name of an account."""
    return r"(?<![^\W_])" + r"[\W_]*".join(map(re.escape, words))


def _alone(pattern: str) -> str:
    return rf"(?<![^\W_]){pattern}(?![^\W_])"


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _names(enterprise: Enterprise) -> Iterable[str]:
    yield enterprise.organisation.name
    yield enterprise.organisation.short_name
    yield from enterprise.innovations.values_list("title", flat=True)
    yield from enterprise.products.order_by("pk").values_list("name", flat=True)[:MOST_PRODUCTS]
    people = Membership.objects.filter(organisation=enterprise.organisation_id)
    yield from people.values_list("user__full_name", flat=True)


def _trade(words: set[str]) -> set[str]:
    """Those that the classification of trades uses, too: thousands make or sell it, so it may stand."""
    asked = reduce(or_, (Q(title__iregex=rf"\m{re.escape(word)}\M") for word in words), Q(pk__in=[]))
    titles = KbliClass.objects.filter(asked).values_list("title", flat=True)
    return {word for title in titles for word in _words(title)}


def _places(enterprise: Enterprise) -> Iterable[str]:
    if enterprise.village is not None:
        for part in enterprise.village.full_name.split(","):
            if words := [word for word in _words(part) if word not in REGIONS]:
                yield " ".join(words)
    if enterprise.address:
        yield enterprise.address


def _numbers(enterprise: Enterprise) -> Iterable[str]:
    """Of papers, brands and products, by which it could be looked up; and its telephone, however short."""
    papers = enterprise.documents.values_list("number", flat=True)
    brands = enterprise.innovations.values_list("number", flat=True)
    codes = enterprise.products.order_by("pk").values_list("code", flat=True)[:MOST_PRODUCTS]
    for number in (*papers, *brands, *codes, enterprise.phone, enterprise.postal_code):
        if len("".join(_words(number))) >= SHORTEST:
            yield number
