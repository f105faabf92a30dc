"""Releases and records as they are handed out: packages with their publisher and licence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Release
from partnerships.ocds.parties import party_key
from partnerships.ocds.release import with_names
from partnerships.ocds.values import exact_moment, moment

VERSION = "1.1"
COMPILED = "compiled"


def address(name: str, *args: Any) -> str:
    return settings.SITE_URL + reverse(name, args=args)


def release_json(release: Release) -> dict[str, Any]:
    """As it was published; a name that was erased since is the one thing that is not there any more."""
    names = {party_key(each.organisation_id): each.name for each in release.names.all()}
    return {
        "ocid": release.ocid,
        "id": release.release_id,
        "date": exact_moment(release.date),
        "tag": release.tags,
        **with_names(release.content, names),
    }


def compiled_release(release: Release) -> dict[str, Any]:
    """Each release holds the whole process and nothing published is taken back: merging all of them gives the newest."""
    newest = release_json(release)
    return newest | {"id": f"{release.ocid}-{newest['date']}", "tag": [COMPILED]}


def record(releases: Sequence[Release]) -> dict[str, Any]:
    """Of one process, its releases in the order of their dates."""
    return {
        "ocid": releases[-1].ocid,
        "releases": [
            {
                "url": address("api_ocds_release", each.release_id),
                "date": exact_moment(each.date),
                "tag": each.tags,
            }
            for each in releases
        ],
        "compiledRelease": compiled_release(releases[-1]),
    }


def release_package(uri: str, releases: Iterable[Release]) -> dict[str, Any]:
    found = list(releases)
    return _package(uri, max((each.date for each in found), default=None)) | {
        "releases": [release_json(each) for each in found]
    }


def record_package(uri: str, processes: Iterable[Sequence[Release]]) -> dict[str, Any]:
    found = list(processes)
    newest = max((each.date for releases in found for each in releases), default=None)
    return _package(uri, newest) | {"records": [record(each) for each in found]}


def _package(uri: str, newest: dt.datetime | None) -> dict[str, Any]:
    """Dated by the newest release in it, so that the same page is the same answer."""
    return {
        "uri": uri,
        "version": VERSION,
        "publisher": {"name": settings.OCDS_PUBLISHER, "uri": settings.SITE_URL},
        "license": settings.OCDS_LICENCE,
        "publicationPolicy": address("open_contracting"),
        "publishedDate": moment(newest or timezone.now()),
    }
