"""Finding regions, KBLI classes and tariff codes by code or by words, also misspelt, informal or English ones.

Order: the code itself, codes that begin so, texts with all words (in their own name before their description), then
texts with some of them. A word that no text has is read as what people say for a trade ("nelayan"), as informal
Indonesian, as English, and last as a spelling mistake.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Count, FloatField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Left, Length, StrIndex
from django.utils.translation import gettext as _

from portal.models.reference import HsCode, KbliClass, Region, SearchWord
from portal.reference.files import english_to_indonesian, informal_spellings, stop_words, trade_words
from portal.text import fold

MOST_WORDS = 8
SPELLINGS, LEAST_SIMILARITY = 3, 0.4
MOST_TRANSLATIONS, TRANSLATED = 6, 0.8
# A word that only begins another one, where it has a meaning of its own.
BEGUN = 0.5
# In how many entries a word is taken to stand that is only known by its translation.
RARE = 20
# What a word is worth by where it stands: its own name or the text around it; whole or as a beginning.
PLACES = ((4.0, "own_text", " "), (3.0, "own_text", ""), (1.5, "search_text", " "), (1.0, "search_text", ""))
CODE_TYPED = re.compile(r"[\d. ]+")

PLACE_WORDS = {
    "kab": "kabupaten", "kec": "", "kecamatan": "", "desa": "", "kel": "", "kelurahan": "", "prov": "", "provinsi": "",
    "jabar": "jawa barat", "jateng": "jawa tengah", "jatim": "jawa timur", "jogja": "yogyakarta", "yogya": "yogyakarta",
    "diy": "yogyakarta", "sumut": "sumatera utara", "sumbar": "sumatera barat", "sumsel": "sumatera selatan",
    "kalbar": "kalimantan barat", "kalteng": "kalimantan tengah", "kalsel": "kalimantan selatan",
    "kaltim": "kalimantan timur", "kaltara": "kalimantan utara", "sulut": "sulawesi utara",
    "sulteng": "sulawesi tengah",
    "sulsel": "sulawesi selatan", "sultra": "sulawesi tenggara", "sulbar": "sulawesi barat", "kepri": "kepulauan riau",
    "babel": "bangka belitung", "ntb": "nusa tenggara barat", "ntt": "nusa tenggara timur",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One way to read a typed word, and how sure that reading is (1 = as typed)."""

    word: str
    weight: float


@dataclass(frozen=True)
class Term:
    """A typed word in all its readings; `worth` is higher for rare words."""

    variants: tuple[Variant, ...]
    worth: float

    def found(self) -> Q:
        return reduce(or_, (Q(search_text__contains=f" {v.word}") for v in self.variants))

    def score(self) -> Case:
        options = sorted(
            (
                (points * variant.weight * self.worth, field, f" {variant.word}{end}")
                for variant in self.variants
                for points, field, end in PLACES
            ),
            reverse=True,
        )
        return Case(
            *(When(**{f"{field}__contains": text}, then=Value(points)) for points, field, text in options),
            default=Value(0.0),
            output_field=FloatField(),
        )


def search_kbli(text: str, edition: int, limit: int = 20, *, level: int | None = 5) -> list[KbliClass]:
    """Classes of one edition; by default only the 5-digit ones, which are what an enterprise registers."""
    classes = KbliClass.objects.filter(edition=edition)
    if code := typed_code(text):
        return list(classes.filter(code__startswith=code).order_by(Length("code"), "code")[:limit])
    if level:
        classes = classes.filter(level=level)
    return _search(classes, fold(text).split(), SearchWord.Source.KBLI, limit)


def search_hs(text: str, limit: int = 20) -> list[HsCode]:
    """Headings, subheadings and tariff lines."""
    if code := typed_code(text):
        return list(HsCode.objects.filter(code__startswith=code).order_by(Length("code"), "code")[:limit])
    return _search(HsCode.objects.all(), fold(text).split(), SearchWord.Source.HS, limit)


