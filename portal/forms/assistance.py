from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.enums import Capability, Role
from portal.forms.once import OnceForm
from portal.models import Enterprise, Membership, Organisation, User


class AskForm(forms.Form):
    """The centres of the enterprise's own regency and province come first."""

    plut = forms.ModelChoiceField(
        label=_("PLUT centre"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a PLUT centre.")},
    )
    message = forms.CharField(
        label=_("What you need help with"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: filling in the data, a halal certificate, applying to a programme."),
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Organisation.objects.with_capability(Capability.PLUT).valid_on(timezone.localdate())
        self.fields["plut"].queryset = centres
        home = enterprise.village_id or ""
        near = sorted(centres, key=lambda centre: (-_shared(centre.region_code, home), centre.name))
        self.fields["plut"].choices = [("", _("Choose")), *((centre.pk, centre.name) for centre in near)]


class AssignForm(forms.Form):
    companion = forms.ModelChoiceField(
        label=_("Companion"),
        queryset=User.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a companion.")},
    )

    def __init__(self, *args: Any, plut: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.active().filter(organisation=plut, role=Role.COMPANION)
        self.fields["companion"].queryset = User.objects.filter(pk__in=members.values("user")).order_by("full_name")


class AppointmentForm(OnceForm):
    on = forms.DateField(
        label=_("Day of the visit"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Choose the day of the visit.")},
    )
    at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    purpose = forms.CharField(
        label=_("What for"), required=False, max_length=200, help_text=_("The business reads it in the message.")
    )

    @property
    def values(self) -> dict[str, Any]:
        """For the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}


class RefuseForm(forms.Form):
    answer = forms.CharField(
        label=_("Why not, and where else to ask"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, and where else the business can ask.")},
    )


def _shared(region: str, village: str) -> int:
    """How many levels a centre's region and a village have in common."""
    pairs = zip(region.split("."), village.split("."), strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), len(region.split("."))) if region else 0
