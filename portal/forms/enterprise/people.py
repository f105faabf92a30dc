from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm
from portal.forms.fields import WholeNumberField

MOST_PEOPLE = 1_000_000
SHORT = {"class": "short"}


def part_of_the_people(**kwargs: object) -> WholeNumberField:
    return WholeNumberField(min_value=0, below=MOST_PEOPLE, widget=forms.TextInput(attrs=SHORT), **kwargs)


class PeopleForm(SectionForm):
    section = "people"

    workforce = WholeNumberField(
        label=_("People working in the business"),
        above_zero=True,
        below=MOST_PEOPLE,
        help_text=_("Count yourself, family members and regular workers."),
        widget=forms.TextInput(attrs=SHORT),
    )
    workforce_permanent = part_of_the_people(
        label=_("Of them permanent"),
        required=False,
        help_text=_("The others work for a season, by the day or by the piece."),
    )
    workforce_women = part_of_the_people(label=_("Of them women"))
    workforce_trained = part_of_the_people(
        label=_("Of them trained or certified"),
        required=False,
        help_text=_("For their work, by a course, a school or a competence certificate. 0 if none."),
    )
    workforce_with_disability = part_of_the_people(
        label=_("Of them persons with a disability"),
        required=False,
        help_text=_("You need not answer. Counted in national figures only, never in a score."),
    )

    def clean(self) -> None:
        super().clean()
        everybody = self.cleaned_data.get("workforce")
        for name, more_than_all in MORE_THAN_ALL.items():
            part = self.cleaned_data.get(name)
            if everybody is not None and part is not None and part > everybody:
                self.add_error(name, ValidationError(more_than_all, code="more_than_all"))


MORE_THAN_ALL = {
    "workforce_women": _("There cannot be more women than people working"),
    "workforce_permanent": _("There cannot be more permanent people than people working"),
    "workforce_trained": _("There cannot be more trained people than people working"),
    "workforce_with_disability": _("There cannot be more persons with a disability than people working"),
}
