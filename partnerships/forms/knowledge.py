"""Knowledge transfer: proposing a step, and reporting what was done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from partnerships.enums import KnowledgeKind
from partnerships.forms.orders import DayInput
from partnerships.models import Share
from partnerships.services.knowledge import Proposal
from portal.forms.once import OnceForm


class KnowledgeForm(OnceForm):
    """`shares`: whom it can be for; asked only where there are several."""

    share = forms.ModelChoiceField(
        label=gettext_lazy("For which enterprise?"),
        queryset=Share.objects.none(),
        empty_label=gettext_lazy("Choose"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KnowledgeKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("What is it about?"), max_length=200)
    given_by = forms.CharField(
        label=gettext_lazy("Who gives it?"),
        help_text=gettext_lazy("The trainer, or the organisation."),
        max_length=200,
    )
    participants = forms.CharField(
        label=gettext_lazy("Who takes part?"),
        help_text=gettext_lazy("For example: two operators and the owner."),
        max_length=300,
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DayInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DayInput)
    details = forms.CharField(
        label=gettext_lazy("Details"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, shares: list[Share], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = shares[0] if len(shares) == 1 else None
        if self.only is not None:
            del self.fields["share"]
        else:
            self.fields["share"].queryset = Share.objects.filter(pk__in=[each.pk for each in shares])
            self.fields["share"].label_from_instance = lambda share: share.name

    def chosen(self) -> Share:
        return self.only or self.cleaned_data["share"]

    def proposal(self) -> Proposal:
        names = ("kind", "title", "given_by", "participants", "starts_on", "ends_on", "details")
        return Proposal(**{name: self.cleaned_data[name] for name in names})


class ReportForm(forms.Form):
    report = forms.CharField(
        label=gettext_lazy("What was done, and by how many?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=gettext_lazy("What shows it"),
        help_text=gettext_lazy("An attendance list, a photo or a certificate: PDF, JPEG or PNG, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "data-shrink": ""}),
        error_messages={"required": gettext_lazy("Attach what shows it: an attendance list, a photo, a certificate.")},
    )
