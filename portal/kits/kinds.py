"""What an answer is: how it stands in a cell, and how what stands in a cell is read.

`Known` holds plain texts that mean the same in every language (portal.selectors.kit). A kind shows them to people and reads
back what people, Excel and LibreOffice make of them: a text, a number, a date, a truth. What can't be read stays as typed;
the forms of the dossier then say what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from portal.countries import country_name, find_country
from portal.forms.enterprise.base import YesNoField
from portal.forms.enterprise.market import CountryField, HsTypedField
from portal.forms.fields import NumberField, RupiahField
from portal.forms.pick import HsField, KbliField, RegionField, dotted
from portal.models import HsCode, KbliClass, Region
from portal.presentation.dates import tanggal
from portal.pricing import tiers_of, units_of
from portal.product_sheet.cells import NO, YES, hs_code, kbli_code, text_of, tiers, unit_key, unit_names, units
from portal.product_sheet.cells import Known as KnownCodes
from portal.product_sheet.problems import BadCell
from portal.product_sheet.writing import tiers_text, units_text
from portal.rules.kbli import kbli_edition
from portal.selectors.kit import plain
from portal.text import fold

MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?$")
NAMED_MONTH = re.compile(r"^(\d{1,2}) ([A-Za-z]+)\.? (\d{4})$")
CODE_IN_FRONT = re.compile(r"^\d[\d.]*")
EDITION = re.compile(r"\(KBLI (\d{4})\)\s*$")
LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Kind:
    """`show`: a plain text as it stands in a cell. `read`: what stands in a cell as a plain text, or as typed."""

    name: str
    show: Callable[[str], str]
    read: Callable[[Any], str]
    # What a drop-down list offers.
    choices: tuple[str, ...] = ()
    long: bool = False


def words(value: Any) -> str:
    return text_of(value)


def kind_of(field: forms.Field) -> Kind:
    """By the field that will check it."""
    match field:
        case YesNoField():
            return YES_NO
        case KbliField():
            return KBLI
        case RegionField():
            return VILLAGE
        case HsTypedField() | HsField():
            return HS
        case CountryField():
            return Kind("country", lambda text: country_name(text) if text else "", _country)
        case RupiahField():
            return Kind("number", _rupiah(field), _number(field))
        case NumberField():
            return Kind("number", str, _number(field))
        case forms.DateField():
            return Kind("date", str, _date)
        case forms.ChoiceField():
            return _choice(field)
    return Kind("text", str, words, long=isinstance(field.widget, forms.Textarea))


def normal(kind: Kind, text: str) -> str:
    """As it would be read back from the cell it stands in: both sides of a comparison are made so."""
    # Codes are the same there and back; their names alone would ask the database.
    return text if kind in (KBLI, HS, VILLAGE, DISTRICT) else kind.read(kind.show(text))


def shown_to_people(kind: Kind, text: str) -> str:
    """On a page and on paper; a date written out."""
    if kind.name == "date" and text:
        try:
            return tanggal(forms.DateField().to_python(text))
        except ValidationError:
            return text
    return kind.show(text)


def _number(field: NumberField) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        try:
            # A number of the workbook is no text that could mean two numbers.
            number = field.to_python(value if isinstance(value, int | float) and not _is_truth(value) else words(value))
        except ValidationError:
            return words(value)
        return plain(number)

    return read


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _rupiah(field: RupiahField) -> Callable[[str], str]:
    def show(text: str) -> str:
        try:
            number = field.to_python(text)
        except ValidationError:
            return text
        return "" if number is None else field.as_typed(number)

    return show


def _date(value: Any) -> str:
    text = words(value)
    if whole := MIDNIGHT.match(text):
        return whole[1]
    if (named := NAMED_MONTH.match(text)) and (month := _months().get(fold(named[2]))):
        text = f"{named[3]}-{month:02d}-{int(named[1]):02d}"
    for language in LANGUAGES:
        with translation.override(language):
            try:
                return plain(forms.DateField(localize=True).to_python(text))
            except ValidationError:
                continue
    return text


@cache
def _months() -> dict[str, int]:
    """`6 Mei 2011`, `6 May 2011`: names whole or of three letters."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for number, name in MONTHS.items():
                found |= {fold(str(name)): number, fold(str(name))[:3]: number}
    return found


def _read_yes_no(value: Any) -> str:
    answer = fold(words(value))
    return "True" if answer in YES else "False" if answer in NO else words(value)


def _show_yes_no(text: str) -> str:
    return {"True": _("yes"), "False": _("no")}.get(text, text)


def _choice(field: forms.ChoiceField) -> Kind:
    labels = [(str(value), label) for value, label in field.choices if value != ""]
    is_unit = {value for value, _label in labels} == set(unit_names().values())

    def show(text: str) -> str:
        return next((str(label) for value, label in labels if value == text), text)

    def read(value: Any) -> str:
        text = words(value)
        if is_unit:
            return unit_names().get(unit_key(text), text)
        for language in LANGUAGES:
            with translation.override(language):
                found = next((key for key, label in labels if fold(str(label)) == fold(text)), None)
            if found:
                return found
        return next((key for key, _label in labels if fold(key) == fold(text)), text)

    return Kind("choice", show, read, tuple(str(label) for _value, label in labels))


def _country(value: Any) -> str:
    text = words(value)
    return find_country(text) or text


def _region(text: str) -> str:
    found = Region.objects.filter(pk=text).first() if text else None
    return f"{text} {found.name}" if found else text


def _region_code(value: Any) -> str:
    """`33.10.11.2012 Ceper`: the code in front is what is read. Without one, the words."""
    text = words(value)
    code = CODE_IN_FRONT.match(text)
    return dotted(code[0].rstrip(".")) if code else text


def show_kbli(text: str) -> str:
    """`24310 Industri … (KBLI 2025)`."""
    code, _slash, edition = text.partition("/")
    found = KbliClass.objects.filter(code=code, edition=edition or 0).first() if edition.isdecimal() else None
    return kbli_label(found) if found else text


def kbli_label(found: KbliClass) -> str:
    return f"{found.code} {found.display_title} (KBLI {found.edition})"


def _read_kbli(value: Any) -> str:
    text = words(value)
    if not text:
        return ""
    edition = EDITION.search(text)
    return f"{kbli_code(text) or text}/{edition[1] if edition else kbli_edition(timezone.localdate())}"


def _show_hs(text: str) -> str:
    found = HsCode.objects.filter(pk=text).first() if text else None
    return found.dotted if found else text


def _read_hs(value: Any) -> str:
    return hs_code(value) or words(value)


def _prices(name: str) -> Kind:
    """As in a list of products: “500: 14.500; 2.000: 13.900” for what is stored as JSON."""
    parse, write, read_cell = {"tiers": (tiers_of, tiers_text, tiers), "units": (units_of, units_text, units)}[name]

    def show(text: str) -> str:
        return write(parse(json.loads(text))) if text.startswith("[") else text  # type: ignore[operator]

    def read(value: Any) -> str:
        text = words(value)
        try:
            return read_cell(text, KnownCodes()) if text else ""
        except BadCell:
            return text

    return Kind(name, show, read)


PRICES = {name: _prices(name) for name in ("tiers", "units")}
VILLAGE, DISTRICT = Kind("village", _region, _region_code), Kind("district", _region, _region_code)
YES_NO = Kind("yes_no", _show_yes_no, _read_yes_no)
KBLI = Kind("kbli", show_kbli, _read_kbli)
HS = Kind("hs", _show_hs, _read_hs)
