"""`make demo` itself, in a copy of the project: what starts, what is refused meanwhile, what stays, and that nothing is left.

Two whole starts, so not in every run: `make test ARGS="-m long tests/local"`.
"""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.local.postgres import Postgres, free_port
from tests.local.supervisors import ROOT, until

ENDS_WITH = "logs in .local/demo/logs."
# The copy makes servers and keys of its own, whatever this test run has.
OURS = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "STATE_DIR", "SITE_URL", "SECRET_KEY", "DEBUG", "DEMO")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / "mitrapasok"
    skipped = shutil.ignore_patterns(".git", ".local", ".venv", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=skipped)
    (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    yield copy
    Postgres(copy / ".local" / "demo", durable=True).remove()


class Demo:
    def __init__(self, project: Path, port: int) -> None:
        env = {name: value for name, value in os.environ.items() if name not in OURS}
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "portal/local", "demo"],
            cwd=project,
            env=env | {"PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_up(self) -> None:
        for line in self.process.stdout:
            self.said += line
            if line.rstrip().endswith(ENDS_WITH):
                return
        raise AssertionError(self.said)

    def stop(self) -> str:
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=60)[0]


def running_from(project: Path) -> list[str]:
    """Command lines of processes that work in this folder, on its database, or with something below either."""
    ours = (str(project), str(Postgres(project / ".local" / "demo", durable=True).home))
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            folder = os.readlink(each / "cwd")
        except OSError:
            continue
        if any(place in words or folder.startswith(place) for place in ours):
            found.append(words)
    return found


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for what is left in /proc")
def test_a_demo_starts_refuses_a_second_one_keeps_its_data_and_leaves_nothing_running(project: Path) -> None:
    port = free_port()
    for start in (1, 2):
        demo = Demo(project, port)
        demo.wait_until_up()
        assert f"http://127.0.0.1:{port}" in demo.said
        assert "pemilik@contoh.id" in demo.said
        assert "operator@contoh.id" in demo.said
        # The second start finds everything prepared.
        assert ("Loading the sample data" in demo.said) == (start == 1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        if start == 1:
            second = Demo(project, free_port())
            refused = second.process.communicate(timeout=60)[0]
            assert second.process.returncode == 1
            assert f"the demo on port {port}" in refused
            assert len(refused.splitlines()) == 1
        assert "Stopped." in demo.stop()
        assert demo.process.returncode == 0
        assert until(lambda: not running_from(project)), running_from(project)
