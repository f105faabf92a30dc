from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.enums import MAY_INVITE, ROLE_CAPABILITY, Role
from portal.models import Membership


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail of the person"))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, acting: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = MAY_INVITE.get(Role(acting.role), frozenset())
        self.fields["role"].choices = [
            (role.value, role.label)
            for role in Role
            if role in allowed and acting.organisation.can(ROLE_CAPABILITY[role])
        ]
