"""`python3 portal/local <command>`. Checks the ground it stands on before importing what needs a recent Python."""

import os
import sys

if sys.platform in ("win32", "cygwin"):
    sys.exit("MitraPasok does not run on Windows itself: use WSL 2 (wsl --install) or Docker (docker compose up).")
if sys.version_info < (3, 11):
    found = "%d.%d" % sys.version_info[:2]
    sys.exit(
        "MitraPasok needs Python 3.11 or newer and this is %s: install one and run `make demo PYTHON=python3.11`."
        % found
    )

# Started by path, Python puts this folder first on sys.path; the project's root belongs there instead, so that no
# module of ours can take the name of one in the standard library.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from portal.local.commands import main  # noqa: E402  (only after the checks above)

sys.exit(main(sys.argv[1:]))
