"""`python -m tests.smoke <address>`: the last line says how many checks passed and failed."""

from __future__ import annotations

import sys

from tests.smoke import api, contracting, curating, public, registering, selling
from tests.smoke.counting import Counting


def main(address: str) -> int:
    counting = Counting()
    public.drive(address, counting)
    business = registering.drive(address, counting)
    selling.drive(business, counting)
    programme = curating.begin(business, counting)
    curating.finish(programme, counting)
    number = contracting.drive(programme, counting)
    api.drive(programme, number, counting)
    print(f"smoke: {counting.passed} passed, {len(counting.failed)} failed", flush=True)
    return 1 if counting.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
