from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm
from portal.forms.fields import WholeNumberField

MOST_PEOPLE = 1_000_000
SHORT = {"class": "short"}


class PeopleForm(SectionForm):
    section = "people"

    workforce = WholeNumberField(
        label=_("People working in the business"),
        above_zero=True,
        below=MOST_PEOPLE,
        help_text=_("Count yourself, family members and regular workers."),
        widget=forms.TextInput(attrs=SHORT),
    )
    workforce_women = WholeNumberField(
        label=_("Of them women"), min_value=0, below=MOST_PEOPLE, widget=forms.TextInput(attrs=SHORT)
    )

    def clean(self) -> None:
        super().clean()
        everybody, women = self.cleaned_data.get("workforce"), self.cleaned_data.get("workforce_women")
        if everybody is not None and women is not None and women > everybody:
            self.add_error(
                "workforce_women", ValidationError(_("There cannot be more women than people working"), code="women")
            )
