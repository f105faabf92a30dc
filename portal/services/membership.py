from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import MutableMapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, notifications
from portal.enums import ROLE_CAPABILITY, Role
from portal.models import Invitation, Membership, Organisation, User

SESSION_KEY = "acting_membership"
INVITATION_DAYS = 14


def membership_for_session(user: User, session: MutableMapping[str, Any]) -> Membership | None:
    """The membership the person chose in this session, else the first one they have."""
    active = Membership.objects.active().filter(user=user).select_related("organisation").order_by("pk")
    chosen = session.get(SESSION_KEY)
    return (chosen and active.filter(pk=chosen).first()) or active.first()


def act_for(user: User, membership: Membership, session: MutableMapping[str, Any]) -> None:
    """Act for another of one's own organisations from now on."""
    session[SESSION_KEY] = membership.pk
    user.act_as(membership)


@transaction.atomic
def add_member(user: User, organisation: Organisation, role: Role, *, by: User | None) -> Membership:
    if not organisation.can(ROLE_CAPABILITY[role]):
        raise ValidationError(
            _("%(organisation)s cannot have this role.") % {"organisation": organisation.name}, code="role"
        )
    membership, created = Membership.objects.get_or_create(
        user=user, organisation=organisation, ended_at=None, defaults={"role": role}
    )
    if not created and membership.role != role:
        raise ValidationError(_("This person already has another role in this organisation."), code="member")
    if created:
        audit.record(organisation, "add_member", by=by, payload={"user": user.pk, "role": role})
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User) -> None:
    """Take somebody's role away from now on. The last owner, operator or ministry admin stays: nobody could follow."""
    peers = (
        Membership.objects.active()
        .select_for_update()
        .filter(organisation=membership.organisation, role=membership.role)
    )
    if peers.count() <= 1 and membership.role in (Role.OWNER, Role.OPERATOR, Role.MINISTRY_ADMIN):
        raise ValidationError(
            _("The last person in this role cannot be removed. Invite another one first."), code="last"
        )
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    audit.record(
        membership.organisation, "end_membership", by=by, payload={"user": membership.user_id, "role": membership.role}
    )


@transaction.atomic
def invite(organisation: Organisation, email: str, role: Role, *, by: User | None) -> tuple[Invitation, str]:
    """Invite somebody by e-mail. Returns the invitation and the token of its link, which is kept nowhere."""
    if not organisation.can(ROLE_CAPABILITY[role]):
        raise ValidationError(
            _("%(organisation)s cannot have this role.") % {"organisation": organisation.name}, code="role"
        )
    token = secrets.token_urlsafe(24)
    Invitation.objects.open().filter(organisation=organisation, email__iexact=email).update(withdrawn_at=timezone.now())
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=role,
        email=email.lower(),
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=timezone.now() + dt.timedelta(days=INVITATION_DAYS),
    )
    audit.record(organisation, "invite", by=by, payload={"role": role}, personal={"email": email.lower()})
    notifications.mail_invitation(invitation, token)
    return invitation, token


def open_invitation(token: str) -> Invitation | None:
    return Invitation.objects.open().select_related("organisation").filter(token_hash=token_hash(token)).first()


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User) -> Membership:
    """Join. Only the person whose verified e-mail was invited can."""
    locked = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if locked is None:
        raise ValidationError(_("This invitation was used or has ended. Ask for a new one."), code="ended")
    if locked.email != by.email.lower():
        raise ValidationError(
            _("This invitation is for another e-mail address. Sign in with that one."), code="other_email"
        )
    membership = add_member(by, locked.organisation, Role(locked.role), by=by)
    locked.accepted_at, locked.accepted_by = timezone.now(), by
    locked.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
