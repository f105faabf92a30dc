"""Problem reports: what is reported, answered, found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import IncidentKind, Stance
from partnerships.models import Share
from portal.forms.files import FilesField, FilesInput
from portal.forms.once import OnceForm

OPENLY, CONFIDENTIALLY = "openly", "confidentially"
NOT_SAID = {"required": gettext_lazy("Write at least a sentence: the other side acts on it.")}
NOT_CHOSEN = {"required": gettext_lazy("Choose one."), "invalid_choice": gettext_lazy("Choose one.")}


def files_field(*, required: bool = False) -> FilesField:
    return OptionalFiles(
        label=gettext_lazy("Photos and papers"),
        help_text=gettext_lazy("PDF, JPEG or PNG, up to 5 MB each."),
        required=required,
        widget=FilesInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "data-shrink": ""}),
        error_messages={"required": gettext_lazy("Choose the file")},
    )


class OptionalFiles(FilesField):
    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return super().clean(data, initial) if data or self.required else []


def _text(label: Any, *, rows: int = 4, longest: int = 4000, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=NOT_SAID,
    )


class IncidentForm(OnceForm):
    """`shares`: among which enterprises the buyer chooses; none where it follows. `way`: whether the buyer reads it at once."""

    enterprise = forms.ChoiceField(label=gettext_lazy("Enterprise"), error_messages=NOT_CHOSEN)
    kind = forms.ChoiceField(
        label=gettext_lazy("What kind of problem is it?"),
        choices=IncidentKind.choices,
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
    )
    what = _text(gettext_lazy("What happened?"), help_text=gettext_lazy("With days, numbers and names of papers."))
    wanted = _text(gettext_lazy("What do you ask for?"), rows=2, longest=2000)
    way = forms.ChoiceField(label=gettext_lazy("Who reads it first?"), widget=forms.RadioSelect, initial=OPENLY)
    files = files_field()

    def __init__(
        self, *args: Any, shares: Sequence[Share] = (), confidence: bool, buyer: str, authority: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shares = {str(share.pk): share for share in shares}
        if len(self.shares) > 1:
            self.fields["enterprise"].choices = [("", "---"), *((pk, share.name) for pk, share in self.shares.items())]
        else:
            del self.fields["enterprise"]
        if confidence:
            self.fields["way"].choices = [
                (OPENLY, _("%(buyer)s, which answers in its term") % {"buyer": buyer}),
                (CONFIDENTIALLY, _("Only %(authority)s, in confidence") % {"authority": authority}),
            ]
            self.fields["way"].help_text = _(
                "In confidence: %(buyer)s does not see it and is not told, until you or %(authority)s pass it on."
            ) % {"buyer": buyer, "authority": authority}
        else:
            del self.fields["way"]

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "what": data["what"],
            "wanted": data["wanted"],
            "share": self.shares.get(data.get("enterprise", "")),
            "in_confidence": data.get("way") == CONFIDENTIALLY,
            "files": data["files"],
        }


class AnswerForm(forms.Form):
    stance = forms.ChoiceField(
        label=gettext_lazy("How do you see it?"),
        choices=Stance.choices,
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
    )
    answer = _text(gettext_lazy("Your answer"), help_text=gettext_lazy("What you do about it, and until when."))
    files = files_field()


class NotSatisfiedForm(forms.Form):
    reason = _text(gettext_lazy("Why does the answer not satisfy you?"))


class FindingForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect, error_messages=NOT_CHOSEN)
    finding = _text(
        gettext_lazy("Reasons and advice"), help_text=gettext_lazy("Both sides read it, where both know of the report.")
    )

    def __init__(self, *args: Any, heard: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("close", _("Close it with advice"))]
        if heard:
            offered = [
                ("uphold", _("The report is justified")),
                ("not_uphold", _("The report is not justified")),
                *offered,
            ]
        self.fields["outcome"].choices = offered


class IncidentFilesForm(forms.Form):
    files = files_field(required=True)


class FilterForm(forms.Form):
    """GET: of the list. What is not known filters nothing."""

    status = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    side = forms.ChoiceField(label=gettext_lazy("Reported by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All")), *IncidentKind.choices]
        self.fields["side"].choices = [("", _("All")), ("enterprise", _("Enterprise")), ("buyer", _("Buyer"))]
