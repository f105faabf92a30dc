"""`python3 portal/local <command>`. Checks the ground it stands on before importing what needs a recent Python."""

import importlib
import os
import sys

OLDEST = (3, 11)

if sys.platform in ("win32", "cygwin"):
    sys.exit("MitraPasok does not run on Windows itself: use WSL 2 (wsl --install) or Docker (docker compose up).")
if sys.version_info < OLDEST:
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit(
        f"MitraPasok needs Python 3.11 or newer and this is {found}: install one, then `make demo PYTHON=python3.11`."
    )

# Started by path, Python puts this folder first on sys.path; the project's root belongs there instead, so that no
# module of ours can take the name of one in the standard library.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

sys.exit(importlib.import_module("portal.local.commands").main(sys.argv[1:]))
