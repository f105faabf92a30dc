"""No child outlives its supervisor, and no stranger is ended in a child's place."""

import os
import signal
import sys
from pathlib import Path

import pytest

from portal.local.processes import Program, start, stop_leftovers
from tests.local.supervisors import SLEEP, STUBBORN, supervise, until

only_on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel of Linux alone tells a child of its parent's death"
)


def fake(tmp_path: Path, argv: list[str], **more) -> Program:
    return Program(name="fake", argv=argv, env=os.environ, log=tmp_path / "fake.log", **more)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose parent has not looked yet is no longer running.
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


@only_on_linux
def test_a_killed_supervisor_takes_its_children_along(tmp_path):
    supervisor, child = supervise(tmp_path, SLEEP, dies_with=signal.SIGTERM)
    assert lives(child)
    supervisor.kill()
    supervisor.wait()
    assert until(lambda: not lives(child))


def test_the_next_start_ends_what_was_left(tmp_path):
    # SIGCONT instead of a deadly signal: a system that tells children nothing.
    supervisor, child = supervise(tmp_path, SLEEP, dies_with=signal.SIGCONT, then="leave")
    supervisor.wait()
    assert lives(child)
    assert stop_leftovers(tmp_path / "pids") == ["fake"]
    assert until(lambda: not lives(child))
    assert stop_leftovers(tmp_path / "pids") == []


def test_what_was_left_and_takes_no_hint_is_killed_with_its_own_children(tmp_path):
    supervisor, child = supervise(tmp_path, STUBBORN, dies_with=signal.SIGCONT, then="leave")
    supervisor.wait()
    assert until(lambda: (tmp_path / "fake.log").read_text().count("deaf") == 2)
    assert stop_leftovers(tmp_path / "pids", patience=0.2) == ["fake"]
    assert until(lambda: not lives(child))


def test_a_stranger_with_the_pid_of_a_dead_child_is_left_alone(tmp_path):
    stranger = start(fake(tmp_path, SLEEP), pids=tmp_path / "elsewhere")
    (tmp_path / "pids").mkdir()
    (tmp_path / "pids" / "web").write_text(f"{stranger.process.pid} {int(signal.SIGKILL)}\n")
    assert stop_leftovers(tmp_path / "pids") == []
    assert stranger.alive
    stranger.stop()


def test_a_stop_asks_first_and_then_insists_on_the_whole_group(tmp_path):
    child = start(fake(tmp_path, STUBBORN, patience=0.2), pids=tmp_path / "pids")
    assert until(lambda: child.said().count("deaf") == 2)
    child.stop()
    assert child.status == -signal.SIGKILL
    assert stop_leftovers(tmp_path / "pids") == []


def test_a_childs_words_of_this_start_are_told_apart(tmp_path):
    for word in ("first", "second"):
        child = start(fake(tmp_path, [sys.executable, "-c", f"print('{word}')"]), pids=tmp_path / "pids")
        child.process.wait()
        assert child.said() == f"{word}\n"
