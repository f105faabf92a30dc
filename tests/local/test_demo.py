"""`make demo` itself, in a copy of the project: what starts, what is refused meanwhile, what stays, and that nothing is left.

Three whole starts, so not in every run: `make long`.
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


def outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}


def name_in(project: Path, new: str = "") -> str:
    """The name of the sample's owner, as the running demo has it; given anew before that."""
    code = "from portal.models import User; found = User.objects.filter(email='pemilik@contoh.id'); "
    code += f"found.update(full_name={new!r}); " if new else ""
    done = subprocess.run(
        [sys.executable, "portal/local", "manage", "shell", "-v", "0", "-c", code + "print(found.get().full_name)"],
        cwd=project,
        env=outside(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


class Demo:
    def __init__(self, project: Path, port: int, **more: str) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "portal/local", "demo"],
            cwd=project,
            env=outside() | {"PORT": str(port)} | more,
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
    for start, reset in ((1, "0"), (2, "0"), (3, "1")):
        demo = Demo(project, port, RESET=reset)
        demo.wait_until_up()
        assert f"http://127.0.0.1:{port}" in demo.said
        assert "pemilik@contoh.id" in demo.said
        assert "operator@contoh.id" in demo.said
        # The second start finds everything prepared.
        assert ("Loading the sample data" in demo.said) == (start != 2)
        # Database, broker, and the scheduler's last round.
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        if start == 1:
            second = Demo(project, free_port())
            refused = second.process.communicate(timeout=60)[0]
            assert second.process.returncode == 1
            assert f"the demo on port {port}" in refused
            assert len(refused.splitlines()) == 1
            sample = name_in(project)
            assert name_in(project, "Nama yang diubah") == "Nama yang diubah"
        else:
            assert name_in(project) == ("Nama yang diubah" if start == 2 else sample)
        assert "Stopped." in demo.stop()
        assert demo.process.returncode == 0
        assert until(lambda: not running_from(project)), running_from(project)
