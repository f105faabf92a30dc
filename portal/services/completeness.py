"""How complete a dossier is, kept with it: the directory filters by it, and a companion's list is sorted by it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from portal.jobs import enqueue
from portal.models import DatedRule, Enterprise, Product
from portal.rules.halal import HALAL, is_food_or_drink
from portal.selectors.enterprise import completeness

MEASURE_JOB = "portal.measure_completeness"
RANGE = 500


def measure_completeness(enterprise: Enterprise) -> None:
    """After every change of an answer or a paper, in its transaction. Drafts count for nothing: they are not answers yet."""
    share = completeness(enterprise).share
    if share != enterprise.completeness:
        enterprise.completeness = share
        enterprise.save(update_fields=["completeness"])


def measure_again(key: int) -> None:
    """After a change beside the answers, of a paper or a product: as the answers stand now, not as the caller read them."""
    measure_completeness(Enterprise.objects.select_for_update(no_key=True, of=("self",)).get(pk=key))


def measure_with_goods(product: Product) -> None:
    """After a product came, changed or went, if papers can be owed for it."""
    if is_food_or_drink(product.kbli.code) or product.documents.exists():
        measure_again(product.enterprise_id)


def queue_measuring(day: dt.date | None = None) -> None:
    """On the day on which a duty of a paper begins or changes. Safe to run twice."""
    day = day or timezone.localdate()
    if DatedRule.objects.filter(key=HALAL, valid_from=day).exists():
        enqueue(MEASURE_JOB, str(day), payload={"after": 0})


def measure_all(after: int) -> None:
    """Every dossier anew, some at a time: what counts as complete has changed. `after`: the last one that was measured."""
    found = list(Enterprise.objects.filter(pk__gt=after).select_for_update(of=("self",)).order_by("pk")[:RANGE])
    for enterprise in found:
        measure_completeness(enterprise)
    if len(found) == RANGE:
        enqueue(MEASURE_JOB, str(found[-1].pk), payload={"after": found[-1].pk})
