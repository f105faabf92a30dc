"""Who may open a page or call an API action: declared on every one of them, read by the access matrix.

A policy says which roles come in at all. Whether *this* person may do *this* to *this* object is a permission
(permissions.py of each app), and which rows exist for them is `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.enums import SECOND_FACTOR_ROLES, SME_ROLES, WEBHOOK_ROLES, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Membership, User


@dataclass(frozen=True)
class Policy:
    public: bool = False
    roles: frozenset[Role] | None = None  # None: everyone who is signed in
    # Also whoever fills in for an enterprise now, with its consent.
    on_behalf: bool = False

    def admits(self, user: User) -> bool:
        if self.public:
            return True
        if self.on_behalf and user.is_authenticated and user.on_behalf is not None:
            return True
        return user.is_authenticated and (self.roles is None or user.acts_as(*self.roles))


PUBLIC = Policy(public=True)
SIGNED_IN = Policy()


# What an enterprise's own people fill in, and somebody else on their behalf.
FILLING_IN = Policy(roles=SME_ROLES, on_behalf=True)


def roles(*names: Role) -> Policy:
    return Policy(roles=frozenset(names))


# Whom most addresses are for. One that is for others names them itself.
SME = roles(Role.OWNER, Role.STAFF)
OWNER = roles(Role.OWNER)
COMPANION = roles(Role.COMPANION)
# Those of a centre who look after businesses, and who assigns them.
PLUT = roles(Role.COMPANION, Role.PLUT_MANAGER)
# Both sides of a consent.
CONSENT_READERS = roles(Role.OWNER, Role.STAFF, Role.COMPANION, Role.PLUT_MANAGER, Role.REGIONAL_OFFICER)
# Whose systems may hold enterprises' data: local governments, centres, service organisations, and cooperatives.
PARTNER = roles(Role.REGIONAL_OFFICER, Role.PLUT_MANAGER, Role.SERVICE_OFFICER, Role.OWNER, Role.STAFF)
OFFICER = roles(Role.OFFICER)
APPROVER = roles(Role.APPROVER)
BUYER = roles(Role.OFFICER, Role.APPROVER)
# Who looks after an organisation's own systems.
SYSTEMS = roles(*WEBHOOK_ROLES)
MINISTRY = roles(Role.MINISTRY_ADMIN)
OPERATOR = roles(Role.OPERATOR)
FINANCIER = roles(Role.FINANCE_OFFICER)
# Both sides of a request for finance.
FINANCING = roles(Role.OWNER, Role.STAFF, Role.FINANCE_OFFICER)
# The sides of a contract, and who signs it off.
PARTIES = roles(Role.OFFICER, Role.APPROVER, Role.OWNER, Role.STAFF, Role.MINISTRY_ADMIN)
# Both sides of what is ordered, delivered and paid, day by day.
TRADERS = roles(Role.OFFICER, Role.OWNER, Role.STAFF)
# Of documents: the ministry at its desk, a companion on the spot.
VERIFIERS = roles(Role.MINISTRY_ADMIN, Role.COMPANION)
DOSSIER_READERS = roles(
    Role.OWNER, Role.STAFF, Role.MINISTRY_ADMIN, Role.COMPANION, Role.PLUT_MANAGER, Role.REGIONAL_OFFICER
)
APPLICATION_READERS = roles(Role.OWNER, Role.STAFF, Role.COMPANION, Role.OFFICER, Role.APPROVER, Role.MINISTRY_ADMIN)


class WrongRole(PermissionDenied):
    """Carries the policy, so that the 403 page can say for whom the page is."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy


View = Callable[..., HttpResponseBase]


def policy(rule: Policy) -> Callable[[View], View]:
    """Declare and enforce a view's policy. Anonymous: sign in first, with what was typed kept. Staff: second factor first."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule.public:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if lacks_second_factor(request):
                messages.warning(request, _("Your role needs a second factor. Set it up to go on."))
                return redirect("mfa_activate_totp")
            if rule.on_behalf and getattr(request, "consent_ended", False):
                messages.warning(
                    request, _("The consent under which you filled in has ended. Nothing more was changed.")
                )
                return redirect("home")
            if not rule.admits(request.user):
                raise WrongRole(rule)
            try:
                return view(request, *args, **kwargs)
            except NotPermitted as refusal:
                raise PermissionDenied(refusal.message) from refusal
            except MoveNotAllowed as refusal:
                return _refused(request, [refusal.message], status=409)
            except ValidationError as error:
                return _refused(request, error.messages, status=422)

        guarded.policy = rule  # type: ignore[attr-defined]
        return guarded

    return declare


def needs_second_factor(user: User) -> bool:
    """Whichever organisation the person acts for now: the others are one click away in the same session."""
    if user.acting is not None and user.acting.role in SECOND_FACTOR_ROLES:
        return True
    return Membership.objects.active().filter(user=user, role__in=SECOND_FACTOR_ROLES).exists()


def lacks_second_factor(request: HttpRequest) -> bool:
    """Everyone but SMEs proves a second factor in this session. A person who holds any such role needs it in all."""
    user = request.user
    if not needs_second_factor(user):
        return False
    if not is_mfa_enabled(user):
        return True
    return not any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def shows_its_form(request: HttpRequest) -> bool:
    """What was sent can be shown again where it was sent to, from whichever page it came."""
    found = request.resolver_match
    return found is not None and "GET" in getattr(found.func, "methods", ())


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """After signing in, back to the page; what was sent to an address that shows nothing is sent from there again."""
    page = request.get_full_path()
    if request.method == "POST" and shows_its_form(request):
        kept_forms.keep(request)
        if request.FILES:
            messages.info(
                request,
                _("Your session had ended. Sign in; what you typed is kept. Files could not be: choose them again."),
            )
        else:
            messages.info(request, _("Your session had ended. Sign in; what you typed is kept."))
    elif request.method == "POST":
        page = page_before(request) or reverse("home")
        messages.info(request, _("Your session had ended. Sign in, then do it again."))
    return redirect(f"{reverse('account_login')}?{urlencode({'next': page})}")


def _refused(request: HttpRequest, reasons: Iterable[str], *, status: int) -> HttpResponse:
    """For every view that doesn't answer it better itself: nothing is written, and the page says why."""
    context = {"reason": " ".join(reasons), "back": page_before(request) or reverse("home")}
    response = render(request, "ui/too_late.html", context, status=status)
    transaction.set_rollback(True)
    return response


def page_before(request: HttpRequest) -> str:
    """The path of the page that sent this, where it is one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(referer).path if ours else ""
