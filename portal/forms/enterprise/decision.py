"""The ministry's decision on one enterprise: nothing is pre-selected, and reasons are asked for where somebody must act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.flow import Move
from portal.sections import SECTIONS, Section
from portal.services.enterprise import Reason

VERIFY, RETURN, SUSPEND, RESTORE = "verify", "return", "suspend", "restore"
ASK_REASONS = (RETURN, SUSPEND)


class DecisionForm(forms.Form):
    """`moves`: those open to this person. A reason for each section, and one for the whole."""

    decision = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, error_messages={"required": _("Choose a decision")}
    )
    general = forms.CharField(
        label=_("About the whole"),
        required=False,
        max_length=1000,
        help_text=_("The business reads this word for word. Name the paper, the figure, the day."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, moves: list[Move], sections: Iterable[Section] = SECTIONS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = [(move.name, move.label) for move in moves]
        self.asks_sections = any(move.name == RETURN for move in moves)
        if self.asks_sections:
            for section in sections:
                self.fields[f"reason_{section.name}"] = forms.CharField(
                    label=section.title, required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
                )

    @property
    def section_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("reason_")]

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("decision") in ASK_REASONS and not self.reasons():
            self.add_error(
                "general", ValidationError(_("Write at least one reason: the business reads it."), code="reasons")
            )

    def reasons(self) -> list[Reason]:
        given = [
            Reason(text.strip(), name.removeprefix("reason_"))
            for name, text in self.cleaned_data.items()
            if name.startswith("reason_") and text.strip()
        ]
        general = self.cleaned_data.get("general", "").strip()
        return [*given, *([Reason(general)] if general else [])]
