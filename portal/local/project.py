"""The portal as the supervisor sees it: manage.py in the right environment, and which commands it has."""

import os
from pathlib import Path

from portal.local.environment import PYTHON, variables
from portal.local.places import ROOT
from portal.local.processes import run
from portal.local.services import Services
from portal.local.state import generated_secrets

OWNERS = ("migrate", "makemigrations", "load_reference", "load_search", "showmigrations", "sqlmigrate", "dbshell")


def settings_for(
    folder: Path, services: Services, *, role: str = "app", site: str = "http://localhost:8000", demo: bool = False
) -> dict[str, str]:
    """The environment of a manage.py, web, worker or test process. What the caller's environment says wins,
    save for what decides where this stack's own data lie."""
    defaults = generated_secrets() | {
        "DEBUG": "0",
        "HTTPS": "0",
        "SITE_URL": site,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    }
    return (
        defaults
        | variables()
        | services.variables(role=role)
        | {"DJANGO_SETTINGS_MODULE": "portal.config.settings", "STATE_DIR": str(folder), "DEMO": "1" if demo else "0"}
    )


def role_of(command: str) -> str:
    return "owner" if command in OWNERS else "app"


def manage(*arguments: str, env: dict[str, str], folder: Path) -> str:
    """Run a management command to its end, quietly; what it said is in logs/."""
    return run(
        [str(PYTHON), "manage.py", *arguments],
        env=env,
        doing=f"manage.py {' '.join(arguments)}",
        output=folder / "logs" / f"{arguments[0]}.log",
        cwd=ROOT,
    )


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
