"""What the database refuses by itself: raw SQL, as the role of web and workers, past every check in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from partnerships.enums import PartnershipStatus, SigningMethod
from partnerships.flow import PARTNERSHIP, SIGN_OFF
from partnerships.models import Partnership
from partnerships.services import drafting, offer, signing
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Enterprise, Membership, User
from portal.second_factor import code_at
from tests.factories import partnerships as make
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import World
from tests.factories.people import SECRET, OrganisationFactory, give_second_factor, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


def run(sql: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def refused(sql: str, *params: object) -> str:
    """The name of the constraint that refused it."""
    with pytest.raises((IntegrityError, ProgrammingError)) as refusal:
        run(sql, *params)
    return refusal.value.__cause__.diag.constraint_name or ""


def sign(partnership: Partnership, party: str, organisation: int, person_pk: int, **other: object) -> str:
    return refused(
        "INSERT INTO partnerships_signature (partnership_id, revision, party, organisation_id, signed_by_id, signed_at, document_hash, method)"
        " VALUES (%s, %s, %s, %s, %s, now(), %s, 'second_factor')",
        partnership.pk,
        other.get("revision", partnership.revision),
        party,
        organisation,
        person_pk,
        other.get("document_hash", partnership.document_hash),
    )


def move(partnership: Partnership, to: str, **columns: object) -> str:
    sets = ", ".join(["status = %s", *(f"{name} = %s" for name in columns)])
    return refused(f"UPDATE partnerships_partnership SET {sets} WHERE id = %s", to, *columns.values(), partnership.pk)


STATES: list[tuple[str, Callable[[World], Partnership]]] = [
    (PartnershipStatus.DRAFT, make.draft),
    (PartnershipStatus.OFFERED, make.offered),
    (PartnershipStatus.ACCEPTED, make.accepted),
    (PartnershipStatus.AUTHORITY_REVIEW, make.in_review),
    (PartnershipStatus.RETURNED, make.returned),
    (PartnershipStatus.ACTIVE, make.active),
]


@pytest.mark.parametrize(("state", "build"), STATES, ids=[state for state, _build in STATES])
def test_no_move_outside_the_flow(world: World, state: str, build: Callable[[World], Partnership]) -> None:
    partnership = build(world)
    for target in PartnershipStatus.values:
        if target != state and (state, target) not in PARTNERSHIP.pairs():
            move(partnership, target)


def test_the_flow_and_the_database_know_the_same_moves() -> None:
    with connection.cursor() as cursor:
        for table, flow in (("partnerships_partnership", PARTNERSHIP), ("partnerships_signoff", SIGN_OFF)):
            cursor.execute(
                "SELECT encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = 'flow_guard' AND tgrelid = %s::regclass",
                [table],
            )
            pairs = {tuple(each.split(">")) for each in cursor.fetchone()[0].split("\\000") if each}
            assert pairs == flow.pairs()


def test_a_partnership_begins_as_a_draft(world: World) -> None:
    draft = make.draft(world)
    for column, value in (("status", "active"), ("status", "offered"), ("revision", 2), ("document_hash", "a" * 64)):
        names = (
            "agreement_id, buyer_id, need_id, status, revision, title, starts_on, ends_on, value, payment_days,"
            " acceptance_days, stamp_duty_serial, document_hash, drafted_by_id, created_at, reason, is_sample"
        )
        values = ", ".join(f"'{value}'" if name.strip() == column else name for name in names.split(","))
        name = refused(
            f"INSERT INTO partnerships_partnership ({names}) SELECT {values} FROM partnerships_partnership WHERE id = %s",
            draft.pk,
        )
        assert name in ("partnership_begins_as_draft", "partnership_offered_is_frozen")


def test_nothing_moves_on_without_its_signatures(world: World) -> None:
    assert move(make.offered(world), "accepted") == "moves_on_when_signed"
    assert move(make.accepted(world), "soe_signed") == "moves_on_when_signed"
    assert move(make.in_review(world), "active") == "active_only_when_signed"


def test_a_contract_is_not_active_while_one_authority_is_missing(world: World) -> None:
    partnership = make.in_review(world)
    run(
        "UPDATE partnerships_signoff SET status = 'signed', decided_by_id = %s, decided_at = now(), document_hash = %s WHERE id = %s",
        world.admins[0].pk, partnership.document_hash, make.place_of(partnership, world.admins[0]).pk,
    )  # fmt: skip
    assert move(partnership, "active") == "active_only_when_signed"


def test_only_the_right_people_sign(world: World) -> None:
    enterprise, stranger = world.enterprise.organisation_id, person(Role.OWNER)
    offered = make.offered(world)
    assert sign(offered, "enterprise", enterprise, stranger.pk) == "signature_by_member"
    assert sign(offered, "enterprise", stranger.organisation_id, stranger.pk) == "signature_by_member"
    assert sign(offered, "buyer", world.buyer.pk, world.approver.pk) == "signature_in_its_state"
    assert sign(offered, "authority", world.authorities[0].pk, world.admins[0].pk) == "signature_by_member"
    accepted = make.accepted(world)
    assert sign(accepted, "buyer", world.buyer.pk, world.officer.pk) == "signature_by_member"
    assert sign(accepted, "buyer", enterprise, world.owner.pk) == "signature_by_member"
    assert sign(accepted, "enterprise", enterprise, world.owner.pk) in ("signature_in_its_state", "signature_once")


def test_who_drafted_does_not_sign_even_as_an_approver(world: World) -> None:
    accepted = make.accepted(world)
    Membership.objects.filter(user=world.officer).update(role=Role.APPROVER)
    assert sign(accepted, "buyer", world.buyer.pk, world.officer.pk) == "signature_not_by_drafter"


def test_who_decided_on_the_application_does_not_sign(world: World) -> None:
    decider = person(Role.APPROVER, world.buyer)
    make.curation_of(world.enterprise, make.programme_of(world.officer), by=world.officer, decided_by=decider)
    accepted = make.accepted(world)
    assert sign(accepted, "buyer", world.buyer.pk, decider.pk) == "signature_not_by_decider"


@pytest.mark.parametrize("ended", [False, True])
def test_who_belongs_to_an_enterprise_in_the_contract_decides_nothing_on_it(world: World, ended: bool) -> None:
    """Not for the buyer, not for an authority, not after leaving; in the database and before it, with a reason to read."""
    left = timezone.now() if ended else None
    accepted, partnership = make.accepted(world), make.in_review(world)
    for insider, role in ((world.approver, Role.STAFF), (world.admins[0], Role.OWNER)):
        organisation = world.enterprises[1].organisation
        Membership.objects.create(user=insider, organisation=organisation, role=role, ended_at=left)
    assert sign(accepted, "buyer", world.buyer.pk, world.approver.pk) == "signature_by_outsider"
    place = make.place_of(partnership, world.admins[0])
    for status in ("signed", "returned"):
        assert refused(
            "UPDATE partnerships_signoff SET status = %s, decided_by_id = %s, decided_at = now(), document_hash = %s, reason = 'x' WHERE id = %s",
            status, world.admins[0].pk, partnership.document_hash, place.pk,
        ) == "sign_off_by_outsider"  # fmt: skip
    text = {"document_hash": partnership.document_hash}
    for attempt in (
        lambda: signing.sign_for_buyer(accepted, document_hash=accepted.document_hash, by=world.approver),
        lambda: signing.sign_off(place, by=world.admins[0], **text),
        lambda: signing.return_with_reasons(place, reason="Belum.", by=world.admins[0], **text),
    ):
        with pytest.raises(NotPermitted, match="pelaku usaha dalam kontrak ini"):
            attempt()


@pytest.mark.parametrize("ended", [False, True])
def test_an_officer_drafts_no_contract_of_their_own_business(world: World, ended: bool) -> None:
    draft = make.draft(world)
    own = enterprise()
    insider = person(Role.OFFICER, world.buyer)
    Membership.objects.create(
        user=insider, organisation=own.organisation, role=Role.OWNER, ended_at=timezone.now() if ended else None
    )
    with pytest.raises(ValidationError, match="rekan lain"):
        drafting.set_parties(draft, [world.enterprise, own], world.enterprise, by=insider)
    drafting.set_parties(draft, [world.enterprise, own], world.enterprise, by=world.officer)
    with pytest.raises(NotPermitted):
        drafting.set_terms(draft, by=insider, title="Lain")
    with pytest.raises(NotPermitted):
        offer.offer(draft, by=insider)
    assert signed_in(insider).get(f"/partnerships/{draft.pk}/terms/").status_code == 403


@pytest.mark.parametrize("status", [EnterpriseStatus.SUSPENDED, EnterpriseStatus.CLOSED])
def test_only_a_verified_enterprise_accepts(world: World, status: str) -> None:
    offered = make.offered(world)
    Enterprise.objects.filter(pk=world.enterprise.pk).update(status=status)
    assert sign(offered, "enterprise", world.enterprise.organisation_id, world.owner.pk) == "signature_by_verified"
    with pytest.raises(MoveNotAllowed) as told:
        offer.accept(offered, document_hash=offered.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owner)
    assert told.value.code == "not_verified"
    page = signed_in(world.owner).get(f"/partnerships/{offered.pk}/accept/", follow=True)
    assert "Hanya usaha aktif dapat menyetujui penawaran." in page.content.decode()
    answer = signed_in(world.owner).post(
        f"/api/v1/partnerships/{offered.pk}/accept/",
        {"method": "second_factor", "code": give_second_factor_code(world.owner)},
        content_type="application/json",
        headers={"If-Match": f'"{offered.document_hash}"'},
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:mitrapasok:problem:not_verified")
    offer.refuse(offered, reason="Kami sedang ditangguhkan.", by=world.owner)


def give_second_factor_code(user: User) -> str:
    give_second_factor(user)
    return code_at(SECRET)


def test_nobody_signs_another_text(world: World) -> None:
    partnership = make.accepted(world)
    other = {"document_hash": "b" * 64}
    assert sign(partnership, "buyer", world.buyer.pk, world.approver.pk, **other) == "signature_of_current_text"
    assert sign(partnership, "buyer", world.buyer.pk, world.approver.pk, revision=2) == "signature_of_current_text"


def test_a_sign_off_is_decided_by_its_authority_once_and_for_the_current_text(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    decide = "UPDATE partnerships_signoff SET status = 'signed', decided_by_id = %s, decided_at = %s, document_hash = %s WHERE id = %s"
    own, now = world.admins[0].pk, "2026-11-20T03:00Z"
    assert refused(decide, world.admins[1].pk, now, partnership.document_hash, place.pk) == "sign_off_by_member"
    assert refused(decide, own, now, "c" * 64, place.pk) == "sign_off_of_current_text"
    run(decide, own, now, partnership.document_hash, place.pk)
    assert refused(decide, own, now, partnership.document_hash, place.pk) == "sign_off_decided_once"
    assert refused("UPDATE partnerships_signoff SET decided_by_id = %s WHERE id = %s", world.admins[1].pk, place.pk)
    refused("DELETE FROM partnerships_signoff WHERE id = %s", place.pk)


def test_a_dissolved_authority_signs_nothing_off(world: World) -> None:
    partnership = make.in_review(world)
    place = make.place_of(partnership, world.admins[0])
    world.authorities[0].valid_until = "2026-11-01"
    world.authorities[0].save(update_fields=["valid_until"])
    name = refused(
        "UPDATE partnerships_signoff SET status = 'signed', decided_by_id = %s, decided_at = '2026-11-20', document_hash = %s WHERE id = %s",
        world.admins[0].pk, partnership.document_hash, place.pk,
    )  # fmt: skip
    assert name == "sign_off_by_existing_authority"


def test_no_place_in_the_queue_for_an_authority_the_agreement_does_not_name(world: World) -> None:
    partnership = make.in_review(world)
    stranger = OrganisationFactory(capabilities=["authority"], ownership="")
    insert = "INSERT INTO partnerships_signoff (partnership_id, revision, authority_id, position, status, document_hash, reason) VALUES (%s, 1, %s, 9, %s, '', '')"
    assert refused(insert, partnership.pk, stranger.pk, "pending") == "sign_off_begins_pending"
    assert refused(
        "UPDATE partnerships_signoff SET authority_id = %s WHERE partnership_id = %s AND position = 1", stranger.pk, partnership.pk
    ) == "sign_off_of_the_agreement"  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "'Lain'"),
        ("value", "value + 1"),
        ("payment_days", "90"),
        ("ends_on", "ends_on + 1"),
        ("need_id", "NULL"),
    ],
)
def test_the_terms_of_an_offered_contract_do_not_change(world: World, column: str, value: str) -> None:
    partnership = make.in_review(world)
    name = refused(f"UPDATE partnerships_partnership SET {column} = {value} WHERE id = %s", partnership.pk)
    assert name in ("content_only_in_draft", "value_is_sum_of_lines")


def test_lines_and_clauses_of_an_offered_contract_do_not_change(world: World) -> None:
    partnership = make.offered(world)
    for table in ("line", "partnershipclause", "share"):
        assert (
            refused(f"DELETE FROM partnerships_{table} WHERE partnership_id = %s", partnership.pk)
            == "content_only_in_draft"
        )
    assert refused("UPDATE partnerships_revision SET document_hash = %s", "d" * 64) == ""


def test_the_hash_and_the_number_of_a_text_do_not_change(world: World) -> None:
    partnership = make.offered(world)
    assert (
        refused("UPDATE partnerships_partnership SET document_hash = %s WHERE id = %s", "e" * 64, partnership.pk)
        == "content_only_in_draft"
    )
    assert (
        refused("UPDATE partnerships_partnership SET revision = 5 WHERE id = %s", partnership.pk)
        == "revision_counts_up"
    )
    assert move(partnership, "draft") == "revision_counts_up"


def test_amounts_of_lines_are_their_product(world: World) -> None:
    draft = make.draft(world)
    assert (
        refused("UPDATE partnerships_line SET amount = amount + 1 WHERE partnership_id = %s", draft.pk)
        == "line_amount_rounded_half_up"
    )


def test_an_offer_needs_standing_and_a_frozen_text(world: World) -> None:
    draft = make.draft(world)
    assert move(draft, "offered", document_hash="f" * 64) == "offer_is_frozen"
    freeze = "INSERT INTO partnerships_revision (partnership_id, number, content, document_hash, created_at, created_by_id) VALUES (%s, 1, '{}', %s, now(), %s)"
    run(freeze, draft.pk, "f" * 64, world.officer.pk)
    for change in (
        "UPDATE partnerships_share SET curation_id = NULL WHERE partnership_id = %s AND leads",
        "UPDATE partnerships_share SET curation_id = NULL WHERE partnership_id = %s AND NOT leads",
    ):
        before = list(draft.shares.values_list("pk", "curation"))
        run(change, draft.pk)
        assert move(draft, "offered", document_hash="f" * 64) == "offer_by_parties_in_standing"
        for pk, curation in before:
            run("UPDATE partnerships_share SET curation_id = %s WHERE id = %s", curation, pk)
    Enterprise.objects.filter(pk=world.enterprises[1].pk).update(status=EnterpriseStatus.SUSPENDED)
    assert move(draft, "offered", document_hash="f" * 64) == "offer_by_parties_in_standing"
