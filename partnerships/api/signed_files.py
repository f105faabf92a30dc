"""What a signed PDF is worth, by API: for an archive, a bank or a procurement system that was sent one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from partnerships.enums import PartnershipStatus
from partnerships.selectors.file_check import Checked, Verdict, check_file
from portal.policy import PUBLIC
from portal.uploads.papers import read_pdf
from portal.uploads.refusals import Refused


class SignedFileInput(serializers.Serializer):
    file = serializers.FileField(help_text="The PDF, at most 5 MB. It is not kept.")


class FoundSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="As the certificate has it; of a trusted one alone it says who signed")
    organisation = serializers.CharField()
    at = serializers.SerializerMethodField(help_text="When, by a trusted time stamp; null without one")
    intact = serializers.BooleanField(help_text="Nothing it covers was changed, and only signatures came after it")
    trusted = serializers.BooleanField(help_text="Made at the provider of this portal")

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_at(self, found: Any) -> Any:
        return found.moment


class CheckedContractSerializer(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    revision = serializers.IntegerField()
    status = serializers.ChoiceField(PartnershipStatus.choices, source="partnership.status", help_text="Today")


class CheckedFileSerializer(serializers.Serializer):
    verdict = serializers.ChoiceField(
        Verdict.choices, help_text="Only `in_force` is a whole contract that everybody signed and that is in force"
    )
    said = serializers.SerializerMethodField(help_text="The same as a sentence")
    sha256 = serializers.CharField()
    signatures = FoundSerializer(many=True)
    contract = CheckedContractSerializer(
        allow_null=True, help_text="Of a file that is to the byte one of this portal; null of any other"
    )

    @extend_schema_field(serializers.CharField())
    def get_said(self, checked: Checked) -> str:
        return str(checked.verdict.label)


class CheckSignedFile(APIView):
    """Who signed a PDF, whether it was changed since, and whether the contract counts today. Nothing is kept."""

    policies = {"post": PUBLIC}
    parser_classes = [MultiPartParser]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "files"

    @extend_schema(request={"multipart/form-data": SignedFileInput}, responses=CheckedFileSerializer)
    def post(self, request: Request) -> Response:
        taken = SignedFileInput(data=request.data)
        taken.is_valid(raise_exception=True)
        file = taken.validated_data["file"]
        try:
            checked = check_file(read_pdf(file, file.size))
        except Refused as refused:
            raise ValidationError({"file": str(refused)}) from refused
        return Response(CheckedFileSerializer(checked).data)
