"""`make tamper`: what was recorded and what was signed, changed in every way we know.

1,000 entries of the sample data's audit trail, by somebody who owns the database; and a contract that everybody signed, in 500 places, shown to
the page where anybody checks it. ENTRIES and FLIPS set the size.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import Any

from partnerships.selectors.file_check import Verdict, check_file
from partnerships.selectors.signed_file import signed_file
from tests.factories import partnerships as make
from tests.tamper import files

ENTRIES, FLIPS = int(os.environ.get("ENTRIES", "1000")), int(os.environ.get("FLIPS", "500"))
AS_OWNER = "import json, django; django.setup(); from tests.tamper import trail; print(json.dumps(trail.tampered({})))"


def main() -> int:
    trail = tamper_with_trail()
    print(
        f"{trail['anchored']} entries anchored; "
        + ", ".join(f"{kind} {count}" for kind, count in sorted(trail["kinds"].items()))
    )
    file = tamper_with_file()
    for kind, answers in file.by_kind.items():
        print(f"{kind}: {', '.join(f'{answer} {count}' for answer, count in sorted(answers.items()))}")
    print(f"{file.by_signatures_alone} changes leave every signature intact: only the file's fingerprint shows them")
    print(
        f"tamper: audit={trail['tried']} found={trail['found']} first_bad_named={trail['named']}"
        f" unanchored_window_s={trail['window']:.1f} pdf_flips={file.tried} accepted={file.accepted}"
    )
    return 0 if trail["tried"] == trail["found"] == trail["named"] and not file.accepted else 1


def tamper_with_trail() -> dict[str, Any]:
    """In a process of its own, with the login that owns the tables."""
    environment = os.environ | {"DATABASE_URL": os.environ["OWNER_DATABASE_URL"]}
    said = subprocess.run(
        [sys.executable, "-c", AS_OWNER.format(ENTRIES)], env=environment, stdout=subprocess.PIPE, check=True
    )
    return json.loads(said.stdout.splitlines()[-1])


def tamper_with_file() -> files.Found:
    contract = make.active(make.world(enterprises=2, authorities=3))
    text = contract.revisions.get(number=contract.revision)
    # Else nothing is proved by what is not accepted.
    assert check_file(signed_file(text).data).verdict == Verdict.IN_FORCE
    return files.tampered(text, FLIPS, random.Random("tamper"))
