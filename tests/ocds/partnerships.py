"""Many partnerships in every state out of the sample data, each brought there by the services that pages call, published on the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from curation.models import Curation, Need
from partnerships.enums import PartnershipStatus as S
from partnerships.models import Agreement, Partnership
from partnerships.sample.contracts import Story, tell_of
from partnerships.sample.orders import LIVES
from partnerships.sample.trade import Trade
from partnerships.services.agreement import agreement_in_force
from partnerships.services.publishing import publish_changes
from portal.flow import MoveNotAllowed
from portal.models import Enterprise
from portal.sample.quiet import quietly

# Most come into force, so that most of what is built is published.
STAGES = (S.ACTIVE, S.ACTIVE, S.COMPLETED, S.ACTIVE, S.OFFERED, S.ACTIVE, S.TERMINATED, S.ACTIVE, S.AUTHORITY_REVIEW, S.ACTIVE,
          S.ACTIVE, S.DRAFT, S.COMPLETED, S.ACTIVE, S.ACCEPTED, S.ACTIVE, S.RETURNED, S.ACTIVE, S.REFUSED)  # fmt: skip
# None of the other's life: in force and nothing ordered.
NOTHING: tuple[Callable[[Trade], None] | None, ...] = (None,)


def build(wanted: int) -> int:
    """Goes on until there are so many in all; how many there are. Some firms lack a paper that some need asks for: those are passed over."""
    agreement = agreement_in_force()
    assert agreement is not None
    publish_changes()
    stages, lives = itertools.cycle(STAGES), itertools.cycle([*LIVES, *NOTHING])
    stage = next(stages)
    count = Partnership.objects.count()
    for number, (need, leader) in enumerate(_pairs(wanted)):
        if count >= wanted:
            break
        story = Story(
            need.buyer.short_name, need.item, stage, members=2 * (number % 7 == 0), months=number % 18, advances=True
        )
        if _tell(story, need, leader, agreement, next(lives) if stage == S.ACTIVE else None):
            stage, count = next(stages), count + 1
    return count


def _tell(
    story: Story, need: Need, leader: Enterprise, agreement: Agreement, live: Callable[[Trade], None] | None
) -> bool:
    try:
        with quietly():
            contract = tell_of(story, need, leader, agreement)
    except (MoveNotAllowed, ValidationError, LookupError):
        return False
    publish_changes()
    if live is not None:
        try:
            # Of too small a contract some steps ask too much: it stays in force, with what was done before it undone.
            with transaction.atomic(), quietly():
                live(Trade(contract))
        except (MoveNotAllowed, ValidationError, LookupError):
            pass
        publish_changes()
    return True


def _pairs(wanted: int) -> Iterator[tuple[Need, Enterprise]]:
    """Each need with each business curated for it, over and over."""
    marks = Curation.objects.valid().select_related("enterprise__organisation", "programme__buyer").order_by("pk")
    found = [
        (need, mark.enterprise)
        for mark in marks
        for need in mark.programme.needs.select_related("buyer", "kbli").order_by("pk")
    ]
    return itertools.islice(itertools.cycle(found), wanted * 10)
