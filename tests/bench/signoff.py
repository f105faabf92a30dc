"""`make bench-signoff`: 16 hands at one contract at a time, through the services that pages and API call.

Every contract is accepted, signed and signed off in three rounds; in each 16 people try at the same moment: those whose turn it is, several
clicks each, colleagues, somebody who drafted it, somebody who decided on the enterprise, people of other organisations, and tabs
that still show the text before the last. CONTRACTS=100 sets the size. What is counted stands in the database afterwards.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from partnerships.enums import PartnershipStatus, SigningMethod
from partnerships.models import Partnership, SignOff
from partnerships.selectors.signed_file import signed_file
from partnerships.services import drafting, offer, signing
from partnerships.signatures.provider import provider
from partnerships.signatures.reading import read
from portal.enums import Role
from portal.flow import MoveNotAllowed
from portal.models import Membership, User
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import person

CONTRACTS, THREADS = int(os.environ.get("CONTRACTS", "100")), 16
ROUNDS = 3
# Signed contracts whose every signature is read back: each takes half a second.
READ_BACK = 10
STALE_TABS = 3

Attempt = Callable[[], None]

DOUBLE = """
SELECT count(*) FROM (
  SELECT 1 FROM partnerships_signature WHERE partnership_id = ANY(%(ids)s) GROUP BY partnership_id, revision, organisation_id HAVING count(*) > 1
  UNION ALL
  SELECT 1 FROM partnerships_signoff WHERE partnership_id = ANY(%(ids)s) AND status = 'signed' GROUP BY partnership_id, revision, authority_id HAVING count(*) > 1
  UNION ALL
  SELECT 1 FROM (SELECT partnership_id, revision, signed_by_id AS who FROM partnerships_signature
    UNION ALL SELECT partnership_id, revision, decided_by_id FROM partnerships_signoff WHERE status = 'signed') AS all_of_them
  WHERE partnership_id = ANY(%(ids)s) GROUP BY partnership_id, revision, who HAVING count(*) > 1
  UNION ALL
  SELECT 1 FROM portal_auditentry WHERE stream = ANY(%(streams)s) AND action IN ('sign_for_buyer', 'enterprise_accepts', 'sign_off')
  GROUP BY stream, payload ->> 'revision', actor_id HAVING count(*) > 1
) AS twice"""
SELF = """
SELECT count(*) FROM partnerships_signature s JOIN partnerships_partnership p ON p.id = s.partnership_id
WHERE p.id = ANY(%(ids)s) AND s.party = 'buyer' AND (s.signed_by_id = p.drafted_by_id OR EXISTS (
  SELECT 1 FROM curation_decision d JOIN curation_application a ON a.id = d.application_id
  JOIN partnerships_share h ON h.enterprise_id = a.enterprise_id WHERE h.partnership_id = p.id AND d.decided_by_id = s.signed_by_id))"""
STALE = """
SELECT count(*) FROM (
  SELECT partnership_id, revision, document_hash FROM partnerships_signature
  UNION ALL SELECT partnership_id, revision, document_hash FROM partnerships_signoff WHERE status = 'signed'
) AS s JOIN partnerships_partnership p ON p.id = s.partnership_id
WHERE p.id = ANY(%(ids)s) AND (s.revision <> p.revision OR s.document_hash <> p.document_hash)"""


@dataclass
class Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)
    slowest: float = 0.0

    def add(self, outcome: str, seconds: float) -> None:
        with self.guard:
            self.outcomes[outcome] += 1
            if outcome == "done":
                self.slowest = max(self.slowest, seconds)


def main() -> int:
    random.seed("bench-signoff")
    world = make.world(enterprises=2, authorities=3)
    offered = [_offered_twice(world, number) for number in range(CONTRACTS)]
    hands, tally, began = Hands(world), Tally(), time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for contract, stale in offered:
            for attempts in (hands.accepting, hands.signing, hands.signing_off):
                contract.refresh_from_db()
                all_at_once(pool, attempts(contract, stale), tally)
    seconds = time.perf_counter() - began
    counted = count([contract.pk for contract, _stale in offered])
    attempts = sum(tally.outcomes.values())
    print(
        f"{dict(tally.outcomes)} in {seconds:.0f} s; the slowest that was done took {tally.slowest:.2f} s, its turn included"
    )
    print(
        f"in force {counted['active']} of {CONTRACTS}; files whose signatures were read back {counted['whole']} of {counted['read']}"
    )
    print(
        f"signoff: attempts={attempts} threads={THREADS} double={counted['double']} self_signed={counted['self_signed']}"
        f" stale_revision={counted['stale_revision']} deadlocks_unretried={tally.outcomes['deadlock']}"
    )
    kept = not any(counted[name] for name in ("double", "self_signed", "stale_revision"))
    whole = counted["active"] == CONTRACTS and counted["whole"] == counted["read"]
    right = set(tally.outcomes) <= {"done", "refused"}
    return 0 if kept and whole and right and attempts == CONTRACTS * ROUNDS * THREADS else 1


class Hands:
    """The people of one world, and what each tries in a round: 16 attempts, whoever may."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Who drafted them has become an approver since.
        drafter = Membership.objects.get(pk=world.officer.acting.pk)
        drafter.role = Role.APPROVER
        drafter.save(update_fields=["role"])
        self.drafter = world.officer.act_as(drafter)
        self.approvers = [person(Role.APPROVER, world.buyer) for _number in range(4)]
        self.staff = [person(Role.STAFF, each.organisation) for each in world.enterprises]
        self.colleagues = [person(Role.MINISTRY_ADMIN, authority) for authority in world.authorities]
        self.strangers = [person(Role.APPROVER), person(Role.MINISTRY_ADMIN)]

    def accepting(self, contract: Partnership, stale: str) -> list[Attempt]:
        people = [*self.world.owners * 3, *self.staff * 3, self.approvers[0]]
        tabs = random.choices([*self.world.owners, *self.staff], k=STALE_TABS)
        return [_accepts(contract, each) for each in people] + [_accepts(contract, each, stale) for each in tabs]

    def signing(self, contract: Partnership, stale: str) -> list[Attempt]:
        people = [
            *[self.drafter] * 5,
            *self.approvers,
            self.approvers[0],
            self.strangers[0],
            self.world.owner,
            self.world.approver,
        ]
        tabs = random.choices(self.approvers, k=STALE_TABS)
        return [_signs(contract, each) for each in people] + [_signs(contract, each, stale) for each in tabs]

    def signing_off(self, contract: Partnership, stale: str) -> list[Attempt]:
        places = {place.authority_id: place for place in contract.sign_offs.filter(revision=contract.revision)}
        people = [*self.world.admins * 2, *self.colleagues * 2]
        tabs = random.choices(self.world.admins, k=STALE_TABS)
        own = [_signs_off(places[each.organisation_id], each, contract.document_hash) for each in people]
        # Another authority's official on the first place.
        others = [_signs_off(places[self.world.authorities[0].pk], self.strangers[1], contract.document_hash)]
        return own + others + [_signs_off(places[each.organisation_id], each, stale) for each in tabs]


