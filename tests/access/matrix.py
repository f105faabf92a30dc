"""Who × where × how × whose: every cell is asked, and its answer held against what the policy and the rows promise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import models, transaction
from django.http import HttpResponse, SimpleCookie
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from portal.policy import Policy
from tests.access.endpoints import Endpoint, our_endpoints
from tests.access.registry import ALSO_ASKED, HIDDEN, REGISTRY, SENT, Reach, Words, reach_of
from tests.access.world import World
from tests.signing_in import signed_in

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
# What a person who may do it can be told: done, go on, mend what you sent, not in this state.
ANSWERED = {200, 201, 202, 204, 302, 303, 400, 409, 412, 415, 422, 428}
REFUSED = {403, 404}
# Whom the small matrix leaves out, because somebody else is like them; and whom it sends to public pages.
ALIKE = {"ministry_second", "approver_foreign", "service_officer", "staff"}
PUBLIC_SAMPLE = {"anonymous", "owner", "officer", "ministry_foreign"}


@dataclass(frozen=True)
class Cell:
    person: str
    endpoint: Endpoint
    method: str
    row: models.Model | None
    kwargs: dict[str, Any]
    own: bool  # the policy admits the person and the row is within their reach
    allowed: bool  # and they may do this to it

    def __str__(self) -> str:
        what = f" {self.row._meta.label}:{self.row.pk}" if self.row is not None else ""
        return f"{self.person} {self.method} {self.endpoint.name} {self.kwargs}{what}"


@dataclass
class Totals:
    endpoints: int = 0
    cells: int = 0
    allowed: int = 0
    answered: int = 0
    undeclared: int = 0
    leaks: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"access: endpoints={self.endpoints} cells={self.cells} own_allowed={self.answered} of={self.allowed}"
            f" leaks={len(self.leaks)} undeclared={self.undeclared}"
        )

    @property
    def holds(self) -> bool:
        return not self.leaks and not self.wrong and not self.undeclared and self.answered == self.allowed


def unregistered() -> list[str]:
    return [e.name for e in our_endpoints() if e.kwargs and e.name not in REGISTRY]


class Matrix:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = {
            name: SimpleCookie({"sessionid": signed_in(user).cookies["sessionid"].value})
            for name, user in world.people.items()
            if user.is_authenticated
        }
        self.rows: dict[type[models.Model], list[models.Model]] = {}
        self.reached: dict[tuple[str, str], set[Any]] = {}

    def ask(self, *, whole: bool, part: slice = slice(None)) -> Totals:
        totals = Totals()
        for endpoint in our_endpoints()[part]:
            totals.endpoints += 1
            cache.clear()  # nobody shall be asked to slow down
            totals.undeclared += sum(rule is None for rule in endpoint.policies.values()) or not endpoint.policies
            for cell in self.cells(endpoint, whole=whole):
                totals.cells += 1
                self.judge(cell, self.answer(cell), totals)
        return totals

    def cells(self, endpoint: Endpoint, *, whole: bool) -> Iterator[Cell]:
        """The whole matrix has every person and, of those admitted, every row; and the methods an address does not have.
        The small one leaves out those who are alike: of people not admitted all but one, of rows all but the ends."""
        for method, rule in endpoint.policies.items():
            turned_away = 0
            for name, user in self.world.people.items():
                admitted = rule is not None and rule.admits(user)
                turned_away += not admitted and name != "anonymous"
                public = rule is not None and rule.public
                if not whole and (
                    name in ALIKE or (turned_away > 1 and not admitted) or (public and name not in PUBLIC_SAMPLE)
                ):
                    continue
                yield from self._of_person(endpoint, method, rule, name, admitted, whole=whole)
        for method in sorted(METHODS - set(endpoint.policies)) if whole else ():
            for name in ("anonymous", "owner", "officer", "ministry", "operator"):
                yield from list(self._of_person(endpoint, method, None, name, False, whole=False))[:1]

    def _of_person(
        self, endpoint: Endpoint, method: str, rule: Policy | None, name: str, admitted: bool, *, whole: bool
    ) -> Iterator[Cell]:
        reach = reach_of(endpoint.name, method) if endpoint.kwargs else None
        if not isinstance(reach, Reach):
            words = list(reach.words) if isinstance(reach, Words) else [{}]
            may = ALSO_ASKED.get((endpoint.name, method), lambda user: True)
            known = endpoint.name not in HIDDEN and not (isinstance(reach, Words) and reach.unknown)
            for kwargs in words if whole else words[:1]:
                allowed = admitted and known and may(self.world.people[name])
                yield Cell(name, endpoint, method, None, kwargs, admitted, allowed)
            return
        user = self.world.people[name]
        within = self._within(f"{endpoint.name} {method}", reach, name) if admitted else set()
        own = [row for row in self._rows_of(reach.model) if row.pk in within]
        others = [row for row in self._rows_of(reach.model) if row.pk not in within]
        needed = [each for each in (reach.permission, "" if method == "GET" else reach.writes) if each]
        for row in own if whole else ends(own) if method == "GET" else own[-1:]:
            allowed = all(user.has_perm(each, row) for each in needed)
            yield Cell(name, endpoint, method, row, reach.kwargs(row), True, allowed)
        for row in others if whole and admitted else others[-1:]:
            yield Cell(name, endpoint, method, row, reach.kwargs(row), False, False)

    def _rows_of(self, model: type[models.Model]) -> list[models.Model]:
        if model not in self.rows:
            self.rows[model] = list(model._base_manager.order_by("pk"))
        return self.rows[model]

    def _within(self, endpoint: str, reach: Reach, name: str) -> set[Any]:
        key = (endpoint, name)
        if key not in self.reached:
            self.reached[key] = set(reach.rows(self.world.people[name]).values_list("pk", flat=True))
        return self.reached[key]

    def answer(self, cell: Cell) -> HttpResponseBase:
        """In a transaction that is undone: each cell finds the same world."""
        client = Client(raise_request_exception=False)
        if cell.person in self.sessions:
            client.cookies = SimpleCookie(self.sessions[cell.person].output(header="", sep=";"))
        address = reverse(cell.endpoint.name, kwargs=cell.kwargs)
        sent = SENT[cell.endpoint.name, cell.method](self.world.people[cell.person]) if self._fills_in(cell) else {}
        kind = "application/json" if cell.endpoint.api else "application/x-www-form-urlencoded"
        with transaction.atomic():
            answer = client.generic(cell.method, address, urlencode(sent), content_type=kind)
            if answer.streaming:
                answer.text_of_cell = b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        return answer

    def _fills_in(self, cell: Cell) -> bool:
        return cell.person in self.sessions and (cell.endpoint.name, cell.method) in SENT

    def judge(self, cell: Cell, answer: Any, totals: Totals) -> None:
        text, code = text_of(answer), answer.status_code
        for secret in self.world.not_for(cell.person, text):
            totals.leaks.append(f"{cell} -> {code}: {secret}")
        if code >= 500 and cell.endpoint.name != "readyz":
            totals.wrong.append(f"{cell} -> {code}")
        elif cell.method not in cell.endpoint.policies:
            if code not in (405, 401, 403, 302, 404):
                totals.wrong.append(f"{cell} -> {code}, though the address does not have this method")
        elif cell.allowed:
            totals.allowed += 1
            if code in ANSWERED or cell.endpoint.name == "readyz":
                totals.answered += self._shows(cell, code, text, totals)
            else:
                totals.wrong.append(f"{cell} -> {code}, though it is theirs")
        elif cell.own:
            if code not in REFUSED | {302, 409, 422}:
                totals.wrong.append(f"{cell} -> {code}, though they may not do this")
        elif code not in self._refusals(cell, answer):
            totals.wrong.append(f"{cell} -> {code}, though it is not theirs")

    def _shows(self, cell: Cell, code: int, text: str, totals: Totals) -> bool:
        reach = reach_of(cell.endpoint.name, cell.method)
        if cell.method != "GET" or code != 200 or not isinstance(reach, Reach) or reach.shows is None:
            return True
        wanted = reach.shows(cell.row)
        if wanted not in text:
            totals.wrong.append(f"{cell} -> its page does not show “{wanted}”")
        return wanted in text

    def _refusals(self, cell: Cell, answer: Any) -> set[int]:
        """The anonymous are sent to sign in, others are told that it is not for them or not there."""
        if cell.person == "anonymous" and not cell.endpoint.policies[cell.method].public:  # type: ignore[union-attr]
            if cell.endpoint.api:
                return {401}
            to_sign_in = str(answer.headers.get("Location", "")).startswith(reverse("account_login"))
            return {302} if to_sign_in else set()
        return REFUSED


def ends(rows: list[models.Model]) -> list[models.Model]:
    return rows if len(rows) < 3 else [rows[0], rows[-1]]


def text_of(answer: Any) -> str:
    """All that reached the person: the body (of a spreadsheet, its parts), and where they are sent."""
    body: bytes = getattr(answer, "text_of_cell", b"") or (answer.content if isinstance(answer, HttpResponse) else b"")
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return "\n".join([body.decode(errors="replace"), *(f"{key}: {value}" for key, value in answer.headers.items())])
