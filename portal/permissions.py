"""Who may do what to which object in this app: sentences of predicates, and nothing else decides."""

from __future__ import annotations

import rules

from portal.consents import DOCUMENTS, PRODUCTS, may_fill_in
from portal.enums import MAY_INVITE, WEBHOOK_ROLES, EnterpriseStatus, Role
from portal.models import (
    Assignment,
    CooperativeMember,
    DataRequest,
    Enterprise,
    Membership,
    Organisation,
    SuspectedDuplicate,
    User,
    VisitKit,
    WebhookEndpoint,
)
from portal.sections import MEMBERS, SECTIONS

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
def is_finance_officer(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.FINANCE_OFFICER)


@rules.predicate
def may_invite_somebody(user: User, organisation: Organisation | None) -> bool:
    return user.acting is not None and bool(MAY_INVITE.get(Role(user.acting.role)))


@rules.predicate
def looks_after_it(user: User, endpoint: WebhookEndpoint | None) -> bool:
    return endpoint is not None and user.acts_as(*WEBHOOK_ROLES) and endpoint.organisation_id == user.organisation_id


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
def fills_in_dossier(user: User, enterprise: Enterprise | None) -> bool:
    """Under a consent that names a section at least; which one, the services ask (portal.services.dossier)."""
    return any(may_fill_in(user, enterprise, section.name) for section in SECTIONS)


@rules.predicate
def fills_in_products(user: User, enterprise: Enterprise | None) -> bool:
    return may_fill_in(user, enterprise, PRODUCTS)


@rules.predicate
def fills_in_documents(user: User, enterprise: Enterprise | None) -> bool:
    return may_fill_in(user, enterprise, DOCUMENTS)


@rules.predicate
def fills_in_plan(user: User, enterprise: Enterprise | None) -> bool:
    return may_fill_in(user, enterprise, "plan")


@rules.predicate
def keeps_the_list(user: User, listed: CooperativeMember | None) -> bool:
    """Of members: the cooperative's own people, or whoever fills that part in for it."""
    return listed is not None and (
        acts_for_enterprise.test(user, listed.cooperative) or may_fill_in(user, listed.cooperative, MEMBERS)
    )


@rules.predicate
def is_asked(user: User, listed: CooperativeMember | None) -> bool:
    """Whether it belongs to a cooperative is the enterprise's own to say, and nobody's on its behalf."""
    return listed is not None and listed.enterprise is not None and acts_for_enterprise.test(user, listed.enterprise)


@rules.predicate
def looks_after(user: User, enterprise: Enterprise | None) -> bool:
    """The enterprise is assigned to this companion of the centre they act for."""
    return (
        enterprise is not None
        and user.acts_as(Role.COMPANION)
        and Assignment.objects.open()
        .filter(companion=user.pk, plut=user.organisation_id, enterprise=enterprise.pk)
        .exists()
    )


@rules.predicate
def is_owner(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OWNER)


@rules.predicate
def manages_its_centre(user: User, plut: Organisation | None) -> bool:
    return plut is not None and user.acts_as(Role.PLUT_MANAGER) and user.organisation_id == plut.pk


@rules.predicate
def looks_after_its_enterprise(user: User, kit: VisitKit | None) -> bool:
    """Of a kit: whoever looks after the enterprise now, also where a colleague took the kit along."""
    return kit is not None and looks_after(user, kit.enterprise)


@rules.predicate
def carries_kit(user: User, kit: VisitKit | None) -> bool:
    return kit is not None and user.acts_as(Role.COMPANION) and kit.handed_to_id == user.pk


@rules.predicate
def manages_its_centre_of_kit(user: User, kit: VisitKit | None) -> bool:
    return kit is not None and manages_its_centre(user, kit.plut)


@rules.predicate
def is_open_to_changes(user: User, enterprise: Enterprise | None) -> bool:
    """Not while the ministry checks it, and not after it has closed."""
    return enterprise is not None and enterprise.status in OPEN_TO_CHANGES


@rules.predicate
def is_still_trading(user: User, enterprise: Enterprise | None) -> bool:
    return enterprise is not None and enterprise.status not in (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED)


@rules.predicate
def belongs_to_enterprise(user: User, enterprise: Enterprise | None) -> bool:
    """In any role, whoever the person acts for now: nobody decides on an enterprise they belong to. Who has left it, too."""
    return (
        enterprise is not None
        and Membership.objects.filter(user=user, organisation=enterprise.organisation_id).exists()
    )