def search_regions(text: str, level: int | None = None, within: str = "", limit: int = 20) -> list[Region]:
    """Regions whose names, with those above them, hold the words ("ceper klaten"); `within` a region's code."""
    regions = Region.objects.all()
    if level:
        regions = regions.filter(level=level)
    if within:
        regions = regions.filter(code__startswith=f"{within}.")
    if typed_code(text):
        return list(regions.filter(code__startswith=text.strip()).order_by("level", "code")[:limit])
    words = " ".join(PLACE_WORDS.get(word, word) for word in fold(text).split()).split()
    return _search(regions, words, SearchWord.Source.REGION, limit, ("level",))


def regions_under(code: str = "") -> QuerySet[Region]:
    """One step down: provinces, then a province's regencies, a regency's districts, a district's villages."""
    return Region.objects.filter(parent=code or None).order_by("name", "code")


def lineage(code: str) -> list[Region]:
    """A region and those above it, province first."""
    parts = code.split(".")
    return list(Region.objects.filter(code__in=[".".join(parts[: n + 1]) for n in range(len(parts))]).order_by("level"))


@dataclass(frozen=True)
class KbliEditionHint:
    """A code that the wanted edition doesn't have and another does, with what may stand for it now."""

    found: KbliClass
    wanted_edition: int
    suggestions: list[KbliClass]

    @property
    def message(self) -> str:
        text = _("%(code)s is a KBLI %(other)s code (%(title)s). KBLI %(wanted)s does not have it.") % {
            "code": self.found.code,
            "other": self.found.edition,
            "title": self.found.display_title,
            "wanted": self.wanted_edition,
        }
        if self.suggestions:
            text += " " + _("Closest in KBLI %(wanted)s: %(codes)s.") % {
                "wanted": self.wanted_edition,
                "codes": "; ".join(str(suggestion) for suggestion in self.suggestions),
            }
        return text


def kbli_edition_hint(code: str, edition: int, limit: int = 3) -> KbliEditionHint | None:
    """None where the edition has the code, or no edition has. The suggestions are for a person to choose from."""
    with_code = list(KbliClass.objects.filter(code=re.sub(r"\D", "", code)))
    if not with_code or any(found.edition == edition for found in with_code):
        return None
    found = with_code[0]
    alike = (
        KbliClass.objects.filter(edition=edition, level=found.level)
        .annotate(likeness=TrigramSimilarity("own_text", fold(found.title)))
        .order_by("-likeness", "code")
    )
    return KbliEditionHint(found, edition, [each for each in alike[:limit] if each.likeness > LEAST_SIMILARITY])


def typed_code(text: str) -> str:
    """The digits of what looks like a code (73.18.15, 7318 15), else nothing."""
    return re.sub(r"\D", "", text) if CODE_TYPED.fullmatch(text.strip()) else ""


def _search(
    queryset: QuerySet, words: list[str], source: SearchWord.Source, limit: int, tie_breaks: tuple[str, ...] = ()
) -> list:
    telling = [word for word in words if word not in stop_words()] or words
    # The words of both editions of the KBLI stand in one list; what only the other one says is no word here.
    lexicon = Lexicon(source, queryset if source == SearchWord.Source.KBLI else None)
    terms = [term for word in telling[:MOST_WORDS] if (term := _read(word, lexicon))]
    if not terms:
        return []
    first = terms[0].variants[0].word
    ranked = queryset.annotate(
        score=reduce(add, (term.score() for term in terms)),
        # Between equals: where the first word stands earliest in the text.
        place=StrIndex("search_text", Value(f" {first}")),
    ).order_by("-score", *tie_breaks, "place", "code")
    found = list(ranked.filter(reduce(and_, (term.found() for term in terms)))[:limit])
    if found or len(terms) == 1:
        return found
    return list(ranked.filter(reduce(or_, (term.found() for term in terms)))[:limit])


@dataclass(frozen=True)
class Known:
    """In how many entries a word stands at most, as itself or as a beginning; and whether as itself anywhere."""

    entries: int
    whole: bool


