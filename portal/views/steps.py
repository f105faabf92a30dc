"""What pages do alike: try a step and say why it was refused, or show what was typed where it can't be saved any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.flow import MoveNotAllowed, NotPermitted, TooLate
from portal.forms.meanwhile import SeenForm
from portal.forms.typed import answers_of
from portal.meanwhile import ChangedMeanwhile

NOT_PERMITTED = "not_permitted"


def attempt(request: HttpRequest, step: Callable[[], object], form: forms.BaseForm | None = None) -> bool:
    """Do it. When it is refused nothing was written, and the reason stands at its field of `form`, or on top of the page.

    The page is then shown again with 422, and what was typed still in it.
    """
    against = tried(step)
    # To whoever may not do it the page shows no form.
    if form is not None and NOT_PERMITTED not in against:
        blame(form, against)
    else:
        for text in (text for texts in against.values() for text in texts):
            messages.error(request, text)
    return not against


def attempt_unless_changed(
    request: HttpRequest, step: Callable[[], object], form: SeenForm, stored: Callable[[], SeenForm]
) -> int:
    """200 when it is done; 422 when it is refused; 409 when a colleague saved first: `form` then shows both versions.

    `stored`: the same form of what is saved now.
    """
    try:
        return 200 if form.is_valid() and attempt(request, step, form) else 422
    except ChangedMeanwhile as conflict:
        form.compare(stored(), conflict)
        return 409


def blame(form: forms.BaseForm, against: Mapping[str | None, list[str]]) -> None:
    """Each at its field, where the form has it."""
    for name, texts in against.items():
        form.add_error(name if name in form.fields else None, texts)


def tried(step: Callable[[], object]) -> dict[str | None, list[str]]:
    """Do it. What stands against it, by field; nothing when it is done. Lets TooLate pass: `too_late` answers that."""
    try:
        step()
    except TooLate:
        raise
    except NotPermitted as refusal:
        return {NOT_PERMITTED: [refusal.message]}
    except MoveNotAllowed as refusal:
        return {None: [refusal.message]}
    except ValidationError as error:
        return by_field(error)
    return {}


def by_field(error: ValidationError) -> dict[str | None, list[str]]:
    if hasattr(error, "error_dict"):
        return dict(error.message_dict.items())
    return {None: error.messages}


def too_late(request: HttpRequest, reason: str, *typed: Any, back: str) -> HttpResponse:
    """Somebody was faster: say what happened, and show what was typed so that it can be copied. `typed`: bound forms."""
    context = {"reason": reason, "answers": [row for form in typed for row in answers_of(form)], "back": back}
    return render(request, "ui/too_late.html", context, status=409)
