"""Who may do what to which object in this app: sentences of predicates, and nothing else decides."""

from __future__ import annotations

import rules

from portal.enums import MAY_INVITE, EnterpriseStatus, Role
from portal.models import Enterprise, Membership, Organisation, User

OPEN_TO_CHANGES = (
    EnterpriseStatus.DRAFT,
    EnterpriseStatus.RETURNED,
    EnterpriseStatus.VERIFIED,
    EnterpriseStatus.SUSPENDED,
)


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


@rules.predicate
def acts_for_enterprise(user: User, enterprise: Enterprise | None) -> bool:
    return (
        enterprise is not None
        and user.acts_as(Role.OWNER, Role.STAFF)
        and user.organisation_id == enterprise.organisation_id
    )


@rules.predicate
def looks_after(user: User, enterprise: Enterprise | None) -> bool:
    """A companion to whom the enterprise is assigned now."""
    return (
        enterprise is not None
        and user.acts_as(Role.COMPANION)
        and Enterprise.objects.visible_to(user).filter(pk=enterprise.pk).exists()
    )


@rules.predicate
def is_open_to_changes(user: User, enterprise: Enterprise | None) -> bool:
    """Not while the ministry checks it, and not after it has closed."""
    return enterprise is not None and enterprise.status in OPEN_TO_CHANGES


@rules.predicate
def is_still_trading(user: User, enterprise: Enterprise | None) -> bool:
    return enterprise is not None and enterprise.status not in (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED)


@rules.predicate
def belongs_to_enterprise(user: User, enterprise: Enterprise | None) -> bool:
    """In any role, whoever the person acts for now: nobody decides on an enterprise they belong to."""
    return (
        enterprise is not None
        and Membership.objects.active().filter(user=user, organisation=enterprise.organisation_id).exists()
    )


rules.add_perm("portal.invite_member", may_invite_somebody & (acts_for_organisation | is_operator))
rules.add_perm("portal.end_membership", may_invite_somebody & (is_colleague | is_operator))
rules.add_perm("portal.manage_organisations", is_operator)
rules.add_perm("portal.edit_enterprise", acts_for_enterprise & is_open_to_changes)
rules.add_perm("portal.verify_enterprise", is_ministry_admin & ~belongs_to_enterprise)
# Products and papers may change while the ministry checks the dossier.
rules.add_perm("portal.edit_products", acts_for_enterprise & is_still_trading)
rules.add_perm("portal.edit_documents", acts_for_enterprise & is_still_trading)
# The ministry at its desk, a companion on the spot.
rules.add_perm("portal.verify_documents", (is_ministry_admin | looks_after) & ~belongs_to_enterprise & is_still_trading)
rules.add_perm("portal.record_visit", looks_after & ~belongs_to_enterprise & is_still_trading)

# The repair admin: rules and figures of the country may be mended there, jobs and the trail only read.
for model in ("datedrule", "contextfigure", "linkagefigure"):
    for action in ("view", "add", "change"):
        rules.add_perm(f"portal.{action}_{model}", is_operator)
for model in ("job", "auditentry"):
    rules.add_perm(f"portal.view_{model}", is_operator)
rules.add_perm("portal", is_operator)
