from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

API = "/api/"


class LanguageMiddleware:
    """No language in URLs: the person's own, where somebody is signed in (ActingMiddleware, TokenAuthentication), else the
    cookie the reader chose, else Indonesian. Programs that call the API, with a token or without, say theirs in
    Accept-Language; of a page it is not taken, because browsers here are often set to English by whoever sold the phone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.LANGUAGE_CODE = _language_of(request)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        varies = ["Cookie", *(["Accept-Language", "Authorization"] if request.path.startswith(API) else [])]
        response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), *varies]))
        return response


def _language_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    if request.path.startswith(API):
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE
