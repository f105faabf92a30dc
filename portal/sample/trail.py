"""The audit entries that the services would have written: who registered, sent, verified, returned, suspended, closed."""

from __future__ import annotations

from portal import audit
from portal.enums import EnterpriseStatus, Role
from portal.models import Membership, User
from portal.sample.enterprises import Made
from portal.services.enterprise import as_recorded

S = EnterpriseStatus


def record_trails(made: list[Made], checker: User) -> None:
    roles = {
        membership.user_id: membership
        for membership in Membership.objects.filter(organisation__in=[each.enterprise.organisation_id for each in made])
    }
    for each in made:
        _record(each, each.owner.act_as(roles[each.owner.pk]), checker)


def _record(each: Made, owner: User, checker: User) -> None:
    enterprise, status = each.enterprise, each.plan.status
    audit.record(enterprise.organisation, "add_member", by=owner, payload={"user": owner.pk, "role": Role.OWNER})
    audit.record(
        enterprise,
        "register",
        by=owner,
        payload={"legal_form": enterprise.legal_form},
        personal={"name": enterprise.organisation.name},
    )
    if status == S.DRAFT:
        return
    derived = as_recorded(each.standing)
    audit.record(enterprise, "submit", by=owner, payload={"from": S.DRAFT, "to": S.SUBMITTED, **derived})
    if status == S.SUBMITTED:
        return
    reasons = enterprise.return_reasons
    given = {"sections": [reason["section"] for reason in reasons]}
    if status == S.RETURNED:
        audit.record(
            enterprise,
            "return",
            by=checker,
            payload={"from": S.SUBMITTED, "to": S.RETURNED, **given},
            personal={"reasons": reasons},
        )
        return
    audit.record(enterprise, "verify", by=checker, payload={"from": S.SUBMITTED, "to": S.VERIFIED, **derived})
    if status == S.SUSPENDED:
        audit.record(
            enterprise,
            "suspend",
            by=checker,
            payload={"from": S.VERIFIED, "to": S.SUSPENDED, **given},
            personal={"reasons": reasons},
        )
    elif status == S.CLOSED:
        audit.record(enterprise, "close", by=owner, payload={"from": S.VERIFIED, "to": S.CLOSED})
