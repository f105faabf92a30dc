from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import MAY_INVITE, ROLE_CAPABILITY, Capability, Role
from portal.forms.once import OnceForm
from portal.models import Organisation

# Enterprises register themselves; the portal's own organisation is made by a command.
ENTERED_HERE = [
    choice for choice in Capability.choices if choice[0] not in (Capability.ENTERPRISE, Capability.OPERATOR)
]


class OrganisationForm(forms.ModelForm):
    capabilities = forms.MultipleChoiceField(
        label=_("What it is here"), choices=ENTERED_HERE, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Organisation
        fields = ["name", "short_name", "capabilities", "ownership", "valid_from", "valid_until", "successor", "source"]
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "ownership": _("Of a buyer: state-owned or private."),
            "valid_from": _("Leave empty when it has always been so."),
            "source": _("The law or document this rests on."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        candidates = Organisation.objects.exclude(capabilities=[Capability.ENTERPRISE]).exclude(pk=self.instance.pk)
        self.fields["successor"].queryset = candidates

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        start, end = data.get("valid_from"), data.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("The last day is before the first one."))
        if Capability.BUYER in data.get("capabilities", []) and not data.get("ownership"):
            self.add_error("ownership", _("Choose whether the buyer is state-owned or private."))
        return data


class NewOrganisationForm(OnceForm, OrganisationForm):
    first_email = forms.EmailField(
        label=_("E-mail of its first person"),
        required=False,
        help_text=_("Gets an invitation. You can invite later, too."),
    )
    first_role = forms.ChoiceField(
        label=_("Role of its first person"),
        required=False,
        choices=[("", "—"), *((role.value, role.label) for role in Role if role in MAY_INVITE[Role.OPERATOR])],
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        role = data.get("first_role")
        if data.get("first_email") and not role:
            self.add_error("first_role", _("Choose the role of the first person."))
        if role and ROLE_CAPABILITY[Role(role)] not in data.get("capabilities", []):
            self.add_error("first_role", _("An organisation of this kind has no such role."))
        return data


class InviteToForm(forms.Form):
    """An operator invites into somebody else's organisation."""

    email = forms.EmailField(label=_("E-mail of the person"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            (role.value, role.label)
            for role in Role
            if role in MAY_INVITE[Role.OPERATOR] and organisation.can(ROLE_CAPABILITY[role])
        ]
