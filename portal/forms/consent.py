"""Giving a consent: to whom, for which parts, until when. Nothing is ticked beforehand but the parts that are asked for most."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.consents import scope_choices
from portal.enums import EnterpriseStatus, LegalForm
from portal.forms.once import OnceForm
from portal.models import Enterprise, Organisation, User

DAYS = ((30, _("30 days")), (90, _("3 months")), (182, _("6 months")), (365, _("1 year")))
# Organisations whose systems may hold dossiers already.
PARTNERS = ("regional_office", "service_provider", "plut")


class ConsentForm(OnceForm):
    scopes = forms.MultipleChoiceField(
        label=_("Which parts may be filled in?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one part.")},
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=DAYS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for how long.")},
    )

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices(enterprise)


class AgreeingForm(ConsentForm):
    agree = forms.BooleanField(
        label=_("I have read this and agree"),
        error_messages={"required": _("Tick this if you agree. Without it nothing is allowed.")},
    )


class CompanionConsentForm(AgreeingForm):
    """To a companion who looks after the enterprise now."""

    companion = forms.ModelChoiceField(
        label=_("Who may fill in for you?"),
        queryset=User.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose who may fill in for you.")},
    )
    field_order = ("companion", "scopes", "days", "agree")

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, enterprise=enterprise, **kwargs)
        companions = User.objects.filter(assignments__enterprise=enterprise, assignments__ended_at=None).distinct()
        self.fields["companion"].queryset = companions
        if len(companions) == 1:
            self.fields["companion"].initial = companions[0]


class PartnerConsentForm(AgreeingForm):
    """To an organisation that keeps the enterprise's data in a system of its own: its cooperative, the local government."""

    partner = forms.ModelChoiceField(
        label=_("Whose system may read and update your data?"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose an organisation.")},
    )
    field_order = ("partner", "scopes", "days", "agree")

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, enterprise=enterprise, **kwargs)
        self.fields["partner"].queryset = partners_for(enterprise)
        self.fields["scopes"].choices = scope_choices(enterprise)


class PaperConsentForm(ConsentForm):
    """What the owner signed on paper, entered by the companion with its photo."""

    signed_name = forms.CharField(
        label=_("Name under the signature"),
        max_length=150,
        error_messages={"required": _("Write the name under the signature.")},
    )
    file = forms.FileField(
        label=_("Photo or scan of the signed paper"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "data-shrink": ""}),
        help_text=_(
            "PDF, or a photo or scan (JPEG, PNG), at most 5 MB. The business sees it and can withdraw the consent."
        ),
        error_messages={"required": _("Attach the signed paper. Without it the consent does not count.")},
    )


def partners_for(enterprise: Enterprise) -> Any:
    """Local governments and service organisations, and the cooperatives that the enterprise belongs to."""
    cooperatives = Organisation.objects.filter(
        enterprise__legal_form=LegalForm.COOPERATIVE,
        enterprise__status=EnterpriseStatus.VERIFIED,
        enterprise__member_enterprises__member=enterprise,
    )
    offices = Organisation.objects.filter(capabilities__overlap=list(PARTNERS))
    return (
        (offices | Organisation.objects.filter(pk__in=cooperatives)).exclude(pk=enterprise.organisation_id).distinct()
    )
