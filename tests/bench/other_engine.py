"""tantivy in the same run: the same texts, fields, filters and number of results, default BM25, one commit."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import tantivy

from curation.matching.query import MatchQuery
from portal.text import fold
from tests.bench import shelves

TOKENISERS = ("default", "en_stem")
TEXTS = ("name", "description", "class_title", "whose")
HEAP = 400_000_000


def index(rows: Path, folder: Path, tokeniser: str) -> Callable[[MatchQuery], float]:
    """Builds it, and gives back what asks it once and says how many seconds that took."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True)
    for field in TEXTS:
        builder.add_text_field(field, tokenizer_name=tokeniser)
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("amount", indexed=True, fast=True)
    schema = builder.build()
    folder.mkdir()
    built = tantivy.Index(schema, path=str(folder))
    writer = built.writer(HEAP, 1)
    for row in shelves.read(rows):
        document = tantivy.Document(id=int(row["id"]), amount=int(row["amount"]))
        for field in TEXTS:
            document.add_text(field, fold(row[field]))
        for facet in _facets(row):
            document.add_text("facet", facet)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    built.reload()
    searcher = built.searcher()

    def ask(query: MatchQuery) -> float:
        began = time.perf_counter()
        hits = searcher.search(_query(built, schema, query), 20).hits
        _ids = [searcher.doc(address)["id"][0] for _score, address in hits]
        return time.perf_counter() - began

    return ask


def _facets(row: dict[str, str]) -> list[str]:
    code = row["kbli"]
    return [
        *(f"k{digits}:{code[:digits]}" for digits in (5, 4, 3, 2)),
        f"p:{row['province']}",
        *(f"c:{kind}" for kind in row["certificates"].split("|") if kind),
        *(["cur:"] if row["curated"] == "1" else []),
    ]


def _query(built: tantivy.Index, schema: tantivy.Schema, query: MatchQuery) -> tantivy.Query:
    """Words and kin move ranks; marks, papers and quantity must hold: as ours."""
    must, should = tantivy.Occur.Must, tantivy.Occur.Should
    filters = query.filters
    code = query.kbli[1] if query.kbli else ""
    words = built.parse_query(fold(query.text), list(TEXTS))
    kin = [tantivy.Query.term_query(schema, "facet", f"k{digits}:{code[:digits]}") for digits in (4, 3)]
    return tantivy.Query.boolean_query(
        [
            (must, tantivy.Query.boolean_query([(should, part) for part in (words, *kin)])),
            *((must, tantivy.Query.term_query(schema, "facet", f"c:{kind}")) for kind in filters.certificates),
            *([(must, tantivy.Query.term_query(schema, "facet", "cur:"))] if filters.curated else []),
            (
                must,
                tantivy.Query.range_query(
                    schema, "amount", tantivy.FieldType.Integer, int(filters.capacity_from or 0), None
                ),
            ),
        ]
    )
