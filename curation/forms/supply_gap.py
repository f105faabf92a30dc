"""The filters of the supply gap. What isn't understood is said at its field and left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.forms.search import ALL, SearchForm
from curation.matching.facets import CURRENT
from curation.selectors.supply_gap import Asked
from portal.enums import Unit
from portal.models import KbliClass

ROW = re.compile(r"^\d{4}:\d{2,5}\Z", re.ASCII)


class CodeField(forms.CharField):
    """The beginning of a code, as it is written anywhere: 73.18 and 7318 are the same."""

    def __init__(self, *, digits: tuple[int, int], message: Any, kind: str, **kwargs: Any) -> None:
        # Words are suggested for, too: a choice fills in the code.
        attributes = {"class": "short", "data-suggest": kind, "data-suggest-code": True}
        super().__init__(required=False, widget=forms.TextInput(attributes), **kwargs)
        self.digits, self.message = digits, message

    def clean(self, value: Any) -> str:
        code = re.sub(r"[.\s]", "", str(value or ""))
        least, most = self.digits
        if code and not (code.isascii() and code.isdigit() and least <= len(code) <= most):
            raise forms.ValidationError(self.message)
        return code


class SupplyGapForm(SearchForm):
    FIRST = ("by", "province", "flag", "supply")

    q = None  # type: ignore[assignment]
    certificate = None  # type: ignore[assignment]
    by = forms.ChoiceField(
        label=_("Rows"),
        required=False,
        choices=[("", _("By class, whole country")), ("province", _("By class and province"))],
    )
    flag = forms.ChoiceField(
        label=_("Needs"),
        required=False,
        choices=[*ALL, ("import_substitution", _("Replaces an import")), ("for_export", _("For export"))],
    )
    supply = forms.ChoiceField(
        label=_("Counts as supply"),
        required=False,
        choices=[("", _("All active businesses")), ("curated", _("Curated businesses only"))],
    )
    digits = forms.TypedChoiceField(
        label=_("Width of a class"),
        required=False,
        coerce=int,
        choices=[("", _("Class (5 digits)")), (4, _("4 digits")), (3, _("3 digits")), (2, _("Division (2 digits)"))],
    )
    kbli = CodeField(
        label=_("KBLI begins with"),
        kind="class",
        digits=(2, 5),
        message=_("Enter 2 to 5 digits, for example 25 or 25991"),
    )
    hs = CodeField(
        label=_("HS begins with"), kind="tariff", digits=(2, 8), message=_("Enter 2 to 8 digits, for example 7318")
    )
    buyer = forms.TypedChoiceField(label=_("Buyer"), required=False, coerce=int)

    def __init__(
        self, *args: Any, provinces: Iterable[tuple[str, str]], buyers: Iterable[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, provinces=provinces, **kwargs)
        self.fields["province"].label = _("Province of delivery")
        self.fields["buyer"].choices = [*ALL, *buyers]

    @property
    def asked(self) -> Asked:
        wanted: dict[str, Any] = self.wanted
        edition, _colon, code = wanted.get("row", f"{int(CURRENT)}:").partition(":")
        return Asked(
            by_province=wanted.get("by") == "province",
            digits=len(code) or wanted.get("digits") or 5,
            province=wanted.get("province", ""),
            kbli=wanted.get("kbli", ""),
            hs=wanted.get("hs", ""),
            buyer=wanted.get("buyer"),
            import_substitution=wanted.get("flag") == "import_substitution",
            for_export=wanted.get("flag") == "for_export",
            curated=bool(wanted.get("supply") or wanted.get("curated")),
            edition=int(edition) if int(edition) in KbliClass.Edition.values else int(CURRENT),
            code=code,
            unit=wanted.get("unit", ""),
            place=wanted.get("place", ""),
            other_unit=bool(wanted.get("other_unit")),
        )


class BehindForm(SupplyGapForm):
    """The same filters and one row of the table: what the lists behind its figures are asked with."""

    row = forms.RegexField(ROW, required=False)
    unit = forms.ChoiceField(required=False, choices=[("", ""), *Unit.choices])
    place = forms.RegexField(re.compile(r"^\d{2}\Z", re.ASCII), required=False)
    curated = forms.ChoiceField(required=False, choices=[("", ""), ("1", "1")])
    other_unit = forms.ChoiceField(required=False, choices=[("", ""), ("1", "1")])
