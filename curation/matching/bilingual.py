"""Texts that stand beside their translation: the customs tariff, the activity classes, the glossary's phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from curation.matching.alignment import Pair
from curation.scoring.sql import Sql
from portal.models import HsCode, KbliClass
from portal.reference.files import rows_of
from portal.text import fold

# A long text aligns with nothing in particular.
MOST_WORDS = 24


def parallel() -> Iterator[tuple[str, str]]:
    """(Indonesian, English), as printed."""
    yield from HsCode.objects.order_by("code").values_list("description_id", "description_en")
    yield from KbliClass.objects.exclude(title_en="").order_by("edition", "code").values_list("title", "title_en")
    for row in rows_of("glosarium_id_en.csv.gz"):
        for indonesian in row["lema_id"].split(" | "):
            yield from ((indonesian, english) for english in row["lema_en"].split(" | "))


def stemmed(texts: Iterable[tuple[str, str]]) -> list[Pair]:
    """Read as search reads them, without what says little; pairs that would teach nothing are left out."""
    left, right = zip(*texts, strict=True)
    rows = Sql(
        f"SELECT {_stems('id', 'left_text')} AS a, {_stems('en', 'right_text')} AS b"
        " FROM unnest(%s::text[], %s::text[]) AS given (left_text, right_text)",
        (list(left), list(right)),
    ).rows()
    sides = ((tuple(row["a"] or ()), tuple(row["b"] or ())) for row in rows)
    return [(a, b) for a, b in sides if 0 < len(a) <= MOST_WORDS and 0 < len(b) <= MOST_WORDS]


def written_as() -> dict[str, str]:
    """Each English stem as it is mostly written: Indonesian texts borrow words, not stems."""
    words = Counter(word for _indonesian, english in parallel() for word in fold(english).split())
    known = list(words)
    rows = Sql(
        "SELECT word, (ts_lexize('search_en_stem', word))[1] AS stem FROM unnest(%s::text[]) AS word", (known,)
    ).rows()
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: words[row["word"]]):
        found[row["stem"]] = row["word"]
    return found


def _stems(language: str, column: str) -> str:
    return f"""(SELECT array_agg(lexeme ORDER BY positions[1]) FROM unnest(to_tsvector('search_{language}', search_fold({column})))
      WHERE lexeme ~ '^[a-z]' AND length(lexeme) > 1 AND NOT EXISTS (
        SELECT FROM curation_stopword s WHERE s.language = '{language}' AND s.word = lexeme))"""
