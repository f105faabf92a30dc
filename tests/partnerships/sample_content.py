"""What the sample says, as one digest for each kind of row. `main` loads a part of it afresh, prints the digests, and takes
everything back: for a process of its own, because the order of a set is another in each."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable

import time_machine
from django.apps import apps
from django.db import transaction

from partnerships.sample.load import STEPS, load_papers_of_the_state
from portal.sample.enterprises import add_enterprises
from portal.sample.load import verifier
from portal.sample.organisations import add_organisations

FIRM = "enterprise__organisation__name"
APPLIED = ("application__programme__name", "application__enterprise__organisation__name")
# By names and values, never by keys: those go on counting.
CONTENT = {
    "portal.Organisation": ("name", "short_name", "capabilities", "ownership"),
    "portal.User": ("email", "full_name", "language"),
    "portal.Membership": ("user__email", "organisation__name", "role"),
    "portal.Enterprise": (
        "organisation__name", "status", "nib", "legal_form", "workforce", "capital", "annual_sales", "business_class",
        "village", "business_plan", "established_on",
    ),
    "portal.Activity": (FIRM, "kbli__code", "is_main"),
    "portal.Product": (FIRM, "code", "name", "price", "monthly_capacity", "kbli__code"),
    "portal.Document": (FIRM, "kind", "number", "valid_until"),
    "curation.Need": ("buyer__name", "item", "quantity_per_month", "ceiling_price", "deliver_from"),
    "curation.Programme": ("name", "status", "quota", "curated_count", "closes_at"),
    "curation.Application": ("programme__name", FIRM, "product__name", "status", "waiting_place"),
    "curation.Score": (*APPLIED, "kind", "total", "coverage", "rank"),
    "curation.Decision": (*APPLIED, "outcome", "reason"),
    "partnerships.Partnership": ("title", "buyer__name", "status", "value", "revision"),
    "partnerships.Line": ("partnership__title", FIRM, "item", "quantity", "price"),
    "partnerships.OrderLine": ("order__reference", "order__status", "line__item", "quantity", "given_up", "amount"),
    "partnerships.DeliveryLine": ("delivery__bast_number", "delivery__status", "delivery__answer_by", "quantity", "accepted"),
    "partnerships.Invoice": ("reference", "status", "kind", "before_tax", "total", "due_on"),
    "partnerships.Incident": ("kind", "side", "status", "what", "answer_by", "stance"),
    "partnerships.Payment": ("reference", "status", "amount", "paid_on"),
}  # fmt: skip
# A weekday, so that whoever runs it over midnight or a holiday gets the same.
DAY = "2026-11-23T03:00:00Z"


def digests() -> dict[str, str]:
    found = {}
    for name, fields in CONTENT.items():
        rows = apps.get_model(name)._base_manager.values_list(*fields)
        content = json.dumps(sorted([str(value) for value in row] for row in rows), ensure_ascii=False)
        found[name] = f"{len(rows)} {hashlib.sha256(content.encode()).hexdigest()[:16]}"
    return found


def loaded_afresh(steps: list[Callable[[], object]]) -> dict[str, str]:
    with time_machine.travel(DAY), transaction.atomic():
        for step in steps:
            step()
        found = digests()
        transaction.set_rollback(True)
    return found


def firms() -> None:
    """The part that takes seconds: who there is."""
    add_organisations()
    add_enterprises(verifier())


PARTS: dict[str, list[Callable[[], object]]] = {
    "firms": [load_papers_of_the_state, firms],
    "all": [step for _name, step in STEPS],
}


def main(part: str) -> None:
    json.dump(loaded_afresh(PARTS[part]), sys.stdout)
