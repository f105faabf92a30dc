"""Asking for finance, and answering: what is ticked stands beside the value that would be shared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import DeclineReason, FinancingKind
from partnerships.forms.orders import DayInput
from partnerships.models.financing import MOST_MONTHS
from partnerships.selectors.financing import LATE, SOON, financiers
from partnerships.selectors.sharing import Paper, Shown
from partnerships.services.financing import Wish, answer_days
from partnerships.services.financing_desk import Offer
from portal.forms.fields import DecimalField, RupiahField
from portal.forms.once import OnceForm
from portal.models import Organisation
from portal.presentation.money import rupiah
from portal.services.organisation import MOST_ANSWER_DAYS


class FinancierField(forms.ModelChoiceField):
    def label_from_instance(self, financier: Organisation) -> str:
        return _("%(name)s: answers within %(n)d working days") % {
            "name": financier.name,
            "n": answer_days(financier),
        }


class FinancingForm(OnceForm):
    """Nothing is ticked beforehand."""

    financier = FinancierField(
        label=gettext_lazy("Whom do you ask?"),
        queryset=Organisation.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={
            "required": gettext_lazy("Choose whom you ask."),
            "invalid_choice": gettext_lazy("This organisation gives no finance here any more. Choose another one."),
        },
    )
    amount = RupiahField(label=gettext_lazy("Amount asked for"))
    months = forms.IntegerField(
        label=gettext_lazy("For how many months?"), min_value=1, max_value=MOST_MONTHS, widget=forms.NumberInput
    )
    purpose = forms.CharField(
        label=gettext_lazy("What is the money for?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    shared = forms.MultipleChoiceField(
        label=gettext_lazy("What may be read there?"),
        help_text=gettext_lazy("Only what you tick is shared, with the value shown. Nothing else of your data is."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one thing to share.")},
    )
    agree = forms.BooleanField(
        label=gettext_lazy("I have read this and agree"),
        error_messages={"required": gettext_lazy("Tick this if you agree. Without it nothing is sent.")},
    )

    def __init__(self, *args: Any, paper: Paper, known: list[Shown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["financier"].queryset = financiers()
        self.fields["amount"].help_text = _("At most %(worth)s: what this is worth today.") % {
            "worth": rupiah(paper.worth, exact=True)
        }
        self.fields["shared"].choices = ticks(known)

    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(int(data["amount"]), data["months"], data["purpose"], tuple(data["shared"]))


class AnswerForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    shared = forms.MultipleChoiceField(
        label=gettext_lazy("Share more"),
        help_text=gettext_lazy("Leave all of it empty if your answer says enough."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, known: list[Shown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared"].choices = ticks(known)
        if not known:
            del self.fields["shared"]


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=gettext_lazy("What do you need to know?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class OfferForm(forms.Form):
    amount = RupiahField(label=gettext_lazy("Amount you offer"))
    months = forms.IntegerField(label=gettext_lazy("Term in months"), min_value=1, max_value=MOST_MONTHS)
    rate = DecimalField(
        label=gettext_lazy("Rate in per cent a year"),
        help_text=gettext_lazy("Leave it empty if it is no such rate, and state it in words."),
        min_value=0,
        max_value=100,
        required=False,
    )
    rate_text = forms.CharField(
        label=gettext_lazy("Rate in words"),
        help_text=gettext_lazy("For example a profit share, or what is charged once."),
        max_length=200,
        required=False,
    )
    conditions = forms.CharField(
        label=gettext_lazy("Conditions"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    until = forms.DateField(label=gettext_lazy("The offer stands until"), widget=DayInput)

    def offer(self) -> Offer:
        data = self.cleaned_data
        return Offer(
            int(data["amount"]), data["months"], data["until"], data["rate"], data["rate_text"], data["conditions"]
        )


class DisbursementForm(forms.Form):
    amount = RupiahField(label=gettext_lazy("Amount paid out"))
    paid_on = forms.DateField(label=gettext_lazy("Paid out on"), widget=DayInput)
    reference = forms.CharField(label=gettext_lazy("Reference of the transfer"), max_length=60)


class DeclineForm(forms.Form):
    why = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the reason.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Explanation for the business"),
        help_text=gettext_lazy("What would have to be different? The business reads this."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerDaysForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Working days until your answer"), min_value=1, max_value=MOST_ANSWER_DAYS
    )


class QueueFilter(forms.Form):
    status = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *FinancingKind.choices]
    )
    due = forms.ChoiceField(
        label=gettext_lazy("Deadline"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            (SOON, gettext_lazy("Waiting for us")),
            (LATE, gettext_lazy("Past our stated days")),
        ],
    )


def ticks(known: Iterable[Shown]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Check boxes by group, each with the value that would be shared."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in known:
        groups.setdefault(each.group, []).append((each.name, f"{each.label}: {'; '.join(each.lines)}"))
    return list(groups.items())
