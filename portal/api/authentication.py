from __future__ import annotations

from typing import Any

from django.db import connection
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.authtoken.models import Token
from rest_framework.request import Request

from portal.acting import KEYS
from portal.models import User
from portal.services.membership import membership_for_session


class SessionAuthentication(authentication.SessionAuthentication):
    """The page's session, with a 401 (not 403) for the anonymous."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`. Acts for the person's first organisation, or the one named in `X-Organisation`."""

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        user, token = super().authenticate_credentials(key)
        return user, token

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        result = super().authenticate(request)
        if result is None:
            return None
        user, token = result
        named = request.headers.get("X-Organisation", "")
        session: dict[str, Any] = {}
        if named.isdigit():
            chosen = user.memberships.filter(organisation_id=int(named), ended_at=None).first()
            session = {"acting_membership": chosen.pk} if chosen else {}
        user.act_as(membership_for_session(user, session))
        # The middleware opened the transaction for nobody: name the token's person in it.
        with connection.cursor() as cursor:
            for name, value in zip(KEYS, (user.pk, user.organisation_id), strict=True):
                cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value or "")])
        return user, token


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <key>"}
