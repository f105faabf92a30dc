from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from curation.enums import Outcome
from curation.scoring.explain import Explanation
from curation.selectors.desk import Row
from curation.services.bulk import Result, Wanted


@dataclass(frozen=True)
class Line:
    row: Row
    explanation: Explanation | None
    reason: BoundField


class TogetherForm(forms.Form):
    """One decision for all that are ticked, and a reason for each."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Outcome.CURATED, pgettext_lazy("decision", "Curate")),
            (Outcome.CHANGES_REQUESTED, _("Ask for changes")),
            (Outcome.DECLINED, pgettext_lazy("decision", "Not selected")),
        ],
        widget=forms.RadioSelect(attrs={"class": "rad"}),
        error_messages={"required": _("Choose a decision")},
    )

    def __init__(
        self, *args: Any, rows: Sequence[Row], explanations: Sequence[Explanation | None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(zip(rows, explanations, strict=True))
        for row in rows:
            self.fields[f"reason_{row.application.pk}"] = forms.CharField(
                label=gettext("What %(name)s reads") % {"name": row.name},
                required=False,
                max_length=4000,
                widget=forms.Textarea({"rows": 2}),
            )

    @property
    def lines(self) -> list[Line]:
        return [Line(row, explanation, self[f"reason_{row.application.pk}"]) for row, explanation in self.rows]

    @property
    def wanted(self) -> list[Wanted]:
        return [
            Wanted(
                row.application.pk,
                Outcome(self.cleaned_data["outcome"]),
                self.cleaned_data[f"reason_{row.application.pk}"],
            )
            for row, _explanation in self.rows
        ]

    def blame(self, result: Result) -> None:
        self.add_error(f"reason_{result.wanted.application}", result.words)
