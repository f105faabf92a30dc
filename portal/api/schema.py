from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from portal.api.conditional import Conditional
from portal.api.idempotency import HEADER, Idempotent


class Description(AutoSchema):
    """Says of a field that is only read that it may be empty: a draft has no class yet, and not everybody a website.

    DRF forgets `blank` of the model there, and the description would promise a class and an address.
    """

    def get_override_parameters(self) -> list[Any]:
        """The headers that our own mix-ins read."""
        found = list(super().get_override_parameters())
        if self.method == "POST" and isinstance(self.view, Idempotent):
            found.append(_key(required=self.view.action in self.view.asks_for_key))
        if self.method == "PATCH" and isinstance(self.view, Conditional):
            found.append(IF_MATCH)
        if self.method == "GET" and isinstance(self.view, Conditional) and self.view.action == "retrieve":
            found.append(IF_NONE_MATCH)
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        empty = field.read_only and may_be_empty(field)
        if empty and isinstance(field, serializers.ChoiceField):
            field.allow_blank = True
        described = super()._map_serializer_field(field, direction, bypass_extensions)
        if empty:
            described.pop("format", None)
        return described

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)
        if field.read_only and may_be_empty(field):
            schema.pop("format", None)


def _key(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        HEADER,
        {"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[!-~]+$"},
        OpenApiParameter.HEADER,
        required=required,
        description="The same key with the same request within a day gives the first answer again.",
    )


IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="ETag of what was read")
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag of what is known")


def may_be_empty(field: Any) -> bool:
    """A text of a model that may be left blank."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None or not isinstance(field, serializers.CharField | serializers.ChoiceField):
        return False
    try:
        return bool(model._meta.get_field(field.source).blank)
    except FieldDoesNotExist:
        return False
