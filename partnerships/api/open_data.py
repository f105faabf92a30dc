"""Open contracting data (OCDS 1.1.5), for everybody: releases as a feed, and records with what they amount to."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partnerships.ocds.packages import address, record_package, release_package
from partnerships.selectors import open_data
from portal.api.conditional import etag
from portal.policy import PUBLIC

PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1 on. A page that is full never changes.")
SINCE = OpenApiParameter(
    "since",
    OpenApiTypes.STR,
    description="Releases from this date or date-time on, for example 2026-12-01T00:00:00+07:00; Jakarta’s where no offset is given",
)
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag of what is known")


class PublisherSerializer(serializers.Serializer):
    name = serializers.CharField()
    uri = serializers.CharField()


class PackageSerializer(serializers.Serializer):
    uri = serializers.CharField()
    version = serializers.CharField()
    publisher = PublisherSerializer()
    license = serializers.CharField()
    publicationPolicy = serializers.CharField()
    publishedDate = serializers.DateTimeField()


class ReleasePackageSerializer(PackageSerializer):
    releases = serializers.ListField(child=serializers.DictField(), help_text="Releases of OCDS 1.1.5")


class RecordPackageSerializer(PackageSerializer):
    records = serializers.ListField(child=serializers.DictField(), help_text="Records of OCDS 1.1.5")


class ReleaseFeed(APIView):
    """All that was published, by date, the oldest first, 100 releases a page. The header `Link` names the next page (`rel="next"`)."""

    policies = {"get": PUBLIC}

    @extend_schema(
        operation_id="ocds_releases_list", parameters=[PAGE, SINCE, IF_NONE_MATCH], responses=ReleasePackageSerializer
    )
    def get(self, request: Request) -> Response:
        page, since = _page(request), _since(request)
        found = open_data.feed(page, since)
        if found is None:
            raise Http404
        given = {"since": request.query_params["since"]} if since else {}
        links = _links("api_ocds_releases", page, found.more, given)
        return _answer(request, release_package(links.pop("self"), found.rows), links)


class OneRelease(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(parameters=[IF_NONE_MATCH], responses=ReleasePackageSerializer)
    def get(self, request: Request, release_id: str) -> Response:
        found = open_data.one_release(release_id)
        if not found:
            raise Http404
        return _answer(request, release_package(address("api_ocds_release", release_id), found))


class RecordFeed(APIView):
    """All contracting processes in the order they were first published, 50 a page, each with what its releases amount to."""

    policies = {"get": PUBLIC}

    @extend_schema(
        operation_id="ocds_records_list", parameters=[PAGE, IF_NONE_MATCH], responses=RecordPackageSerializer
    )
    def get(self, request: Request) -> Response:
        page = _page(request)
        found = open_data.records(page)
        if found is None:
            raise Http404
        links = _links("api_ocds_records", page, found.more, {})
        return _answer(request, record_package(links.pop("self"), found.rows), links)


class OneRecord(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(parameters=[IF_NONE_MATCH], responses=RecordPackageSerializer)
    def get(self, request: Request, ocid: str) -> Response:
        releases = open_data.process_of(ocid)
        if not releases:
            raise Http404
        return _answer(request, record_package(address("api_ocds_record", ocid), [releases]))


def _answer(request: Request, package: dict[str, Any], links: dict[str, str] | None = None) -> Response:
    """Neighbours in the header (RFC 8288): a package of OCDS has no field for them. So the tag is of both.

    304 for a reader who has it already. Every answer is dated by the newest release of all: one is written whatever changes."""
    changed = open_data.last_change() or timezone.now()
    named = ", ".join(f'<{to}>; rel="{name}"' for name, to in (links or {}).items() if to)
    tag, seconds = etag({"package": package, "links": named}), int(changed.timestamp())
    headers = {"ETag": tag, "Last-Modified": http_date(seconds), **({"Link": named} if named else {})}
    known = get_conditional_response(request._request, etag=tag, last_modified=seconds)
    if known is not None and known.status_code == 304:
        return Response(status=304, headers=headers)
    return Response(package, headers=headers)


def _page(request: Request) -> int:
    named = request.query_params.get("page", "1")
    if not (named.isascii() and named.isdigit() and 0 < int(named[:12]) < open_data.MOST_PAGES and len(named) < 12):
        raise Http404
    return int(named)


def _since(request: Request) -> dt.datetime | None:
    named = request.query_params.get("since", "").strip()
    if not named:
        return None
    # A plus that was not escaped in the address arrives as a space.
    text = named.replace(" ", "+") if "T" in named else named
    try:
        found = parse_datetime(text)
        day = None if found else parse_date(text)
    except ValueError:
        found = day = None
    if day is not None:
        found = dt.datetime.combine(day, dt.time.min)
    if found is None or not 1 < found.year < 9999:
        raise serializers.ValidationError(
            {"since": [_("Write a date, for example 2026-12-01, or a date-time with its offset.")]}
        )
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _links(name: str, page: int, more: bool, given: dict[str, str]) -> dict[str, str]:
    def to(number: int) -> str:
        return f"{address(name)}?{urlencode({**given, 'page': number})}"

    return {"self": to(page), "next": to(page + 1) if more else "", "prev": to(page - 1) if page > 1 else ""}
