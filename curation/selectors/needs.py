"""Needs as pages list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone

from curation.enums import ApplicationStatus, ProgrammeStatus
from curation.matching.facets import CURRENT
from curation.matching.query import Match
from curation.models import Need, Programme
from curation.models.need import NeedQuerySet
from curation.selectors.match_parts import Part, parts_of
from curation.selectors.search import Search, in_rank
from portal.models import Region, User


def public_needs(wanted: dict[str, str], found: list[int] | None = None) -> NeedQuerySet:
    """Open needs for everybody, by the filters of the public search. `found`: what the words found, the best first.

    Beside it stands whatever has all the words as typed: what was published a moment ago is in no index yet.
    """
    needs = Need.objects.open().select_related("buyer", "delivery_region", "kbli")
    open_rounds = Programme.objects.open()
    needs = needs.prefetch_related(Prefetch("programmes", queryset=open_rounds, to_attr="open_rounds"))
    if found is not None:
        needs = needs.filter(Q(pk__in=found) | _with_words(wanted.get("q", "")))
    if province := wanted.get("province"):
        needs = needs.filter(Q(delivery_region=province) | Q(delivery_region__code__startswith=f"{province}."))
    if certificate := wanted.get("certificate"):
        needs = needs.filter(required_certificates__contains=[certificate])
    if division := wanted.get("kbli"):
        needs = needs.filter(kbli__edition=CURRENT, kbli__code__startswith=division)
    flag = wanted.get("flag")
    if flag == "programme":
        needs = needs.filter(Exists(open_rounds.filter(needs=OuterRef("pk"))))
    elif flag:
        needs = needs.filter(**{flag: True})
    match wanted.get("order"):
        case "delivery":
            return needs.order_by("deliver_from", "pk")
        case "largest":
            return needs.order_by((F("quantity_per_month") * F("ceiling_price")).desc(), "pk")
        case None if found:
            return needs.order_by(in_rank(found, "pk"), "-published_at", "-pk")
        case _:
            return needs.order_by("-published_at", "-pk")


def _with_words(text: str) -> Q:
    has_all = Q()
    for word in text.split()[:6]:
        has_all &= (
            Q(item__icontains=word)
            | Q(specification__icontains=word)
            | Q(kbli__title__icontains=word)
            | Q(buyer__name__icontains=word)
            | Q(buyer__short_name__icontains=word)
        )
    return has_all or Q(pk__in=[])


@dataclass(frozen=True)
class FoundNeed:
    rank: int
    need: Need
    # Of 100.
    total: float
    parts: list[Part]


def found_needs(search: Search) -> list[FoundNeed]:
    """Whatever was withdrawn since it was ranked is left out, and no gap shows."""
    needs = Need.objects.open().select_related("buyer", "delivery_region", "kbli").in_bulk(search.ids)
    there = [(match, needs[match.id]) for match in search.found.matches if match.id in needs]
    return [
        FoundNeed(rank, need, match.total * 100, _reasons(search, match, need))
        for rank, (match, need) in enumerate(there, 1)
    ]


def reasons(search: Search, needs: Iterable[Need]) -> dict[int, list[Part]]:
    """Why each is there."""
    matches = {match.id: match for match in search.found.matches}
    return {need.pk: _reasons(search, matches[need.pk], need) for need in needs if need.pk in matches}


def _reasons(search: Search, match: Match, need: Need) -> list[Part]:
    """The words: how complete a profile is, or how many marks it holds, is nothing that a need has."""
    return [part for part in parts_of(search.query, match, need, search.found.shares) if part.key == "text"]


def provinces_with_needs() -> list[tuple[str, str]]:
    codes = {code[:2] for code in Need.objects.open().values_list("delivery_region", flat=True)}
    return list(Region.objects.filter(code__in=codes).order_by("name").values_list("code", "name"))


def buyers_needs(user: User, words: str = "") -> NeedQuerySet:
    """The buyer's own needs, drafts too, with how many programmes are about each and how many applied there.

    `words`: a part of the item's name or of the buyer's own number.
    """
    return (
        Need.objects.managed_by(user)
        .filter(Q(item__icontains=words) | Q(reference__icontains=words) if words else Q())
        .select_related("delivery_region")
        .annotate(
            programme_count=Count("programmes", distinct=True),
            applicants=Count(
                "programmes__applications",
                filter=~Q(programmes__applications__status=ApplicationStatus.DRAFT),
                distinct=True,
            ),
        )
        .order_by("-created_at", "-pk")
    )


def can_be_changed(need: Need) -> bool:
    return (
        need.withdrawn_at is None
        and not need.programmes.filter(status__in=[ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED]).exists()
    )


def need_tag(need: Need) -> str:
    """In which of its five conditions a need is: a need has no flow, its dates say it."""
    if need.withdrawn_at:
        return "withdrawn"
    if not need.published_at:
        return "draft"
    if need.deliver_until and need.deliver_until < timezone.localdate():
        return "ended"
    return "paused" if need.unconfirmed_since else "open"
