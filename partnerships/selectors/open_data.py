"""What was published, page by page. A page that is full never changes: releases are only added, at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import ExtractYear
from django.utils import timezone

from partnerships.models import Partnership, Release, ReleaseName

RELEASES_PAGE, RECORDS_PAGE = 100, 50
STREAMED = 500
# A page's number has at most so many digits: beyond it there is nothing.
MOST_PAGES = 10**9


@dataclass(frozen=True)
class FeedPage:
    """`rows`: releases, or of each process its releases. `more`: another page follows."""

    rows: list[Any]
    more: bool


def feed(page: int, since: dt.datetime | None = None) -> FeedPage | None:
    """By date, the oldest first; from `since` on where it is given. None: there is no such page."""
    first = 1
    if since is not None:
        found = Release.objects.filter(date__gte=since).order_by("date").values_list("position", flat=True).first()
        first = found if found is not None else (last_position() + 1)
    first += (page - 1) * RELEASES_PAGE
    rows = list(Release.objects.with_names().filter(position__gte=first)[: RELEASES_PAGE + 1])
    return _page(rows, page, RELEASES_PAGE)


def records(page: int) -> FeedPage | None:
    """Processes in the order of their first release."""
    start = (page - 1) * RECORDS_PAGE
    firsts = Release.objects.filter(sequence=1).order_by("position").values_list("partnership", flat=True)
    found = _page(list(firsts[start : start + RECORDS_PAGE + 1]), page, RECORDS_PAGE)
    if found is None:
        return None
    return FeedPage([releases for _key, releases in _processes(found.rows)], found.more)


def process_of(ocid: str) -> Sequence[Release]:
    """All releases of one process; empty where there is none."""
    key = Release.objects.filter(ocid=ocid).values_list("partnership", flat=True).first()
    return next((releases for _key, releases in _processes([key])), []) if key is not None else []


def one_release(release_id: str) -> list[Release]:
    """It alone, or none."""
    return list(Release.objects.with_names().filter(release_id=release_id))


def last_position() -> int:
    return Release.objects.aggregate(last=Max("position"))["last"] or 0


def last_change() -> dt.datetime | None:
    """Of all that was published: also an erased name has a release after it."""
    return Release.objects.aggregate(last=Max("date"))["last"]


def by_year() -> list[dict[str, Any]]:
    """How many releases each year has, the newest first; years of Jakarta."""
    years = Release.objects.annotate(year=ExtractYear("date")).order_by().values("year")
    return list(years.annotate(count=Count("pk"), last=Max("date")).order_by("-year"))


def of_year(year: int) -> QuerySet[Release]:
    begins, ends = (dt.datetime(each, 1, 1, tzinfo=timezone.get_default_timezone()) for each in (year, year + 1))
    return Release.objects.filter(date__gte=begins, date__lt=ends)


def version_of_year(year: int) -> tuple[str, dt.datetime] | None:
    """What tells two states of a year's file apart, and when it last changed; None where nothing was published in it."""
    found = of_year(year).aggregate(count=Count("pk"), last=Max("date"))
    if not found["count"]:
        return None
    erased = ReleaseName.objects.filter(release__in=of_year(year), erased_at__isnull=False).count()
    changed = last_change() if erased else found["last"]
    return f"{year}-{found['count']}-{erased}", changed or found["last"]


def streamed(year: int) -> Iterator[Release]:
    """In pieces: a year may be larger than the memory, and a transaction is over when the first byte goes out."""
    after = 0
    while rows := list(of_year(year).with_names().filter(position__gt=after)[:STREAMED]):
        yield from rows
        after = rows[-1].position


def published_counts() -> dict[str, Any]:
    return Release.objects.aggregate(
        processes=Count("partnership", distinct=True), releases=Count("pk"), last=Max("date")
    )


def ocid_of(partnership: Partnership) -> str:
    """Empty until its first release is written, seconds after it came into force."""
    return partnership.releases.values_list("ocid", flat=True).first() or ""


def _page(rows: list[Any], page: int, size: int) -> FeedPage | None:
    """The first page is there even when nothing is."""
    return FeedPage(rows[:size], len(rows) > size) if rows or page == 1 else None


def _processes(keys: list[int]) -> list[tuple[int, list[Release]]]:
    """Of each its releases in order; the content is read of the newest alone."""
    found: dict[int, list[Release]] = {key: [] for key in keys}
    for release in Release.objects.filter(partnership__in=keys).defer("content").order_by("sequence"):
        found[release.partnership_id].append(release)
    newest = Release.objects.with_names().in_bulk([releases[-1].pk for releases in found.values() if releases])
    return [(key, [*releases[:-1], newest[releases[-1].pk]]) for key, releases in found.items() if releases]
