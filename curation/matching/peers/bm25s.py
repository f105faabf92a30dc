"""bm25s: BM25 (Lucene's variant) over each document as one text, the title once or three times in it."""

from __future__ import annotations

import logging

import bm25s

from curation.matching.evaluation import DEPTH, JudgedSet
from curation.matching.peers.words import Prepared, preparations

# It tells of each step.
logging.getLogger("bm25s").setLevel(logging.WARNING)

TITLE_TIMES = (1, 2, 3)
SETTINGS = {"k1 1.5 b 0.75": (1.5, 0.75), "k1 1.2 b 0.5": (1.2, 0.5)}


def rankings(judged: JudgedSet, language: str) -> dict[str, dict[str, list[str]]]:
    return {
        f"bm25s {name} title×{times} {setting}": _search(judged, prepare, times, *values)
        for name, prepare in preparations(language).items()
        for times in TITLE_TIMES
        for setting, values in SETTINGS.items()
    }


def _search(judged: JudgedSet, prepare: Prepared, times: int, k1: float, b: float) -> dict[str, list[str]]:
    texts = [
        [*prepare(each.title).split() * times, *prepare(each.text).split(), *prepare(each.kbli_title).split()]
        for each in judged.documents
    ]
    index = bm25s.BM25(method="lucene", k1=k1, b=b)
    index.index(texts, show_progress=False)
    most = min(DEPTH, len(texts))
    known = set(index.vocab_dict)
    found: dict[str, list[str]] = {}
    for key, text in judged.queries.items():
        words = [word for word in prepare(text).split() if word in known]
        if not words:
            found[key] = []
            continue
        places, scores = index.retrieve([words], k=most, show_progress=False)
        found[key] = [
            judged.documents[place].id for place, score in zip(places[0], scores[0], strict=True) if score > 0
        ]
    return found
