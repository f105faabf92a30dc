from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from portal.acting import acting
from portal.services.behalf import consent_for_session, is_filling_in
from portal.services.membership import membership_for_session


class ActingMiddleware:
    """Innermost: one transaction a request, with the acting person and organisation set in it, in the person's language.

    Here and not in a view hook, because a TemplateResponse renders after those. Rolled back when the answer is a 5xx.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/healthz", "/readyz") or request.path.startswith("/static/"):
            return self.get_response(request)
        user = request.user
        if user.is_authenticated:
            request.LANGUAGE_CODE = user.language
            request.acting_user_id = user.pk  # type: ignore[attr-defined]
            user.act_as(membership_for_session(user, request.session))
            if is_filling_in(request.session):
                user.act_on_behalf(consent_for_session(user, request.session))
                request.consent_ended = user.on_behalf is None  # type: ignore[attr-defined]
        with (
            translation.override(request.LANGUAGE_CODE),
            acting(user.pk, getattr(user, "organisation_id", None)),
        ):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "failed", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request.failed = True  # type: ignore[attr-defined]
