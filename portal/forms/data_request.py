"""What people ask about their own data, and how a ministry answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.forms.once import OnceForm
from portal.models import Enterprise, User
from portal.sections import IDENTITY_FACTS
from portal.selectors.dossier import label_of
from portal.services.data_request import ACCOUNT, DOCUMENT, IN_FORCE, OTHER

GENERAL = (
    (DOCUMENT, _("A paper that was checked")),
    (ACCOUNT, _("My account")),
    (OTHER, _("Something else, for example what others wrote about me")),
)
CHOOSE = _("Choose what is wrong.")


class AccountForm(forms.Form):
    """What can be changed at once."""

    full_name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CopyForm(OnceForm):
    with_business = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, business: Enterprise | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if business is None:
            del self.fields["with_business"]
        else:
            self.fields["with_business"].label = _("Also everything of %(name)s") % {"name": business}


class CorrectionForm(OnceForm):
    about = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    wanted = forms.CharField(
        label=_("What is right?"),
        required=False,
        max_length=300,
        help_text=_("As it should read. Kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    explanation = forms.CharField(
        label=_("How can it be seen?"),
        max_length=2000,
        help_text=_(
            "For example the number and day of the paper that shows it. Upload the paper among your documents."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what is wrong and how it can be seen.")},
    )

    def __init__(self, *args: Any, business: Enterprise | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = IDENTITY_FACTS if business is not None and business.status in IN_FORCE else ()
        self.fields["about"].choices = [*((name, label_of(name)) for name in facts), *GENERAL]


class EraseForm(forms.Form):
    """Nothing here is ever kept for after signing in: it is asked anew."""

    sure = forms.BooleanField(
        label=_("Erase my account and my data. I know that this cannot be undone."),
        error_messages={"required": _("Tick this if you are sure. Without it nothing is erased.")},
    )
    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        given = self.cleaned_data["password"]
        if not self.person.check_password(given):
            raise ValidationError(_("This is not your password"), code="password")
        return given


class AnswerForm(forms.Form):
    DONE, DECLINED = "done", "declined"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(DONE, _("It is put right")), (DECLINED, _("Nothing is changed, and why"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision")},
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        help_text=_("The person reads this word for word."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why: the person reads it.")},
    )
