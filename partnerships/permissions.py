"""Who may do what to a contract: sentences of predicates, and nothing else decides. Which rows exist for whom: `visible_to`."""

from __future__ import annotations

import rules
from django.utils import timezone

from curation.models import Decision
from partnerships.enums import Party
from partnerships.models import (
    Delivery,
    FinancingRequest,
    Incident,
    Invoice,
    KnowledgeStep,
    Partnership,
    Payment,
    PurchaseOrder,
    SignOff,
)
from portal.enums import Capability, Role
from portal.models import AuditEntry, Enterprise, Membership, User

UnderOrder = PurchaseOrder | Delivery | Invoice | Payment
# What counts as having had a hand in the text.
DRAFTING = ("draft", "change", "offer", "withdraw_offer", "revise")


@rules.predicate
def is_officer(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OFFICER)


@rules.predicate
def is_approver(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.APPROVER)


@rules.predicate
def is_owner_or_staff(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OWNER, Role.STAFF)


@rules.predicate
def is_owner(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OWNER)


@rules.predicate
def is_ministry_admin(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.MINISTRY_ADMIN)


@rules.predicate
def acts_for_the_buyer(user: User, partnership: Partnership | None) -> bool:
    return partnership is not None and user.organisation_id == partnership.buyer_id


@rules.predicate
def is_amendment(user: User, partnership: Partnership | None) -> bool:
    return partnership is not None and partnership.amends_id is not None


@rules.predicate
def acts_for_a_party(user: User, partnership: Partnership | None) -> bool:
    return (
        partnership is not None
        and Enterprise.objects.filter(shares__partnership=partnership, organisation=user.organisation_id).exists()
    )


@rules.predicate
def drafted_it(user: User, partnership: Partnership | None) -> bool:
    """Rule 4: who began, changed, offered or revised the text, whatever their role is today."""
    return partnership is not None and (
        partnership.drafted_by_id == user.pk
        or AuditEntry.objects.of(partnership).filter(actor=user.pk, action__in=DRAFTING).exists()
    )


@rules.predicate
def decided_on_its_enterprise(user: User, partnership: Partnership | None) -> bool:
    """Rule 4: who decided, for this buyer, on an application of an enterprise in the contract."""
    return (
        partnership is not None
        and Decision.objects.filter(
            decided_by=user.pk,
            application__programme__buyer=partnership.buyer_id,
            application__enterprise__shares__partnership=partnership,
        ).exists()
    )


@rules.predicate
def belongs_to_a_party(user: User, subject: Partnership | SignOff | None) -> bool:
    """Rule 4. Whichever organisation the person acts for now: a membership in the enterprise, also an ended one, is enough."""
    if subject is None:
        return False
    partnership = subject.partnership_id if isinstance(subject, SignOff) else subject.pk
    # Two questions: as one, the planner may go through every membership of every enterprise.
    parties = list(Enterprise.objects.filter(shares__partnership=partnership).values_list("organisation", flat=True))
    return Membership.objects.filter(user=user, organisation__in=parties).exists()


@rules.predicate
def acts_for_its_authority(user: User, partnership: Partnership | None) -> bool:
    return (
        partnership is not None
        and partnership.sign_offs.filter(revision=partnership.revision, authority=user.organisation_id).exists()
    )


@rules.predicate
def acts_for_the_authority(user: User, sign_off: SignOff | None) -> bool:
    return sign_off is not None and sign_off.authority_id == user.organisation_id


@rules.predicate
def authority_exists_today(user: User, subject: object = None) -> bool:
    """Ministries are split and dissolved; their people may still sign in, and read."""
    return user.organisation is not None and user.organisation.is_valid_on(timezone.localdate())


@rules.predicate
def its_turn_has_come(user: User, sign_off: SignOff | None) -> bool:
    return sign_off is not None and sign_off.opened_at is not None


@rules.predicate
def buys_in_it(user: User, subject: UnderOrder | None) -> bool:
    """For the buyer, and belonging to none of the enterprises: rule 4 holds for goods and money as it does for marks."""
    if subject is None:
        return False
    partnership = subject.partnership
    return user.organisation_id == partnership.buyer_id and not belongs_to_a_party(user, partnership)


@rules.predicate
def supplies_in_it(user: User, subject: UnderOrder | None) -> bool:
    """For the enterprise that the order was sent to, whichever others are in the contract."""
    if subject is None:
        return False
    order = subject if isinstance(subject, PurchaseOrder) else subject.order
    return order.share.enterprise.organisation_id == user.organisation_id


@rules.predicate
def speaks_for_the_opener(user: User, incident: Incident | None) -> bool:
    return incident is not None and _speaks_for(user, incident, incident.side)


@rules.predicate
def speaks_for_the_other_side(user: User, incident: Incident | None) -> bool:
    if incident is None:
        return False
    return _speaks_for(user, incident, Party.BUYER if incident.side == Party.ENTERPRISE else Party.ENTERPRISE)


@rules.predicate
def lies_with_its_authority(user: User, incident: Incident | None) -> bool:
    """And the person belongs to none of the enterprises."""
    return (
        incident is not None
        and incident.authority_id == user.organisation_id
        and incident.came_at is not None
        and not belongs_to_a_party(user, incident.partnership)
    )


def _speaks_for(user: User, incident: Incident, side: str) -> bool:
    if side == Party.BUYER:
        return (
            user.acts_as(Role.OFFICER)
            and user.organisation_id == incident.partnership.buyer_id
            and not belongs_to_a_party(user, incident.partnership)
        )
    return user.acts_as(Role.OWNER, Role.STAFF) and user.organisation_id == incident.share.enterprise.organisation_id


