"""English titles of activities (ISIC Rev. 4) as queries over the Indonesian classes (KBLI 2020): tenders in one language, classes in the other.

KBLI follows ISIC in its first four digits: a class under the title's own is what is asked for, one of its group is near.
"""

from __future__ import annotations

from portal.reference.files import rows_of
from tests.matching.judged_set import Document, Grade, Query

FILE = "kbli2020.csv.gz"
CLASS, GROUP, FIVE = 4, 3, 5
ASKED, NEAR = 2, 1


def judged() -> tuple[list[Document], list[Query], list[Grade]]:
    rows = list(rows_of(FILE))
    documents = [Document(row["kode"], row["judul"], row["uraian"]) for row in rows if len(row["kode"]) == FIVE]
    titles = {row["kode"]: row["judul_en"] for row in rows if len(row["kode"]) == CLASS and row["judul_en"]}
    # Where a class has one class below it alone, that has the same title.
    queries = [Query(code, title) for code, title in titles.items()]
    grades = [
        (query.id, document.id, ASKED if document.id[:CLASS] == query.id else NEAR)
        for query in queries
        for document in documents
        if document.id[:GROUP] == query.id[:GROUP]
    ]
    return documents, queries, grades
