"""The contract's path, from draft to in force, by the people who walk it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from partnerships.enums import PartnershipStatus as S
from partnerships.enums import SigningMethod, SignOffStatus, SignOrder
from partnerships.models import AgreementParty
from partnerships.services import drafting, ending, offer, signing
from partnerships.services.walls import StaleText
from portal import audit
from portal.enums import LegalForm, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Notification
from portal.models.audit import stream_of
from tests.factories import partnerships as make
from tests.factories.people import OrganisationFactory, person

pytestmark = pytest.mark.django_db


def told(user: object) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_a_contract_comes_into_force_when_everybody_signed_the_same_text() -> None:
    world = make.world(enterprises=2)
    partnership = make.accepted(world)
    assert partnership.status == S.ACCEPTED
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    assert partnership.status == S.AUTHORITY_REVIEW
    for number, admin in enumerate(world.admins, 1):
        signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)
        partnership.refresh_from_db()
        assert partnership.status == (S.ACTIVE if number == 3 else S.AUTHORITY_REVIEW)
    assert partnership.active_at is not None
    assert audit.first_break(stream_of(partnership)) is None
    entries = AuditEntry.objects.of(partnership)
    assert list(entries.values_list("action", flat=True)) == [
        "draft", "change", "offer", "enterprise_accepts", "enterprise_accepts", "accept", "sign_for_buyer",
        "send_to_authorities", "sign_off", "sign_off", "sign_off", "activate",
    ]  # fmt: skip
    assert entries.get(action="activate").payload["document_hash"] == partnership.document_hash


def test_whoever_acts_next_is_told() -> None:
    world = make.world(enterprises=2)
    make.active(world)
    signed = ["partnership.buyer_signed", "sign_off.signed", "sign_off.signed"]
    assert told(world.owners[0]) == ["partnership.offered", *signed, "partnership.active"]
    assert told(world.officer) == [
        "partnership.one_accepted",
        "partnership.all_accepted",
        *signed,
        "partnership.active",
    ]
    assert told(world.approver) == ["partnership.accepted", "partnership.active"]
    assert all(told(admin) == ["sign_off.opened", "partnership.active"] for admin in world.admins)


def test_every_enterprise_must_accept() -> None:
    world = make.world(enterprises=2)
    partnership = make.offered(world)
    offer.accept(
        partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owners[0]
    )
    assert partnership.status == S.OFFERED
    with pytest.raises(MoveNotAllowed):
        signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)


def test_a_returned_text_is_revised_and_everybody_signs_anew() -> None:
    world = make.world()
    partnership = make.returned(world)
    first = partnership.document_hash
    assert partnership.status == S.RETURNED
    assert partnership.reason
    assert "partnership.returned" in told(world.officer)
    drafting.revise(partnership, by=world.officer)
    drafting.set_terms(partnership, by=world.officer, payment_days=21)
    offer.offer(partnership, by=world.officer)
    assert (partnership.revision, partnership.status, partnership.reason) == (2, S.OFFERED, "")
    assert partnership.document_hash != first
    with pytest.raises(StaleText):
        offer.accept(partnership, document_hash=first, method=SigningMethod.EMAIL_CODE, by=world.owner)
    offer.accept(partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owner)
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    for admin in world.admins:
        signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)
    partnership.refresh_from_db()
    assert partnership.status == S.ACTIVE
    assert partnership.signatures.filter(revision=1).count() == 2  # void, and still on record


def test_an_earlier_sign_off_cannot_be_used_for_a_later_text() -> None:
    world = make.world()
    partnership = make.returned(world)
    old_place = partnership.sign_offs.get(revision=1, authority=world.admins[1].organisation_id)
    drafting.revise(partnership, by=world.officer)
    with pytest.raises(MoveNotAllowed):
        signing.sign_off(old_place, document_hash=partnership.document_hash, by=world.admins[1])


def test_taking_an_offer_back_begins_the_next_text() -> None:
    world = make.world(enterprises=2)
    partnership = make.offered(world)
    offer.accept(
        partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owners[0]
    )
    offer.withdraw_offer(partnership, by=world.officer)
    assert (partnership.status, partnership.revision, partnership.document_hash) == (S.DRAFT, 2, "")
    offer.offer(partnership, by=world.officer)
    assert not partnership.signatures.filter(revision=2).exists()


def test_a_refusal_needs_a_reason_and_ends_the_offer() -> None:
    world = make.world()
    partnership = make.offered(world)
    with pytest.raises(ValidationError):
        offer.refuse(partnership, reason="  ", by=world.owner)
    offer.refuse(partnership, reason="Harga di bawah biaya produksi", by=world.owner)
    assert (partnership.status, partnership.reason) == (S.REFUSED, "Harga di bawah biaya produksi")
    assert told(world.officer) == ["partnership.refused"]


def test_authorities_sign_one_after_the_other_where_the_agreement_says_so() -> None:
    world = make.world(order=SignOrder.SEQUENTIAL)
    partnership = make.in_review(world)
    first, second, third = (make.place_of(partnership, admin) for admin in world.admins)
    assert first.opened_at is not None
    assert second.opened_at is None
    assert told(world.admins[1]) == []
    with pytest.raises(NotPermitted):
        signing.sign_off(second, document_hash=partnership.document_hash, by=world.admins[1])
    signing.sign_off(first, document_hash=partnership.document_hash, by=world.admins[0])
    second.refresh_from_db()
    assert second.opened_at is not None
    assert second.due_on > timezone.localdate()
    assert told(world.admins[1]) == ["sign_off.opened"]
    signing.sign_off(second, document_hash=partnership.document_hash, by=world.admins[1])
    signing.sign_off(third, document_hash=partnership.document_hash, by=world.admins[2])
    partnership.refresh_from_db()
    assert partnership.status == S.ACTIVE


@pytest.mark.parametrize(("legal_form", "count"), [(LegalForm.COOPERATIVE, 4), (LegalForm.CV, 3)])
def test_an_authority_for_cooperatives_signs_only_where_a_party_is_one(legal_form: LegalForm, count: int) -> None:
    world = make.world(legal_form=legal_form)
    ministry = OrganisationFactory(name="Kementerian Koperasi Uji", capabilities=["authority"], ownership="")
    AgreementParty.objects.create(agreement=world.agreement, organisation=ministry, position=4, only_cooperatives=True)
    person(Role.MINISTRY_ADMIN, ministry)
    assert make.in_review(world).sign_offs.count() == count


def test_signing_twice_changes_nothing() -> None:
    """A double click, or a second tab with the same text."""
    world = make.world()
    partnership = make.accepted(world)
    for _click in range(2):
        signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    admin = world.admins[0]
    place = make.place_of(partnership, admin)
    for _click in range(2):
        signing.sign_off(place, document_hash=partnership.document_hash, by=admin)
    assert partnership.signatures.count() == 2
    assert AuditEntry.objects.of(partnership).filter(action="sign_off").count() == 1
    assert place.status == SignOffStatus.SIGNED


def test_a_sign_off_is_due_in_five_working_days() -> None:
    world = make.world()
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    days = (place.due_on - timezone.localdate(place.opened_at)).days
    assert 5 <= days <= 20
    assert place.due_on.weekday() < 5


def test_either_side_may_terminate_with_a_reason() -> None:
    world = make.world()
    partnership = make.active(world)
    with pytest.raises(ValidationError):
        ending.terminate(partnership, reason="", by=world.owner)
    with pytest.raises(NotPermitted):
        ending.terminate(partnership, reason="Tidak ada pesanan", by=world.officer)
    ending.terminate(partnership, reason="Tidak ada pesanan", by=world.owner)
    assert partnership.status == S.TERMINATED


def test_a_contract_completes_thirty_days_after_its_term() -> None:
    world = make.world()
    partnership = make.active(world)
    assert ending.complete_ended(partnership.ends_on + dt.timedelta(days=29)) == 0
    assert ending.complete_ended(partnership.ends_on + dt.timedelta(days=30)) == 1
    assert ending.complete_ended(partnership.ends_on + dt.timedelta(days=30)) == 0
    partnership.refresh_from_db()
    assert partnership.status == S.COMPLETED
