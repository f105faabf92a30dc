"""Real awards as a judged development set: can the firm that won a package be found by what else it won?

A firm is described by the titles of its other packages; the packages kept back are the queries; who won one is relevant.
The awards themselves may not be shipped: the caller brings the file.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

from tests.matching.judged_set import Document, Grade, Query

# At most so many queries a firm, or the few large winners would be the whole set.
KEPT_BACK = 3
Award = dict[str, str]


def read(path: Path) -> list[Award]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def judged(awards: Iterable[Award]) -> tuple[list[Document], list[Query], list[Grade]]:
    """Documents, queries, judgements. Firms with one award describe themselves and are never the answer."""
    by_firm: dict[str, list[Award]] = {}
    for award in sorted(awards, key=_lot):
        by_firm.setdefault(award["kode_penyedia"], []).append(award)
    documents, winners, texts = [], {}, {}
    for firm, won in sorted(by_firm.items()):
        count = min(KEPT_BACK, len(won) // 2)
        for award in won[:count]:
            # The same title put out twice is one query with two winners.
            title = " ".join(award["nama_paket"].lower().split())
            winners.setdefault(title, set()).add(firm)
            texts.setdefault(title, Query(award["kode_nontender"], award["nama_paket"]))
        documents.append(Document(id=firm, title="", text=". ".join(award["nama_paket"] for award in won[count:])))
    grades = [(texts[title].id, firm, 1) for title, firms in winners.items() for firm in sorted(firms)]
    return documents, list(texts.values()), grades


def _lot(award: Award) -> str:
    """Which awards are kept back is drawn by digest: neither the first nor the dearest."""
    return hashlib.sha256(award["kode_nontender"].encode()).hexdigest()
