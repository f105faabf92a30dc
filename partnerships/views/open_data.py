"""Open contracting data for people: what is there, what is not until when, and the files of each year."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from partnerships.ocds.packages import address, release_json
from partnerships.ocds.values import exact_moment
from partnerships.selectors import open_data
from portal.methods import require_safe
from portal.policy import PUBLIC, policy

GZIP = 31


@policy(PUBLIC)
@require_safe
def open_contracting(request: HttpRequest) -> HttpResponse:
    counts = open_data.published_counts()
    return render(
        request,
        "partnerships/open_contracting.html",
        {
            "counts": counts,
            "years": open_data.by_year(),
            "testing": settings.OCDS_PREFIX == settings.OCDS_TEST_PREFIX,
            "prefix": settings.OCDS_PREFIX,
            "licence": settings.OCDS_LICENCE,
            "publisher": settings.OCDS_PUBLISHER,
            "releases_url": address("api_ocds_releases"),
            "records_url": address("api_ocds_records"),
            "since": exact_moment(counts["last"]) if counts["last"] else "",
            "releases_page": open_data.RELEASES_PAGE,
            "records_page": open_data.RECORDS_PAGE,
        },
    )


@policy(PUBLIC)
@require_safe
def releases_of_year(request: HttpRequest, year: int) -> HttpResponseBase:
    """One release a line, compressed while it is read."""
    version = open_data.version_of_year(year) if 1 < year < 9999 else None
    if version is None:
        raise Http404
    tag, seconds = f'"{version[0]}"', int(version[1].timestamp())
    known = get_conditional_response(request, etag=tag, last_modified=seconds)
    if known is not None and known.status_code == 304:
        return known
    answer = StreamingHttpResponse(_compressed(year), content_type="application/gzip")
    answer["ETag"], answer["Last-Modified"] = tag, http_date(seconds)
    answer["Content-Disposition"] = f'attachment; filename="releases-{year}.jsonl.gz"'
    return answer


def _compressed(year: int) -> Iterator[bytes]:
    press = zlib.compressobj(wbits=GZIP)
    for release in open_data.streamed(year):
        yield press.compress(json.dumps(release_json(release), ensure_ascii=False).encode() + b"\n")
    yield press.flush()
