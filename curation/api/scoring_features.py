"""What an enterprise can be judged by, for programs that write criteria or fill in evidence: the page of scoring rules."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.enums import Shape
from curation.forms.criteria import SHAPE_HELP, TESTS
from curation.scoring.features import FEATURES, FORBIDDEN, GROUPS, Feature, Mend, Source, Type, Unit
from curation.scoring.shapes import Test
from portal.policy import PUBLIC

# Named for the description of the API.
SOURCES = [each.value for each in Source]


class ChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()


class NamedSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()


class ShapeSerializer(NamedSerializer):
    help = serializers.CharField()


class MendSerializer(serializers.Serializer):
    """`how`: "better" – it can better the value; "enter" – it can only enter what is missing; "nothing" – neither."""

    how = serializers.ChoiceField(source="mend", choices=[each.value for each in Mend])
    page = serializers.SerializerMethodField(help_text="Where the enterprise enters it")
    minutes = serializers.IntegerField(help_text="What that takes there")

    def get_page(self, feature: Feature) -> str:
        return reverse(feature.page, args=feature.page_args)


class FeatureSerializer(serializers.Serializer):
    """`values`: the only numbers it can be, where they are few; `choices`: the only words."""

    key = serializers.CharField(help_text="As `feature` of a criterion")
    label = serializers.CharField()
    help = serializers.CharField(help_text="What is read")
    group = serializers.CharField()
    type = serializers.ChoiceField(choices=[each.value for each in Type])
    unit = serializers.ChoiceField(
        choices=[each.value for each in Unit],
        help_text="Empty: none. `of_need`: the unit of the need; `digits`: leading digits of a code",
    )
    least = serializers.SerializerMethodField(help_text="Of a number; else null")
    most = serializers.IntegerField(allow_null=True)
    values = serializers.ListField(child=serializers.IntegerField())
    choices = serializers.SerializerMethodField(help_text="Null where it is no word of a list")
    source = serializers.ChoiceField(
        choices=SOURCES,
        help_text="Who says so: a paper, the ministry that compared it with the papers, the portal itself, the enterprise",
    )
    paper = serializers.CharField(help_text="The kind of document that is its evidence; empty where none is")
    shapes = serializers.ListField(child=serializers.ChoiceField(choices=Shape.choices))
    tests = serializers.ListField(
        child=serializers.ChoiceField(choices=[each.value for each in Test]), help_text="What a gate on it may ask"
    )
    mend = MendSerializer(source="*")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_least(self, feature: Feature) -> int | None:
        return feature.least if feature.type in (Type.INTEGER, Type.DECIMAL) else None

    @extend_schema_field(ChoiceSerializer(many=True, allow_null=True))
    def get_choices(self, feature: Feature) -> Any:
        return (
            [{"value": value, "label": label} for value, label in feature.choices.choices] if feature.choices else None
        )


class CatalogueSerializer(serializers.Serializer):
    """`never`: what no criterion may rest on."""

    groups = NamedSerializer(many=True)
    shapes = ShapeSerializer(many=True)
    tests = NamedSerializer(many=True)
    features = FeatureSerializer(many=True)
    never = serializers.ListField(child=serializers.CharField())


class ScoringFeatures(APIView):
    policies = {"get": PUBLIC}

    @extend_schema(responses=CatalogueSerializer)
    def get(self, request: Request) -> Response:
        """Every feature, the shapes it may take, and what an enterprise can do about it; in the caller's language."""
        shown = {
            "groups": [{"key": group.value, "label": group.label} for group in GROUPS],
            "shapes": [{"key": shape.value, "label": shape.label, "help": said} for shape, said in SHAPE_HELP.items()],
            "tests": [{"key": test.value, "label": said} for test, said in TESTS.items()],
            "features": FEATURES.values(),
            "never": sorted(FORBIDDEN),
        }
        return Response(CatalogueSerializer(shown).data)
