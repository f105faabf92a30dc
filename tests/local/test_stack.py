"""A crashed program is started again, later each time, and given up in the end."""

import os
import socket
import sys
import time

import pytest

from portal.local.problems import Problem
from portal.local.processes import Program, start
from portal.local.stack import RESTARTS, STEADY, Watched, check_port

CRASH = [sys.executable, "-c", "raise SystemExit('no such table')"]


@pytest.fixture
def watched(tmp_path):
    program = Program(name="worker", argv=CRASH, env=os.environ, log=tmp_path / "worker.log")
    return Watched(program, tmp_path / "pids", start(program, pids=tmp_path / "pids"))


def crash(watched: Watched, now: float) -> None:
    """It has ended; the look after its pause starts it again."""
    watched.child.process.wait()
    watched.look(now)
    assert watched.again_at is not None
    watched.look(watched.again_at)


def test_pauses_grow_and_the_last_words_come_with_giving_up(watched, capsys):
    now = time.monotonic()
    for _ in range(RESTARTS):
        crash(watched, now)
    assert [line.rpartition(" in ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "1 s.",
        "2 s.",
        "4 s.",
        "8 s.",
    ]
    watched.child.process.wait()
    with pytest.raises(Problem, match=r"The worker crashed 5 times.*\n.*no such table"):
        watched.look(now)


def test_a_long_good_run_clears_the_record(watched):
    crash(watched, time.monotonic())
    crash(watched, time.monotonic())
    assert watched.crashes == 2
    crash(watched, time.monotonic() + STEADY + 1)
    assert watched.crashes == 1


def test_a_busy_port_is_told_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Problem, match=f"Port {port} is busy: .*PORT={port + 1}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)
