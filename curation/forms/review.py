from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from curation.enums import ApplicationStatus, Outcome
from curation.forms.need import DateInput
from curation.scoring.explain import Explanation
from curation.selectors.desk import ME, NOBODY
from curation.services.need import CERTIFICATES
from curation.services.review import Finding, check_term, findings
from portal.enums import BusinessClass
from portal.forms.fields import DecimalField
from portal.models import User

OTHER = "other"
MOST_COMPARED = 4


class DecisionForm(forms.Form):
    """Never pre-selects a decision: the score is advice. `passes` is what the job would say."""

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
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chk"}),
        help_text=_("“Not selected” sends every unmet criterion as well."),
    )
    reason = forms.CharField(
        label=_("What the enterprise reads"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Name papers, sizes and dates. Avoid abbreviations."),
    )

    answer_by = forms.DateField(
        label=_("Last day for the changes"),
        required=False,
        widget=DateInput(),
        help_text=_("Only where you ask for changes. Left empty: the programme's usual term."),
    )

    def __init__(
        self, *args: Any, explanation: Explanation | None, status: str = ApplicationStatus.IN_REVIEW, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.explanation = explanation
        # What earned everything is no reason; whatever else the reviewer found goes under "something else".
        lost = [result for result in explanation.results if result.unmet or not result.is_full] if explanation else []
        lost.sort(key=lambda result: (not result.unmet, not result.is_gate, -result.gain))
        self.results = {str(result.criterion.pk): result for result in lost}
        self.fields["reasons"].choices = [
            *((str(result.criterion.pk), f"{result.criterion.label}: {result.found}") for result in lost),
            (OTHER, _("Something else")),
        ]
        if status == ApplicationStatus.APPEALED:
            self.fields["outcome"].choices = [
                (Outcome.CURATED, _("Curate after the appeal")),
                (Outcome.DECLINED, _("Keep the decision")),
            ]
            del self.fields["answer_by"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        outcome, reason = values.get("outcome"), (values.get("reason") or "").strip()
        if outcome in (Outcome.CHANGES_REQUESTED, Outcome.DECLINED):
            if not values.get("reasons"):
                self.add_error("reasons", gettext("Choose at least one reason."))
            if not reason:
                self.add_error("reason", gettext("Write what the enterprise is to read."))
        elif outcome == Outcome.CURATED and not reason and self.decides_otherwise:
            self.add_error("reason", gettext("The criteria don't say “curated” here: write why you decide otherwise."))
        if outcome == Outcome.CHANGES_REQUESTED and values.get("answer_by"):
            try:
                check_term(values["answer_by"])
            except ValidationError as error:
                self.add_error(None, error)
        values["reason"] = reason
        return values

    @property
    def term(self) -> dt.date | None:
        """What the officer chose; it matters only where changes are asked for."""
        return self.cleaned_data.get("answer_by")

    @property
    def findings(self) -> list[Finding]:
        """What is published beside the reason."""
        ticked = self.cleaned_data["reasons"]
        return findings(
            self.explanation,
            Outcome(self.cleaned_data["outcome"]),
            [self.results[value] for value in ticked if value != OTHER],
            other=self.cleaned_data["reason"] if OTHER in ticked else "",
        )

    @property
    def decides_otherwise(self) -> bool:
        return self.explanation is None or not self.explanation.passes


class QueueFilterForm(forms.Form):
    """The desk's filters: they stand in the address, so a bookmark or an e-mail link brings the same list back."""

    q = forms.CharField(label=_("Name, city or number"), required=False, widget=forms.TextInput({"type": "search"}))
    province = forms.ChoiceField(label=_("Province"), required=False)
    score = DecimalField(
        label=_("Least score"), required=False, min_value=0, max_value=100, widget=forms.TextInput({"class": "nar"})
    )
    score_to = DecimalField(
        label=_("Highest score"), required=False, min_value=0, max_value=100, widget=forms.TextInput({"class": "nar"})
    )
    coverage = DecimalField(
        label=_("Least coverage in %"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.TextInput({"class": "nar"}),
    )
    business_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=[("", _("All")), *BusinessClass.choices]
    )
    reviewer = forms.ChoiceField(label=_("Reviewer"), required=False)
    waiting = forms.IntegerField(
        label=_("Waits at least, days"),
        required=False,
        min_value=0,
        max_value=3650,
        widget=forms.TextInput({"class": "nar", "inputmode": "numeric"}),
    )
    certificate = forms.ChoiceField(
        label=_("Certificate, as stated"),
        required=False,
        choices=[
            ("", _("All")),
            *((kind.value, kind.label) for kind in CERTIFICATES),
        ],
    )
    status = forms.ChoiceField(required=False, choices=[("", ""), *ApplicationStatus.choices], widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    # What stands in the row that is always shown; the rest is unfolded.
    FIRST = ("q", "province", "score", "certificate")

    def __init__(
        self,
        *args: Any,
        provinces: list[tuple[str, str]],
        officers: Iterable[User],
        blind: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = [("", _("All provinces")), *provinces]
        self.fields["reviewer"].choices = [
            ("", _("All")),
            (ME, _("Me")),
            (NOBODY, _("Nobody yet")),
            *((str(person.pk), str(person)) for person in officers),
        ]
        if blind:
            # The place would give away who it is; of the text only a number is read.
            del self.fields["province"]
            self.fields["q"].label = _("Number")

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST if name in self.fields]

    @property
    def more(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.FIRST]

    @property
    def more_wanted(self) -> bool:
        return any(name in self.wanted for name in (field.name for field in self.more))

    @property
    def wanted(self) -> dict[str, Any]:
        """What is understood; the rest is left out."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
