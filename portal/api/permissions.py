from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.models import ApiToken
from portal.policy import Policy, lacks_second_factor, needs_second_factor

# An address that says of itself that any token may call it.
ANY_SCOPE = "*"


class PolicyPermission(BasePermission):
    """Enforces the policy that every API view declares: `policies = {"list": …, "create": …}`, or by method for plain views.

    A view without one answers nobody.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        rule = policy_of(view, getattr(view, "action", None) or request.method.lower())
        if rule is None:
            return False
        if rule.public:
            return True
        if not request.user.is_authenticated:
            raise NotAuthenticated
        check_scope(
            request.auth, getattr(view, "scopes", {}).get(getattr(view, "action", None) or request.method.lower())
        )
        if request.auth is None and lacks_second_factor(request._request):
            raise PermissionDenied(_("Your role needs a second factor in this session."), code="second_factor")
        if request.auth is not None and needs_second_factor(request.user):
            return rule.admits(request.user) and request.user.authenticator_set.exists()
        return rule.admits(request.user)


def check_scope(auth: Any, wanted: str | None) -> None:
    """A token with scopes does what they name and nothing else; what names a scope takes no other token."""
    if not isinstance(auth, ApiToken) or wanted == ANY_SCOPE:
        return
    if (auth.scopes or wanted) and wanted not in auth.scopes:
        raise PermissionDenied(
            _("This token may not do this. It lacks the scope “%(scope)s”.") % {"scope": wanted or "–"}, code="scope"
        )


def policy_of(view: Any, action: str) -> Policy | None:
    if action in ("metadata", "options"):
        return Policy()
    return getattr(view, "policies", {}).get(action)
