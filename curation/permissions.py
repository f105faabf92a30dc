"""Who may do what in curation: sentences of predicates, and nothing else decides. Which rows exist for whom: `visible_to`."""

from __future__ import annotations

import rules
from django.db.models import QuerySet

from curation.enums import ReviewStatus, SplitDecider
from curation.models import (
    Application,
    Conflict,
    Consortium,
    ConsortiumMember,
    Curation,
    Interest,
    Need,
    Programme,
    Review,
)
from curation.models.consortium import TOLD
from portal.enums import Role
from portal.models import Enterprise, Membership, User


@rules.predicate
def starts_from_a_mark(user: User, application: Application | None) -> bool:
    return application is not None and application.recognises_id is not None


@rules.predicate
def is_officer(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OFFICER)


@rules.predicate
def acts_for_the_buyer(user: User, subject: Need | Programme | None) -> bool:
    return subject is not None and user.organisation_id == subject.buyer_id


@rules.predicate
def acts_for_its_buyer(user: User, subject: Application | Curation | None) -> bool:
    return subject is not None and user.organisation_id == subject.programme.buyer_id


@rules.predicate
def is_owner_or_staff(user: User, subject: object = None) -> bool:
    return user.acts_as(Role.OWNER, Role.STAFF)


@rules.predicate
def acts_for_the_enterprise(user: User, enterprise: Enterprise | None) -> bool:
    return enterprise is not None and user.organisation_id == enterprise.organisation_id


@rules.predicate
def acts_for_the_applicant(user: User, application: Application | None) -> bool:
    return application is not None and user.organisation_id == application.enterprise.organisation_id


@rules.predicate
def belongs_to_the_enterprise(user: User, subject: Application | Curation | Interest | None) -> bool:
    """Rule 4. Whichever organisation the person acts for now: a membership in the enterprise, also an ended one, is enough."""
    return (
        subject is not None
        and Membership.objects.filter(user=user, organisation=subject.enterprise.organisation_id).exists()
    )


@rules.predicate
def declared_a_conflict(user: User, subject: Application | Curation | None) -> bool:
    application = getattr(subject, "application_id", None) or getattr(subject, "pk", None)
    return Conflict.objects.filter(person=user, application=application).exists()


def stands_near(user: User, application: Application) -> bool:
    return belongs_to_the_enterprise(user, application) or declared_a_conflict(user, application)


@rules.predicate
def of_an_applicant_at_arms_length(user: User, review: Review | None) -> bool:
    return review is not None and not stands_near(user, review.application)


@rules.predicate
def acts_for_the_reviews_buyer(user: User, review: Review | None) -> bool:
    return review is not None and user.organisation_id == review.application.programme.buyer_id


@rules.predicate
def is_the_reviewer(user: User, review: Review | None) -> bool:
    return review is not None and review.reviewer_id == user.pk


@rules.predicate
def is_at_work(user: User, review: Review | None) -> bool:
    return review is not None and review.status == ReviewStatus.ASSIGNED


def officers_left(application: Application) -> QuerySet[Membership]:
    """Of the buyer, who stand at arm's length and have sent no review of it."""
    sent = application.reviews.filter(status=ReviewStatus.SUBMITTED)
    near = Membership.objects.filter(organisation=application.enterprise.organisation_id)
    return (
        Membership.objects.active()
        .filter(organisation=application.programme.buyer_id, role=Role.OFFICER)
        .exclude(user__in=sent.values("reviewer"))
        .exclude(user__in=near.values("user"))
        .exclude(user__in=application.conflicts.values("person"))
    )


@rules.predicate
def is_the_third(user: User, application: Application | None) -> bool:
    """An approver, where every officer has reviewed it or stands too near: else two who disagree could never be parted."""
    return (
        isinstance(application, Application)
        and user.acts_as(Role.APPROVER)
        and application.programme.split_decider == SplitDecider.THIRD
        and application.reviews.filter(status=ReviewStatus.SUBMITTED).exists()
        and not application.reviews.filter(status=ReviewStatus.SUBMITTED, reviewer=user.pk).exists()
        and not officers_left(application).exists()
    )


@rules.predicate
def decided_it_before(user: User, application: Application | None) -> bool:
    return application is not None and application.decisions.filter(decided_by=user).exists()


@rules.predicate
def acts_for_the_needs_buyer(user: User, consortium: Consortium | None) -> bool:
    return consortium is not None and user.organisation_id == consortium.need.buyer_id


