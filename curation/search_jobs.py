"""The jobs of search: fetch and hand over. Each is safe to run twice. And how far behind it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from curation.selectors.searching import search_freshness
from curation.services.searching import REBUILD_JOB, REFRESH_JOB, rebuild_search, refresh_search
from portal.gauges import Reading, gauge, in_words
from portal.jobs import handles
from portal.models import Job
from portal.presentation.dates import waktu
from portal.presentation.numbers import angka

# A change should be found within a minute; somebody should look when it takes five.
LATE = 300


@handles(REFRESH_JOB)
def take_changes(job: Job) -> None:
    refresh_search()


@handles(REBUILD_JOB)
def rebuild(job: Job) -> None:
    rebuild_search()


@gauge
def freshness() -> list[Reading]:
    now = search_freshness()
    behind = (
        in_words(now.lag, _("%(count)s seconds behind"), _("%(count)s minutes behind"))
        if now.waiting
        else _("Up to date")
    )
    return [
        Reading(_("Search"), behind, late=now.lag > LATE),
        Reading(_("Changes that search has yet to read"), angka(now.waiting)),
        Reading(_("Products that can be found"), angka(now.products)),
        Reading(_("Search rebuilt"), waktu(now.rebuilt_at) if now.rebuilt_at else _("never")),
    ]
