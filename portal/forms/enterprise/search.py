"""What GET forms ask: read like any other input, so that nothing odd reaches the database."""

from django import forms

from portal.enums import EnterpriseStatus


class RegionSearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    within = forms.RegexField(r"^[0-9.]{2,13}$", required=False)


class QueueForm(forms.Form):
    """The ministry's list: what waits, unless another state is asked for."""

    SHOWN = (
        EnterpriseStatus.SUBMITTED,
        EnterpriseStatus.RETURNED,
        EnterpriseStatus.VERIFIED,
        EnterpriseStatus.SUSPENDED,
    )

    # No state of an enterprise: those with a paper that was renewed and not checked since.
    RENEWED = "renewed"

    status = forms.ChoiceField(choices=[(each, each) for each in (*SHOWN, RENEWED)], required=False)
    q = forms.CharField(required=False, max_length=100)
