"""Identity numbers: what is refused, what is only pointed out to the person who verifies, and how they are masked.

Real NPWP fail their checksum, and real NIK carry dates that never were, so those are warnings. A person's NPWP is their
NIK; an organisation's is the old fifteen digits, since 2024 with a zero before them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.exceptions import InvalidComponent
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.id import nik

NIB_DIGITS = _("NIB has 13 digits, for example 8120012345678")
NPWP_DIGITS = _("NPWP has 15 or 16 digits, for example 01.312.166.0-091.000")
NIK_DIGITS = _("NIK has 16 digits, as on the identity card")
NPWP_CHECKSUM = _("The check digit of this NPWP does not fit. Please compare it with the tax card.")
NIK_DATE = _("The date of birth inside this NIK is not a date. Please compare it with the identity card.")
NPWP_AS_NIK = _(
    "This NPWP looks like a NIK, but the date of birth inside is not a date. Please compare it with the card."
)


@dataclass(frozen=True)
class Checked:
    """An identity number without its punctuation, and what is to be said about it."""

    value: str
    errors: list[Promise] = field(default_factory=list)
    warnings: list[Promise] = field(default_factory=list)

    def or_refuse(self) -> str:
        """The number, or a ValidationError for a form. Warnings never refuse."""
        if self.errors:
            raise ValidationError(list(self.errors), code="invalid")
        return self.value


def digits(text: str) -> str:
    """Without the blanks, points, dashes and slashes people copy along; anything else stays, to be refused."""
    return re.sub(r"[\s.\-/\u00a0\u2013]", "", text)


def check_nib(text: str) -> Checked:
    """13 digits, no checksum."""
    number = digits(text)
    return Checked(number, [] if re.fullmatch(r"[0-9]{13}", number) else [NIB_DIGITS])


def check_npwp(text: str) -> Checked:
    """15 digits, or 16: a person's NIK, or 0 and the 15."""
    number = digits(text)
    if not re.fullmatch(r"[0-9]{15,16}", number):
        return Checked(number, [NPWP_DIGITS])
    if len(number) == 16 and not number.startswith("0"):
        return Checked(number, [], [] if _has_birth_date(number) else [NPWP_AS_NIK])
    # Luhn over the first nine of the fifteen; a leading zero doesn't change the sum.
    return Checked(number, [], [] if luhn.is_valid(number[-15:][:9]) else [NPWP_CHECKSUM])


def check_nik(text: str) -> Checked:
    """16 digits: region, day (+40 for women) month year of birth, serial."""
    number = digits(text)
    if not re.fullmatch(r"[0-9]{16}", number):
        return Checked(number, [NIK_DIGITS])
    return Checked(number, [], [] if _has_birth_date(number) else [NIK_DATE])


def _has_birth_date(number: str) -> bool:
    try:
        nik.get_birth_date(number)
    except (InvalidComponent, StdnumError):
        return False
    return True


def is_natural_person(npwp: str) -> bool:
    """A person's tax number is their NIK: it must never be published."""
    number = digits(npwp)
    return len(number) == 16 and not number.startswith("0")


def normal_npwp(text: str) -> str:
    """The 16-digit form, which is what is hashed to search by."""
    number = digits(text)
    return f"0{number}" if len(number) == 15 else number


def format_npwp(text: str) -> str:
    number = digits(text)
    if len(number) == 16 and number.startswith("0"):
        number = number[1:]
    if len(number) != 15:
        return number
    return f"{number[:2]}.{number[2:5]}.{number[5:8]}.{number[8]}-{number[9:12]}.{number[12:]}"


def masked(text: str, *, shown: int = 4) -> str:
    """Only the last digits, for pages on which the number need not be read: ••••••••••••0001."""
    number = digits(text)
    return "•" * max(len(number) - shown, 0) + number[-shown:] if len(number) > shown else "•" * len(number)
