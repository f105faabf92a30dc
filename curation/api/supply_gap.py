"""The supply gap by API, for ministries: the table, and the lists behind each of its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.need import NeedSerializer
from curation.matching.facets import CURRENT
from curation.selectors.supply_gap import STATES, Asked, offering, offering_rows, supply_gap, wanted_needs
from portal.api.enterprise_serializers import RungSerializer
from portal.enums import Unit
from portal.models import KbliClass, Region
from portal.policy import MINISTRY


class GapQuery(serializers.Serializer):
    by_province = serializers.BooleanField(required=False, default=False, help_text="Rows by class and province")
    digits = serializers.IntegerField(required=False, default=5, min_value=2, max_value=5, help_text="Width of a class")
    province = serializers.RegexField(r"^\d{2}$", required=False, default="", help_text="Of delivery: 33")
    kbli = serializers.RegexField(r"^\d{2,5}$", required=False, default="", help_text="Beginning of the row's code")
    hs = serializers.RegexField(
        r"^\d{2,8}$", required=False, default="", help_text="Beginning of the need's tariff code"
    )
    buyer = serializers.IntegerField(required=False, default=None, min_value=1, max_value=2**63 - 1)
    import_substitution = serializers.BooleanField(required=False, default=False)
    for_export = serializers.BooleanField(required=False, default=False)
    curated = serializers.BooleanField(required=False, default=False, help_text="Only curated enterprises are supply")
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)
    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=10**6)

    def validate_province(self, value: str) -> str:
        if value and not Region.objects.filter(code=value, level=Region.Level.PROVINCE).exists():
            raise serializers.ValidationError(_("There is no province with this code."))
        return value


class GapTableQuery(GapQuery):
    state = serializers.ChoiceField(choices=STATES, required=False, default="")


class BehindQuery(GapQuery):
    edition = serializers.ChoiceField(choices=KbliClass.Edition.choices, required=False, default=int(CURRENT))
    code = serializers.RegexField(r"^\d{2,5}$", required=False, default="", help_text="Of the row; with its `unit`")
    unit = serializers.ChoiceField(choices=Unit.choices, required=False, default="")
    place = serializers.RegexField(
        r"^\d{2}$", required=False, default="", help_text="Province of the row, with `by_province`"
    )


class BusinessesQuery(BehindQuery):
    other_unit = serializers.BooleanField(
        required=False, default=False, help_text="Those that sell only in units that do not convert"
    )


class SupplySerializer(serializers.Serializer):
    enterprises = serializers.IntegerField(source="firms")
    curated_enterprises = serializers.IntegerField(source="curated_firms")
    capacity = serializers.DecimalField(max_digits=None, decimal_places=2, help_text="A month, in the row's unit")
    curated_capacity = serializers.DecimalField(max_digits=None, decimal_places=2)


class GapSerializer(serializers.Serializer):
    edition = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField(source="display_title")
    province = serializers.CharField(allow_blank=True, help_text="Empty: the whole country")
    unit = serializers.ChoiceField(choices=Unit.choices)
    state = serializers.ChoiceField(choices=STATES)
    needs = serializers.IntegerField()
    replacing_imports = serializers.IntegerField(source="substituting")
    hs = serializers.ListField(child=serializers.CharField())
    wanted = serializers.DecimalField(
        max_digits=None, decimal_places=2, help_text="A month, when most is wanted at once"
    )
    wanted_from = serializers.DateField()
    value = serializers.IntegerField(help_text="Rupiah at the ceiling prices, delivered within a year from today")
    there = SupplySerializer(help_text="In the row's place")
    country = SupplySerializer()
    missing = serializers.DecimalField(max_digits=None, decimal_places=2)
    other_unit = serializers.IntegerField(help_text="Enterprises that sell only in units that do not convert")


class SupplyGapSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    count = serializers.IntegerField()
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="Rows by state, whatever `state` was asked"
    )
    results = GapSerializer(many=True)


class WantedNeedsSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    count = serializers.IntegerField()
    results = NeedSerializer(many=True)


class OfferingSerializer(serializers.Serializer):
    enterprise = serializers.IntegerField(source="enterprise.pk")
    name = serializers.CharField(source="enterprise.organisation.name")
    checked = RungSerializer(source="ladder")
    place = serializers.SerializerMethodField()
    edition = serializers.IntegerField()
    code = serializers.CharField()
    unit = serializers.ChoiceField(choices=Unit.choices)
    products = serializers.IntegerField()
    curated = serializers.BooleanField()
    capacity = serializers.DecimalField(
        max_digits=None, decimal_places=2, allow_null=True, help_text="A month; null where the unit does not convert"
    )

    def get_place(self, row: Any) -> str:
        return row.enterprise.village.full_name if row.enterprise.village else ""


class OfferingsSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    count = serializers.IntegerField()
    results = OfferingSerializer(many=True)


class SupplyGap(APIView):
    """Open needs against what verified enterprises can still promise, what nobody offers first."""

    policies = {"get": MINISTRY}

    @extend_schema(parameters=[GapTableQuery], responses=SupplyGapSerializer)
    def get(self, request: Request) -> Response:
        read = _read(GapTableQuery, request)
        gaps = supply_gap(_asked(read))
        shown = [gap for gap in gaps if gap.state == read["state"] or not read["state"]]
        counts = {state: sum(gap.state == state for gap in gaps) for state in STATES}
        answer = {**_page(shown, read), "counts": counts}
        return Response(SupplyGapSerializer(answer).data)


class SupplyGapNeeds(APIView):
    """The needs behind a figure."""

    policies = {"get": MINISTRY}

    @extend_schema(parameters=[BehindQuery], responses=WantedNeedsSerializer)
    def get(self, request: Request) -> Response:
        read = _read(BehindQuery, request)
        return Response(WantedNeedsSerializer(_page(list(wanted_needs(_asked(read))), read)).data)


class SupplyGapEnterprises(APIView):
    """The enterprises behind a figure, the largest capacity first."""

    policies = {"get": MINISTRY}

    @extend_schema(parameters=[BusinessesQuery], responses=OfferingsSerializer)
    def get(self, request: Request) -> Response:
        read = _read(BusinessesQuery, request)
        page = _page(offering_rows(_asked(read)), read)
        return Response(OfferingsSerializer({**page, "results": offering(page["results"])}).data)


def _read(query: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    read = query(data=request.query_params)
    read.is_valid(raise_exception=True)
    return read.validated_data


def _asked(read: dict[str, Any]) -> Asked:
    known = {name: value for name, value in read.items() if name not in ("limit", "offset", "state")}
    # A row's code says itself how wide it is.
    return Asked(**{**known, "digits": len(read.get("code", "")) or read["digits"]})


def _page(rows: Sequence[Any], read: dict[str, Any]) -> dict[str, Any]:
    chosen = rows[read["offset"] : read["offset"] + read["limit"]]
    return {"as_of": timezone.localdate(), "count": len(rows), "results": chosen}
