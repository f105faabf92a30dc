"""What an enterprise had stated by some moment, read backwards from the audit trail: for facts that nothing else keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.models import AuditEntry, AuditPersonal, Enterprise
from portal.models.audit import stream_of


def stated_then(name: str, moments: Mapping[int, dt.datetime]) -> dict[int, Any]:
    """Of enterprises by id: the answer as it was before the first change after the moment. Who changed nothing since is not in
    it, the present answer stands; None where the trail's words were erased."""
    if not moments:
        return {}
    streams = {stream_of(Enterprise(pk=pk)): pk for pk in moments}
    since = AuditEntry.objects.filter(
        stream__in=streams,
        action="save_section",
        at__gt=min(moments.values()),
        payload__changed__contains=[name],
    ).order_by("stream", "seq")
    digests: dict[int, str] = {}
    for stream, at, digest in since.values_list("stream", "at", "personal_digest"):
        if at is not None and at > moments[streams[stream]]:
            digests.setdefault(streams[stream], digest)
    if not digests:
        return {}
    told = dict(AuditPersonal.objects.filter(digest__in=digests.values()).values_list("digest", "values"))
    return {pk: told.get(digest, {}).get("before", {}).get(name) for pk, digest in digests.items()}
