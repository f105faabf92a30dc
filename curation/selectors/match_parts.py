"""A rank in words: what each part of it rests on, and what a firm lacks for what is wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from curation.matching.query import Match, MatchQuery
from curation.matching.rows import MOST_MARKS
from curation.models import Need
from portal.enums import DocumentKind, Unit
from portal.models import Product
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka, percent

LABELS = {
    "text": gettext_lazy("Words"),
    "kbli": gettext_lazy("KBLI kinship"),
    "capacity": gettext_lazy("Capacity"),
    "price": gettext_lazy("Price"),
    "certificates": gettext_lazy("Certificates"),
    "distance": gettext_lazy("Distance"),
    "score": gettext_lazy("Curation score"),
    "completeness": gettext_lazy("Completeness of the profile"),
    "track": gettext_lazy("Track record"),
}


@dataclass(frozen=True)
class Part:
    """`weight`: percent of the total. `points`: how many of them it earns; None where nothing is known, which counts as none."""

    key: str
    name: str
    weight: float
    points: float | None
    basis: str


def parts_of(
    query: MatchQuery,
    match: Match,
    product: Product | Need,
    shares: dict[str, float],
    *,
    verified: Collection[str] | None = None,
) -> list[Part]:
    """What was asked for, the heaviest first. `verified`: kinds of papers that somebody has checked; the others are said to
    be declared. None: nobody is said to hold any, as of a need."""
    parts = []
    for key, share in sorted(shares.items(), key=lambda item: -item[1]):
        value = getattr(match.components, key)
        points = None if value is None else value * share * 100
        parts.append(Part(key, str(LABELS[key]), share * 100, points, _basis(key, query, match, product, verified)))
    return parts


def missing_of(query: MatchQuery, match: Match, product: Product) -> list[str]:
    """Sentences, what a buyer would ask for first. A price or quantity that cannot be compared is said, not guessed."""
    said = lacking(
        papers=match.certificates_missing,
        other_unit=match.other_unit,
        sold=product.unit,
        asked=query.unit,
        unit=query.unit,
        held=match.capacity,
        wanted=query.quantity,
        price=match.price,
        ceiling=query.ceiling_price,
    )
    if query.kbli and not match.components.kbli:
        said.append(_("Another branch than the KBLI class wanted"))
    if not match.curated:
        said.append(_("No curation by any buyer yet"))
    return said


def lacking(
    *,
    papers: Iterable[str],
    other_unit: bool,
    sold: str,
    asked: str,
    unit: str,
    held: float | Decimal | None,
    wanted: float | Decimal | None,
    price: float | None,
    ceiling: float | None,
) -> list[str]:
    """Of papers, quantity and price. `held` and `wanted` are in `unit` a month, both prices in rupiah for one of it."""
    said = [_("No %(certificate)s") % {"certificate": paper_name(kind)} for kind in papers]
    if other_unit:
        said.append(
            _("Sold per %(sold)s, which doesn't convert into %(asked)s: ask for quantity and price")
            % {"sold": unit_name(sold), "asked": unit_name(asked)}
        )
    if wanted is not None and held is not None and held < wanted:
        short = float(wanted) - float(held)
        said.append(
            _("%(lacking)s %(unit)s a month short of the quantity")
            % {"lacking": angka(round(short, 2)), "unit": unit_name(unit)}
        )
    if ceiling and price is not None and price > ceiling:
        said.append(_("Price %(share)s above the ceiling") % {"share": percent((price / ceiling - 1) * 100, 1)})
    return said


def _basis(key: str, query: MatchQuery, match: Match, product: Product | Need, verified: Collection[str] | None) -> str:
    match key:
        case "text":
            return _("found: %(words)s") % {"words": ", ".join(match.words)} if match.words else _("none of the words")
        case "kbli":
            return kinship(match, product)
        case "capacity" if match.capacity is not None:
            asked = {
                "held": angka(round(match.capacity, 2)),
                "asked": angka(query.quantity),
                "unit": unit_name(query.unit),
            }
            return _("%(held)s of %(asked)s %(unit)s a month") % asked
        case "price" if match.price is not None:
            there, most = rupiah(round(match.price), exact=True), rupiah(query.ceiling_price, exact=True)
            return _("%(price)s per %(unit)s; ceiling %(most)s") % {
                "price": there,
                "unit": unit_name(query.unit),
                "most": most,
            }
        case "capacity" | "price":
            return _("sold in another unit: not comparable")
        case "certificates":
            held = ", ".join(_held(kind, verified) for kind in match.certificates_held)
            return _("held: %(papers)s") % {"papers": held} if held else _("none of those wanted")
        case "distance" if match.distance_km is not None:
            return _("%(km)s km from the place of delivery") % {"km": angka(match.distance_km)}
        case "distance":
            return _("its place is not known")
        case "score":
            return _("official score at a buyer") if match.components.score is not None else _("not scored yet")
        case "completeness":
            return _("%(share)s filled in") % {"share": percent((match.components.completeness or 0) * 100, 0)}
        case _:
            marks = round((match.components.track or 0) * MOST_MARKS)
            return ngettext("%(n)s curation in force", "%(n)s curations in force", marks) % {"n": angka(marks)}


def kinship(match: Match, product: Product | Need) -> str:
    code = f"KBLI {product.kbli.code}"
    if match.kbli_digits == 5:
        return _("%(code)s: the same class") % {"code": code}
    if match.kbli_digits:
        return _("%(code)s: %(digits)s leading digits shared") % {"code": code, "digits": match.kbli_digits}
    if match.components.kbli:
        return _("%(code)s: another branch, the same goods by HS code") % {"code": code}
    return _("%(code)s: another branch") % {"code": code}


def unit_name(unit: str) -> str:
    return str(dict(Unit.choices).get(unit, unit))


def _held(kind: str, verified: Collection[str] | None) -> str:
    if verified is None or kind in verified:
        return paper_name(kind)
    return _("%(certificate)s (declared)") % {"certificate": paper_name(kind)}


def paper_name(kind: str) -> str:
    return str(dict(DocumentKind.choices).get(kind, kind))
