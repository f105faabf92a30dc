"""A consortium from the proposal to the last acceptance, and everything that may come between."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from curation.models import Consortium, ConsortiumMember
from curation.selectors.consortium import candidates_for
from curation.selectors.consortium_words import reasons
from curation.services import consortium as service
from curation.services.forming import proposal
from curation.services.searching import refresh_search
from portal.enums import EnterpriseStatus, LegalForm
from portal.flow import MoveNotAllowed, NotPermitted, TooLate
from portal.models import AuditEntry, Commitment, CooperativeMember, Notification, Product
from portal.selectors.commitments import free_capacities
from portal.services.product import change_product
from tests.factories import consortia as make
from tests.factories import curation
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import owner_of
from tests.factories.enterprises import product as product_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def statuses(consortium: Consortium) -> list[str]:
    return sorted(consortium.members.values_list("status", flat=True))


def test_shares_make_up_the_quantity_and_stay_within_each_capacity() -> None:
    made = make.supply()
    consortium = make.draft(made)
    shares = {row.enterprise_id: row.quantity for row in consortium.members.all()}
    assert sum(shares.values()) == 1000
    for firm, product in zip(made.firms, made.products, strict=True):
        assert shares.get(firm.pk, 0) <= product.monthly_capacity
    # Two do it: a third would be one more to look after.
    assert len(shares) == 2
    assert consortium.proved


def test_a_paper_that_nobody_checked_is_said_to_be_declared() -> None:
    made = make.supply()
    made.need.required_certificates = ["sni"]
    made.need.save(update_fields=["required_certificates"])
    first, second = made.firms[:2]
    verified_paper(first, "sni")
    paper(second, "sni")
    rows = {
        row.key: row
        for row in candidates_for(made.need, by=made.officer, since=TODAY, until=TODAY, curated_only=False).rows
    }
    said = {
        firm.pk: reasons(rows[firm.pk].facts, rows[firm.pk].price, made.need.ceiling_price, ["sni"])
        for firm in (first, second)
    }
    assert "memiliki Sertifikat SNI" in said[first.pk]
    assert "menyatakan memiliki Sertifikat SNI, belum diverifikasi" in said[second.pk]
    assert "memiliki Sertifikat SNI" not in said[second.pk]


def test_each_accepts_by_itself_and_the_last_completes_it() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    first, last = consortium.members.all()
    assert {Notification.objects.filter(user=made.owner(each)).get().kind for each in (first, last)} == {
        "consortium.invited"
    }
    service.accept_share(first, by=made.owner(first))
    consortium.refresh_from_db()
    assert consortium.status == "inviting"
    service.accept_share(last, by=made.owner(last))
    consortium.refresh_from_db()
    assert consortium.status == "complete"
    assert Commitment.objects.standing().count() == 2
    actions = list(AuditEntry.objects.of(consortium).order_by("seq").values_list("action", flat=True))
    assert actions == ["form", "invite", "complete"]
    service.accept_share(last, by=made.owner(last))
    assert Commitment.objects.count() == 2


def test_the_capacity_that_is_promised_is_gone_for_the_next_need() -> None:
    made = make.supply()
    consortium = make.complete(made)
    until = consortium.ends_on
    free = free_capacities([each.pk for each in made.products], consortium.starts_on, until)
    assert sum(free.values()) == 500
    other = make.Supply(made.officer, curation.need(by=made.officer), made.firms, made.products, made.owners)
    found = proposal(other.need, other.wish(), by=made.officer)
    assert found.plan is None
    assert found.units(found.why.reachable) == 500
    # Before and after the term it is all there again.
    later = proposal(other.need, other.wish(starts_on=until + dt.timedelta(days=1)), by=made.officer)
    assert later.plan is not None


def test_who_declines_makes_room_for_others_and_nobody_else_moves() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    stays, leaves = consortium.members.order_by("-quantity")
    service.accept_share(stays, by=made.owner(stays))
    service.decline_share(leaves, by=made.owner(leaves), reason="Mesin rusak")
    consortium.refresh_from_db()
    assert consortium.status == "inviting"
    assert consortium.replace_by is not None
    found = service.replace_members(consortium, service.wish_of(consortium), by=made.officer)
    assert [part.quantity for part in found.parts] == [leaves.quantity]
    assert statuses(consortium) == ["accepted", "declined", "invited"]
    new = consortium.members.get(status="invited")
    service.accept_share(new, by=made.owner(new))
    consortium.refresh_from_db()
    assert consortium.status == "complete"
    assert consortium.replace_by is None


def test_a_share_that_is_given_back_opens_a_complete_consortium_again() -> None:
    made = make.supply()
    consortium = make.complete(made)
    member = consortium.members.first()
    with pytest.raises(ValidationError):
        service.decline_share(member, by=made.owner(member))
    service.decline_share(member, by=made.owner(member), reason="Tungku rusak")
    consortium.refresh_from_db()
    assert consortium.status == "inviting"
    assert Commitment.objects.standing().count() == 1


def test_nobody_answers_after_the_day_nor_after_the_need_has_closed() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    member = consortium.members.first()
    ConsortiumMember.objects.filter(pk=member.pk).update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(MoveNotAllowed) as refused:
        service.accept_share(member, by=made.owner(member))
    assert refused.value.code == "too_late"
    other = consortium.members.last()
    made.need.withdrawn_at = timezone.now()
    made.need.save()
    with pytest.raises(MoveNotAllowed) as refused:
        service.accept_share(other, by=made.owner(other))
    assert refused.value.code == "need_closed"
    service.expire_invitations(consortium)
    consortium.refresh_from_db()
    assert consortium.status == "failed"
    assert statuses(consortium) == ["released", "released"]
    assert not Commitment.objects.standing().exists()


def test_the_calendar_ends_what_was_not_answered_and_then_what_was_not_filled() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    assert not service.due().exists()
    consortium.members.update(answer_by=yesterday)
    assert service.due().get() == consortium
    service.expire_invitations(consortium)
    service.expire_invitations(consortium)
    assert statuses(consortium) == ["expired", "expired"]
    consortium.refresh_from_db()
    assert consortium.status == "inviting"
    Consortium.objects.update(replace_by=yesterday)
    service.expire_invitations(consortium)
    consortium.refresh_from_db()
    assert consortium.status == "failed"
    assert consortium.reason
    assert not service.due().exists()


def test_who_is_suspended_before_the_invitation_is_named_and_after_it_released() -> None:
    made = make.supply(600, 600, 600)
    consortium = make.draft(made)
    firm = consortium.members.first().enterprise
    _suspend(firm)
    with pytest.raises(ValidationError) as refused:
        service.invite_members(consortium, by=made.officer)
    assert firm.name in refused.value.messages[0]
    again, _found = service.save_proposal(made.need, made.wish(), by=made.officer, consortium=consortium)
    assert firm.pk not in again.members.values_list("enterprise", flat=True)
    service.invite_members(again, by=made.officer)
    for member in again.members.all():
        service.accept_share(member, by=made.owner(member))
    gone = again.members.first()
    _suspend(gone.enterprise)
    service.expire_invitations(again)
    again.refresh_from_db()
    assert again.status == "inviting"
    assert again.members.get(pk=gone.pk).status == "released"


def _suspend(firm) -> None:
    type(firm).objects.filter(pk=firm.pk).update(status=EnterpriseStatus.SUSPENDED)


def test_of_an_enterprise_the_product_that_answers_the_need_takes_part_not_the_largest() -> None:
    made = make.supply(item="Fitting pipa besi cor", specification="Diameter 4 inci")
    other = product_of(made.firms[0], name="Pagar taman hias", description="", monthly_capacity=Decimal(9_000))
    fitting = product_of(
        made.firms[0], name="Fitting pipa besi cor 4 inci", description="", monthly_capacity=Decimal(300)
    )
    refresh_search()
    found = candidates_for(made.need, by=made.officer, since=TODAY, until=TODAY, curated_only=True)
    assert found.row(made.firms[0].pk).product == fitting != other
    assert len(found.rows) == 3, "and who answers it less is there, too"
    Product.objects.filter(pk=fitting.pk).update(withdrawn_at=timezone.now())
    there = candidates_for(made.need, by=made.officer, since=TODAY, until=TODAY, curated_only=True)
    assert all(row.product != fitting for row in there.rows), "before the search has taken it in"


def test_a_pin_that_cannot_be_kept_is_said_by_name() -> None:
    made = make.supply()
    _suspend(made.firms[2])
    found = proposal(made.need, made.wish(pinned=frozenset({made.firms[2].pk})), by=made.officer)
    assert found.plan is None
    assert found.why.unusable == {made.firms[2].pk}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"members_at_most": 0}, "members_at_most"),
        ({"members_at_most": 1000}, "members_at_most"),
        ({"months": 0}, "months"),
        ({"least_share": 60, "most_share": 50}, "most_share"),
        ({"members_at_most": 2, "most_share": 40}, "most_share"),
        ({"starts_on": dt.date(2020, 1, 1)}, "starts_on"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(wish: dict, field: str) -> None:
    made = make.supply()
    with pytest.raises(ValidationError) as refused:
        proposal(made.need, made.wish(**wish), by=made.officer)
    assert field in refused.value.message_dict


def test_a_pin_that_is_an_exclusion_too_is_refused() -> None:
    made = make.supply()
    both = frozenset({made.firms[0].pk})
    with pytest.raises(ValidationError) as refused:
        proposal(made.need, made.wish(pinned=both, excluded=both), by=made.officer)
    assert "pinned" in refused.value.message_dict


def test_units_convert_where_they_can_and_the_others_are_counted_out() -> None:
    made = make.supply(1, quantity=1000)
    type(made.products[0]).objects.filter(pk=made.products[0].pk).update(
        unit="tonne", price=27_000_000, minimum_order=Decimal("0.01")
    )
    made.add(900)
    stranger = made.add(5000)
    type(made.products[0]).objects.filter(enterprise=stranger).update(unit="piece")
    refresh_search()
    found = proposal(made.need, made.wish(), by=made.officer)
    assert found.field.other_unit == 1
    assert {part.row.key for part in found.parts} <= {made.firms[0].pk, made.firms[1].pk}
    by_tonne = next(part for part in found.parts if part.row.key == made.firms[0].pk)
    assert by_tonne.price == 27_000
    consortium = make.draft(made)
    row = consortium.members.get(enterprise=made.firms[0])
    assert row.product_quantity == row.quantity / 1000


def test_a_cooperative_and_its_member_are_never_counted_both() -> None:
    made = make.supply(700, 700, 100, quantity=1000)
    cooperative, member = made.firms[:2]
    type(cooperative).objects.filter(pk=cooperative.pk).update(legal_form=LegalForm.COOPERATIVE)
    CooperativeMember.objects.create(cooperative=cooperative, member=member, status="accepted")
    found = proposal(made.need, made.wish(least_share=0), by=made.officer)
    assert found.plan is None
    assert found.units(found.why.reachable) == 800
    made.add(300)
    keys = {part.row.key for part in proposal(made.need, made.wish(), by=made.officer).parts}
    assert not {cooperative.pk, member.pk} <= keys


def test_who_was_not_curated_gives_at_most_a_third_and_never_leads_alone() -> None:
    made = make.supply(500, quantity=1000)
    for _each in range(3):
        made.add(900, price=10_000, curated=False)
    assert proposal(made.need, made.wish(), by=made.officer).plan is None
    found = proposal(made.need, made.wish(curated_only=False, members_at_most=5), by=made.officer)
    assert all(part.quantity <= 300 for part in found.parts if not part.row.curated)
    assert any(part.row.curated for part in found.parts)


def test_certificates_are_held_by_somebody_or_by_each_as_asked() -> None:
    made = make.supply(600, 600, 600, required_certificates=["sni"])
    why = proposal(made.need, made.wish(), by=made.officer).why
    assert why.missing == {"sni"}
    _paper(made.firms[1], "sni")
    found = proposal(made.need, made.wish(), by=made.officer)
    assert made.firms[1].pk in {part.row.key for part in found.parts}
    assert proposal(made.need, made.wish(each_holds=True), by=made.officer).plan is None
    _paper(made.firms[2], "sni")
    keys = {part.row.key for part in proposal(made.need, made.wish(each_holds=True), by=made.officer).parts}
    assert keys == {made.firms[1].pk, made.firms[2].pk}


def _paper(firm, kind: str) -> None:
    firm.documents.create(kind=kind, number="1", issuer="BSN", uploaded_by=owner_of(firm), file="x.pdf")


def test_a_buyer_that_looked_at_other_shares_looks_again() -> None:
    made = make.supply()
    seen = proposal(made.need, made.wish(), by=made.officer).seen
    type(made.products[0]).objects.filter(pk=made.products[0].pk).update(monthly_capacity=300)
    with pytest.raises(TooLate):
        service.save_proposal(made.need, made.wish(), by=made.officer, seen=seen)


def test_a_need_that_was_changed_asks_for_a_new_proposal() -> None:
    made = make.supply()
    consortium = make.draft(made)
    made.need.quantity_per_month = 900
    made.need.save()
    with pytest.raises(ValidationError) as refused:
        service.invite_members(Consortium.objects.get(pk=consortium.pk), by=made.officer)
    assert refused.value.code == "need_changed"


def test_two_needs_may_ask_the_same_firm_and_the_first_yes_takes_the_capacity() -> None:
    made = make.supply(1200)
    other = make.supply(quantity=1000)
    other.curate(made.firms[0])
    rival = make.Supply(other.officer, other.need, made.firms, made.products, made.owners)
    one, two = make.inviting(made), make.inviting(rival, pinned=frozenset({made.firms[0].pk}), members_at_most=1)
    mine, theirs = one.members.get(), two.members.get(enterprise=made.firms[0])
    service.accept_share(mine, by=made.owners[0])
    with pytest.raises(MoveNotAllowed) as refused:
        service.accept_share(theirs, by=made.owners[0])
    assert refused.value.code == "over_capacity"
    theirs.refresh_from_db()
    assert theirs.status == "invited"


def test_a_capacity_is_not_lowered_below_what_was_promised() -> None:
    made = make.supply()
    consortium = make.complete(made)
    member = consortium.members.first()
    owner = made.owner(member)
    with pytest.raises(ValidationError) as refused:
        change_product(member.product, by=owner, monthly_capacity=Decimal(1))
    assert "monthly_capacity" in refused.value.message_dict
    with pytest.raises(ValidationError):
        change_product(member.product, by=owner, unit="tonne")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(member.product).objects.filter(pk=member.product_id).update(monthly_capacity=1)
    service.decline_share(member, by=owner, reason="Mesin rusak")
    change_product(member.product, by=owner, monthly_capacity=Decimal(1))


def test_the_database_refuses_what_is_not_whole() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    with pytest.raises(IntegrityError, match="make up its quantity"), transaction.atomic():
        Consortium.objects.filter(pk=consortium.pk).update(status="complete")
    member = consortium.members.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsortiumMember.objects.filter(pk=member.pk).update(quantity=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsortiumMember.objects.filter(pk=member.pk).update(status="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(
            product=member.product,
            quantity=member.product.monthly_capacity + 1,
            unit=member.product.unit,
            starts_on=consortium.starts_on,
            ends_on=consortium.ends_on,
        )


def test_the_enterprises_own_capacity_counts_over_all_its_products() -> None:
    made = make.supply(600, 600)
    type(made.firms[0]).objects.filter(pk=made.firms[0].pk).update(
        monthly_capacity=Decimal("0.4"), capacity_unit="tonne"
    )
    found = proposal(made.need, made.wish(), by=made.officer)
    assert {part.row.key: part.quantity for part in found.parts} == {made.firms[0].pk: 400, made.firms[1].pk: 600}


def test_nobody_forms_a_consortium_with_their_own_business() -> None:
    made = make.supply()
    made.officer.memberships.create(organisation=made.firms[0].organisation, role="owner")
    found = proposal(made.need, made.wish(), by=made.officer)
    assert made.firms[0].pk not in {row.key for row in found.field.rows}


def test_strangers_answer_nothing() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    member, other = consortium.members.all()
    with pytest.raises(NotPermitted):
        service.accept_share(member, by=made.owner(other))
    with pytest.raises(NotPermitted):
        service.cancel_consortium(consortium, by=curation.officer(), reason="x")
    assert Consortium.objects.visible_to(curation.officer()).count() == 0
    spare = next(firm for firm in made.firms if firm.pk not in {member.enterprise_id, other.enterprise_id})
    assert Consortium.objects.visible_to(made.owners[made.firms.index(spare)]).count() == 0


def test_giving_up_frees_everything() -> None:
    made = make.supply()
    consortium = make.complete(made)
    with pytest.raises(ValidationError):
        service.cancel_consortium(consortium, by=made.officer, reason=" ")
    service.cancel_consortium(consortium, by=made.officer, reason="Anggaran ditunda")
    assert not Commitment.objects.standing().exists()
    assert statuses(consortium) == ["released", "released"]


def test_an_alternative_is_what_its_wish_gives() -> None:
    made = make.supply(600, 500, 400, 300)
    from_page = proposal(made.need, made.wish(), by=made.officer)
    without = next(each for each in from_page.others if each.kind == "without")
    again = proposal(made.need, replace(made.wish(), excluded=frozenset({without.key})), by=made.officer)
    assert {part.row.key for part in again.parts} == without.plan.keys
