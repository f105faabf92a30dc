"""What the pages of a dossier's sections have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.enums import EnterpriseStatus
from portal.models import Enterprise
from portal.sections import ASK, BY_NAME, IDENTITY_FACTS

CHECKED = (EnterpriseStatus.VERIFIED, EnterpriseStatus.SUSPENDED)
VERIFIED_HINT = _("Verified by the ministry. To have it changed, write to the ministry.")


class SectionForm(forms.Form):
    """One section. `seen` tells whether somebody else saved since the page was opened.

    `partial`: only what is sent is asked for (the API changes single fields).
    """

    section: str
    # Fields that hold a group of radio buttons are too many to give each its own template.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, enterprise: Enterprise, seen: str = "", partial: bool = False, **kwargs: Any
    ) -> None:
        self.enterprise = enterprise
        kwargs["initial"] = {**self.stored(), "seen": seen, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        # A wrong word of another field must not be guessed from the page: every message names its field.
        for name, field in self.fields.items():
            if name in ASK:
                field.error_messages["required"] = ASK[name]
            if partial:
                field.required = False
            if enterprise.status in CHECKED and name in IDENTITY_FACTS:
                field.disabled, field.required, field.help_text = True, False, VERIFIED_HINT

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self.enterprise, name) for name in BY_NAME[self.section].fields}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in BY_NAME[self.section].fields if name in self.cleaned_data}

    @property
    def warnings(self) -> list[Promise]:
        """What doesn't stop anybody and is shown to the person who verifies, too."""
        return []


class YesNoField(forms.TypedChoiceField):
    """A question without a silent answer: neither button is pressed until somebody presses one."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("True", _("Yes")), ("False", _("No"))],
            coerce=lambda value: value == "True",
            empty_value=None,
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return super().to_python({"true": "True", "false": "False"}.get(str(value), value))