def all_at_once(pool: ThreadPoolExecutor, attempts: list[Attempt], tally: Tally) -> None:
    assert len(attempts) == THREADS
    random.shuffle(attempts)
    start = threading.Barrier(THREADS)
    for each in [pool.submit(_try, attempt, start, tally) for attempt in attempts]:
        each.result()


def _try(attempt: Attempt, start: threading.Barrier, tally: Tally) -> None:
    start.wait()
    began = time.perf_counter()
    try:
        attempt()
        outcome = "done"
    except (MoveNotAllowed, ValidationError):
        outcome = "refused"
    except OperationalError as error:
        outcome = "deadlock" if "deadlock" in str(error) else "error"
    finally:
        connection.close()
    tally.add(outcome, time.perf_counter() - began)


def _offered_twice(world: World, number: int) -> tuple[Partnership, str]:
    """Its second text, and the fingerprint of the first, which some tabs still show."""
    contract = make.draft(world, title=f"Kontrak {number}")
    offer.offer(contract, by=world.officer)
    stale = contract.document_hash
    offer.withdraw_offer(contract, by=world.officer)
    drafting.set_terms(contract, by=world.officer, payment_days=7)
    offer.offer(contract, by=world.officer)
    return contract, stale


def _accepts(contract: Partnership, user: User, text: str = "") -> Attempt:
    row = Partnership.objects.get(pk=contract.pk)
    shown = text or contract.document_hash
    return partial(offer.accept, row, document_hash=shown, method=SigningMethod.EMAIL_CODE, by=user)


def _signs(contract: Partnership, user: User, text: str = "") -> Attempt:
    row = Partnership.objects.get(pk=contract.pk)
    return partial(signing.sign_for_buyer, row, document_hash=text or contract.document_hash, by=user)


def _signs_off(place: SignOff, user: User, text: str) -> Attempt:
    return partial(signing.sign_off, SignOff.objects.get(pk=place.pk), document_hash=text, by=user)


def count(contracts: list[int]) -> dict[str, int]:
    values = {"ids": contracts, "streams": [f"partnerships.partnership:{pk}" for pk in contracts]}
    found = {}
    with connection.cursor() as cursor:
        for name, sql in (("double", DOUBLE), ("self_signed", SELF), ("stale_revision", STALE)):
            cursor.execute(sql, values)
            [found[name]] = cursor.fetchone()
    signed = Partnership.objects.filter(pk__in=contracts, status=PartnershipStatus.ACTIVE)
    sample = list(signed.order_by("?")[:READ_BACK])
    return found | {"active": signed.count(), "read": len(sample), "whole": sum(_is_whole(each) for each in sample)}


def _is_whole(contract: Partnership) -> bool:
    """Two enterprises, the buyer and three authorities, each signature intact."""
    file = signed_file(contract.revisions.get(number=contract.revision))
    signatures = read(file.data, [root.dump() for root in provider().trusted()])
    return len(signatures) == 6 and all(each.intact and each.trusted for each in signatures)
