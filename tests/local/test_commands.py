"""What stands in the way comes as one sentence and status 1, never as a traceback."""

import os
import signal
import subprocess
import sys

import pytest

from tests.local.supervisors import ROOT, until

INTERRUPTED = """
import os, sys
from pathlib import Path
from portal.local import commands
from portal.local.processes import run
folder = Path(sys.argv[1])
step = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
commands.COMMANDS["step"] = lambda arguments: run(step, env=os.environ, doing="A step", output=folder / "step.log")
sys.exit(commands.main(["step"]))
"""


def supervisor(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "portal/local", *arguments],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none(port):
    ran = supervisor("demo", PORT=port)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"PORT={port} is no port number: ")
    assert len(ran.stderr.splitlines()) == 1


def test_an_unknown_command_lists_the_known_ones():
    ran = supervisor("demmo")
    assert ran.returncode == 2
    assert "demo|test|" in ran.stderr


def test_every_make_target_calls_a_command_there_is():
    lines = [
        line
        for line in (ROOT / "Makefile").read_text().splitlines()
        if "portal/local " in line and line.startswith("\t")
    ]
    called = {line.partition("portal/local ")[2].split()[0] for line in lines}
    listed = supervisor("?").stderr.rpartition(" ")[2].strip().split("|")
    assert called <= set(listed)
    assert {"demo", "test", "smoke", "services"} <= called


def test_an_interrupted_step_ends_with_the_command(tmp_path):
    command = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    log = tmp_path / "step.log"
    assert until(lambda: log.exists() and log.read_text().strip())
    command.send_signal(signal.SIGTERM)
    assert command.communicate()[0] == "\nStopped.\n"
    assert command.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)


@pytest.mark.parametrize(
    ("pretend", "says"),
    [
        ("sys.platform = 'win32'", "use WSL 2 (wsl --install) or Docker"),
        ("sys.version_info = (3, 9, 2)", "needs Python 3.11 or newer and this is 3.9: install one"),
    ],
)
def test_a_platform_that_will_not_do_is_told_before_anything_is_imported(pretend, says):
    program = f"import runpy, sys; {pretend}; sys.argv = ['portal/local', 'demo']; runpy.run_path('portal/local')"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert says in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
