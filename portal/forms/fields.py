"""Form fields for numbers: forgiving in what they read, and open about how they read it (see portal.numbers).

In a template `{{ field.how_read }}` is a sentence where what was typed could mean two numbers, else empty.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.numbers import ReadNumber, UnreadableNumber, read_number
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

# A quadrillion: more than any contract here; a figure above is a slip of the finger. The database refuses it too.
RUPIAH_LIMIT = 10**15
QUANTITY_LIMIT = 10**12


class NumberBoundField(forms.BoundField):
    @property
    def how_read(self) -> str:
        return self.field.how_read(self.data) if self.form.is_bound else ""


class NumberField(forms.Field):
    """The common part: reading, bounds, and showing a stored number the way it would be typed."""

    widget = forms.TextInput
    bound_field_class = NumberBoundField
    default_error_messages = {
        "invalid": _("Enter a number, for example 1234,5"),
        "places": _("Use at most %(places)s decimals"),
        "negative": _("The number cannot be negative"),
        "zero": _("Enter a number above zero"),
        "below": _("Enter a number of at least %(limit)s"),
        "above": _("Enter a number of at most %(limit)s"),
        "too_large": _("The number must be below %(limit)s"),
    }

    def __init__(
        self,
        *,
        min_value: Decimal | int | None = None,
        max_value: Decimal | int | None = None,
        above_zero: bool = False,
        below: int | None = None,
        decimal_places: int = 2,
        **kwargs: Any,
    ) -> None:
        self.min_value, self.max_value, self.above_zero, self.below = (min_value, max_value, above_zero, below)
        self.decimal_places = decimal_places
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {"inputmode": "decimal" if self.decimal_places else "numeric", "autocomplete": "off"}

    def read(self, text: str) -> ReadNumber:
        return read_number(text)

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                return self.read(value).value
            except UnreadableNumber:
                raise self.error("invalid") from None
        return Decimal(str(value))

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < 0 and (self.above_zero or self.min_value == 0):
            raise self.error("negative")
        if value == 0 and self.above_zero:
            raise self.error("zero")
        if self.min_value is not None and value < self.min_value:
            raise self.error("below", limit=self.shown(self.min_value))
        if self.max_value is not None and value > self.max_value:
            raise self.error("above", limit=self.shown(self.max_value))
        if self.below is not None and value >= self.below:
            raise self.error("too_large", limit=self.shown(self.below))
        if value != round(value, self.decimal_places):
            raise self.error("places", places=self.decimal_places)

    def shown(self, limit: Decimal | int) -> str:
        return angka(limit)

    def error(self, code: str, **params: Any) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)

    def how_read(self, typed: Any) -> str:
        """Where a text could mean two numbers: which one was taken, and how to write the other."""
        if not isinstance(typed, str):
            return ""
        try:
            read = self.read(typed)
        except UnreadableNumber:
            return ""
        if not read.ambiguous:
            return ""
        text = typed.strip()
        if "." in text:
            sentence = gettext(
                "“%(typed)s” is read as %(value)s: the point groups thousands. For decimals write “%(other)s”."
            )
            other = text.replace(".", ",")
        else:
            sentence = gettext(
                "“%(typed)s” is read as %(value)s: the comma begins the decimals. For thousands write “%(other)s”."
            )
            other = text.replace(",", "")
        return sentence % {"typed": text, "value": self.as_typed(read.value), "other": other}

    def as_typed(self, value: Decimal) -> str:
        """Without thousands points, so that what a page shows reads back as the same number: 1234,5."""
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.as_typed(Decimal(str(value)))


class WholeNumberField(NumberField):
    """A count, as an int."""

    default_error_messages = {
        "invalid": _("Enter a whole number, for example 12"),
        "places": _("Enter a whole number, without decimals"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimal_places=0, **kwargs)

    def read(self, text: str) -> ReadNumber:
        """Without decimals, "1.234" and "1,234" can both only mean 1234."""
        read = super().read(text)
        values = (read.value, read.other)
        whole = [value for value in values if value is not None and value == value.to_integral_value()]
        if not whole:
            return ReadNumber(read.value)
        return ReadNumber(whole[0], whole[1] if len(whole) == 2 else None)

    def clean(self, value: Any) -> int | None:
        number = super().clean(value)
        return None if number is None else int(number)

    def how_read(self, typed: Any) -> str:
        """A whole number has no decimals it could be mistaken for."""
        return ""


class RupiahField(WholeNumberField):
    """Whole rupiah as an int: "1.500.000", "Rp1.500.000,-", "1,5 juta". Zero only where `min_value=0` is given."""

    default_error_messages = {
        "invalid": _("Enter an amount in rupiah, for example 1.500.000"),
        "places": _("Rupiah amounts have no decimals"),
        "negative": _("The amount cannot be negative"),
        "zero": _("Enter an amount above zero"),
        "below": _("Enter an amount of at least %(limit)s"),
        "above": _("Enter an amount of at most %(limit)s"),
        "too_large": _("The amount must be below %(limit)s"),
    }

    def __init__(self, *, min_value: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("below", RUPIAH_LIMIT)
        super().__init__(min_value=min_value, above_zero=min_value is None, **kwargs)

    def shown(self, limit: Decimal | int) -> str:
        return rupiah(limit, exact=True)

    def as_typed(self, value: Decimal) -> str:
        return f"{value:,f}".replace(",", ".") if value == value.to_integral_value() else super().as_typed(value)


class QuantityField(NumberField):
    """An amount of goods or services, above zero."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("above_zero", True)
        kwargs.setdefault("below", QUANTITY_LIMIT)
        super().__init__(**kwargs)


class DecimalField(NumberField):
    """Any other number with decimals: a percentage, a coordinate."""


class PercentField(DecimalField):
    """0 to 100 with two decimals; a percent sign is allowed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, **kwargs)

    def read(self, text: str) -> ReadNumber:
        return super().read(text.strip().removesuffix("%"))
