"""Who may do what to which object in this app: sentences of predicates, and nothing else decides."""

from __future__ import annotations

import rules

from portal.enums import MAY_INVITE, Role
from portal.models import Membership, Organisation, User


@rules.predicate
def is_operator(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OPERATOR)


@rules.predicate
def is_ministry_admin(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.MINISTRY_ADMIN)


@rules.predicate
def acts_for_organisation(user: User, organisation: Organisation | None) -> bool:
    return organisation is not None and user.organisation_id == organisation.pk


@rules.predicate
def may_invite_somebody(user: User, organisation: Organisation | None) -> bool:
    return user.acting is not None and bool(MAY_INVITE.get(Role(user.acting.role)))


@rules.predicate
def is_colleague(user: User, membership: Membership | None) -> bool:
    return membership is not None and membership.organisation_id == user.organisation_id


rules.add_perm("portal.invite_member", may_invite_somebody & (acts_for_organisation | is_operator))
rules.add_perm("portal.end_membership", may_invite_somebody & (is_colleague | is_operator))
rules.add_perm("portal.manage_organisations", is_operator)
