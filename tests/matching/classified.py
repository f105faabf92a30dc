"""The judged needs over classifications: which lines of the tariff, and which classes of activities, does a need ask for?

What a need is served by was judged by hand, recipe by recipe; a recipe has its tariff line and its class. So the answer follows from
both, whatever words are shared, and in whatever language the need or the classification is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portal.reference.files import rows_of
from tests.matching import tariff
from tests.matching.judged_set import EDITION, Document, Grade, Query, by_item, judgements, queries

FIVE = 5
# What serves a need less is named by its heading or group alone.
LEAST = 2
NEAR = 1


def over_tariff(language: str, asked_in: str) -> tuple[list[Document], list[Query], list[Grade]]:
    """The subheading of what serves the need as that does (where only its heading is known, that), the rest of its heading a little."""
    documents = tariff.documents(language)
    return documents, queries(asked_in), list(_grades(documents, lambda item: by_item()[item].hs, 6, 4))


def over_classes(asked_in: str) -> tuple[list[Document], list[Query], list[Grade]]:
    """Indonesian classes: the edition in force has no English titles."""
    documents = [
        Document(row["kode"], row["judul"], row["uraian"]) for row in rows_of(EDITION) if len(row["kode"]) == FIVE
    ]
    return documents, queries(asked_in), list(_grades(documents, lambda item: by_item()[item].kbli, FIVE, 3))


def _grades(documents: list[Document], code_of: Callable[[str], str], same: int, near: int) -> Iterator[Grade]:
    by_code: dict[str, list[str]] = {}
    for document in documents:
        for digits in (same, near):
            by_code.setdefault(document.id[:digits], []).append(document.id)
    best: dict[tuple[str, str], int] = {}
    for each in judgements():
        code = code_of(each.item)
        if not code or each.grade < LEAST:
            continue
        for digits, grade in ((same, each.grade), (near, NEAR)):
            for document in by_code.get(code[:digits], ()):
                best[each.need, document] = max(best.get((each.need, document), 0), grade)
    yield from ((need, document, grade) for (need, document), grade in best.items())
