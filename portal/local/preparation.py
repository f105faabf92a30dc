"""Database and files as this version of the code wants them; what was done from the same inputs is skipped."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.local import project, steps
from portal.local.places import ROOT, STATE
from portal.local.postgres import Postgres
from portal.local.services import Services
from portal.local.steps import Done


@dataclass(frozen=True)
class Step:
    doing: str
    arguments: tuple[str, ...]
    digest: str
    role: str = "app"

    @property
    def name(self) -> str:
        return self.arguments[0]


def prepare(folder: Path, running: Services, env: dict[str, str]) -> None:
    done = Done(folder, running.cluster)
    _compile_messages(done, env, folder)
    for step in _pending(done):
        _do(step.doing, *step.arguments, env=env | running.variables(role=step.role), folder=folder)
        done.note_in_database(step.name, step.digest)
    _collect_static(folder, env)


def is_prepared(folder: Path) -> bool:
    """Without starting anything."""
    database = Postgres(folder, durable=False)
    return database.exists and not list(_pending(Done(folder, database.cluster)))


def reset(folder: Path) -> None:
    """Begin anew; the lock stays, since it is held."""
    Postgres(folder, durable=True).remove()
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def _pending(done: Done) -> Iterator[Step]:
    migrations, data = steps.of_migrations(), steps.of_data()
    for step in (
        Step("Preparing the tables", ("migrate", "--no-input"), migrations, role="owner"),
        Step("Loading the reference data", ("load_reference",), data, role="owner"),
        Step("Loading the words of the search", ("load_search",), data, role="owner"),
        Step("Loading the sample data", ("load_sample",), data),
    ):
        if not done.holds_in_database(step.name, step.digest):
            yield step


def _compile_messages(done: Done, env: dict[str, str], folder: Path) -> None:
    digest = steps.of_messages()
    if not (done.holds("messages", digest) and any(ROOT.glob("locale/*/*/*.mo"))):
        _do("Compiling the translations", "messages", "compile", env=env, folder=folder)
        done.note("messages", digest)


def _collect_static(folder: Path, env: dict[str, str]) -> None:
    """Collected (and compressed, which takes long) once per content; the state folders link to it."""
    built = STATE / "static" / steps.of_static()[:12]
    if not built.exists():
        new = STATE / f"static.{folder.name}"
        shutil.rmtree(new, ignore_errors=True)
        # Kept for other starts: with the manifest of hashed names, whatever DEBUG is here.
        env = env | {"STATE_DIR": str(new), "DEBUG": "0"}
        _do("Collecting the static files", "collectstatic", "--no-input", env=env, folder=folder)
        built.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            new.rename(built)
    link = folder / "static"
    link.unlink(missing_ok=True)
    link.symlink_to(built / "static")
    in_use = {other.resolve().parent for other in STATE.glob("*/static")} | {built}
    for old in set(built.parent.iterdir()) - in_use:
        shutil.rmtree(old, ignore_errors=True)


def _do(doing: str, *arguments: str, env: dict[str, str], folder: Path) -> None:
    print(f"{doing} …", flush=True)
    project.manage(*arguments, env=env, folder=folder)
