"""`make demo`: the portal with sample data, kept between starts."""

import os

from portal.local import environment
from portal.local.places import ROOT, STATE
from portal.local.preparation import reset
from portal.local.problems import Problem
from portal.local.processes import stop_leftovers
from portal.local.stack import check_port, stack
from portal.local.state import held

FOLDER = STATE / "demo"


def demo() -> int:
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    with held(FOLDER, f"the demo on port {port}"):
        stop_leftovers(FOLDER / "pids")
        check_port(host, port)
        environment.ensure(environment.RUNTIME)
        if os.environ.get("RESET", "0") not in ("", "0"):
            if os.environ.get("DATABASE_URL"):
                raise Problem(
                    "RESET=1 empties only the built-in database: empty the one at DATABASE_URL yourself, or unset it."
                )
            reset(FOLDER)
        with stack(FOLDER, host=host, port=port, durable=True) as up:
            print(f"\nMitraPasok is running:  {up.address}\n", flush=True)
            print(up.read("/demo/sign-ins.txt"), flush=True)
            folder = FOLDER.relative_to(ROOT)
            print(
                f"Ctrl-C stops it. The data stay in {folder} (RESET=1 begins anew); logs in {folder}/logs.", flush=True
            )
            up.watch()
    return 0


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Problem(f"PORT={given} is no port number: give one from 1024 to 65535 (make demo PORT=8000).")
    return int(given)
