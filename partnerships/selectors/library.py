from __future__ import annotations

from partnerships.models import Clause


def current_clauses() -> list[Clause]:
    """The newest version of every clause of the library, in the order of a contract."""
    newest = Clause.objects.order_by("code", "-version").distinct("code")
    return sorted(newest, key=lambda clause: (clause.position, clause.code))
