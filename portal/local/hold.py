"""`services`: PostgreSQL and the broker alone, until Ctrl-C, for those who start tests or manage.py often."""

import shlex

from portal.local import environment, project
from portal.local.places import ROOT, STATE
from portal.local.problems import Problem
from portal.local.services import services
from portal.local.signals import bell
from portal.local.state import SETTINGS, held, keep_secret, note_running

FOLDER = STATE / "services"


def hold() -> int:
    environment.ensure(environment.RUNTIME)
    with held(FOLDER, "services"), services(FOLDER, development=True) as running:
        env = project.settings_for(FOLDER, running) | {"DEBUG": "1"}
        lines = [f"export {name}={shlex.quote(env[name])}\n" for name in SETTINGS]
        file = FOLDER / "env.sh"
        keep_secret(file, "".join(lines))
        note_running(FOLDER, env)
        print("".join(line for line in lines if "_URL" in line), end="")
        print(f"\nAll of it in a file, for other terminals:  . {file.relative_to(ROOT)}")
        print("Then `make test`, `make manage ARGS=…` and manage.py use these services. Ctrl-C stops them.", flush=True)
        try:
            while all(child.alive for child in running.children):
                bell.sleep(0.5)
        finally:
            file.unlink(missing_ok=True)
            note_running(FOLDER, None)
        raise Problem(f"A service ended by itself; see {(FOLDER / 'logs').relative_to(ROOT)}.")
