from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.acting import KEYS
from portal.models import ApiToken, User
from portal.services.api_token import usable_token
from portal.services.behalf import consent_held

# A companion's program names the consent under which it fills in.
ON_BEHALF = "X-On-Behalf-Of"


class SessionAuthentication(authentication.SessionAuthentication):
    """The page's session, with a 401 (not 403) for the anonymous."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token mp_…`. Acts for the organisation the token was made for."""

    keyword = "token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = authentication.get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != self.keyword:
            return None
        token = usable_token(words[1]) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or has ended."))
        user = token.membership.user.act_as(token.membership)
        # The middleware puts the language before it back when the request ends.
        language = _asked_language(request) or user.language
        translation.activate(language)
        request._request.LANGUAGE_CODE = language
        # The middleware opened the transaction for nobody: name the token's person in it.
        with connection.cursor() as cursor:
            for name, value in zip(KEYS, (user.pk, user.organisation_id), strict=True):
                cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value)])
        if named := request.headers.get(ON_BEHALF):
            user.act_on_behalf(consent_held(user, named))
            if user.on_behalf is None:
                raise AuthenticationFailed(
                    _("There is no consent %(id)s in force that you hold.") % {"id": named[:20]}, code="no_consent"
                )
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"


def _asked_language(request: Request) -> str:
    """The first of Accept-Language that we speak: a program says it on purpose, unlike a browser."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return ""


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token mp_…"}
