"""The public search by API: what is found, how the words were read, counts for filters, and what to loosen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from curation.api.matched import MatchedSerializer, PartSerializer
from curation.matching.query import Filters, MatchQuery
from curation.selectors.matches import explained
from curation.selectors.needs import found_needs
from curation.selectors.search import Search, search_needs, search_products
from curation.selectors.suggestions import Kind, suggestions
from curation.services.need import CERTIFICATES
from portal.enums import BusinessClass, Unit
from portal.policy import PUBLIC

MOST_READ = 10_000


class Typed(serializers.CharField):
    """A letter that no text can hold is a space: a search is never wrong for what was typed."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data.replace("\0", " ") if isinstance(data, str) else data)


class SearchQuery(serializers.Serializer):
    q = Typed(required=False, allow_blank=True, default="", max_length=MOST_READ)
    province = serializers.RegexField(r"^\d{2}$", required=False, default="", help_text="33")
    kbli = serializers.RegexField(
        r"^\d{2,5}$", required=False, default="", help_text="25 or 25991, of the edition in force"
    )
    certificate = serializers.MultipleChoiceField(
        choices=[(kind.value, kind.label) for kind in CERTIFICATES],
        required=False,
        default=(),
        help_text="All of them; of a business as it states them, verified or not",
    )
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)


class ProductSearchQuery(SearchQuery):
    business_class = serializers.ChoiceField(choices=BusinessClass.choices, required=False, default="")
    curated = serializers.BooleanField(required=False, default=False)
    unit = serializers.ChoiceField(
        choices=Unit.choices,
        required=False,
        default="",
        help_text="In which `quantity`, `price_to` and `capacity_from` are",
    )
    quantity = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, default=None)
    price_to = serializers.IntegerField(min_value=1, max_value=10**15, required=False, default=None)
    capacity_from = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, default=None)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        asked = [name for name in ("quantity", "price_to", "capacity_from") if values[name] is not None]
        if asked and not values["unit"]:
            raise serializers.ValidationError({"unit": _("Say in which unit the quantity or price is.")})
        return values


class NeedSearchQuery(SearchQuery):
    import_substitution = serializers.BooleanField(required=False, default=False)
    for_export = serializers.BooleanField(required=False, default=False)


class LooseningSerializer(serializers.Serializer):
    filter = serializers.CharField()
    rows = serializers.IntegerField(help_text="Found without it")


class AroundSerializer(serializers.Serializer):
    count = serializers.IntegerField(source="facets.rows", help_text="Rows with the words and filters")
    capped = serializers.BooleanField(source="facets.capped", help_text="There are more than were counted")
    did_you_mean = serializers.CharField(source="meant", allow_blank=True)
    unknown_words = serializers.ListField(source="found.reading.unknown", child=serializers.CharField())
    says_nothing = serializers.BooleanField(
        help_text="Only words like “for” and “the” were typed, or none that can be read"
    )
    shortened = serializers.BooleanField(source="found.reading.shortened", help_text="Not all of the text was read")
    facets = serializers.DictField(
        source="counts",
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="Filter → value → how many there would be",
    )
    loosen = LooseningSerializer(
        many=True, help_text="Where nothing is found: single filters that keep everything away"
    )


class FoundProductsSerializer(AroundSerializer):
    unit_unknown = serializers.BooleanField(source="found.unit_unknown")
    results = MatchedSerializer(source="rows", many=True)


class FoundNeedSerializer(serializers.Serializer):
    rank = serializers.IntegerField()
    need = serializers.IntegerField(source="need.pk")
    number = serializers.CharField(source="need.number")
    item = serializers.CharField(source="need.item")
    buyer = serializers.CharField(source="need.buyer.name")
    place = serializers.CharField(source="need.delivery_region.full_name")
    total = serializers.FloatField(help_text="Of 100")
    parts = PartSerializer(many=True)


class FoundNeedsSerializer(AroundSerializer):
    results = FoundNeedSerializer(source="rows", many=True)


class SearchProducts(APIView):
    """The best product of each enterprise, the best first."""

    policies = {"get": PUBLIC}

    @extend_schema(parameters=[ProductSearchQuery], responses=FoundProductsSerializer)
    def get(self, request: Request) -> Response:
        asked = _asked(ProductSearchQuery, request)
        filters = Filters(
            curated=asked["curated"],
            business_class=asked["business_class"],
            price_to=asked["price_to"],
            capacity_from=asked["capacity_from"],
            **_of_both(asked),
        )
        query = MatchQuery(text=asked["q"], quantity=asked["quantity"], unit=asked["unit"], filters=filters)
        search = search_products(query, user=request.user, limit=asked["limit"])
        return Response(FoundProductsSerializer(_with(search, explained(query, search.found))).data)


class SearchNeeds(APIView):
    """Open needs, the best first."""

    policies = {"get": PUBLIC}

    @extend_schema(parameters=[NeedSearchQuery], responses=FoundNeedsSerializer)
    def get(self, request: Request) -> Response:
        asked = _asked(NeedSearchQuery, request)
        flags = tuple(name for name in ("import_substitution", "for_export") if asked[name])
        query = MatchQuery(text=asked["q"], filters=Filters(flags=flags, **_of_both(asked)))
        search = search_needs(query, user=request.user, limit=asked["limit"])
        return Response(FoundNeedsSerializer(_with(search, found_needs(search))).data)


class SuggestionQuery(serializers.Serializer):
    q = Typed(required=False, allow_blank=True, default="", max_length=MOST_READ)
    kinds = serializers.MultipleChoiceField(choices=Kind.choices, required=False, default=(), help_text="All of them")


class SuggestionSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Kind.choices)
    text = serializers.CharField()
    code = serializers.CharField(allow_blank=True, help_text="Of a class or tariff line")
    edition = serializers.IntegerField(allow_null=True, help_text="Of a class: the edition in force")


class SuggestionsSerializer(serializers.Serializer):
    results = SuggestionSerializer(many=True)


class Suggestions(APIView):
    """While somebody types: what it may become. Nothing before the third letter. Has a limit of its own."""

    policies = {"get": PUBLIC}
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "suggestions"

    @extend_schema(parameters=[SuggestionQuery], responses=SuggestionsSerializer)
    def get(self, request: Request) -> Response:
        asked = _asked(SuggestionQuery, request)
        found = suggestions(asked["q"], kinds=asked["kinds"], user=request.user)
        return Response(SuggestionsSerializer({"results": found}).data)


def _asked(query: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    read = query(data=request.query_params)
    read.is_valid(raise_exception=True)
    return read.validated_data


def _of_both(asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "province": asked["province"],
        "kbli": asked["kbli"],
        "certificates": tuple(sorted(asked["certificate"])),
    }


def _with(search: Search, rows: list[Any]) -> dict[str, Any]:
    names = ("facets", "found", "meant", "says_nothing", "loosen")
    return {"rows": rows, "counts": _counts(search), **{name: getattr(search, name) for name in names}}


def _counts(search: Search) -> dict[str, dict[str, int]]:
    """Of papers only those that may be asked for: everybody has a NIB."""
    known = {kind.value for kind in CERTIFICATES}
    papers = {kind: rows for kind, rows in search.counts.get("certificates", {}).items() if kind in known}
    return {**search.counts, "certificates": papers} if search.counts else {}
