"""The numbers of text ranking. They held on both halves of every judged set; see docs/decisions before touching one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    # BM25F: weights of the fields, saturation, and how much a field's length counts.
    name: float = 1.8
    text: float = 0.55
    class_title: float = 0.4
    owner: float = 0.3
    k1: float = 1.1
    name_b: float = 0.75
    text_b: float = 0.5
    idf_power: float = 0.85
    stop_word: float = 0.3
    # Of English texts: a need written in sentences is half function words there.
    stop_word_english: float = 0.1
    # A document with few of the query's words loses by the missing share to this power.
    coordination: float = 0.25
    # Of the idf of two words that stand side by side in query and text.
    adjacency: float = 0.3
    # Rows that the first pass hands to the second, for each that is asked for; with so many of them, no looser rung is tried.
    keep: int = 5
    enough: int = 8
    # The last and dearest rung is asked only below this: several of the rows may be one owner's.
    last: int = 3
    candidates: int = 1000
    # From the best so many, so many words more, at this weight; for English texts only, Indonesian ones lose by it.
    feedback: float = 0.05
    feedback_rows: int = 10
    feedback_words: int = 10
    feedback_share: float = 0.3
    # Likeness from which a word that no row has is taken for another, mistyped.
    spelling: float = 0.35
    # Pairs from the other language count less while the typed word stands in the texts itself.
    known_pair: float = 0.5


HELD = Parameters()
