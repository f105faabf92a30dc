"""Judged sets through the production path: figures as defined, and nothing of the portal's touched."""

from __future__ import annotations

import math
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from curation.matching.evaluation import BadSet, figures, interval, ndcg, ranked, read_set
from curation.models import ProductWord, SearchedProduct, SearchState
from tests.curation.matching.shop import a_few
from tests.matching import judged_set

pytestmark = pytest.mark.django_db


def files(folder: Path, documents: str, queries: str, judgements: str) -> dict[str, Path]:
    given = {"documents": documents, "queries": queries, "judgements": judgements}
    for name, content in given.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return {name: folder / f"{name}.csv" for name in given}


def small(folder: Path) -> dict[str, Path]:
    return files(
        folder,
        "id,title,text\na,Baut baja,\nb,Mur baja,\nc,Keripik,singkong pedas\n",
        "id,text\n1,mur baja\n2,singkong\n3,nothing\n",
        "query_id,document_id,grade\n1,b,3\n1,a,1\n2,c,2\n3,c,0\n",
    )


def test_gain_falls_with_the_rank():
    grades = {"a": 3, "b": 1}
    assert ndcg(grades, ["a", "b"]) == 1
    swapped = (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    assert ndcg(grades, ["b", "a"]) == pytest.approx(swapped)
    assert ndcg(grades, ["x"] * 10 + ["a"]) == 0


def test_the_interval_holds_the_mean_and_is_the_same_each_time():
    values = [n / 100 for n in range(100)]
    low, high = interval(values)
    assert low < 0.495 < high
    assert interval(values) == (low, high)


def test_a_small_set(tmp_path):
    paths = small(tmp_path)
    judged = read_set(**paths)
    found = ranked(judged, "id")
    assert found == {"1": ["b", "a"], "2": ["c"]}
    result = figures(judged, found)
    assert (result.ndcg10, result.recall100, result.mrr) == (1, 1, 1)
    assert judged.left_out == 1


def test_the_command_prints_its_line_and_leaves_the_portal_alone(tmp_path):
    a_few()
    before = [list(model.objects.order_by("pk").values_list()) for model in (SearchedProduct, ProductWord, SearchState)]
    out = StringIO()
    call_command("evaluate_matching", **small(tmp_path), language="id", stdout=out)
    assert out.getvalue().splitlines()[-1] == (
        "evaluate: queries=2 documents=3 ndcg10=1.000 recall100=1.000 mrr=1.000 ci95=[1.000,1.000]"
    )
    assert [
        list(model.objects.order_by("pk").values_list()) for model in (SearchedProduct, ProductWord, SearchState)
    ] == before


@pytest.mark.parametrize(
    ("part", "content", "says"),
    [
        ("documents", "id,title\n1,a\n", "no column text"),
        ("queries", "text\nx\n", "no column id"),
        ("judgements", "query_id,document_id,grade\n1,a,good\n", "line 2"),
        ("judgements", "query_id,document_id,grade\n", "no query"),
    ],
)
def test_a_file_that_is_no_part_of_a_set_is_named(tmp_path, part, content, says):
    paths = small(tmp_path)
    paths[part].write_text(content, encoding="utf-8")
    with pytest.raises(BadSet, match=says):
        read_set(**paths)
    with pytest.raises(CommandError, match=says):
        call_command("evaluate_matching", **paths)


def test_an_unknown_engine_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no such engine"):
        call_command("evaluate_matching", **small(tmp_path), against="lucene")


def test_odd_documents_and_queries_are_no_error(tmp_path):
    long = "kata " * 5_000
    paths = files(
        tmp_path,
        f'id,title,text\na,"😀 ""&|!:*()\'--`",\nb,,\nc,{long},{long}\nd,Baut,Baut baja\n',
        f'id,text\n1,baut\n2,"&|!:*()\'--`"\n3,\n4,{long * 2}\n5,yang\n',
        "query_id,document_id,grade\n1,d,1\n2,a,1\n3,a,1\n4,c,1\n5,a,1\n",
    )
    found = ranked(read_set(**paths), "id")
    assert found["1"] == ["d"]
    assert found["4"][0] == "c"


def test_peers_take_part_in_the_same_run(tmp_path):
    out = StringIO()
    call_command("evaluate_matching", **small(tmp_path), against="tantivy,bm25s,fts5", stdout=out)
    said = out.getvalue()
    assert all(f"{name}: ndcg10=1.000" in said for name in ("tantivy", "bm25s", "fts5"))


def test_the_judged_needs_are_ranked_well(tmp_path):
    """The floor under what was measured when the numbers were chosen; both halves, both languages."""
    for language, least in (("id", 0.78), ("en", 0.66)):
        documents, queries = judged_set.documents(), judged_set.queries(language)
        grades = list(judged_set.spread((each.id, each.title) for each in documents))
        judged_set.write_files(tmp_path, documents, queries, grades)
        judged = read_set(*(tmp_path / f"{name}.csv" for name in ("documents", "queries", "judgements")))
        assert figures(judged, ranked(judged, language="id")).ndcg10 > least