@dataclass(frozen=True)
class Lexicon:
    """The words of a list; `entries`: those of its entries that are searched, where it isn't all of them."""

    source: SearchWord.Source
    entries: QuerySet | None

    def known(self, words: Iterable[str]) -> dict[str, Known]:
        """Those of the words that occur."""
        wanted = list(dict.fromkeys(words))
        counted = self._in_list(wanted) if self.entries is None else self._in_entries(self.entries, wanted)
        return {word: Known(most, bool(whole)) for word, (most, whole) in counted.items() if most}

    def alike(self, word: str) -> Sequence[SearchWord]:
        """People mistype, but hardly ever the first letter. A word may be the beginning of a longer one, mistyped or not:
        "galfanis" of "galvanisasi"."""
        near = list(
            self._words.filter(word__trigram_similar=word, word__startswith=word[0])
            .annotate(
                likeness=Greatest(TrigramSimilarity("word", word), TrigramSimilarity(Left("word", len(word)), word))
            )
            .filter(likeness__gte=LEAST_SIMILARITY)
            .order_by("-likeness", "-entries")[: SPELLINGS if self.entries is None else 3 * SPELLINGS]
        )
        if self.entries is not None:
            here = self.known(each.word for each in near)
            near = [each for each in near if each.word in here]
        return near[:SPELLINGS]

    @property
    def _words(self) -> QuerySet[SearchWord]:
        return SearchWord.objects.filter(source=self.source)

    def _in_list(self, words: list[str]) -> dict[str, tuple[int, int]]:
        counts = {}
        for word in words:
            row = self._words.filter(word__startswith=word).aggregate(
                most=Max("entries"), whole=Max("entries", filter=Q(word=word))
            )
            counts[word] = (row["most"] or 0, row["whole"] or 0)
        return counts

    @staticmethod
    def _in_entries(entries: QuerySet, words: list[str]) -> dict[str, tuple[int, int]]:
        if not words:
            return {}
        asked = {}
        for place, word in enumerate(words):
            asked[f"begun{place}"] = Count("pk", filter=Q(search_text__contains=f" {word}"))
            asked[f"whole{place}"] = Count("pk", filter=Q(search_text__contains=f" {word} "))
        row = entries.aggregate(**asked)
        return {word: (row[f"begun{place}"], row[f"whole{place}"]) for place, word in enumerate(words)}


def _read(word: str, lexicon: Lexicon) -> Term | None:
    """The readings of a typed word that occur in the list at all."""
    trade = tuple(Variant(phrase, TRANSLATED) for phrase in trade_words().get(word, ()))
    known = lexicon.known([word]).get(word)
    if known and known.whole:
        return Term((Variant(word, 1.0), *trade), _worth(known.entries))
    standard = informal_spellings().get(word)
    glossary = english_to_indonesian()
    singular = word.removesuffix("s"), word.removesuffix("es")
    translations = next((glossary[each] for each in (word, *singular) if each in glossary), ())
    others = lexicon.known([*filter(None, [standard]), *translations[:MOST_TRANSLATIONS]])
    meant = (*trade, *(Variant(other, TRANSLATED) for other in others))
    if known:
        # Only as a beginning: "keram" of "keramik", but also "coffee" of a place by that name, which is not what is meant.
        return Term((Variant(word, BEGUN if meant else 1.0), *meant), _worth(known.entries))
    if meant:
        return Term(meant, _worth(max((each.entries for each in others.values()), default=RARE)))
    return _respelt(word, lexicon)


def _respelt(word: str, lexicon: Lexicon) -> Term | None:
    alike = lexicon.alike(word)
    close = [each for each in alike if each.likeness >= 0.75 * alike[0].likeness]
    if not close:
        return None
    return Term(tuple(Variant(each.word, each.likeness) for each in close), _worth(max(each.entries for each in close)))


def _worth(entries: int) -> float:
    return math.log(1 + 100_000 / entries)
