from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from curation.enums import SplitDecider
from curation.forms.need import DateInput
from curation.models import Need, Programme
from curation.models.programme import MOST_REVIEWERS
from curation.services.programme import MOST_CUT_OFFS, check_cut_off, check_period
from portal.forms.fields import PercentField
from portal.forms.meanwhile import SeenForm
from portal.forms.once import OnceForm
from portal.models import User

# What a new programme starts from.
USUAL = {"minimum_coverage": 50, "answer_days": 7, "appeal_days": 10, "curation_months": 12}
# What browsers send for a local date and time: with seconds where the value has any.
LOCAL_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
CUT_OFFS = [f"cut_off_{number}" for number in range(1, MOST_CUT_OFFS + 1)]
# So many stand open on the page; the others unfold.
FEW_CUT_OFFS = 3


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "short"}, format="%Y-%m-%dT%H:%M")


class ProgrammeForm(OnceForm, SeenForm):
    needs = forms.ModelMultipleChoiceField(
        label=_("Needs"), queryset=Need.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    opens_at = forms.DateTimeField(label=_("Opens"), widget=DateTimeInput, input_formats=LOCAL_TIMES)
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        widget=DateTimeInput,
        input_formats=LOCAL_TIMES,
        help_text=_("The official scoring starts then. All times are Jakarta time (WIB)."),
    )
    quota = forms.IntegerField(
        label=_("Quota"),
        min_value=1,
        max_value=100_000,
        help_text=_("How many enterprises can be curated. Whoever qualifies beyond it goes to the waiting list."),
        error_messages={"min_value": _("The quota is at least 1")},
    )
    minimum_coverage = PercentField(
        label=_("Minimum coverage in %"),
        help_text=_("For how much of the weights there must be evidence. 0 asks for none."),
    )
    answer_days = forms.IntegerField(label=_("Days to answer requested changes"), min_value=1, max_value=90)
    appeal_days = forms.IntegerField(label=_("Working days to appeal"), min_value=1, max_value=90)
    curation_months = forms.IntegerField(label=_("Months the mark is valid"), min_value=1, max_value=60)

    reviewers_needed = forms.IntegerField(
        label=_("Reviewers per application"),
        required=False,
        min_value=0,
        max_value=MOST_REVIEWERS,
        initial=0,
        help_text=_("So many review independently before anybody decides. 0: whoever opens the application decides."),
    )
    split_decider = forms.ChoiceField(
        label=_("Who decides where reviewers disagree"),
        required=False,
        choices=SplitDecider.choices,
        initial=SplitDecider.THIRD,
        widget=forms.RadioSelect,
        help_text=_(
            "Reviewers disagree when they lie far apart on a criterion or on different sides of the threshold."
        ),
    )

    class Meta:
        model = Programme
        fields = [
            "name",
            "description",
            "opens_at",
            "closes_at",
            "quota",
            "minimum_coverage",
            "confirm_by_person",
            "answer_days",
            "appeal_days",
            "curation_months",
            "reviewers_needed",
            "split_decider",
            "blind",
        ]
        help_texts = {
            "blind": _(
                "Names, places and products stay hidden at your desk, in lists for download and by API until an application is decided."
            ),
            "confirm_by_person": _(
                "The official scoring then only ranks: nobody is curated before one of you confirms it."
            ),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial = {**USUAL, **self.initial}
        self.fields["needs"].queryset = Need.objects.managed_by(user).filter(withdrawn_at=None)
        if self.instance.pk:
            self.fields["needs"].initial = list(self.instance.needs.values_list("pk", flat=True))
        given = self.instance.cut_off_dates or []
        for number, name in enumerate(CUT_OFFS):
            self.fields[name] = forms.DateField(
                label=_("Ranking before the end, date %(number)s") % {"number": number + 1},
                required=False,
                widget=DateInput(),
                initial=given[number] if number < len(given) else None,
            )
        self.order_fields(["name", "description", "needs", "opens_at", "closes_at", *CUT_OFFS, "quota"])

    @property
    def further_cut_offs(self) -> list[forms.BoundField]:
        return [self[name] for name in CUT_OFFS[FEW_CUT_OFFS:]]

    @property
    def shows_further_cut_offs(self) -> bool:
        """Nothing that was typed, or is wrong, is folded away."""
        return any(each.value() or each.errors for each in self.further_cut_offs)

    def clean_reviewers_needed(self) -> int:
        return self.cleaned_data["reviewers_needed"] or 0

    def clean_split_decider(self) -> str:
        return self.cleaned_data["split_decider"] or SplitDecider.THIRD

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        opens, closes = values.get("opens_at"), values.get("closes_at")
        if not opens or not closes:
            return values
        try:
            check_period(opens, closes)
        except ValidationError as error:
            self.add_error(None, error)
        for name in CUT_OFFS:
            try:
                if values.get(name):
                    check_cut_off(values[name], opens, closes)
            except ValidationError as error:
                self.add_error(name, error.messages)
        return values

    @property
    def compared(self) -> list[str]:
        return [*super().compared, "cut_off_dates", "needs"]

    @property
    def values(self) -> dict[str, Any]:
        """What the service writes; the needs go beside it."""
        days = {self.cleaned_data.get(name) for name in CUT_OFFS}
        return {name: self.cleaned_data[name] for name in self._meta.fields} | {
            "cut_off_dates": sorted(filter(None, days))
        }


class QuotaForm(forms.Form):
    quota = forms.IntegerField(
        label=_("Quota"),
        min_value=1,
        max_value=100_000,
        help_text=_("A quota can be raised, never lowered: enterprises rely on it."),
    )
