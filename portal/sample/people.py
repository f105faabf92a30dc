"""Accounts of sample people: verified address, the demo's password, and a second factor where the role asks for one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction

from portal import crypto
from portal.enums import SECOND_FACTOR_ROLES, Role
from portal.models import Membership, Organisation, User
from portal.sample.keys import PASSWORD, secret_of
from portal.services.membership import add_member


@cache
def _password() -> str:
    """Hashed once for all: three hundred slow hashes of the same word would take minutes."""
    return make_password(PASSWORD)


@transaction.atomic
def sample_person(email: str, name: str, organisation: Organisation, role: Role) -> User:
    """The person with this address, made if need be, acting in this role."""
    user = User.objects.filter(email=email).first() or make_people([(email, name)])[0]
    membership = add_member(user, organisation, role, by=None)
    if role in SECOND_FACTOR_ROLES and not Authenticator.objects.filter(user=user).exists():
        secret = crypto.encrypt(secret_of(email))
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": secret, "used_mask": 0}
        )
    return user.act_as(membership)


def make_people(people: Iterable[tuple[str, str]]) -> list[User]:
    """Accounts by the hundred: (e-mail, full name)."""
    users = User.objects.bulk_create(
        User(email=email, full_name=name, password=_password(), is_sample=True) for email, name in people
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return users


def acting_in(organisation: Organisation, *roles: Role) -> User:
    """The first sample person there who holds one of these roles, acting in it."""
    membership = (
        Membership.objects.active()
        .filter(organisation=organisation, role__in=roles, user__is_sample=True)
        .select_related("user", "organisation")
        .order_by("pk")
        .first()
    )
    if membership is None:
        raise LookupError(f"nobody acts as {', '.join(roles)} for {organisation}")
    return membership.user.act_as(membership)
