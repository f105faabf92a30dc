"""Publishing: the outbox is taken every few seconds, and of each partnership in it a release is written where something changed.

One round at a time writes, so releases become visible in the order of their dates: whoever has read the feed up to its end never
misses one that was slower to commit. What two steps within seconds change stands in one release; nothing that was published
is ever taken back, so nothing is lost by that.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from partnerships.models import Partnership, Release, ReleaseChange, ReleaseName
from partnerships.ocds.parties import party_key
from partnerships.ocds.release import draft_of, tags, with_names
from portal.jobs import enqueue

PUBLISH_JOB = "partnerships.publish"
# Any number: held by a round of publishing.
PUBLISHING = 7_302_021
BATCH = 200
TICK = dt.timedelta(microseconds=1)


def queue_publishing() -> None:
    if ReleaseChange.objects.exists():
        enqueue(PUBLISH_JOB, "outbox")


@transaction.atomic
def publish_changes() -> int:
    """Take what changed from the outbox; how many releases were written. What is left waits for the next round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
        # Taken before anything is read: what commits later leaves a row of its own.
        cursor.execute(
            "WITH taken AS (DELETE FROM partnerships_releasechange WHERE partnership IN ("
            "SELECT partnership FROM partnerships_releasechange GROUP BY partnership ORDER BY min(noted_at), partnership LIMIT %s)"
            " RETURNING partnership, noted_at) SELECT partnership FROM taken GROUP BY partnership ORDER BY min(noted_at), partnership",
            [BATCH],
        )
        changed = [partnership for (partnership,) in cursor.fetchall()]
    found = Partnership.objects.public().in_bulk(changed)
    return sum(_publish(found[key]) is not None for key in changed if key in found)


def _publish(partnership: Partnership) -> Release | None:
    """None where nothing that anybody may read has changed."""
    before = partnership.releases.with_names().order_by("-sequence").first()
    draft = draft_of(partnership)
    about = tags(_content_of(before), draft.filled())
    if not about:
        return None
    ocid = before.ocid if before else f"{settings.OCDS_PREFIX}-{partnership.number}"
    sequence = before.sequence + 1 if before else 1
    last = Release.objects.order_by("-position").first()
    release = Release.objects.create(
        partnership=partnership,
        position=last.position + 1 if last else 1,
        sequence=sequence,
        ocid=ocid,
        release_id=f"{ocid}-{sequence:04d}",
        date=max(timezone.now(), last.date + TICK) if last else timezone.now(),
        tags=about,
        content=draft.content,
    )
    ReleaseName.objects.bulk_create(
        ReleaseName(release=release, organisation=organisation, name=name) for organisation, name in draft.names.items()
    )
    return release


def _content_of(release: Release | None) -> dict | None:
    """As it was published: where a name was erased since, the two differ, and the next release says so."""
    if release is None:
        return None
    names = {party_key(each.organisation_id): "?" if each.erased_at else each.name for each in release.names.all()}
    return with_names(release.content, names)
