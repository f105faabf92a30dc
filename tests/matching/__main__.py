"""Judged sets as the three files that `manage.py evaluate_matching` takes.

python -m tests.matching needs FOLDER [--language id|en] [--half tuning|holdout]
python -m tests.matching awards AWARDS.csv FOLDER [--half tuning|holdout]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.matching import awards, judged_set


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.matching", description="Write a judged set as evaluation files.")
    which = parser.add_subparsers(dest="which", required=True)
    of_needs = which.add_parser("needs")
    of_needs.add_argument("--language", choices=judged_set.LANGUAGES, default="id")
    of_awards = which.add_parser("awards")
    of_awards.add_argument("path", type=Path)
    for each in (of_needs, of_awards):
        each.add_argument("folder", type=Path)
        each.add_argument("--half", choices=judged_set.HALVES, default="")
    given = parser.parse_args()
    if given.which == "needs":
        documents = list(judged_set.documents())
        queries = judged_set.queries(given.language, given.half)
        grades = list(judged_set.spread((each.id, each.title) for each in documents))
    else:
        documents, queries, grades = awards.judged(awards.read(given.path))
        queries = [each for each in queries if given.half in ("", judged_set.half(each.id))]
    judged_set.write_files(given.folder, documents, queries, grades)
    print(f"{given.which}: queries={len(queries)} documents={len(documents)}")


if __name__ == "__main__":
    main()
