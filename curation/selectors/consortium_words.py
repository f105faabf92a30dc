"""Why each member has its share, what else would do, and what is short: in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.matching.task import UNKNOWN_SCORE
from curation.models import ConsortiumMember, Need
from curation.selectors.consortium import CURATED, distance_part
from portal.enums import DocumentKind, Unit
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka, percent


@dataclass(frozen=True)
class Said:
    """One alternative: what it is, what it costs a month, and what the button asks for."""

    do: str
    title: str
    difference: str
    members: int
    money: int


def reasons(facts: dict[str, Any], price: Decimal, ceiling: int, required: Iterable[str]) -> list[str]:
    """Of what was kept with a share, or of a row of candidates."""
    found = []
    if facts.get("score") is not None:
        found.append(_("curated with a score of %(score)s") % {"score": angka(Decimal(facts["score"]), 1)})
    elif facts.get("curated"):
        found.append(_("curated"))
    else:
        found.append(_("not curated by you; counted as %(score)s") % {"score": angka(Decimal(UNKNOWN_SCORE), 0)})
    below = 100 - price * 100 / ceiling
    found.append(
        _("price %(part)s below the ceiling") % {"part": percent(below, 0)} if below >= 1 else _("price at the ceiling")
    )
    found.append(_distance(facts.get("km")))
    held = [kind for kind in required if kind in facts.get("certificates", [])]
    missing = [kind for kind in required if kind not in facts.get("certificates", [])]
    # Rows from before it was kept say nothing of who checked.
    verified = facts.get("verified", held)
    if checked := [kind for kind in held if kind in verified]:
        found.append(_("holds %(names)s") % {"names": names(checked)})
    if declared := [kind for kind in held if kind not in verified]:
        found.append(_("says it holds %(names)s, not yet verified") % {"names": names(declared)})
    if missing:
        found.append(_("lacks %(names)s") % {"names": names(missing)})
    return found


def member_reasons(member: ConsortiumMember) -> list[str]:
    consortium = member.consortium
    return reasons(member.facts, member.price, consortium.ceiling_price, consortium.required_certificates)


def names(kinds: Iterable[str]) -> str:
    """Certificates as people call them; the buyer's own mark among them."""
    return ", ".join(
        str(_("your curation")) if kind == CURATED else str(DocumentKind(kind).label) for kind in sorted(kinds)
    )


def alternatives_said(found: Any) -> list[Said]:
    """Of a proposal."""
    said = []
    for other in found.others:
        row = found.field.row(other.key) if other.key is not None else None
        title = {
            "more": ngettext("With up to %(n)s member", "With up to %(n)s members", other.members),
            "fewer": ngettext("With %(n)s member", "With %(n)s members", other.members),
            "near": _("Only from the province of delivery"),
            "holding": _("Each member holds every certificate"),
            "without": _("Without %(name)s") % {"name": row.enterprise.name if row else ""},
        }[other.kind]
        money = round(other.plan.money(found.field.grains))
        do = f"without:{other.key}" if other.kind == "without" else other.kind
        cheaper = other.cheaper(found.plan, found.field.grains)
        title = title % {"n": other.members} if "%(n)s" in title else title
        said.append(Said(do, title, _difference(cheaper), other.members, money))
    return said


def shortfall_said(found: Any, need: Need) -> tuple[list[str], list[str]]:
    """What is short, and what would help."""
    why, unit = found.why, Unit(need.unit).label
    short, helps = [], []
    if not found.field.rows:
        short.append(_("Nobody who makes this has free capacity in the term."))
    if why.missing:
        short.append(_("Nobody among them holds: %(names)s.") % {"names": names(why.missing)})
    for key in sorted(why.unusable):
        row = found.field.row(key)
        name = row.enterprise.name if row else f"#{key}"
        said = _("%(name)s is wanted, but cannot be chosen: excluded by the other conditions, or nothing is free.")
        short.append(said % {"name": name})
    for one, other in why.together:
        rows = [found.field.row(key) for key in (one, other)]
        short.append(
            _("%(one)s and %(other)s cannot both be wanted: a cooperative and its member have the same goods.")
            % {"one": rows[0].enterprise.name, "other": rows[1].enterprise.name}
        )
    if why.reachable < found.task.quantity:
        reached, missing = found.units(why.reachable), found.units(found.task.quantity - why.reachable)
        said = _("Together they reach %(reached)s %(unit)s a month: %(missing)s %(unit)s are short.")
        short.append(said % {"reached": angka(reached), "missing": angka(missing), "unit": unit})
    if not short:
        short.append(_("The conditions contradict each other."))
    for way in why.ways:
        helps.append(
            {
                "members": lambda way=way: _("Allow %(n)s members.") % {"n": angka(way.value)},
                "most": lambda: _("Allow larger shares of a member."),
                "least": lambda: _("Allow smaller shares of a member."),
                "exclusions": lambda: _("Let in whom you keep out."),
                "pins": lambda: _("Take the ticks off those that you want for sure."),
                "certificates": lambda: _("Let the members hold the certificates together."),
                "quantity": lambda way=way: (
                    _("Ask for %(n)s %(unit)s a month.") % {"n": angka(found.units(way.value)), "unit": unit}
                ),
                "ceiling": lambda way=way: (
                    _("Raise the ceiling price to %(price)s.")
                    % {"price": rupiah(int(-(-Decimal(way.value) // 1)), exact=True)}
                ),
            }[way.kind]()
        )
    return short, helps


def left_out_said(found: Any, need: Need) -> list[str]:
    said = []
    if found.field.other_unit:
        said.append(
            ngettext(
                "%(n)s enterprise was left out: it sells in a unit that does not convert into %(unit)s.",
                "%(n)s enterprises were left out: they sell in units that do not convert into %(unit)s.",
                found.field.other_unit,
            )
            % {"n": angka(found.field.other_unit), "unit": Unit(need.unit).label}
        )
    if found.field.full:
        said.append(
            ngettext(
                "%(n)s enterprise was left out: nothing of its capacity is free in the term.",
                "%(n)s enterprises were left out: nothing of their capacity is free in the term.",
                found.field.full,
            )
            % {"n": angka(found.field.full)}
        )
    return said


def _distance(km: int | None) -> str:
    if km is None:
        return _("place not known: counted as far")
    part = distance_part(km)
    if not part:
        return _("%(km)s km from the place of delivery") % {"km": angka(km)}
    return _("%(km)s km from the place of delivery: counted %(part)s dearer") % {
        "km": angka(km),
        "part": percent(Decimal(str(part)) * 100, 0),
    }


def _difference(cheaper: Decimal) -> str:
    """Against what stands on the page."""
    if abs(cheaper) < Decimal("0.05"):
        return _("the same price")
    words = _("%(part)s cheaper") if cheaper > 0 else _("%(part)s dearer")
    return words % {"part": percent(abs(cheaper), 1)}
