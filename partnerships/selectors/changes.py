"""What one text of a contract changed in another: term by term, line by line, and words within a clause."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.enums import Unit
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

SAME, REMOVED, ADDED = "same", "removed", "added"
TERMS: dict[str, Any] = {
    "title": gettext_lazy("Title"),
    "agreement": gettext_lazy("Agreement"),
    "starts_on": gettext_lazy("Begins"),
    "ends_on": gettext_lazy("Ends"),
    "value": gettext_lazy("Value"),
    "payment_days": gettext_lazy("Days to pay after acceptance"),
    "acceptance_days": gettext_lazy("Working days until deemed accepted"),
    "stamp_duty_serial": gettext_lazy("e-Meterai serial"),
}


@dataclass(frozen=True)
class Change:
    """`words`: pieces of a changed clause as (same | removed | added, text); else `before` and `after` say it."""

    label: str
    before: str = ""
    after: str = ""
    words: tuple[tuple[str, str], ...] = ()


def changes(earlier: dict[str, Any], later: dict[str, Any]) -> list[Change]:
    return [*_terms(earlier, later), *_parties(earlier, later), *_lines(earlier, later), *_clauses(earlier, later)]


def _terms(earlier: dict[str, Any], later: dict[str, Any]) -> Iterable[Change]:
    for name, label in TERMS.items():
        if earlier[name] != later[name]:
            yield Change(str(label), _term(name, earlier[name]), _term(name, later[name]))


def _term(name: str, value: Any) -> str:
    if name == "value":
        return rupiah(value, exact=True)
    if name in ("starts_on", "ends_on"):
        return tanggal(dt.date.fromisoformat(value))
    return str(value["title"] if name == "agreement" else value)


def _parties(earlier: dict[str, Any], later: dict[str, Any]) -> Iterable[Change]:
    before, after = _names(earlier), _names(later)
    if before != after:
        yield Change(_("Enterprises"), ", ".join(before), ", ".join(after))


def _names(content: dict[str, Any]) -> list[str]:
    return [
        _("%(name)s (leads)") % {"name": each["name"]} if each["leads"] else each["name"]
        for each in content["enterprises"]
    ]


def _lines(earlier: dict[str, Any], later: dict[str, Any]) -> Iterable[Change]:
    before = {line["position"]: _line(line) for line in earlier["lines"]}
    after = {line["position"]: _line(line) for line in later["lines"]}
    for position in sorted(before | after):
        if before.get(position) != after.get(position):
            yield Change(_("Line %(n)s") % {"n": position}, before.get(position, ""), after.get(position, ""))


def _line(line: dict[str, Any]) -> str:
    quantity = f"{angka(Decimal(line['quantity']))} {Unit(line['unit']).label}"
    price, amount = rupiah(line["price"], exact=True), rupiah(line["amount"], exact=True)
    return f"{line['item']}: {quantity} × {price} = {amount}"


def _clauses(earlier: dict[str, Any], later: dict[str, Any]) -> Iterable[Change]:
    before, after = _by_key(earlier), _by_key(later)
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old is None:
            yield Change(after[key]["title"], after=after[key]["body"])
        elif new is None:
            yield Change(old["title"], before=old["body"])
        elif (old["title"], old["body"]) != (new["title"], new["body"]):
            yield Change(new["title"], words=tuple(_words(old["body"], new["body"])))


def _by_key(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A library clause by its code, the parties' own by its title."""
    return {clause["code"] or f"own:{clause['title']}": clause for clause in content["clauses"]}


def _words(before: str, after: str) -> Iterable[tuple[str, str]]:
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield SAME, "".join(old[i:j])
            continue
        if j > i:
            yield REMOVED, "".join(old[i:j])
        if m > k:
            yield ADDED, "".join(new[k:m])
