"""Many hands at once: a contract is signed once per party, and never by who drafted it."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from partnerships.enums import PartnershipStatus, SigningMethod, SignOffStatus
from partnerships.models import Partnership, Signature, SignOff
from partnerships.selectors.signed_file import signed_file
from partnerships.services import drafting, offer, signing
from portal import audit
from portal.enums import Role
from portal.flow import MoveNotAllowed
from portal.models import KbliClass, Membership, Region, User
from portal.models.audit import stream_of
from tests.factories import partnerships as make
from tests.factories.enterprises import FOUNDRY, VILLAGE
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.roles import as_owner

THREADS = 16
CONTRACTS = 4
Attempt = Callable[[], None]


@pytest.fixture
def reference(transactional_db: None) -> None:
    """A transactional test begins with empty tables: put back the one village and class that these contracts lie in."""
    parent = None
    with as_owner():
        for level, name in enumerate(("Jawa Tengah", "Klaten", "Ceper", "Ceper"), 1):
            code = ".".join(VILLAGE.split(".")[:level])
            parent, _made = Region.objects.get_or_create(
                code=code, defaults={"level": level, "parent": parent, "name": name, "full_name": name}
            )
        code, edition = FOUNDRY
        KbliClass.objects.get_or_create(
            code=code, edition=edition, defaults={"level": 5, "section": "C", "title": "Industri pengecoran"}
        )


def all_at_once(attempts: list[Attempt]) -> Counter[str]:
    """Run each attempt in a thread of its own, started together; count how they ended."""
    outcome: Counter[str] = Counter()
    start, counting = threading.Barrier(len(attempts)), threading.Lock()

    def run(attempt: Attempt) -> None:
        try:
            start.wait()
            attempt()
            ended = "done"
        except MoveNotAllowed:
            ended = "refused"
        except OperationalError:
            ended = "deadlock"
        finally:
            connection.close()
        with counting:
            outcome[ended] += 1

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def signers(world: World) -> list[User]:
    """Approvers, some of whom drafted; half of the threads belong to people who may not."""
    drafter = Membership.objects.get(pk=world.officer.acting.pk)
    drafter.role = Role.APPROVER
    drafter.save(update_fields=["role"])
    approvers = [person(Role.APPROVER, world.buyer) for _number in range(THREADS // 2)]
    return [*approvers, *[world.officer.act_as(drafter)] * (THREADS - len(approvers))]


def buyer_signs(partnership: Partnership, user: User) -> Attempt:
    row = Partnership.objects.get(pk=partnership.pk)
    return lambda: signing.sign_for_buyer(row, document_hash=row.document_hash, by=user)


def authority_signs(place: SignOff, user: User, document_hash: str) -> Attempt:
    row = SignOff.objects.get(pk=place.pk)
    return lambda: signing.sign_off(row, document_hash=document_hash, by=user)


@pytest.mark.usefixtures("reference")
def test_a_contract_is_signed_once_per_party_whoever_tries_at_the_same_moment() -> None:
    world = make.world(enterprises=2, authorities=3)
    contracts = [make.offered(world, title=f"Kontrak {number}") for number in range(CONTRACTS)]
    colleagues = [person(Role.MINISTRY_ADMIN, authority) for authority in world.authorities]
    staff = [person(Role.STAFF, each.organisation) for each in world.enterprises]
    outcome: Counter[str] = Counter()

    for contract in contracts:
        # Both enterprises, two people each, several clicks each.
        people = [*world.owners, *staff] * (THREADS // 4)
        outcome += all_at_once([enterprise_accepts(contract, each) for each in people])
    hands = signers(world)
    for contract in contracts:
        outcome += all_at_once([buyer_signs(contract, each) for each in hands])
    for contract in contracts:
        contract.refresh_from_db()
        people = [*world.admins, *colleagues] * 3
        outcome += all_at_once(
            [authority_signs(make.place_of(contract, each), each, contract.document_hash) for each in people]
        )

    assert outcome["deadlock"] == 0
    assert sum(outcome.values()) >= 200
    for contract in contracts:
        contract.refresh_from_db()
        assert contract.status == PartnershipStatus.ACTIVE
        assert contract.signatures.count() == 3
        assert contract.sign_offs.filter(status=SignOffStatus.SIGNED).count() == 3
        assert audit.first_break(stream_of(contract)) is None
        # No signature was lost from the file, whoever appended at the same moment.
        file = signed_file(contract.revisions.get(number=contract.revision))
        assert file.signatures == 6
        assert hashlib.sha256(file.data).hexdigest() == file.sha256
    assert not Signature.objects.filter(party="buyer", signed_by=world.officer).exists()


@pytest.mark.usefixtures("reference")
def test_one_returns_while_others_sign() -> None:
    """Whoever is first wins; a signature never lands under a text that was returned, nor a return under one in force."""
    world = make.world(authorities=3)
    for number in range(CONTRACTS):
        contract = make.in_review(world, title=f"Kontrak {number}")
        places = [make.place_of(contract, admin) for admin in world.admins]
        attempts = [
            authority_signs(place, admin, contract.document_hash)
            for place, admin in zip(places, world.admins, strict=True)
        ]
        returning = SignOff.objects.get(pk=places[1].pk)
        attempts.append(
            lambda row=returning, text=contract.document_hash: signing.return_with_reasons(
                row, document_hash=text, reason="Jangka waktu", by=world.admins[1]
            )
        )
        outcome = all_at_once(attempts)
        assert outcome["deadlock"] == 0
        contract.refresh_from_db()
        statuses = set(contract.sign_offs.values_list("status", flat=True))
        if contract.status == PartnershipStatus.ACTIVE:
            assert statuses == {SignOffStatus.SIGNED}
        else:
            assert contract.status == PartnershipStatus.RETURNED
            assert SignOffStatus.RETURNED in statuses


@pytest.mark.usefixtures("reference")
def test_the_buyer_takes_the_offer_back_while_it_is_accepted() -> None:
    world = make.world()
    for number in range(CONTRACTS):
        contract = make.offered(world, title=f"Kontrak {number}")
        row = Partnership.objects.get(pk=contract.pk)
        all_at_once(
            [
                enterprise_accepts(contract, world.owner),
                lambda taken=row: offer.withdraw_offer(taken, by=world.officer),
            ]
        )
        contract.refresh_from_db()
        if contract.status == PartnershipStatus.DRAFT:
            assert contract.revision == 2
            drafting.set_terms(contract, by=world.officer, payment_days=7)
        else:
            assert contract.status == PartnershipStatus.ACCEPTED


def enterprise_accepts(partnership: Partnership, user: User) -> Attempt:
    row = Partnership.objects.get(pk=partnership.pk)
    return lambda: offer.accept(row, document_hash=row.document_hash, method=SigningMethod.EMAIL_CODE, by=user)
