"""Every derivation of a class is written down with it; and a rule that comes into force derives anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from portal import audit
from portal.enums import BusinessClass, ClassCause, EnterpriseStatus, Role
from portal.jobs import enqueue
from portal.models import ClassDerivation, Enterprise, Membership, User
from portal.notifications import notify, notify_organisation
from portal.rules.business_class import LADDER
from portal.rules.lookup import rule_in_force
from portal.selectors.enterprise import Standing, main_kbli, standing_of

RULE_JOB = "portal.derive_by_new_rule"
# Enterprises of one job: a few seconds of work, then a commit.
RANGE = 200
# What happens to an enterprise that was checked: before that, nothing has grown yet.
TOLD = (ClassCause.FIGURES, ClassCause.ACTIVITIES, ClassCause.RULE)
IN_FORCE = (EnterpriseStatus.VERIFIED, EnterpriseStatus.SUSPENDED)


def derived_fields(standing: Standing) -> dict[str, Any]:
    """What is stored of a standing, by the names of the columns."""
    found = standing.business_class
    return {
        "business_class": found.business_class if found else "",
        "class_rule": str(found.rule) if found else "",
        "class_decided_by": found.decided_by if found else "",
        "is_ikm": standing.ikm.is_ikm if standing.ikm else None,
    }


def record_derivation(
    enterprise: Enterprise, standing: Standing, *, cause: ClassCause, by: User | None, changed: Iterable[str] = ()
) -> ClassDerivation:
    """Call it after the audit entry of the save, in its transaction. Tells the enterprise when its class has changed."""
    before = ClassDerivation.objects.filter(enterprise=enterprise).order_by("-pk").first()
    made = derivation_of(enterprise, standing, cause=cause, by=by, changed=changed)
    made.entry = audit.last_entry(enterprise)
    made.save()
    if cause in TOLD and (before is None or before.business_class != made.business_class):
        _tell(enterprise, before, made)
    return made


def derivation_of(
    enterprise: Enterprise, standing: Standing, *, cause: ClassCause, by: User | None, changed: Iterable[str] = ()
) -> ClassDerivation:
    """As a row that is not saved yet."""
    found, ikm = standing.business_class, standing.ikm
    return ClassDerivation(
        enterprise=enterprise,
        from_day=standing.on,
        business_class=found.business_class if found else "",
        class_rule=found.rule if found else None,
        decided_by=found.decided_by if found else "",
        ikm=ikm.size if ikm else "",
        ikm_rule=ikm.rule if ikm else None,
        figures=figures_of(enterprise),
        cause=cause,
        changed=sorted(changed),
        by=by,
    )


def figures_of(enterprise: Enterprise) -> dict[str, Any]:
    """What class and IKM rest on."""
    kbli = main_kbli(enterprise)
    return {
        "capital": enterprise.capital,
        "full_year_of_sales": enterprise.full_year_of_sales,
        "annual_sales": enterprise.annual_sales,
        "sales_year": enterprise.sales_year,
        "workforce": enterprise.workforce,
        "investment": enterprise.investment,
        "kbli": kbli.code if kbli else None,
        "kbli_edition": kbli.edition if kbli else None,
    }


def queue_new_rules(day: dt.date | None = None) -> int:
    """Jobs for the enterprises whose class rests on a rule that is no longer in force. Safe to run twice."""
    behind = list(_behind(day or timezone.localdate()).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(behind), RANGE):
        part = behind[start : start + RANGE]
        enqueue(RULE_JOB, f"{part[0]}-{part[-1]}", payload={"first": part[0], "last": part[-1]})
    return len(behind)


def derive_by_new_rule(first: int, last: int) -> int:
    """Derive anew what rests on an older rule, for a range of enterprises. Safe to run twice."""
    day = timezone.localdate()
    found = _behind(day).filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True)
    for pk in list(found):
        _derive(pk, day)
    return len(found)


@transaction.atomic
def _derive(pk: int, day: dt.date) -> None:
    enterprise = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=pk)
    standing = standing_of(enterprise, day)
    if standing.business_class is not None and not standing.is_large:
        for name, value in derived_fields(standing).items():
            setattr(enterprise, name, value)
        enterprise.save(update_fields=[*derived_fields(standing), "updated_at"])
    # Above medium by the new rule: what is stored stays until the ministry has looked at it; the history says so.
    audit.record(enterprise, "derive_class", by=None, payload={"class": derived_fields(standing)["business_class"]})
    record_derivation(enterprise, standing, cause=ClassCause.RULE, by=None)


def _behind(day: dt.date) -> QuerySet[Enterprise]:
    """In force, and last derived by a rule other than today's."""
    newest = ClassDerivation.objects.filter(enterprise=OuterRef("pk")).order_by("-pk")
    class_rule, ikm_rule = rule_in_force("business_class", day), rule_in_force("ikm", day)
    return (
        Enterprise.objects.filter(status__in=IN_FORCE)
        .annotate(
            last_class_rule=Subquery(newest.values("class_rule")[:1]),
            last_ikm_rule=Subquery(newest.values("ikm_rule")[:1]),
        )
        .filter(
            Q(last_class_rule__isnull=False) & ~Q(last_class_rule=class_rule.pk)
            | Q(last_ikm_rule__isnull=False) & ~Q(last_ikm_rule=ikm_rule.pk)
        )
    )


def _tell(enterprise: Enterprise, before: ClassDerivation | None, made: ClassDerivation) -> None:
    if made.business_class == BusinessClass.LARGE:
        _tell_of_outgrowing(enterprise)
        return
    if before is None:
        return
    grown = LADDER.index(BusinessClass(made.business_class)) > LADDER.index(BusinessClass(before.business_class))
    notify_organisation(
        enterprise.organisation,
        "enterprise.grown" if grown else "enterprise.class_changed",
        path=reverse("class_history", args=[enterprise.pk]),
        name=enterprise.organisation.name,
    )


def _tell_of_outgrowing(enterprise: Enterprise) -> None:
    """The business learns what it can be instead, and the ministry that somebody has grown out of the programme."""
    path, name = reverse("class_history", args=[enterprise.pk]), enterprise.organisation.name
    notify_organisation(enterprise.organisation, "enterprise.outgrown", path=path, name=name)
    members = Membership.objects.active().filter(role=Role.MINISTRY_ADMIN).select_related("user")
    notify([member.user for member in members], "enterprise.outgrown_seen", path=path, name=name)
