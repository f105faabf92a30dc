"""The one place where a status changes: lock the row, ask the permission, check the state, write, record.

A flow is data. Nothing else assigns a status; the database refuses what a flow does not know (see the flow guard in the
migrations), and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.models import User
from portal.statuses import status_of


class MoveNotAllowed(Exception):
    """The object is not in a state, or the person not in a role, from which this move is open. API: 409; pages: a message."""

    def __init__(
        self, message: str, *, move: str, status: str, code: str = "move_not_allowed", field: str = ""
    ) -> None:
        super().__init__(message)
        # `field`: what of a request stands against it, where one does.
        self.message, self.move, self.status, self.code, self.field = message, move, status, code, field


class NotPermitted(MoveNotAllowed):
    """The state would allow it, the person may not. API: 403."""


class TooLate(MoveNotAllowed):
    """What somebody works on was published, offered or taken away meanwhile. Pages show what they typed with the reason."""


def permit(by: User, permission: str, subject: models.Model | None = None) -> None:
    """For what is written without a move. Raises NotPermitted."""
    if not by.has_perm(permission, subject):
        status = getattr(subject, "status", "")
        raise NotPermitted(_("You may not do this."), move=permission, status=status, code="not_permitted")


@dataclass(frozen=True)
class Move:
    """`permission` None: only a job makes this move. `label` is the verb on the button."""

    name: str
    from_: frozenset[str]
    to: str
    permission: str | None
    label: Any = ""
    by_job: bool = False

    def __init__(
        self, name: str, *, from_: Iterable[str], to: str, permission: str | None, label: Any = "", by_job: bool = False
    ) -> None:
        for key, value in {"name": name, "from_": frozenset(map(str, from_)), "to": str(to)}.items():
            object.__setattr__(self, key, value)
        object.__setattr__(self, "permission", permission)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "by_job", by_job or permission is None)


@dataclass(frozen=True)
class Flow:
    moves: tuple[Move, ...] = field(default=())

    def __init__(self, *moves: Move) -> None:
        object.__setattr__(self, "moves", moves)

    def __getitem__(self, name: str) -> Move:
        return next(move for move in self.moves if move.name == name)

    def pairs(self) -> set[tuple[str, str]]:
        """Every (from, to) that the database may see."""
        return {(source, move.to) for move in self.moves for source in move.from_}

    def open_to(self, user: User, subject: models.Model) -> list[Move]:
        """The moves this person can make now: what a page draws as buttons."""
        return [
            move
            for move in self.moves
            if move.permission and subject.status in move.from_ and user.has_perm(move.permission, subject)
        ]

    @transaction.atomic
    def make(
        self,
        name: str,
        subject: models.Model,
        *,
        by: User | None,
        payload: dict[str, Any] | None = None,
        personal: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """Move `subject` and write `changes` with it. `subject` is refreshed from the locked row.

        Raises NotPermitted or MoveNotAllowed; nothing is written then.
        """
        move = self[name]
        locked = type(subject)._base_manager.select_for_update(of=("self",)).get(pk=subject.pk)
        if locked.status not in move.from_:
            raise MoveNotAllowed(
                _("This was already changed: it is now “%(status)s”.") % {"status": status_label(locked)},
                move=name,
                status=locked.status,
            )
        if by is None and not move.by_job:
            raise NotPermitted(_("Only a person can do this."), move=name, status=locked.status, code="not_permitted")
        if by is not None and not (move.permission and by.has_perm(move.permission, locked)):
            raise NotPermitted(_("You may not do this."), move=name, status=locked.status, code="not_permitted")
        before = locked.status
        locked.status = move.to
        for key, value in changes.items():
            setattr(locked, key, value)
        locked.save(update_fields=["status", *changes])
        audit.record(locked, name, by=by, payload={"from": before, "to": move.to, **(payload or {})}, personal=personal)
        for key in ("status", *changes):
            setattr(subject, key, getattr(locked, key))

    @transaction.atomic
    def make_all(
        self, name: str, subjects: models.QuerySet, *, payload: dict[str, Any] | None = None, **changes: Any
    ) -> list[Any]:
        """A job's move of many rows at once, with an audit entry each. Rows not in a state for it are left alone.

        `changes` may be expressions. Returns the keys of the rows that moved.
        """
        move = self[name]
        if not move.by_job:
            raise NotPermitted(_("Only a person can do this."), move=name, status="", code="not_permitted")
        locked = subjects.filter(status__in=move.from_).order_by("pk").select_for_update(of=("self",))
        before = dict(locked.values_list("pk", "status"))
        subjects.model._base_manager.filter(pk__in=before).update(status=move.to, **changes)
        audit.record_all(
            subjects.model,
            name,
            {pk: {"from": status, "to": move.to, **(payload or {})} for pk, status in before.items()},
        )
        return list(before)


def status_label(subject: models.Model) -> str:
    return str(status_of(subject).label)
