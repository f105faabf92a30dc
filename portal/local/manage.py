"""`manage`: a management command on the demo or the services that run, else on the demo's data for its time."""

import os
from collections.abc import Sequence

from portal.local import environment, project
from portal.local.demo import FOLDER as DEMO
from portal.local.environment import PYTHON
from portal.local.hold import FOLDER as SERVICES
from portal.local.processes import run_in_foreground
from portal.local.services import services
from portal.local.state import held, running_environment


def manage(arguments: Sequence[str]) -> int:
    environment.ensure(environment.RUNTIME)
    role = project.role_of(arguments[0] if arguments else "help")
    for folder in () if os.environ.get("DATABASE_URL") else (DEMO, SERVICES):
        if env := running_environment(folder):
            owner = {"DATABASE_URL": env["OWNER_DATABASE_URL"]} if role == "owner" else {}
            return _run(arguments, environment.variables() | env | owner)
    with held(DEMO, "manage.py"), services(DEMO, durable=True) as running:
        return _run(arguments, project.settings_for(DEMO, running, role=role, demo=True))


def _run(arguments: Sequence[str], env: dict[str, str]) -> int:
    return run_in_foreground([str(PYTHON), "manage.py", *arguments], env=env)
