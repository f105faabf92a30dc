"""A rank as the API says it: the firm, its best product, every part of the rank, and what is missing."""

from __future__ import annotations

from rest_framework import serializers

from portal.api.enterprise_serializers import RungSerializer
from portal.enums import BusinessClass, DocumentKind, Unit


class MatchesQuery(serializers.Serializer):
    curated = serializers.BooleanField(required=False, default=False, help_text="Only enterprises that a buyer curated")


class PartSerializer(serializers.Serializer):
    part = serializers.CharField(source="key")
    name = serializers.CharField()
    weight = serializers.FloatField(help_text="Percent of the total")
    points = serializers.FloatField(
        allow_null=True, help_text="Of that weight; null where nothing is known, which counts as 0"
    )
    basis = serializers.CharField()


class MatchedSerializer(serializers.Serializer):
    rank = serializers.IntegerField()
    enterprise = serializers.IntegerField(source="enterprise.pk")
    name = serializers.CharField(source="enterprise.organisation.name")
    business_class = serializers.ChoiceField(
        source="enterprise.business_class", choices=BusinessClass.choices, allow_blank=True
    )
    place = serializers.CharField(source="enterprise.village.full_name")
    checked = RungSerializer(source="ladder")
    curated = serializers.BooleanField(source="match.curated")
    product = serializers.IntegerField(source="product.pk")
    product_name = serializers.CharField(source="product.name")
    sold_per = serializers.ChoiceField(source="product.unit", choices=Unit.choices)
    total = serializers.FloatField(help_text="Of 100: the sum of the points")
    parts = PartSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="In words")
    certificates_held = serializers.ListField(
        source="match.certificates_held",
        child=serializers.ChoiceField(choices=DocumentKind.choices),
        help_text="As the business states them, checked or not",
    )
    certificates_verified = serializers.ListField(
        source="verified",
        child=serializers.ChoiceField(choices=DocumentKind.choices),
        help_text="Of those held; the others are declared by the business alone",
    )
    certificates_missing = serializers.ListField(
        source="match.certificates_missing", child=serializers.ChoiceField(choices=DocumentKind.choices)
    )
    distance_km = serializers.IntegerField(source="match.distance_km", allow_null=True)
    capacity = serializers.FloatField(
        source="match.capacity", allow_null=True, help_text="A month, in the unit asked for"
    )
    price = serializers.FloatField(source="match.price", allow_null=True, help_text="Rupiah for one unit asked for")
    other_unit = serializers.BooleanField(
        source="match.other_unit", help_text="Sold in a unit that doesn't convert into the one asked for"
    )


class NeedMatchesSerializer(serializers.Serializer):
    """At most 20. Those that rank nearly the same change places from day to day."""

    unit_unknown = serializers.BooleanField(
        source="found.unit_unknown", help_text="Quantity and price did not count: no unit here converts into the need's"
    )
    place_unknown = serializers.BooleanField(source="found.place_unknown", help_text="Distance did not count")
    without_filter = serializers.IntegerField(
        help_text="Products that are there without `curated`, counted where nothing is left"
    )
    results = MatchedSerializer(source="rows", many=True)
