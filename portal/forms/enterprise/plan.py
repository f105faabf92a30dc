from django import forms
from django.core.validators import MinLengthValidator
from django.utils.translation import gettext_lazy as _

from portal.forms.enterprise.base import SectionForm

SHORTEST = 50


class PlanForm(SectionForm):
    section = "plan"

    business_plan = forms.CharField(
        label=_("Business plan"),
        max_length=4000,
        validators=[
            MinLengthValidator(SHORTEST, _("Write at least %(limit_value)d characters: what, for whom, until when"))
        ],
        help_text=_("Which products, for which market, with which targets each quarter, and what it costs."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )
