"""Every page as every role that may open it, at phone and desk width, on the running stack with its sample data.

`python -m tests.pages ADDRESS [route …]`: started by `make pages`, ARGS="route …" for some alone. Ends with the totals; screenshots and their contact sheet stay in
.local/pages/.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
django.setup()

from tests.pages.walk import walk  # noqa: E402

if __name__ == "__main__":
    totals = walk(sys.argv[1], sys.argv[2:])
    for line in totals.problems:
        print(line)
    print(totals)
    sys.exit(0 if totals.holds else 1)
