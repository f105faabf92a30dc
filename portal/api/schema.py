from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class Description(AutoSchema):
    """Says of a field that is only read that it may be empty: a draft has no class yet, and not everybody a website.

    DRF forgets `blank` of the model there, and the description would promise a class and an address.
    """

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


def may_be_empty(field: Any) -> bool:
    """A text of a model that may be left blank."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None or not isinstance(field, serializers.CharField | serializers.ChoiceField):
        return False
    try:
        return bool(model._meta.get_field(field.source).blank)
    except FieldDoesNotExist:
        return False
