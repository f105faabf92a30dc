from __future__ import annotations

from typing import Any

from django import forms

from portal.forms.typed import differences
from portal.meanwhile import ChangedMeanwhile, fingerprint


class SeenForm(forms.ModelForm):
    """Mix in for forms that change something which a colleague may change, too.

    The view gives `seen` to the service, and answers ChangedMeanwhile with `compare` and 409.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: ChangedMeanwhile | None = None
        self.conflict_rows: list[dict[str, str]] = []
        if self.instance.pk:
            self.fields["seen"].initial = fingerprint(self.instance, self.compared)

    @property
    def compared(self) -> list[str]:
        """The columns that the service writes."""
        return list(self._meta.fields)

    def compare(self, stored: SeenForm, conflict: ChangedMeanwhile) -> None:
        """`stored`: the same form of what is saved now. Saving again from here is meant: the page carries what it shows."""
        self.conflict, self.conflict_rows = conflict, differences(stored, self)
        data: Any = self.data.copy()
        data["seen"] = stored.fields["seen"].initial
        self.data = data
