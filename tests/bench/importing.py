"""`make bench-import`: a list of 50,000 products through the jobs of an upload, beside saving one model at a time.

Each measurement is a fresh process, so that memory is that of the importing one alone (and of the child that reads an XLSX).
The two take turns, three times each, and the best of each counts: what else the machine does meanwhile counts against neither.
Saving is measured on a sample of the same rows, read and checked beforehand, and in two ways: each save committed on its own,
and all in one transaction; the quicker way counts. The last line is the CSV.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench import lists
from tests.bench.bounds import Promise, all_kept

TURNS, WATCHED_EVERY = 3, 0.05
# Promised: of the CSV against saving one by one, and of either kind of file.
RATIO, PEAK_MB = 20, 256
# Models can be imported only after the set-up.
CHILD = "import sys, django; django.setup(); from tests.bench import measuring; measuring.main(*sys.argv[1:])"


def main() -> int:
    saved: list[dict[str, Any]] = []
    done: dict[str, list[dict[str, Any]]] = {"xlsx": [], "csv": []}
    with tempfile.TemporaryDirectory(prefix="mitrapasok-bench-") as name:
        folder = Path(name)
        lists.write(folder)
        for kind in ("xlsx", *["csv"] * TURNS):
            saved.append(_measured("save", folder / "produk.csv"))
            done[kind].append(_measured("import", folder / f"produk.{kind}"))
    return verdict(saved, done)


def verdict(saved: list[dict[str, Any]], done: dict[str, list[dict[str, Any]]]) -> int:
    """Says what was measured; 0 where everything promised was kept."""
    ways = {way: max(turn[way] for turn in saved) for way in saved[0] if way != "peak"}
    print("one model at a time, rows/s: " + ", ".join(f"{way} {rate:.0f}" for way, rate in ways.items()))
    naive = max(ways.values())
    every = [turn for turns in done.values() for turn in turns]
    _say("bench-import-xlsx", done["xlsx"], naive)
    kept = all_kept(
        Promise("ratio", _rate(done["csv"]) / naive, at_least=RATIO),
        Promise("peak_mb", max(turn["peak"] for turn in every), at_most=PEAK_MB),
    )
    _say("bench-import", done["csv"], naive)
    return 0 if kept and all(turn["rows"] == lists.ROWS and not turn["changes"] for turn in every) else 1


def _measured(what: str, path: Path) -> dict[str, Any]:
    """What the process says of itself, and the most memory it had at once, with its children."""
    peak = 0
    with subprocess.Popen([sys.executable, "-c", CHILD, what, str(path)], stdout=subprocess.PIPE) as child:
        while child.poll() is None:
            peak = max(peak, sum(map(_resident, [child.pid, *_children(child.pid)])))
            time.sleep(WATCHED_EVERY)
        said = child.stdout.read() if child.stdout else b""
    if child.returncode:
        raise SystemExit(f"bench-import: {what} {path.name} ended with status {child.returncode}")
    return json.loads(said.splitlines()[-1]) | {"peak": peak / 1024}


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _resident(pid: int) -> int:
    """In kilobytes."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
    return 0


def _rate(turns: list[dict[str, Any]]) -> float:
    return max(turn["rows"] / turn["seconds"] for turn in turns)


def _say(name: str, turns: list[dict[str, Any]], naive: float) -> None:
    rows = turns[0]["rows"]
    rate = _rate(turns)
    peak, changes = max(turn["peak"] for turn in turns), max(turn["changes"] for turn in turns)
    print(
        f"{name}: rows={rows} rows_per_s={rate:.0f} naive_rows_per_s={naive:.0f} ratio={rate / naive:.1f}"
        f" peak_mb={peak:.0f} second_import_changes={changes}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