@rules.predicate
def asked_it(user: User, request: DataRequest | None) -> bool:
    return request is not None and request.person_id == user.pk


@rules.predicate
def is_about_ones_business(user: User, request: DataRequest | None) -> bool:
    return request is not None and belongs_to_enterprise(user, request.enterprise)


@rules.predicate
def belongs_to_one_of_them(user: User, pair: SuspectedDuplicate | None) -> bool:
    return pair is not None and any(belongs_to_enterprise(user, each) for each in pair.both)


rules.add_perm("portal.invite_member", may_invite_somebody & (acts_for_organisation | is_operator))
rules.add_perm("portal.end_membership", may_invite_somebody & (is_colleague | is_operator))
rules.add_perm("portal.manage_organisations", is_operator)
rules.add_perm("portal.manage_webhook", looks_after_it)
rules.add_perm("portal.edit_enterprise", (acts_for_enterprise | fills_in_dossier) & is_open_to_changes)
# To state that the answers are true, and to end it all, is for the business alone: nobody does that on its behalf.
rules.add_perm("portal.submit_enterprise", acts_for_enterprise & is_open_to_changes)
rules.add_perm("portal.close_enterprise", is_owner & acts_for_enterprise & is_open_to_changes)
rules.add_perm("portal.verify_enterprise", is_ministry_admin & ~belongs_to_enterprise)
# That nothing has changed: for the business to say, and for who knows it from its visits.
rules.add_perm("portal.confirm_profile", (acts_for_enterprise | looks_after) & is_still_trading)
# What came of a plan is no answer of the dossier: it is entered while that is checked, too.
rules.add_perm("portal.report_progress", (acts_for_enterprise | fills_in_plan) & is_still_trading)
rules.add_perm("portal.list_members", keeps_the_list)
rules.add_perm("portal.answer_cooperative", is_asked)
# Products and papers may change while the ministry checks the dossier.
rules.add_perm("portal.edit_products", (acts_for_enterprise | fills_in_products) & is_still_trading)
rules.add_perm("portal.edit_documents", (acts_for_enterprise | fills_in_documents) & is_still_trading)
# The ministry at its desk, a companion on the spot.
rules.add_perm("portal.verify_documents", (is_ministry_admin | looks_after) & ~belongs_to_enterprise & is_still_trading)
rules.add_perm(
    "portal.review_conversion", (is_ministry_admin | looks_after) & ~belongs_to_enterprise & is_still_trading
)
rules.add_perm("portal.record_visit", looks_after & ~belongs_to_enterprise & is_still_trading)

# A kit carries what is known away, so only who looks after the business takes one; merging asks its consent, too.
rules.add_perm("portal.hand_out_kit", looks_after & ~belongs_to_enterprise & is_still_trading)
rules.add_perm("portal.bring_back_kit", looks_after_its_enterprise)
rules.add_perm("portal.merge_kit", looks_after_its_enterprise)
rules.add_perm("portal.call_back_kit", carries_kit | looks_after_its_enterprise | manages_its_centre_of_kit)

# Who may fill in for the business is the owner's to say; staff may withdraw it, as anybody may pull the plug.
rules.add_perm("portal.give_consent", is_owner & acts_for_enterprise & is_still_trading)
rules.add_perm("portal.withdraw_consent", acts_for_enterprise)
rules.add_perm("portal.record_consent", looks_after & is_still_trading)
rules.add_perm("portal.ask_for_companion", acts_for_enterprise & is_still_trading)
rules.add_perm("portal.assign_companions", manages_its_centre)

rules.add_perm("portal.decide_duplicate", is_ministry_admin & ~belongs_to_one_of_them)
rules.add_perm("portal.claim_business", acts_for_enterprise & is_still_trading)
# Nobody answers what they asked themselves, nor what is about a business they belong to.
rules.add_perm("portal.answer_data_request", is_ministry_admin & ~asked_it & ~is_about_ones_business)
rules.add_perm("portal.withdraw_data_request", asked_it)

# The repair admin: rules and figures of the country may be mended there, jobs and the trail only read.
for model in ("datedrule", "contextfigure", "linkagefigure"):
    for action in ("view", "add", "change"):
        rules.add_perm(f"portal.{action}_{model}", is_operator)
for model in ("job", "auditentry"):
    rules.add_perm(f"portal.view_{model}", is_operator)
rules.add_perm("portal", is_operator)
rules.add_perm("portal.state_answer_days", is_finance_officer & acts_for_organisation)
