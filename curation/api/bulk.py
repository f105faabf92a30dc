"""Decisions on several applications in one call, each row by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.programme_serializers import MOST_ID
from curation.enums import Outcome
from curation.models import Programme
from curation.services.bulk import MOST_TOGETHER, Result, Wanted, decide_together
from portal.policy import OFFICER


class DecisionRow(serializers.Serializer):
    """`criteria`: those the reason is about; left out: every unmet one."""

    application = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    criteria = serializers.ListField(child=serializers.IntegerField(), required=False, allow_null=True, max_length=100)


class DecisionRows(serializers.Serializer):
    rows = serializers.ListField(child=DecisionRow(), allow_empty=False, max_length=MOST_TOGETHER)


class DecidedRow(serializers.Serializer):
    row = serializers.IntegerField()
    application = serializers.IntegerField()
    status = serializers.IntegerField()
    outcome = serializers.CharField(allow_null=True)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class DecidedRows(serializers.Serializer):
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    rows = DecidedRow(many=True)


class ProgrammeDecisions(APIView):
    policies = {"post": OFFICER}

    @extend_schema(request=DecisionRows, responses={200: DecidedRows, 207: DecidedRows})
    def post(self, request: Request, pk: int) -> Response:
        """Up to 100 rows. 200 when all were decided, else 207: each row says what became of it."""
        programme = get_object_or_404(Programme.objects.managed_by(request.user), pk=pk)
        read = DecisionRows(data=request.data)
        read.is_valid(raise_exception=True)
        wanted = [
            Wanted(row["application"], Outcome(row["outcome"]), row["reason"], row.get("criteria"))
            for row in read.validated_data["rows"]
        ]
        results = decide_together(programme, wanted, by=request.user)
        failed = sum(result.decision is None for result in results)
        answer = {
            "done": len(results) - failed,
            "failed": failed,
            "rows": [_row(place, result) for place, result in enumerate(results)],
        }
        code = status.HTTP_207_MULTI_STATUS if failed else status.HTTP_200_OK
        return Response(DecidedRows(answer).data, status=code)


def _row(place: int, result: Result) -> dict[str, Any]:
    return {
        "row": place,
        "application": result.wanted.application,
        "status": result.status,
        "outcome": result.decision.outcome if result.decision else None,
        "errors": result.problems,
    }
