"""From a complete consortium to a contract in force: parties, lines and capacity go along, and nothing is counted twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from curation.services.consortium import cancel_consortium, decline_share
from partnerships.enums import SigningMethod
from partnerships.models import Partnership
from partnerships.services import offer, signing
from partnerships.services.drafting import LineInput, set_lines
from partnerships.services.ending import terminate
from partnerships.services.from_consortium import draft_from_consortium
from partnerships.services.lint import failures, lint
from portal.flow import MoveNotAllowed
from portal.models import Commitment
from portal.selectors.commitments import free_capacities
from tests.curation.test_curation_api import Api
from tests.factories import consortia, partnerships
from tests.factories.enterprises import product
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def shared(**fields: Any) -> tuple[partnerships.World, consortia.Supply, Any]:
    """A contract's world whose need is shared by its two enterprises."""
    world = partnerships.world(enterprises=2, authorities=1)
    made = consortia.Supply(world.officer, world.need, world.enterprises, owners=world.owners)
    made.products = [product(each, monthly_capacity=Decimal(6000)) for each in world.enterprises]
    return world, made, consortia.complete(made, starts_on=world.need.deliver_from, months=12, **fields)


def in_force(world: partnerships.World, contract: Partnership) -> Partnership:
    offer.offer(contract, by=world.officer)
    for owner in world.owners:
        offer.accept(contract, document_hash=contract.document_hash, method=SigningMethod.EMAIL_CODE, by=owner)
    signing.sign_for_buyer(contract, document_hash=contract.document_hash, by=world.approver)
    place = contract.sign_offs.get()
    signing.sign_off(place, document_hash=contract.document_hash, by=world.admins[0])
    contract.refresh_from_db()
    return contract


def standing() -> Decimal:
    return sum(Commitment.objects.standing().values_list("quantity", flat=True), Decimal(0))


def test_parties_term_and_lines_are_as_they_were_accepted() -> None:
    world, _made, consortium = shared()
    draft = draft_from_consortium(consortium, by=world.officer)
    shares = {member.enterprise_id: member for member in consortium.members.all()}
    assert draft.need == world.need
    assert (draft.starts_on, draft.ends_on) == (consortium.starts_on, consortium.ends_on)
    assert {share.enterprise_id for share in draft.shares.all()} == set(shares)
    assert draft.shares.filter(leads=True).count() == 1
    for line in draft.lines.all():
        assert line.quantity == shares[line.enterprise_id].quantity * 12
        assert line.price == shares[line.enterprise_id].price
        assert line.product_id == shares[line.enterprise_id].product_id
    assert failures(lint(draft)) == []


def test_coming_into_force_takes_the_capacity_over_and_the_end_gives_it_back() -> None:
    world, made, consortium = shared()
    assert standing() == 9000
    contract = in_force(world, draft_from_consortium(consortium, by=world.officer))
    assert contract.status == "active"
    assert standing() == 9000
    assert all(line.held.commitment.released_at is None for line in contract.lines.all())
    member = consortium.members.first()
    with pytest.raises(MoveNotAllowed) as refused:
        decline_share(member, by=made.owner(member), reason="Penuh")
    assert refused.value.code == "contracted"
    with pytest.raises(MoveNotAllowed):
        cancel_consortium(consortium, by=world.officer, reason="x")
    terminate(contract, reason="Selesai lebih awal", by=world.approver)
    assert standing() == 0


def test_it_is_drafted_once_and_only_when_all_have_accepted() -> None:
    world, made, consortium = shared()
    draft_from_consortium(consortium, by=world.officer)
    with pytest.raises(MoveNotAllowed) as refused:
        draft_from_consortium(consortium, by=world.officer)
    assert refused.value.code == "drafted"
    other = consortia.Supply(made.officer, made.need, made.firms, made.products, made.owners)
    starts = consortium.ends_on.replace(day=28)
    with pytest.raises(MoveNotAllowed) as refused:
        draft_from_consortium(consortia.draft(other, starts_on=starts.replace(year=starts.year + 1)), by=world.officer)
    assert refused.value.code == "not_complete"


def test_a_contract_asks_for_no_more_than_is_free() -> None:
    world, made, consortium = shared()
    draft = draft_from_consortium(consortium, by=world.officer)
    line = draft.lines.first()
    more = LineInput(line.enterprise, line.item, line.quantity * 4, line.unit, line.price, line.product)
    set_lines(draft, [more], by=world.officer)
    assert any(line.product.name in check.text for check in failures(lint(draft)))
    with pytest.raises(ValidationError):
        offer.offer(draft, by=world.officer)
    free = free_capacities([each.pk for each in made.products], consortium.starts_on, consortium.ends_on)
    assert sum(free.values()) == 3000


def test_certificates_held_together_are_a_warning_in_its_contract() -> None:
    world = partnerships.world(enterprises=2, authorities=1)
    type(world.need).objects.filter(pk=world.need.pk).update(required_certificates=["sni"])
    world.need.refresh_from_db()
    made = consortia.Supply(world.officer, world.need, world.enterprises, owners=world.owners)
    made.products = [product(each, monthly_capacity=Decimal(6000)) for each in world.enterprises]
    world.enterprises[0].documents.create(
        kind="sni", number="1", issuer="BSN", uploaded_by=world.owners[0], file="x.pdf"
    )
    consortium = consortia.complete(made, starts_on=world.need.deliver_from)
    draft = draft_from_consortium(consortium, by=world.officer)
    assert failures(lint(draft)) == []
    draft.consortium.each_holds = True
    assert failures(lint(draft))


def test_the_officer_drafts_it_with_one_button_and_by_api() -> None:
    world, _made, consortium = shared()
    desk = signed_in(world.officer)
    url = reverse("partnership_from_consortium", args=[consortium.pk])
    assert url in desk.get(reverse("consortium", args=[consortium.pk])).content.decode()
    drafted = desk.post(url)
    contract = Partnership.objects.get()
    assert drafted["Location"] == reverse("partnership_lines", args=[contract.pk])
    assert desk.get(drafted["Location"]).status_code == 200
    assert desk.post(url).status_code == 409
    again = Api(world.officer).post("partnerships/from_consortium/", {"consortium": consortium.pk})
    assert again.status_code == 409
    stranger = Api(partnerships.world().officer)
    answer = stranger.post("partnerships/from_consortium/", {"consortium": consortium.pk})
    assert answer.status_code in (400, 422)
