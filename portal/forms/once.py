"""A form that counts once: two tabs or two clicks with the same form make one thing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.models import FormSubmission, User


class OnceForm(forms.Form):
    """Mix in for forms that create something. The hidden key is made when the form is first shown.

    In the view, inside the request's transaction: `if not form.claim(user)`, the same
    form was sent before: redirect to `form.earlier_location()` instead of creating again. Else create, then `form.remember(url)`.
    """

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4

    def claim(self, user: User) -> bool:
        key = self.cleaned_data.get("form_key") or uuid.uuid4()
        with transaction.atomic():
            # A concurrent second click waits here for the first one's transaction, then finds the row.
            made = FormSubmission.objects.bulk_create([FormSubmission(user=user, key=key)], ignore_conflicts=True)
            self.submission = FormSubmission.objects.filter(key=key, user=user).first()
        return bool(made) and self.submission is not None and not self.submission.location

    def remember(self, location: str) -> None:
        """Where the thing this form made is found."""
        FormSubmission.objects.filter(pk=self.submission.pk).update(location=location)

    def earlier_location(self) -> str:
        return self.submission.location if self.submission else ""


ALREADY_SENT = _("This form was already sent. Here is what it made.")
