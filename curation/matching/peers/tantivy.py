"""tantivy, a search engine of Lucene's kind: BM25 over title, text and class title, title as weighty as tuned elsewhere."""

from __future__ import annotations

import tantivy

from curation.matching.evaluation import DEPTH, JudgedSet
from curation.matching.peers.words import Prepared, preparations

BOOSTS = {"1": {}, "2": {"title": 2.0}, "3": {"title": 3.0}}
FIELDS = ["title", "text", "kbli_title"]


def rankings(judged: JudgedSet, language: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for name, prepare in preparations(language).items():
        index = _index(judged, prepare)
        for boost, boosts in BOOSTS.items():
            found[f"tantivy {name} title×{boost}"] = _search(index, judged, prepare, boosts)
    return found


def _index(judged: JudgedSet, prepare: Prepared) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="default")
    index = tantivy.Index(builder.build())
    writer = index.writer(50_000_000, 1)
    for document in judged.documents:
        fields = {field: prepare(getattr(document, field)) for field in FIELDS}
        writer.add_document(tantivy.Document(id=document.id, **fields))
    writer.commit()
    index.reload()
    return index


def _search(
    index: tantivy.Index, judged: JudgedSet, prepare: Prepared, boosts: dict[str, float]
) -> dict[str, list[str]]:
    searcher = index.searcher()
    found: dict[str, list[str]] = {}
    for key, text in judged.queries.items():
        words = prepare(text)
        if not words:
            found[key] = []
            continue
        query = index.parse_query(words, FIELDS, field_boosts=boosts)
        hits = searcher.search(query, DEPTH).hits
        found[key] = [searcher.doc(address)["id"][0] for _score, address in hits]
    return found
