"""Rule 4: nobody signs what they drafted, nor for whom they decided; nobody signs for somebody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerships.enums import PartnershipStatus as S
from partnerships.enums import SigningMethod
from partnerships.models import Partnership
from partnerships.services import drafting, offer, signing
from portal.enums import Role
from portal.flow import NotPermitted
from portal.models import Membership, User
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def promoted(user: User) -> User:
    """The officer became an approver after drafting."""
    membership = Membership.objects.get(pk=user.acting.pk)
    membership.role = Role.APPROVER
    membership.save(update_fields=["role"])
    return user.act_as(membership)


def refused_to_sign(partnership: Partnership, by: User) -> str:
    with pytest.raises(NotPermitted) as refusal:
        signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=by)
    partnership.refresh_from_db()
    assert partnership.status == S.ACCEPTED
    return refusal.value.message


@pytest.fixture
def world() -> World:
    return make.world()


def test_who_drafted_does_not_sign(world: World) -> None:
    partnership = make.accepted(world)
    assert refused_to_sign(partnership, promoted(world.officer))


def test_who_changed_one_line_of_it_does_not_sign(world: World) -> None:
    colleague = person(Role.OFFICER, world.buyer)
    draft = make.draft(world)
    drafting.set_terms(draft, by=colleague, payment_days=10)
    offer.offer(draft, by=world.officer)
    offer.accept(draft, document_hash=draft.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owner)
    assert refused_to_sign(draft, promoted(colleague))
    signing.sign_for_buyer(draft, document_hash=draft.document_hash, by=world.approver)


def test_who_decided_on_the_application_does_not_sign(world: World) -> None:
    decider = person(Role.APPROVER, world.buyer)
    other = make.programme_of(world.officer, name="Kurasi kedua")
    make.curation_of(world.enterprise, other, by=world.officer, decided_by=decider)
    partnership = make.accepted(world)
    assert refused_to_sign(partnership, decider)
    page = signed_in(decider).get(reverse("partnership_sign", args=[partnership.pk])).content.decode()
    assert 'name="code"' not in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.OWNER, Role.MINISTRY_ADMIN])
def test_strangers_do_not_sign_for_the_buyer(world: World, role: Role) -> None:
    refused_to_sign(make.accepted(world), person(role))


def test_only_an_enterprise_in_the_contract_accepts(world: World) -> None:
    partnership = make.offered(world)
    for stranger in (person(Role.OWNER), world.officer, world.approver):
        with pytest.raises(NotPermitted):
            offer.accept(
                partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=stranger
            )


def test_an_authority_decides_only_its_own_sign_off(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    for stranger in (world.admins[1], world.approver, person(Role.MINISTRY_ADMIN)):
        with pytest.raises(NotPermitted):
            signing.sign_off(place, document_hash=partnership.document_hash, by=stranger)
        with pytest.raises(NotPermitted):
            signing.return_with_reasons(
                place, document_hash=partnership.document_hash, reason="Tidak sesuai", by=stranger
            )


def test_one_person_with_two_hats_signs_once(world: World) -> None:
    """An official of two authorities at once."""
    admin = world.admins[0]
    second = Membership.objects.create(user=admin, organisation=world.authorities[1], role=Role.MINISTRY_ADMIN)
    partnership = make.in_review(world)
    signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)
    admin.act_as(second)
    with pytest.raises(NotPermitted):
        signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)


def test_only_the_buyers_officers_draft(world: World) -> None:
    draft = make.draft(world)
    for stranger in (world.approver, person(Role.OFFICER), world.owner):
        with pytest.raises(NotPermitted):
            drafting.set_terms(draft, by=stranger, payment_days=10)
        with pytest.raises(NotPermitted):
            offer.offer(draft, by=stranger)
