"""One supervisor a folder, secrets made once, and steps that know what they were done from."""

import errno
import stat

import pytest

from portal.local.places import check_room
from portal.local.problems import Problem, explain, from_output
from portal.local.state import SECRETS, SETTINGS, generated_secrets, held, is_held, note_running, running_environment
from portal.local.steps import Done


def test_a_second_start_is_refused_and_told_who_holds_the_folder(tmp_path):
    with held(tmp_path, "the demo on port 8000"):
        assert is_held(tmp_path)
        with (
            pytest.raises(Problem, match=r"Already running: the demo on port 8000, process \d+.*Ctrl-C"),
            held(tmp_path, "x"),
        ):
            pass
    assert not is_held(tmp_path)
    with held(tmp_path, "the next"):
        pass


def test_secrets_are_made_once_kept_private_and_overruled_by_the_environment(tmp_path, monkeypatch):
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "secrets.json"
    first = generated_secrets(file)
    assert generated_secrets(file) == first
    assert first.keys() == SECRETS.keys()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("SECRET_KEY", "given")
    assert generated_secrets(file) == first | {"SECRET_KEY": "given"}


def test_another_terminal_learns_of_a_stack_only_while_it_runs(tmp_path):
    env = dict.fromkeys(SETTINGS, "x")
    with held(tmp_path, "the demo"):
        note_running(tmp_path, env)
        assert running_environment(tmp_path) == env
    # Killed, it had no time to take its note away.
    assert running_environment(tmp_path) == {}


def test_a_step_counts_as_done_only_on_the_database_it_was_done_on(tmp_path):
    Done(tmp_path, "one").note_in_database("migrate", "abc")
    assert Done(tmp_path, "one").holds_in_database("migrate", "abc")
    assert not Done(tmp_path, "one").holds_in_database("migrate", "changed")
    assert not Done(tmp_path, "another").holds_in_database("migrate", "abc")
    Done(tmp_path, "").note_in_database("migrate", "abc")
    assert not Done(tmp_path, "").holds_in_database("migrate", "abc"), (
        "a server of somebody else's may have been emptied"
    )


def test_too_little_room_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(Problem, match=r"The disk is full .* free at least 1 GB"):
        check_room(tmp_path / "not" / "yet", needed=2**60)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_later_is_told_in_the_same_words(code, tmp_path):
    assert str(explain(OSError(code, "full", str(tmp_path)))).startswith(f"The disk is full (looked at {tmp_path})")
    assert str(from_output("pip failed", "ERROR: [Errno 28] No space left on device")).startswith("The disk is full")
