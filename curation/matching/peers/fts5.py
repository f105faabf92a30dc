"""SQLite's FTS5 with bm25(), the title once, twice or five times as weighty."""

from __future__ import annotations

import sqlite3

from curation.matching.evaluation import DEPTH, JudgedSet
from curation.matching.peers.words import Prepared, preparations

TITLE_WEIGHTS = (1.0, 2.0, 5.0)


def rankings(judged: JudgedSet, language: str) -> dict[str, dict[str, list[str]]]:
    return {
        f"fts5 {name} title×{weight:g}": found
        for name, prepare in preparations(language).items()
        for weight, found in _search(judged, prepare).items()
    }


def _search(judged: JudgedSet, prepare: Prepared) -> dict[float, dict[str, list[str]]]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE document USING fts5 (title, text, kbli_title)")
    database.executemany(
        "INSERT INTO document (rowid, title, text, kbli_title) VALUES (?, ?, ?, ?)",
        ((n, prepare(d.title), prepare(d.text), prepare(d.kbli_title)) for n, d in enumerate(judged.documents, 1)),
    )
    found: dict[float, dict[str, list[str]]] = {}
    for weight in TITLE_WEIGHTS:
        found[weight] = {}
        for key, text in judged.queries.items():
            words = " OR ".join(f'"{word}"' for word in dict.fromkeys(prepare(text).split()))
            rows = (
                database.execute(
                    f"SELECT rowid FROM document WHERE document MATCH ? ORDER BY bm25(document, {weight}, 1.0, 1.0) LIMIT {DEPTH}",
                    (words,),
                )
                if words
                else ()
            )
            found[weight][key] = [judged.documents[number - 1].id for (number,) in rows]
    return found
