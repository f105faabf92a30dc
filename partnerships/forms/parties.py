"""Who supplies: enterprises the buyer has curated, and verified members that they bring along."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Curation, Need
from partnerships.models import Partnership
from partnerships.selectors.standing import curated_by
from partnerships.services.drafting import leader_of
from portal.forms.once import OnceForm
from portal.models import Enterprise, Organisation
from portal.presentation.dates import tanggal

NIB = re.compile(r"\d{13}")


class PartiesForm(forms.Form):
    enterprises = forms.MultipleChoiceField(
        label=gettext_lazy("Enterprises curated by your organisation"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one enterprise.")},
    )
    members = forms.CharField(
        label=gettext_lazy("Other members, by NIB"),
        help_text=gettext_lazy(
            "One NIB of 13 digits a line. A member without a curation of yours may supply up to 30% of the value."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    leader = forms.ChoiceField(
        label=gettext_lazy("Who leads"),
        help_text=gettext_lazy("Needed when there are several: the leader answers for the others."),
        required=False,
    )

    def __init__(self, *args: Any, buyer: Organisation, need: Need | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks = {str(mark.enterprise_id): mark for mark in curated_by(buyer, need)}
        choices = [(key, _label(mark)) for key, mark in self.marks.items()]
        self.fields["enterprises"].choices = choices
        self.fields["leader"].choices = [("", _("The only one")), *choices]

    def clean_members(self) -> list[Enterprise]:
        typed = self.cleaned_data["members"].replace(",", "\n").split()
        wrong = [each for each in typed if not NIB.fullmatch(each)]
        if wrong:
            raise forms.ValidationError(_("A NIB has 13 digits: %(nib)s") % {"nib": ", ".join(wrong)})
        found = {each.nib: each for each in Enterprise.objects.verified().filter(nib__in=typed)}
        missing = [each for each in typed if each not in found]
        if missing:
            raise forms.ValidationError(_("No active enterprise has the NIB %(nib)s") % {"nib": ", ".join(missing)})
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        chosen = [self.marks[key].enterprise for key in data.get("enterprises", [])]
        together = {each.pk: each for each in [*chosen, *data.get("members", [])]}
        data["parties"] = list(together.values())
        named = self.marks[data["leader"]].enterprise if data.get("leader") else None
        try:
            # Members follow; of the curated ones the only one leads.
            data["leading"] = leader_of(data["parties"] if named else chosen, named) if chosen else None
        except forms.ValidationError as error:
            self.add_error(None, error)
        return data

    @staticmethod
    def initial_of(partnership: Partnership) -> dict[str, Any]:
        shares = list(partnership.shares.select_related("enterprise"))
        return {
            "enterprises": [str(share.enterprise_id) for share in shares],
            "members": "\n".join(share.enterprise.nib for share in shares if share.curation_id is None),
            "leader": next((str(share.enterprise_id) for share in shares if share.leads), ""),
        }


class NewPartiesForm(PartiesForm, OnceForm):
    """The same, for a contract that does not exist yet."""


def _label(mark: Curation) -> str:
    score = mark.decision.score
    until = tanggal(mark.valid_until)
    if score is None:
        return _("%(name)s – curated until %(day)s") % {"name": mark.enterprise.name, "day": until}
    return _("%(name)s – score %(score)s, curated until %(day)s") % {
        "name": mark.enterprise.name,
        "score": str(score.total).replace(".", ","),
        "day": until,
    }
