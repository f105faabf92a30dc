"""A POST to an address that somebody else chose: it must not lead into our network, hold a worker, or fill its memory.

The name is resolved here, every address it has is looked at, and the connection goes to the one that was looked at: so no second
answer of the name's server, nor a redirect, leads elsewhere. One deadline for all of it, however slowly bytes come.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from portal.enums import WebhookOutcome as O

# Of an answer only its code counts.
MOST_READ = 2048
# Carry an IPv4 address inside: who reads them as public is led inside.
TUNNELS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")]
REFUSED_PORTS = frozenset({0, 22, 25, 53, 110, 143, 465, 587, 993, 995, 3306, 5432, 6379, 9200, 11211, 27017})


@dataclass(frozen=True)
class Answer:
    outcome: O
    code: int | None
    seconds: float


class BadAddress(Exception):
    """Not one to be sent to. `code`: form, scheme, or inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parts_of(url: str, *, plain: bool) -> SplitResult:
    """Raises BadAddress. `plain`: also http."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("form") from error
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise BadAddress("scheme")
    odd = parts.username is not None or parts.password is not None or parts.fragment
    if not parts.hostname or odd or port in REFUSED_PORTS or any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise BadAddress("form")
    return parts


def allowed(address: str, *, loopback: bool) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return allowed(str(ip.ipv4_mapped), loopback=loopback)
        if ip.is_loopback:
            return loopback
        if any(ip in net for net in TUNNELS):
            return False
    if ip.is_loopback:
        return loopback
    return ip.is_global and not ip.is_multicast


def resolve(parts: SplitResult, *, seconds: float, loopback: bool) -> list[tuple[str, int]]:
    """Every address of the name. Raises BadAddress where one of them is inside; OSError, TimeoutError where there is none."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found: queue.Queue = queue.Queue()

    def ask() -> None:
        try:
            found.put(socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.put(error)

    # The system's resolver takes no deadline: it is left behind.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise OSError from answer
    hosts = list(dict.fromkeys(str(row[4][0]) for row in answer))
    if not hosts or not all(allowed(host, loopback=loopback) for host in hosts):
        raise BadAddress("inside")
    return [(host, port) for host in hosts]


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, plain: bool = False, loopback: bool = False
) -> Answer:
    """Never raises for what the other side does."""
    start = time.monotonic()
    code: int | None = None
    try:
        code = _post(url, body, headers, start + seconds, plain, loopback)
        outcome = O.TAKEN if 200 <= code < 300 else O.REDIRECTED if 300 <= code < 400 else O.ANSWERED
    except BadAddress:
        outcome = O.FORBIDDEN
    except TimeoutError:
        outcome = O.TIMED_OUT
    except ssl.SSLCertVerificationError:
        outcome = O.BAD_CERTIFICATE
    except (OSError, http.client.HTTPException, ValueError):
        # A socket that was shut at the deadline fails like one that the other side shut.
        outcome = O.TIMED_OUT if time.monotonic() - start >= seconds else O.UNREACHABLE
    return Answer(outcome, code, time.monotonic() - start)


def _post(url: str, body: bytes, headers: Mapping[str, str], until: float, plain: bool, loopback: bool) -> int:
    parts = parts_of(url, plain=plain)
    hosts = resolve(parts, seconds=_left(until), loopback=loopback)
    sock = _connected(hosts, until)
    # Each read has a time of its own; this ends them all. TLS takes the socket over, so the alarm holds a second handle of it.
    twin = sock.dup()
    alarm = threading.Timer(_left(until), _shut, [twin])
    alarm.daemon = True
    alarm.start()
    try:
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_left(until))
        connection.sock = sock
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, {"Host": parts.netloc, "Connection": "close", **headers})
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return answer.status
    finally:
        alarm.cancel()
        alarm.join()
        twin.close()
        sock.close()


def _connected(hosts: list[tuple[str, int]], until: float) -> socket.socket:
    failure: OSError = OSError()
    for host in hosts[:4]:
        try:
            return socket.create_connection(host, timeout=_left(until))
        except OSError as error:
            failure = error
    raise failure


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
