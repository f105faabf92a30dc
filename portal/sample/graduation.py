"""The history of the class of sample firms: derived when sent and when verified; some have grown since."""

from __future__ import annotations

import copy
import datetime as dt

from django.utils import timezone

from portal import audit
from portal.enums import ClassCause, EnterpriseStatus
from portal.models import AuditEntry, ClassDerivation, Enterprise, User
from portal.rules.business_class import SALES
from portal.sample.enterprises import Made
from portal.sample.keys import dice
from portal.selectors.enterprise import standing_of
from portal.services.class_history import derivation_of

S = EnterpriseStatus
CHECKED = (S.VERIFIED, S.SUSPENDED, S.CLOSED)
GROWN = 0.14
# From what share of today's sales they come: below the bound of the class that is theirs now.
EARLIER = {"small": (0.12, 0.16), "medium": (0.3, 0.35)}


def add_class_history(made: list[Made], checker: User) -> None:
    """After the trails, which it names the entries of."""
    roll, rows = dice("graduation"), []
    for each in made:
        enterprise = each.enterprise
        if each.plan.status == S.DRAFT:
            continue
        earlier = None
        if each.plan.status == S.VERIFIED and (each.plan.lead or roll.random() < GROWN):
            earlier = _earlier(each, roll.uniform(*EARLIER.get(each.plan.band, (1, 1))))
        then, entries = earlier or enterprise, _entries(enterprise)
        rows.append(_row(then, enterprise.submitted_at, ClassCause.SUBMITTED, each.owner, entries["submit"]))
        if each.plan.status in CHECKED:
            rows.append(_row(then, enterprise.decided_at, ClassCause.VERIFIED, checker, entries["verify"]))
        if earlier:
            audit.record(
                enterprise,
                "save_section",
                by=each.owner,
                payload={"section": "finance", "changed": ["sales"]},
                personal={
                    "before": {"sales": then.annual_sales},
                    "after": {"sales": enterprise.annual_sales},
                },
            )
            decided_at = enterprise.decided_at or timezone.now()
            grown_at = decided_at + (timezone.now() - decided_at) * roll.uniform(0.3, 0.8)
            row = _row(enterprise, grown_at, ClassCause.FIGURES, each.owner, audit.last_entry(enterprise))
            row.changed = ["sales"]
            rows.append(row)
    ClassDerivation.objects.bulk_create(rows)


def _entries(enterprise: Enterprise) -> dict[str, int]:
    return dict(AuditEntry.objects.of(enterprise).values_list("action", "seq"))


def _earlier(each: Made, share: float) -> Enterprise | None:
    """The firm as it was one class lower; None where its sales don't decide."""
    found = each.standing.business_class
    sales = each.enterprise.annual_sales
    if share == 1 or found is None or found.decided_by != SALES or sales is None:
        return None
    then = copy.copy(each.enterprise)
    then.annual_sales = round(sales * share / 1_000_000) * 1_000_000
    lower = standing_of(then).business_class
    return then if lower and lower.business_class != found.business_class else None


def _row(enterprise: Enterprise, at: dt.datetime, cause: ClassCause, by: User, entry: int | None) -> ClassDerivation:
    row = derivation_of(enterprise, standing_of(enterprise), cause=cause, by=by)
    row.from_day, row.entry = timezone.localdate(at), entry
    return row
