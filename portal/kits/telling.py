"""What a merged kit changed, in words, for the business whose kit it was: from the paths that the merge wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.kits.comparing import WHOLE
from portal.kits.questions import VISIT, Asked, AskedTable, section_title
from portal.models import Enterprise, VisitKit
from portal.sections import MEMBERS
from portal.selectors.kit import PRODUCTS


@dataclass(frozen=True)
class Told:
    """`changed`: what was saved; `left`: what stayed as it stood in the portal, though the kit said otherwise."""

    kit: VisitKit
    changed: tuple[str, ...]
    left: tuple[str, ...]


def told_of(enterprise: Enterprise, kits: Iterable[VisitKit]) -> list[Told]:
    asked = Asked(enterprise)
    members = (
        {str(row.pk): str(row) for row in enterprise.member_enterprises.all()} if enterprise.is_cooperative else {}
    )
    return [
        Told(
            kit,
            tuple(_words(asked, members, kit.outcome.get("taken", ()))),
            tuple(_words(asked, members, kit.outcome.get("left", ()))),
        )
        for kit in kits
    ]


def _words(asked: Asked, members: dict[str, str], paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        head, _slash, rest = path.partition("/")
        table = asked.table(head)
        question = asked.question(path)
        if table is not None:
            yield _row(table, rest, members)
        elif path == VISIT:
            yield str(section_title(VISIT))
        else:
            # A question that is asked no more is called by its name.
            yield str(question.label) if question else path


def _row(table: AskedTable, rest: str, members: dict[str, str]) -> str:
    if rest == WHOLE:
        return str(table.title)
    if rest.startswith("+"):
        return _("%(table)s: one more") % {"table": table.title}
    if table.name == MEMBERS:
        return f"{table.title}: {members.get(rest, rest)}"
    if table.name == PRODUCTS:
        code, _slash, column = rest.rpartition("/")
        return f"{code}: {_label(table, column)}"
    return f"{table.title}: {' '.join(filter(None, rest.split('/')))}"


def _label(table: AskedTable, name: str) -> Any:
    return next((column.label for column in table.columns if column.key == name), name)
