"""Telling people what is new in their saved searches: at once, or together in the morning. Nothing is told twice.

What was told and the message that tells it are written in one transaction: a killed job has told nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from curation.enums import AlertPace, SearchOf
from curation.models import SavedSearch, SearchHit
from curation.selectors.saved_searches import Hit, new_in
from portal.jobs import enqueue, enqueue_all
from portal.models import Membership, User
from portal.notifications import notify
from portal.services.reminders import MORNING

ROUND_JOB, ALERT_JOB, DIGEST_JOB = "curation.alert_round", "curation.alert", "curation.digest"
# Search reads a change within a minute; lists of businesses change all day long.
AFTER = {SearchOf.NEEDS: dt.timedelta(minutes=1), SearchOf.BUSINESSES: dt.timedelta(minutes=10)}
# Named in a message; of the others it says how many there are.
NAMED, NAMED_IN_DIGEST = 5, 3


def queue_round(of: SearchOf) -> None:
    """Something changed in what is searched: those who want to know at once are told soon. One round at a time."""
    if _immediate(of).exists():
        enqueue(ROUND_JOB, of.value, payload={"of": of.value}, run_after=timezone.now() + AFTER[of])


def queue_alerts(of: SearchOf) -> int:
    """A job for each search; how many. Safe to run twice."""
    jobs = {str(pk): {"search": pk} for pk in _immediate(of).values_list("pk", flat=True)}
    if jobs:
        enqueue_all(ALERT_JOB, jobs)
    return len(jobs)


def queue_digests() -> int:
    """For this morning, a job for each person and organisation; how many. Safe to run twice."""
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone=zone)
    morning = timezone.make_aware(dt.datetime.combine(today, MORNING), zone)
    daily = SavedSearch.objects.active().filter(pace=AlertPace.DAILY)
    whom = set(daily.values_list("user", "organisation"))
    for user, organisation in sorted(whom):
        payload = {"user": user, "organisation": organisation}
        enqueue(DIGEST_JOB, f"{user}:{organisation}", payload=payload, run_after=morning)
    return len(whom)


@transaction.atomic
def alert(key: int) -> int:
    """Tell of one search; how many new things. Safe to run twice, also at once."""
    search = SavedSearch.objects.select_for_update(of=("self",)).filter(pk=key, paused_at=None).first()
    person = _person(search) if search is not None else None
    if search is None or person is None or search.pace != AlertPace.IMMEDIATE:
        return 0
    hits = new_in(search, person)
    if not hits:
        return 0
    _told(search, hits)
    notify(
        [person],
        "search.found",
        path=reverse("saved_search", args=[search.pk]),
        organisation=search.organisation,
        name=search.name,
        count=len(hits),
        titles=_titles(hits, NAMED, "; "),
        stop=_stop(search),
    )
    return len(hits)


@transaction.atomic
def digest(user: int, organisation: int) -> int:
    """One message for all of a person's daily searches; how many new things. Safe to run twice, also at once."""
    searches = list(
        SavedSearch.objects.select_for_update(of=("self",))
        .filter(user=user, organisation=organisation, pace=AlertPace.DAILY, paused_at=None)
        .order_by("pk")
    )
    person = _person(searches[0]) if searches else None
    if person is None or _told_today(searches):
        return 0
    found = [(search, hits) for search in searches if (hits := new_in(search, person))]
    if not found:
        return 0
    for search, hits in found:
        _told(search, hits)
    count = sum(len(hits) for _search, hits in found)
    notify(
        [person],
        "search.digest",
        path=reverse("saved_search_list"),
        organisation=searches[0].organisation,
        count=count,
        lines="\n\n".join(_paragraph(search, hits) for search, hits in found),
        stop=f"{_stop(searches[0])}?all=1",
    )
    return count


def _immediate(of: SearchOf) -> Any:
    return SavedSearch.objects.active().filter(of=of, pace=AlertPace.IMMEDIATE)


def _person(search: SavedSearch) -> User | None:
    """As they may see things now; None when they no longer act for the organisation."""
    acting = Membership.objects.active().filter(
        user=search.user_id, organisation=search.organisation_id, user__is_active=True
    )
    membership = acting.select_related("user", "organisation").first()
    return membership.user.act_as(membership) if membership is not None else None


def _told(search: SavedSearch, hits: list[Hit]) -> None:
    SearchHit.objects.bulk_create(SearchHit(search=search, key=hit.key) for hit in hits)
    SavedSearch.objects.filter(pk=search.pk).update(told_at=timezone.now())


def _told_today(searches: list[SavedSearch]) -> bool:
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone=zone)
    return any(search.told_at and timezone.localdate(search.told_at, zone) == today for search in searches)


def _paragraph(search: SavedSearch, hits: list[Hit]) -> str:
    return f"{search.name}: {len(hits)}\n" + _titles(hits, NAMED_IN_DIGEST, "\n", before="– ")


def _titles(hits: list[Hit], named: int, between: str, before: str = "") -> str:
    titles = [f"{before}{hit.title}" for hit in hits[:named]]
    return between.join([*titles, *(["…"] if len(hits) > named else [])])


def _stop(search: SavedSearch) -> str:
    return reverse("alerts_stop", args=[search.token])
