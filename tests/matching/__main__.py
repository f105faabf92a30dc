"""Judged sets as the three files that `manage.py evaluate_matching` takes.

python -m tests.matching needs FOLDER [--language id|en] [--half tuning|holdout]
python -m tests.matching awards AWARDS.csv FOLDER [--half tuning|holdout]
python -m tests.matching tariff FOLDER [--language id|en] [--half tuning|holdout]
python -m tests.matching needs-tariff FOLDER [--language id|en] [--asked-in id|en] [--half tuning|holdout]
python -m tests.matching needs-classes FOLDER [--asked-in id|en] [--half tuning|holdout]
python -m tests.matching activities FOLDER [--half tuning|holdout]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.matching import activities, awards, classified, judged_set, tariff
from tests.matching.judged_set import Document, Grade, Query


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.matching", description="Write a judged set as evaluation files.")
    which = parser.add_subparsers(dest="which", required=True)
    of_needs = which.add_parser("needs")
    of_needs.add_argument("--language", choices=judged_set.LANGUAGES, default="id")
    of_awards = which.add_parser("awards")
    of_awards.add_argument("path", type=Path)
    of_tariff = which.add_parser("tariff")
    of_tariff.add_argument(
        "--language", choices=judged_set.LANGUAGES, default="en", help="of the lines; queries are English"
    )
    over_tariff, over_classes = which.add_parser("needs-tariff"), which.add_parser("needs-classes")
    over_tariff.add_argument("--language", choices=judged_set.LANGUAGES, default="id", help="of the lines")
    for each in (over_tariff, over_classes):
        each.add_argument("--asked-in", choices=judged_set.LANGUAGES, default="id")
    for each in (of_needs, of_awards, of_tariff, over_tariff, over_classes, which.add_parser("activities")):
        each.add_argument("folder", type=Path)
        each.add_argument("--half", choices=judged_set.HALVES, default="")
    given = parser.parse_args()
    if given.which == "needs":
        documents = list(judged_set.documents())
        queries = judged_set.queries(given.language, given.half)
        grades = list(judged_set.spread((each.id, each.title) for each in documents))
    else:
        documents, queries, grades = _judged(given)
        queries = [each for each in queries if given.half in ("", judged_set.half(each.id))]
    judged_set.write_files(given.folder, documents, queries, grades)
    print(f"{given.which}: queries={len(queries)} documents={len(documents)}")


def _judged(given: argparse.Namespace) -> tuple[list[Document], list[Query], list[Grade]]:
    match given.which:
        case "awards":
            return awards.judged(awards.read(given.path))
        case "tariff":
            return tariff.judged(given.language)
        case "needs-tariff":
            return classified.over_tariff(given.language, given.asked_in)
        case "needs-classes":
            return classified.over_classes(given.asked_in)
    return activities.judged()


if __name__ == "__main__":
    main()
