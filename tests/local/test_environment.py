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
    environment.stamp(environment.RUNTIME).write_text(hashlib.sha256(environment.RUNTIME.read_bytes()).hexdigest())
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
