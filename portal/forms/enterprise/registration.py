from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import LegalForm
from portal.forms.once import OnceForm


class RegistrationForm(OnceForm):
    """The least that makes a dossier; everything else is asked section by section."""

    name = forms.CharField(
        label=_("Name of the business"),
        max_length=200,
        help_text=_("As on the NIB, for example CV Logam Ceper Makmur"),
        error_messages={"required": _("Enter the name of the business")},
    )
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=LegalForm.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the legal form")},
    )
