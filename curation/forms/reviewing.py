from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curation.enums import ConflictKind
from curation.models import Criterion, ReviewPoint
from curation.scoring.explain import CriterionResult
from curation.services.own_review import Given
from portal.forms.fields import DecimalField
from portal.models import User


class DeclarationForm(forms.Form):
    """Before the first points."""

    no_conflict = forms.BooleanField(
        label=_("Nothing links me to this applicant: no family, no shares, no loans, no work"),
        help_text=_("As far as I can tell from what is shown here. Should it turn out later, I step back then."),
        error_messages={"required": _("Tick this, or declare the conflict")},
    )


@dataclass(frozen=True)
class Line:
    """One criterion of the form: what the score says of it, and what the reviewer gives."""

    criterion: Criterion
    result: CriterionResult | None
    points: BoundField | None
    note: BoundField


class ReviewForm(forms.Form):
    """Points and a note for each criterion; a gate has a note alone. Sending asks for all points, keeping for none."""

    def __init__(
        self,
        *args: Any,
        criteria: Sequence[Criterion],
        given: Mapping[int, ReviewPoint],
        results: Mapping[int, CriterionResult],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criteria, self.results = criteria, results
        for criterion in criteria:
            kept = given.get(criterion.pk)
            if not criterion.is_gate:
                self.fields[f"points_{criterion.pk}"] = DecimalField(
                    label=gettext("%(name)s, points from 0 to %(most)s")
                    % {"name": criterion.label, "most": f"{criterion.weight.normalize():f}"},
                    required=False,
                    min_value=0,
                    max_value=criterion.weight,
                    initial=kept.points if kept else None,
                    widget=forms.TextInput({"class": "tiny"}),
                )
            self.fields[f"note_{criterion.pk}"] = forms.CharField(
                label=gettext("Note on %(name)s") % {"name": criterion.label},
                required=False,
                max_length=2000,
                initial=kept.note if kept else "",
                widget=forms.Textarea({"rows": 2}),
            )

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                criterion,
                self.results.get(criterion.pk),
                None if criterion.is_gate else self[f"points_{criterion.pk}"],
                self[f"note_{criterion.pk}"],
            )
            for criterion in self.criteria
        ]

    @property
    def given(self) -> list[Given]:
        return [
            Given(
                criterion,
                self.cleaned_data.get(f"points_{criterion.pk}"),
                self.cleaned_data[f"note_{criterion.pk}"].strip(),
            )
            for criterion in self.criteria
        ]


class ConflictForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What links you to this applicant?"), choices=ConflictKind.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Required for “something else”. It is kept in the record and shown to nobody at the desk."),
    )


class ReviewerForm(forms.Form):
    reviewer = forms.ModelChoiceField(
        label=_("Reviewer"),
        queryset=User.objects.none(),
        empty_label=_("Choose an officer"),
        help_text=_("Whoever belongs to the enterprise or declared a conflict is not in the list."),
    )

    def __init__(self, *args: Any, free: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = free


class InTurnForm(forms.Form):
    reviewers = forms.ModelMultipleChoiceField(
        label=_("Who takes part"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one officer")},
    )

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = officers
        self.fields["reviewers"].initial = list(officers.values_list("pk", flat=True))