@rules.predicate
def is_finance_officer(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.FINANCE_OFFICER)


@rules.predicate
def acts_for_the_financier(user: User, request: FinancingRequest | None) -> bool:
    return request is not None and request.financier_id == user.organisation_id


@rules.predicate
def finances_today(user: User, subject: object = None) -> bool:
    """An organisation that was dissolved, or finances no more, answers nothing; its people may still read."""
    organisation = user.organisation
    return (
        organisation is not None
        and organisation.can(Capability.FINANCIER)
        and organisation.is_valid_on(timezone.localdate())
    )


@rules.predicate
def belongs_to_who_asks(user: User, request: FinancingRequest | None) -> bool:
    """Rule 4, also of a membership that has ended, and whichever organisation the person acts for now."""
    return (
        request is not None
        and Membership.objects.filter(user=user, organisation__enterprise=request.enterprise_id).exists()
    )


@rules.predicate
def asks_for_it(user: User, request: FinancingRequest | None) -> bool:
    return request is not None and request.enterprise.organisation_id == user.organisation_id


@rules.predicate
def brings_knowledge(user: User, step: KnowledgeStep | None) -> bool:
    """For the buyer, and belonging to none of the enterprises."""
    return (
        step is not None
        and user.organisation_id == step.partnership.buyer_id
        and not belongs_to_a_party(user, step.partnership)
    )


@rules.predicate
def takes_knowledge(user: User, step: KnowledgeStep | None) -> bool:
    return step is not None and step.share.enterprise.organisation_id == user.organisation_id


@rules.predicate
def own_side_proposed_it(user: User, step: KnowledgeStep | None) -> bool:
    return step is not None and step.proposed_for_id == user.organisation_id


rules.add_perm("partnerships.add_partnership", is_officer)
rules.add_perm("partnerships.draft_partnership", is_officer & acts_for_the_buyer & ~belongs_to_a_party)
rules.add_perm("partnerships.drop_amendment", is_officer & acts_for_the_buyer & ~belongs_to_a_party & is_amendment)
rules.add_perm("partnerships.answer_offer", is_owner_or_staff & acts_for_a_party)
rules.add_perm(
    "partnerships.sign_for_buyer",
    is_approver & acts_for_the_buyer & ~drafted_it & ~decided_on_its_enterprise & ~belongs_to_a_party,
)
rules.add_perm(
    "partnerships.sign_off", is_ministry_admin & acts_for_its_authority & authority_exists_today & ~belongs_to_a_party
)
rules.add_perm(
    "partnerships.decide_sign_off",
    is_ministry_admin & acts_for_the_authority & authority_exists_today & its_turn_has_come & ~belongs_to_a_party,
)
rules.add_perm("partnerships.end_partnership", (is_approver & acts_for_the_buyer) | (is_owner & acts_for_a_party))
rules.add_perm("partnerships.place_order", is_officer & acts_for_the_buyer & ~belongs_to_a_party)
rules.add_perm("partnerships.buy", is_officer & buys_in_it)
rules.add_perm("partnerships.supply", is_owner_or_staff & supplies_in_it)
# Of either side.
IN_THE_ORDER = (is_officer & buys_in_it) | (is_owner_or_staff & supplies_in_it)
rules.add_perm("partnerships.end_rest", IN_THE_ORDER)
rules.add_perm("partnerships.add_delivery_paper", IN_THE_ORDER)
rules.add_perm(
    "partnerships.report_incident",
    (is_officer & acts_for_the_buyer & ~belongs_to_a_party) | (is_owner_or_staff & acts_for_a_party),
)
rules.add_perm("partnerships.answer_incident", speaks_for_the_other_side)
rules.add_perm("partnerships.settle_incident", speaks_for_the_opener)
rules.add_perm("partnerships.escalate_incident", speaks_for_the_opener)
rules.add_perm("partnerships.withdraw_incident", speaks_for_the_opener)
rules.add_perm("partnerships.find_incident", is_ministry_admin & lies_with_its_authority & authority_exists_today)
rules.add_perm(
    "partnerships.release_incident",
    speaks_for_the_opener | (is_ministry_admin & lies_with_its_authority & authority_exists_today),
)
rules.add_perm("partnerships.add_incident_paper", speaks_for_the_opener | speaks_for_the_other_side)
rules.add_perm(
    "partnerships.finance", is_finance_officer & acts_for_the_financier & finances_today & ~belongs_to_who_asks
)
# To share and to take money is the owner's word; staff may stop it, as anybody may pull the plug.
rules.add_perm("partnerships.ask_for_finance", is_owner)
rules.add_perm("partnerships.seek_finance", is_owner & asks_for_it)
rules.add_perm("partnerships.withdraw_financing", is_owner_or_staff & asks_for_it)

SIDES_OF_A_STEP = (is_officer & brings_knowledge) | (is_owner_or_staff & takes_knowledge)
rules.add_perm(
    "partnerships.propose_knowledge",
    (is_officer & acts_for_the_buyer & ~belongs_to_a_party) | (is_owner_or_staff & acts_for_a_party),
)
rules.add_perm("partnerships.take_part_in_knowledge", SIDES_OF_A_STEP)
rules.add_perm("partnerships.answer_knowledge", SIDES_OF_A_STEP & ~own_side_proposed_it)
rules.add_perm("partnerships.withdraw_knowledge", SIDES_OF_A_STEP & own_side_proposed_it)
rules.add_perm("partnerships.confirm_knowledge", is_owner_or_staff & takes_knowledge)
