"""What an officer asks of a consortium. Pins and exclusions are ticks in the table of candidates, not fields of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.forms.need import DateInput
from curation.models import Consortium, Need
from curation.models.consortium import MOST_MEMBERS, MOST_MONTHS
from curation.services.consortium import ANSWER_DAYS, MOST_ANSWER_DAYS, TERMS, wish_of
from curation.services.forming import Wish
from portal.forms.once import OnceForm

MOST_TICKS = 500


def number(label: Any, most: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, widget=forms.NumberInput(attrs={"class": "tiny", "min": 0, "max": most}), **kwargs
    )


class ConsortiumForm(OnceForm):
    """`ticks`: which enterprises are wanted for sure (`pin`) and which are kept out (`out`)."""

    starts_on = forms.DateField(label=_("First day"), widget=DateInput)
    months = number(_("Months"), MOST_MONTHS)
    members_at_most = number(
        _("Members at most"), MOST_MEMBERS, help_text=_("Each more member is one more party to look after.")
    )
    least_share = number(_("Smallest share of a member in %"), 100)
    most_share = number(_("Largest share of a member in %"), 100)
    each_holds = forms.BooleanField(
        label=_("Each member holds every certificate that the need asks for"),
        help_text=_("Else it is enough that each certificate is held by somebody among them."),
        required=False,
    )
    curated_only = forms.BooleanField(
        label=_("Only enterprises that we have curated"),
        help_text=_("Others may give up to 30% each, beside one that is curated."),
        required=False,
    )
    near_only = forms.BooleanField(label=_("Only from the province of delivery"), required=False)

    def __init__(self, data: QueryDict | None = None, *, wish: Wish, **kwargs: Any) -> None:
        super().__init__(data, initial={name: getattr(wish, name) for name in TERMS}, **kwargs)
        self.pinned = _ticked(data, "pin") if data is not None else wish.pinned
        self.excluded = _ticked(data, "out") if data is not None else wish.excluded

    @property
    def wish(self) -> Wish:
        return Wish(**{name: self.cleaned_data[name] for name in TERMS}, pinned=self.pinned, excluded=self.excluded)


class ReplaceForm(ConsortiumForm):
    """For a consortium that asks already: term and quantity stay."""

    days = forms.IntegerField(
        label=_("Working days to answer"),
        initial=ANSWER_DAYS,
        widget=forms.NumberInput(attrs={"class": "tiny", "min": 1, "max": MOST_ANSWER_DAYS}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "months"):
            self.fields[name].disabled = True
            self.fields[name].required = False


class InviteForm(forms.Form):
    days = forms.IntegerField(
        label=_("Working days to answer"),
        initial=ANSWER_DAYS,
        widget=forms.NumberInput(attrs={"class": "tiny", "min": 1, "max": MOST_ANSWER_DAYS}),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you give it up?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever was asked reads this."),
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The buyer reads it"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


def first_wish(need: Need, consortium: Consortium | None = None) -> Wish:
    """As it was formed, or what the need says itself."""
    if consortium is not None:
        return wish_of(consortium)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    starts = max(need.deliver_from, tomorrow)
    months = 12
    if need.deliver_until is not None:
        months = max(1, min(MOST_MONTHS, round((need.deliver_until - starts).days / 30.4375)))
    return Wish(starts_on=starts, months=months)


def _ticked(data: QueryDict, name: str) -> frozenset[int]:
    return frozenset(_keys(data.getlist(name)[:MOST_TICKS]))


def _keys(texts: Iterable[str]) -> Iterable[int]:
    return (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16)
