"""Interests as either side lists them, for a buyer with the ranks of the enterprises that are in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, When

from curation.enums import InterestStatus
from curation.flow import INTEREST
from curation.matching.query import Filters, MatchQuery
from curation.matching.retrieve import find
from curation.models import Interest, Need
from curation.models.interest import InterestQuerySet
from curation.selectors.matches import Matched, explained
from portal.enums import Role
from portal.models import Enterprise, Membership, User

# What waits for the reader comes first, then what waits for the other side.
FOR_ENTERPRISE = Case(
    When(status=InterestStatus.INVITED, then=0), When(status=InterestStatus.EXPRESSED, then=1), default=2
)
FOR_BUYER = Case(When(status=InterestStatus.EXPRESSED, then=0), When(status=InterestStatus.INVITED, then=1), default=2)


@dataclass(frozen=True)
class Interested:
    """`matched`: how what it sells fits the need, if anything does."""

    interest: Interest
    matched: Matched | None


def with_both(interests: InterestQuerySet) -> InterestQuerySet:
    return interests.select_related(
        "need__buyer",
        "need__delivery_region",
        "enterprise__organisation",
        "enterprise__village",
        "product",
        "programme",
        "application",
        "invited_by",
    )


def own_interests(user: User) -> InterestQuerySet:
    return with_both(Interest.objects.visible_to(user)).order_by(FOR_ENTERPRISE, "-created_at", "-pk")


def interests_of(need: Need) -> InterestQuerySet:
    return with_both(need.interests.all()).order_by(FOR_BUYER, "-created_at", "-pk")


def ranked(need: Need, interests: Iterable[Interest], *, user: User) -> list[Interested]:
    """One search, among them alone: their points are the same as among all, and neither many others nor far ones are ranked."""
    rows = list(interests)
    matched: dict[int, Matched] = {}
    if rows:
        query = MatchQuery.of_need(need, Filters(among=tuple(sorted({row.enterprise_id for row in rows}))))
        found = find(query, user=user, limit=len(rows))
        matched = {each.enterprise.pk: each for each in explained(query, found)}
    return [Interested(row, matched.get(row.enterprise_id)) for row in rows]


def standing_of(need: Need, enterprises: Iterable[int]) -> dict[int, Interest]:
    """By enterprise, what stands between it and the need."""
    found = need.interests.standing().filter(enterprise__in=list(enterprises)).select_related("invited_by")
    return {each.enterprise_id: each for each in found}


def newest_of(need: Need, enterprise: Enterprise) -> Interest | None:
    return need.interests.filter(enterprise=enterprise).order_by("-pk").first()


def moves_of(user: User, interest: Interest) -> set[str]:
    return {move.name for move in INTEREST.open_to(user, interest)}


def moves_at_desk(user: User, need: Need, interests: Iterable[Interest]) -> dict[int, set[str]]:
    """As `moves_of`, for a whole page: whom the person belongs to is asked once. Besides the moves "extend" of what waits for an
    answer, and "again" of what ran out, where nothing has begun between the two since."""
    rows = list(interests)
    near = set(Membership.objects.filter(user=user).values_list("organisation", flat=True))
    theirs = [move for move in INTEREST.moves if move.permission == "curation.manage_interest"]
    of_the_late = need.interests.filter(enterprise__in=[each.enterprise_id for each in rows if each.ran_out])
    newest = set(of_the_late.order_by("enterprise_id", "-pk").distinct("enterprise_id").values_list("pk", flat=True))
    found: dict[int, set[str]] = {}
    for each in rows:
        names = {move.name for move in theirs if each.status in move.from_}
        if each.status == InterestStatus.INVITED:
            names.add("extend")
        if each.ran_out and each.pk in newest:
            names.add("again")
        manages = user.acts_as(Role.OFFICER) and each.enterprise.organisation_id not in near
        found[each.pk] = names if manages else set()
    return found
