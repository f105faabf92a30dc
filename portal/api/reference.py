"""The reference lists by API: searched as on the pages, by code or by words, also misspelt or English ones."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.models import HsCode, KbliClass, Region
from portal.policy import PUBLIC
from portal.rules.kbli import kbli_edition
from portal.selectors.reference import kbli_edition_hint, regions_under, search_hs, search_kbli, search_regions

MOST_CHARACTERS = 100


class KbliSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="display_title")

    class Meta:
        model = KbliClass
        fields = ["edition", "code", "title", "description"]


class HsSerializer(serializers.ModelSerializer):
    class Meta:
        model = HsCode
        fields = ["code", "dotted", "level", "description", "path"]


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["code", "level", "kind", "name", "full_name", "parent"]


class KbliQuery(serializers.Serializer):
    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=MOST_CHARACTERS)
    edition = serializers.ChoiceField(choices=KbliClass.Edition.choices, required=False)


class HsQuery(serializers.Serializer):
    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=MOST_CHARACTERS)


class RegionQuery(serializers.Serializer):
    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=MOST_CHARACTERS)
    level = serializers.ChoiceField(choices=Region.Level.choices, required=False)
    within = serializers.RegexField(r"^[0-9.]{2,13}$", required=False, default="", allow_blank=True)


class KbliAnswer(serializers.Serializer):
    """`hint` says so when the code is of the other edition; `results` then hold what may stand for it."""

    hint = serializers.CharField(allow_blank=True)
    results = KbliSerializer(many=True)


class HsAnswer(serializers.Serializer):
    results = HsSerializer(many=True)


class RegionAnswer(serializers.Serializer):
    results = RegionSerializer(many=True)


class KbliSearch(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(parameters=[KbliQuery], responses=KbliAnswer)
    def get(self, request: Request) -> Response:
        asked = _asked(KbliQuery, request)
        edition = asked.get("edition") or kbli_edition(timezone.localdate())
        words = asked["q"].strip()
        hint = kbli_edition_hint(words, edition) if words.isdigit() else None
        found = hint.suggestions if hint else search_kbli(words, edition) if words else []
        return Response(KbliAnswer({"hint": hint.message if hint else "", "results": found}).data)


class HsSearch(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(parameters=[HsQuery], responses=HsAnswer)
    def get(self, request: Request) -> Response:
        words = _asked(HsQuery, request)["q"].strip()
        return Response(HsAnswer({"results": search_hs(words) if words else []}).data)


class RegionSearch(APIView):
    """With `q` a search; without it the regions one step below `within`, from the provinces down."""

    policies = {"get": PUBLIC}

    @extend_schema(
        parameters=[RegionQuery, OpenApiParameter("within", str, description="33.10")], responses=RegionAnswer
    )
    def get(self, request: Request) -> Response:
        asked = _asked(RegionQuery, request)
        words = asked["q"].strip()
        found = search_regions(words, asked.get("level"), asked["within"]) if words else regions_under(asked["within"])
        return Response(RegionAnswer({"results": found}).data)


def _asked(query: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    read = query(data=request.query_params)
    read.is_valid(raise_exception=True)
    return read.validated_data
