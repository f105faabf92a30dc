"""Numbers of a body, with the bounds and the sentences of the field on the page.

What is typed on a page may be written in many ways; a program writes a number in one, or is refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.forms.fields import NumberField


class WholeNumber(serializers.IntegerField):
    """`on_page`: the field whose bounds it has. DRF's own bounds are given besides, for the description."""

    default_error_messages = {"invalid": _("Enter a whole number, for example 12")}

    def __init__(self, on_page: NumberField, **kwargs: Any) -> None:
        self.on_page = on_page
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and not data.is_integer():
            raise self.on_page.error("places", places=0)
        number = super().to_internal_value(data)
        self.on_page.validate(Decimal(number))
        return number


class DecimalNumber(serializers.DecimalField):
    default_error_messages = {"invalid": _("Enter a number with a point before its decimals, for example 1234.5")}

    def __init__(self, on_page: NumberField, **kwargs: Any) -> None:
        self.on_page = on_page
        super().__init__(decimal_places=on_page.decimal_places, **kwargs)

    def validate_precision(self, value: Decimal) -> Decimal:
        self.on_page.validate(value)
        return super().validate_precision(value)
