"""The whole sample, in steps; each is done once, as one transaction."""

from __future__ import annotations

from collections.abc import Callable

from curation.services.searching import refresh_search
from partnerships.sample.amendments import load_amendments
from partnerships.sample.consortia import load_consortia
from partnerships.sample.contracts import load_contracts
from partnerships.sample.financing import load_financing
from partnerships.sample.incidents import load_incidents
from partnerships.sample.interests import load_interests
from partnerships.sample.knowledge import load_knowledge
from partnerships.sample.marks import load_marks
from partnerships.sample.orders import load_orders
from partnerships.sample.programmes import load_curation
from partnerships.sample.webhooks import load_webhooks
from partnerships.services.agreement import load_agreements
from partnerships.services.library import load_clauses
from portal.sample.load import load_portal_sample


def load_papers_of_the_state() -> None:
    """Authorities, agreements and clauses: shipped with the portal, and not samples."""
    load_agreements()
    load_clauses()


def take_in_for_search() -> None:
    """Else nothing is found until the worker's first round."""
    refresh_search()


STEPS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("authorities, agreements, clauses", load_papers_of_the_state),
    ("organisations, people, enterprises", load_portal_sample),
    ("needs, programmes, applications", load_curation),
    ("contracts", load_contracts),
    ("orders, deliveries, invoices, payments", load_orders),
    ("problem reports", load_incidents),
    ("requests for finance", load_financing),
    ("knowledge transfer", load_knowledge),
    ("amendments", load_amendments),
    ("marks renewed, revoked, recognised", load_marks),
    ("interests, invitations, saved searches", load_interests),
    ("what search reads of all this", take_in_for_search),
    ("a buyer's own system", load_webhooks),
    # Formed from what is found.
    ("consortia", load_consortia),
)
