"""Open needs that fit what an enterprise sells: each with its rank, what its score would be, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import F, Prefetch, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.matching.kinship import WORTH
from curation.matching.query import Match, MatchQuery
from curation.matching.retrieve import find_needs
from curation.models import Application, CriteriaSet, Need, Programme
from curation.models.need import NeedQuerySet
from curation.scoring.explain import Explanation
from curation.selectors.match_parts import LABELS, Part, kinship, lacking, unit_name
from curation.selectors.programmes import with_counts
from portal.enums import EnterpriseStatus
from portal.models import Document, Enterprise, Product, User
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

MOST = 20
# Each is a search of its own; of many products one of each class comes first.
MOST_PRODUCTS = 6
# Less of the words, and less kinship, is chance.
FEW_WORDS, FAR_KIN = 0.2, WORTH[3]
# Words that fit so much less well than the best ones are of another thing.
ALIKE = 2 / 3
# How complete a profile is, or how many marks it holds, is nothing that a need has.
OF_NEEDS = ("text", "kbli", "capacity", "price", "distance")
GONE = (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED)


@dataclass(frozen=True)
class Fit:
    """A need in its rank, by the product that fits it best."""

    rank: int
    need: Need
    product: Product
    match: Match
    parts: list[Part]
    missing: list[str]

    @property
    def total(self) -> float:
        """Of 100."""
        return sum(part.points or 0 for part in self.parts)

    @property
    def programme(self) -> Programme | None:
        """The open round about it that closes first."""
        return next(iter(self.need.open_rounds), None)


@dataclass(frozen=True)
class Candidate:
    """A need as one product found it."""

    product: Product
    query: MatchQuery
    match: Match
    shares: dict[str, float]

    @property
    def text(self) -> float:
        return self.match.components.text or 0

    @property
    def total(self) -> float:
        return sum(self._points(key) for key in self.shares)

    @property
    def besides_words(self) -> float:
        return sum(self._points(key) for key in self.shares if key != "text")

    def _points(self, key: str) -> float:
        return (getattr(self.match.components, key) or 0) * self.shares[key]


@dataclass(frozen=True)
class Opening:
    """`explanation`: the dry run, where a round stands open that has published its criteria."""

    fit: Fit
    explanation: Explanation | None
    mine: Application | None

    @property
    def in_round(self) -> Opening | None:
        """Itself, where there is a round to apply in."""
        return self if self.fit.programme is not None else None

    @property
    def chance(self) -> str:
        return chance_of(self.explanation)

    @property
    def missing(self) -> list[str]:
        """What must hold comes first: without it nothing else counts."""
        if self.explanation is None:
            return self.fit.missing
        gates = [result.criterion for result in self.explanation.gates if result.held is not True]
        must = [_("Must hold: %(criterion)s") % {"criterion": criterion.label} for criterion in gates]
        short = self.explanation.threshold - self.explanation.total
        points = (
            [_("%(points)s points short of the threshold") % {"points": angka(short, 1)}]
            if short > 0 and not self.mine
            else []
        )
        return [*must, *self.fit.missing, *points]


@dataclass(frozen=True)
class Note:
    code: str
    text: str


@dataclass(frozen=True)
class Fits:
    rows: list[Fit]
    # Why there are none, and what stands in the way of applying.
    notes: list[Note]
    # So many of the products were compared.
    compared: int
    products: int


def chance_of(explanation: Explanation | None) -> str:
    """In a word what the score would mean today; pages say that it is an estimate."""
    if explanation is None:
        return ""
    if explanation.passes:
        return "passes"
    floor = explanation.criteria_set.review_floor
    return "review" if explanation.all_gates_held and explanation.total >= floor else "not_yet"


def fits_of(enterprise: Enterprise, *, user: User, limit: int = MOST) -> Fits:
    """The best open needs for what it sells. Applying asks for more than that: `notes` say what."""
    if enterprise.status in GONE:
        return Fits([], [Note("closed", _("This business is closed, so nothing is looked for."))], 0, 0)
    notes = [note for note in [_standing(enterprise)] if note]
    on_sale = enterprise.products.on_sale()
    products = on_sale.count()
    compared = _of_each_class(enterprise) if products else []
    if not compared:
        text = _("Enter what you sell: needs are compared with your products.")
        return Fits([], [*notes, Note("no_products", text)], 0, 0)
    found: dict[int, list[Candidate]] = defaultdict(list)
    for product in compared:
        for candidate in _candidates(product, user, limit):
            found[candidate.match.id].append(candidate)
    best = {key: _best(candidates) for key, candidates in found.items()}
    needs = openings(Need.objects.filter(pk__in=best)).in_bulk()
    held = _papers(enterprise)
    ranked = sorted((each for key, each in best.items() if key in needs), key=lambda each: (-each.total, each.match.id))
    rows = [_fit(rank, each, needs[each.match.id], held) for rank, each in enumerate(ranked[:limit], 1)]
    if not rows:
        notes.append(_nothing())
    return Fits(rows, notes, len(compared), products)


def openings(needs: NeedQuerySet) -> NeedQuerySet:
    """Open ones, with the rounds that stand open about each (`open_rounds`), the first to close first."""
    versions = CriteriaSet.objects.filter(published_at__isnull=False).order_by("-version")
    criteria = versions.select_related("programme").prefetch_related("criteria")
    rounds = with_counts(Programme.objects.open()).select_related("buyer").order_by("closes_at", "pk")
    rounds = rounds.prefetch_related(Prefetch("criteria_sets", queryset=criteria, to_attr="published"))
    return (
        needs.open()
        .select_related("buyer", "delivery_region", "kbli")
        .prefetch_related(Prefetch("programmes", queryset=rounds, to_attr="open_rounds"))
    )


def programmes_of(fits: Iterable[Fit]) -> list[Programme]:
    found = {fit.programme.pk: fit.programme for fit in fits if fit.programme is not None}
    return list(found.values())


def with_chances(
    fits: Iterable[Fit], explained: Iterable[Explanation], standing: dict[int, Application]
) -> list[Opening]:
    by_programme = {explanation.criteria_set.programme_id: explanation for explanation in explained}
    return [
        Opening(
            fit,
            by_programme.get(fit.programme.pk) if fit.programme else None,
            standing.get(fit.programme.pk) if fit.programme else None,
        )
        for fit in fits
    ]


def _standing(enterprise: Enterprise) -> Note | None:
    """What keeps it from applying."""
    if enterprise.status == EnterpriseStatus.SUSPENDED:
        text = _("Your business is suspended, so it cannot apply until the ministry restores it.")
        return Note("suspended", text)
    if enterprise.status != EnterpriseStatus.VERIFIED:
        return Note("not_verified", _("Only active businesses can apply. Complete your registration first."))
    if enterprise.unconfirmed_since is not None:
        text = _("Your profile was not confirmed in time, so buyers do not find it now. Confirm it with one click.")
        return Note("unconfirmed", text)
    return None


def _nothing() -> Note:
    if not Need.objects.open().exists():
        return Note("no_open_needs", _("No buyer has an open need now. You are told when one fits you."))
    return Note("nothing_fits", _("None of the open needs fits what you sell now. You are told when one does."))


def _of_each_class(enterprise: Enterprise) -> list[Product]:
    turn = Window(RowNumber(), partition_by=F("kbli"), order_by="pk")
    products = enterprise.products.on_sale().select_related("kbli", "enterprise").annotate(turn=turn)
    return list(products.order_by("turn", "pk")[:MOST_PRODUCTS])


def _candidates(product: Product, user: User, limit: int) -> list[Candidate]:
    """By its name; where that finds nothing by its description, too, whose words are of many other things."""
    whole = MatchQuery.of_product(product)
    texts = [product.name, whole.text] if product.description else [product.name]
    for text in texts:
        query = replace(whole, text=text)
        found = find_needs(query, user=user, limit=limit)
        shares = _of_needs(found.shares)
        near = [Candidate(product, query, match, shares) for match in found.matches if _is_near(match)]
        if near:
            return near
    return []


def _best(candidates: list[Candidate]) -> Candidate:
    """A long name has more words that the need lacks: of those whose words fit nearly as well as the best ones do, the product
    that can be delivered best."""
    words = max(each.text for each in candidates)
    near = [each for each in candidates if each.text >= words * ALIKE]
    return max(near, key=lambda each: (each.besides_words, each.total, -each.product.pk))


def _fit(rank: int, each: Candidate, need: Need, held: set[tuple[int | None, str]]) -> Fit:
    parts = _parts(each.query, each.match, need, each.shares)
    return Fit(rank, need, each.product, each.match, parts, _missing(each.match, need, each.product, held))


def _of_needs(shares: dict[str, float]) -> dict[str, float]:
    """Together 1."""
    kept = {key: share for key, share in shares.items() if key in OF_NEEDS}
    whole = sum(kept.values()) or 1
    return {key: share / whole for key, share in kept.items()}


def _is_near(match: Match) -> bool:
    return (match.components.text or 0) >= FEW_WORDS or (match.components.kbli or 0) >= FAR_KIN


def _papers(enterprise: Enterprise) -> set[tuple[int | None, str]]:
    """What it holds today, as it says: (of which product, kind)."""
    counting = Document.objects.counting_on(timezone.localdate()).filter(enterprise=enterprise)
    return set(counting.values_list("product", "kind"))


def _missing(match: Match, need: Need, product: Product, held: set[tuple[int | None, str]]) -> list[str]:
    of_both = {kind for of, kind in held if of in (None, product.pk)}
    said = lacking(
        papers=[kind for kind in need.required_certificates if kind not in of_both],
        other_unit=match.other_unit,
        sold=product.unit,
        asked=need.unit,
        unit=product.unit,
        held=product.monthly_capacity,
        wanted=match.capacity,
        price=float(product.price),
        ceiling=match.price,
    )
    if not match.components.kbli:
        said.append(_("Another branch than the KBLI class wanted"))
    return said


def _parts(query: MatchQuery, match: Match, need: Need, shares: dict[str, float]) -> list[Part]:
    """As the buyer's page has them, told from the other side."""
    parts = []
    for key, share in sorted(shares.items(), key=lambda item: -item[1]):
        value = getattr(match.components, key)
        points = None if value is None else value * share * 100
        parts.append(Part(key, str(LABELS[key]), share * 100, points, _basis(key, query, match, need)))
    return parts


def _basis(key: str, query: MatchQuery, match: Match, need: Need) -> str:
    unit = unit_name(query.unit)
    match key:
        case "text":
            return _("found: %(words)s") % {"words": ", ".join(match.words)} if match.words else _("none of the words")
        case "kbli":
            return kinship(match, need)
        case "capacity" if match.capacity is not None:
            asked = {"held": angka(query.quantity), "asked": angka(round(match.capacity, 2)), "unit": unit}
            return _("%(held)s of %(asked)s %(unit)s a month") % asked
        case "price" if match.price is not None:
            yours, most = rupiah(query.ceiling_price, exact=True), rupiah(round(match.price), exact=True)
            return _("%(price)s per %(unit)s; ceiling %(most)s") % {"price": yours, "unit": unit, "most": most}
        case "distance" if match.distance_km is not None:
            return _("%(km)s km from the place of delivery") % {"km": angka(match.distance_km)}
        case "distance":
            return _("its place is not known")
        case _:
            return _("sold in another unit: not comparable")