@rules.predicate
def belongs_to_a_member(user: User, consortium: Consortium | None) -> bool:
    """Rule 4. Whom the buyer keeps out counts, too: that is decided as well."""
    if consortium is None:
        return False
    members = Enterprise.objects.filter(consortium_parts__consortium=consortium).values("organisation")
    return Membership.objects.filter(user=user, organisation__in=members).exists()


@rules.predicate
def acts_for_a_member(user: User, consortium: Consortium | None) -> bool:
    return (
        consortium is not None
        and consortium.members.filter(enterprise__organisation=user.organisation_id, status__in=TOLD).exists()
    )


@rules.predicate
def acts_for_its_consortiums_buyer(user: User, member: ConsortiumMember | None) -> bool:
    return member is not None and acts_for_the_needs_buyer(user, member.consortium)


@rules.predicate
def stands_near_its_consortium(user: User, member: ConsortiumMember | None) -> bool:
    return member is not None and belongs_to_a_member(user, member.consortium)


@rules.predicate
def acts_for_the_member(user: User, member: ConsortiumMember | None) -> bool:
    return member is not None and user.organisation_id == member.enterprise.organisation_id


@rules.predicate
def acts_for_the_wanting_buyer(user: User, interest: Interest | None) -> bool:
    return interest is not None and user.organisation_id == interest.need.buyer_id


@rules.predicate
def acts_for_the_interested(user: User, interest: Interest | None) -> bool:
    return interest is not None and user.organisation_id == interest.enterprise.organisation_id


rules.add_perm("curation.add_need", is_officer)
rules.add_perm("curation.manage_need", is_officer & acts_for_the_buyer)
rules.add_perm("curation.add_programme", is_officer)
rules.add_perm("curation.manage_programme", is_officer & acts_for_the_buyer)
rules.add_perm("curation.start_application", is_owner_or_staff & acts_for_the_enterprise)
rules.add_perm("curation.apply", is_owner_or_staff & acts_for_the_applicant)
at_arms_length = ~belongs_to_the_enterprise & ~declared_a_conflict
rules.add_perm("curation.decide_application", (is_officer | is_the_third) & acts_for_its_buyer & at_arms_length)
rules.add_perm("curation.choose_reviewers", is_officer & acts_for_its_buyer & at_arms_length)
rules.add_perm("curation.declare_conflict", is_officer & acts_for_its_buyer & at_arms_length)
of_the_review = is_officer & acts_for_the_reviews_buyer
rules.add_perm("curation.assign_reviewers", of_the_review & of_an_applicant_at_arms_length)
rules.add_perm("curation.is_reviewer", of_the_review & is_the_reviewer)
rules.add_perm("curation.write_review", of_the_review & is_the_reviewer & is_at_work & of_an_applicant_at_arms_length)
# An appeal is decided by another person than whoever decided before.
rules.add_perm("curation.decide_appeal", is_officer & acts_for_its_buyer & at_arms_length & ~decided_it_before)
rules.add_perm("curation.decide_renewal", is_officer & acts_for_its_buyer & at_arms_length)
# Of another buyer's mark; for which programme it is: manage_programme.
rules.add_perm("curation.recognise_curation", is_officer & ~belongs_to_the_enterprise)
rules.add_perm("curation.take_request_back", is_officer & acts_for_its_buyer & starts_from_a_mark)
rules.add_perm("curation.revoke_curation", is_officer & acts_for_its_buyer & at_arms_length)
rules.add_perm("curation.manage_consortium", is_officer & acts_for_the_needs_buyer & ~belongs_to_a_member)
rules.add_perm("curation.answer_consortium", is_owner_or_staff & acts_for_a_member)
rules.add_perm("curation.manage_member", is_officer & acts_for_its_consortiums_buyer & ~stands_near_its_consortium)
rules.add_perm("curation.answer_part", is_owner_or_staff & acts_for_the_member)
rules.add_perm("curation.express_interest", is_owner_or_staff & acts_for_the_enterprise)
rules.add_perm("curation.answer_invitation", is_owner_or_staff & acts_for_the_interested)
# Rule 4: nobody invites, or turns away, an enterprise they belong to.
rules.add_perm("curation.manage_interest", is_officer & acts_for_the_wanting_buyer & ~belongs_to_the_enterprise)
