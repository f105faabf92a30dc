"""PostgreSQL and the broker: the ones named in the environment, else our own."""

import contextlib
import os
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.local import broker, postgres
from portal.local.broker import Broker
from portal.local.postgres import DATABASE, Postgres
from portal.local.problems import Problem
from portal.local.processes import Child, run, stop_leftovers
from portal.local.state import generated_secrets

ROLES = {"owner": "MITRAPASOK_OWNER_PASSWORD", "app": "MITRAPASOK_APP_PASSWORD", "backup": "MITRAPASOK_BACKUP_PASSWORD"}


@dataclass(frozen=True)
class Services:
    app_url: str
    owner_url: str
    redis_url: str
    # Names the database that steps were done on; empty where it is not ours and may change behind our back.
    cluster: str
    children: tuple[Child, ...]

    def variables(self, *, role: str = "app") -> dict[str, str]:
        """For a child; DATABASE_URL is the login it is to use."""
        return {
            "DATABASE_URL": self.owner_url if role == "owner" else self.app_url,
            "OWNER_DATABASE_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
        }


@contextlib.contextmanager
def services(folder: Path, *, durable: bool = False, development: bool = False) -> Iterator[Services]:
    """`durable`: survives a power cut, as the demo's data should; tests would only lose time over it.
    `development`: the owner may make test databases and become the app role."""
    for name in stop_leftovers(folder / "pids"):
        print(f"Stopped a {name} left over from an earlier run.", flush=True)
    secrets = generated_secrets()
    with contextlib.ExitStack() as stack:
        app_url, owner_url, cluster, children = _database(folder, secrets, durable, development, stack)
        redis_url = os.environ.get("REDIS_URL", "")
        if redis_url:
            broker.check(redis_url)
        else:
            own = Broker(folder, password=secrets["VALKEY_PASSWORD"], durable=durable)
            stack.callback(own.stop)
            own.start()
            redis_url = own.address
            children += (own.child,) if own.child else ()
        yield Services(app_url, owner_url, redis_url, cluster, children)


def _database(
    folder: Path, secrets: dict[str, str], durable: bool, development: bool, stack: contextlib.ExitStack
) -> tuple[str, str, str, tuple[Child, ...]]:
    passwords = {name: secrets[name] for name in ROLES.values()}
    env = passwords | {"MITRAPASOK_DEVELOPMENT": "yes" if development else "no"}
    given, owner = os.environ.get("DATABASE_URL", ""), os.environ.get("OWNER_DATABASE_URL", "")
    if owner and not given:
        raise Problem("OWNER_DATABASE_URL is set and DATABASE_URL is not: set both, or neither.")
    if given:
        _check(owner or given, folder)
        if not owner:
            postgres.psql(postgres.client(), ["-d", given], env, folder / "logs")
            given, owner = _derived(given, "app", secrets), _derived(given, "owner", secrets)
        return given, owner, "", ()
    own = Postgres(folder, durable=durable)
    stack.callback(own.stop)
    own.start()
    own.bootstrap(env)
    app_url, owner_url = (own.address(f"mitrapasok_{role}", secrets[ROLES[role]]) for role in ("app", "owner"))
    return app_url, owner_url, own.cluster, (own.child,) if own.child else ()


def _derived(administrator: str, role: str, secrets: dict[str, str]) -> str:
    """The same server, our database, one of our roles."""
    parts = urllib.parse.urlsplit(administrator)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"mitrapasok_{role}:{secrets[ROLES[role]]}@{place}", path=f"/{DATABASE}").geturl()


def _check(url: str, folder: Path) -> None:
    parts = urllib.parse.urlsplit(url)
    try:
        run(
            [postgres.client(), "-X", "-q", "-d", url, "-c", "SELECT 1"],
            env=postgres.clean_environment() | {"PGCONNECT_TIMEOUT": "5"},
            doing="Connecting",
            output=folder / "logs" / "connect.log",
        )
    except Problem as problem:
        raise Problem(
            f"DATABASE_URL ({parts.hostname}:{parts.port or 5432}) does not answer: start that server, correct the address, "
            f"or unset DATABASE_URL to use the built-in PostgreSQL.\n{str(problem).partition(chr(10))[2]}"
        ) from problem
