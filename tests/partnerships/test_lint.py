"""What blocks an offer, and what only warns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from partnerships.enums import PartnershipStatus
from partnerships.models import Clause, Line, Partnership
from partnerships.services import drafting, offer
from partnerships.services.drafting import ClauseInput, LineInput
from partnerships.services.lint import FAIL, OK, WARN, before_signing, lint
from portal.enums import DocumentKind, EnterpriseStatus, LegalForm, Unit
from portal.models import CooperativeMember, DatedRule, Document, Enterprise
from tests.factories import partnerships as make
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import enterprise
from tests.factories.partnerships import World
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world()


def found(partnership: Partnership, state: str, words: str) -> bool:
    return any(check.state == state and words in check.text for check in lint(partnership))


def blocks(partnership: Partnership, words: str, world: World) -> None:
    """The check fails, and so does the offer, and nothing is written."""
    assert found(partnership, FAIL, words), [check.text for check in lint(partnership)]
    with pytest.raises(ValidationError):
        offer.offer(partnership, by=world.officer)
    partnership.refresh_from_db()
    assert partnership.status == PartnershipStatus.DRAFT
    assert not partnership.revisions.exists()


def lines_of(world: World, *amounts: int) -> list[LineInput]:
    return [
        LineInput(each, "Klem", Decimal(amount), Unit.KILOGRAM, 1000)
        for each, amount in zip(world.enterprises, amounts, strict=True)
    ]


def test_a_sound_draft_has_no_failure(world: World) -> None:
    checks = lint(make.draft(world))
    assert [check.text for check in checks if check.state == FAIL] == []
    assert {check.state for check in checks} >= {OK, WARN}


def test_the_leader_needs_a_valid_curation_by_this_buyer(world: World) -> None:
    draft = make.draft(world)
    world.enterprise.curations.update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    blocks(draft, "tidak memegang kurasi", world)


def test_a_revoked_curation_counts_no_more(world: World) -> None:
    draft = make.draft(world)
    world.enterprise.curations.update(
        revoked_at=timezone.now(), revoked_by=world.officer, revoked_reason="Sertifikat dicabut"
    )
    blocks(draft, "tidak memegang kurasi", world)


def test_another_buyers_curation_does_not_count() -> None:
    world, other = make.world(curated=False), make.world()
    make.curation_of(world.enterprise, other.programme, by=other.officer)
    blocks(make.draft(world), "tidak memegang kurasi", world)


@pytest.mark.parametrize(("share", "blocked"), [(300, False), (301, True)])
def test_a_member_above_30_percent_needs_a_curation_of_its_own(world: World, share: int, blocked: bool) -> None:
    make.add_enterprise(world, curated=False)
    draft = make.draft(world)
    drafting.set_lines(draft, lines_of(world, 1000 - share, share), by=world.officer)
    assert found(draft, FAIL, "perlu kurasi sendiri") is blocked
    if blocked:
        blocks(draft, "perlu kurasi sendiri", world)
    else:
        offer.offer(draft, by=world.officer)


def test_every_member_is_verified(world: World) -> None:
    make.add_enterprise(world, curated=False)
    draft = make.draft(world)
    drafting.set_lines(draft, lines_of(world, 900, 100), by=world.officer)
    Enterprise.objects.filter(pk=world.enterprises[1].pk).update(status=EnterpriseStatus.SUSPENDED)
    blocks(draft, "belum aktif", world)


def test_a_cooperatives_members_are_verified() -> None:
    world = make.world(legal_form=LegalForm.COOPERATIVE)
    waiting = enterprise(status=EnterpriseStatus.SUBMITTED)
    CooperativeMember.objects.create(cooperative=world.enterprise, member=waiting)
    blocks(make.draft(world), waiting.name, world)


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "belum ada"), (-1, "berakhir pada"), (0, ""), (30, "")],
    ids=["none", "ended", "today", "valid"],
)
def test_the_certificates_the_need_asks_for_are_valid_that_day(world: World, days: int | None, words: str) -> None:
    world.need.required_certificates = [DocumentKind.SNI]
    world.need.save(update_fields=["required_certificates"])
    if days is not None:
        until = timezone.localdate() + dt.timedelta(days=days)
        Document.objects.create(
            enterprise=world.enterprise, kind=DocumentKind.SNI, valid_from=dt.date(2020, 1, 1), valid_until=until
        )
    draft = make.draft(world)
    if words:
        blocks(draft, words, world)
    else:
        offer.offer(draft, by=world.officer)


def test_a_verified_certificate_stands_before_a_longer_one_that_nobody_has_checked(world: World) -> None:
    world.need.required_certificates = [DocumentKind.SNI]
    world.need.save(update_fields=["required_certificates"])
    draft, today = make.draft(world), timezone.localdate()
    Document.objects.filter(kind=DocumentKind.SNI).delete()
    for firm in world.enterprises:
        paper(firm, "sni", valid_until=today + dt.timedelta(days=400))
        verified_paper(firm, "sni", valid_until=today + dt.timedelta(days=10))
    assert found(draft, OK, "berlaku")
    assert not found(draft, WARN, "belum diverifikasi siapa pun")


def test_a_main_activity_is_on_record(world: World) -> None:
    draft = make.draft(world)
    world.enterprise.activities.all().delete()
    blocks(draft, "kegiatan utama", world)


def test_a_required_clause_is_in_it(world: World) -> None:
    draft = make.draft(world)
    kept = [
        ClauseInput(each.title, each.body, each.clause)
        for each in draft.clauses.select_related("clause")
        if each.clause.code != "keadaan_kahar"
    ]
    drafting.set_clauses(draft, kept, by=world.officer)
    blocks(draft, "Keadaan kahar", world)


def test_nothing_is_offered_while_the_library_is_empty(world: World) -> None:
    draft = make.draft(world)
    drafting.set_clauses(draft, [], by=world.officer)
    with as_owner():
        Clause.objects.all().delete()
    blocks(draft, "Pustaka klausul kosong", world)


def test_a_changed_clause_and_an_older_version_warn(world: World) -> None:
    draft = make.draft(world)
    clauses = [ClauseInput(each.title, each.body, each.clause) for each in draft.clauses.select_related("clause")]
    first = clauses[0].clause
    clauses[0] = ClauseInput(clauses[0].title, "Para pihak sepakat.", first)
    drafting.set_clauses(draft, clauses, by=world.officer)
    assert found(draft, WARN, "berbeda dari naskah pustaka")
    newer = Clause.objects.get(pk=clauses[1].clause.pk)
    newer.pk, newer.version, newer.body_id = None, 2, "Isi baru"
    newer.save()
    assert found(draft, WARN, "versi yang lebih baru")
    offer.offer(draft, by=world.officer)


def test_a_contract_has_lines_of_every_party(world: World) -> None:
    make.add_enterprise(world)
    draft = make.draft(world)
    drafting.set_lines(draft, [], by=world.officer)
    blocks(draft, "belum punya baris", world)
    drafting.set_lines(draft, [lines_of(world, 10, 10)[0]], by=world.officer)
    blocks(draft, "menjadi pihak tanpa baris", world)


def test_the_value_is_the_sum_of_the_lines(world: World) -> None:
    draft = make.draft(world)
    Line.objects.filter(partnership=draft).delete()
    Line.objects.create(
        partnership=draft, enterprise=world.enterprise, item="Klem", quantity=1, unit=Unit.KILOGRAM, price=7, amount=7
    )
    blocks(draft, "tidak sama dengan jumlah baris", world)


@pytest.mark.parametrize(("starts", "ends", "words"), [(-1, 30, "sudah lewat"), (1, 365 * 6, "60 bulan")])
def test_the_term_lies_ahead_and_is_not_too_long(world: World, starts: int, ends: int, words: str) -> None:
    today = timezone.localdate()
    draft = make.draft(world)
    # Days went by since the draft was begun.
    Partnership.objects.filter(pk=draft.pk).update(
        starts_on=today + dt.timedelta(days=starts), ends_on=today + dt.timedelta(days=ends)
    )
    draft.refresh_from_db()
    blocks(draft, words, world)


def test_a_dated_rule_limits_the_days_to_pay(world: World) -> None:
    draft = make.draft(world, payment_days=45)
    assert found(draft, OK, "Pembayaran 45 hari")
    with as_owner():
        DatedRule.objects.create(
            key="payment_term", valid_from=dt.date(2020, 1, 1), parameters={"max_days": 30}, legal_source="Uji"
        )
    blocks(draft, "paling lama 30", world)


def test_an_agreement_out_of_force_blocks(world: World) -> None:
    draft = make.draft(world)
    world.agreement.valid_until = timezone.localdate() - dt.timedelta(days=1)
    world.agreement.save(update_fields=["valid_until"])
    blocks(draft, "tidak berlaku", world)


def test_stamp_duty_and_a_second_contract_warn(world: World) -> None:
    make.offered(world)
    draft = make.draft(world)
    assert found(draft, WARN, "e-Meterai")
    assert found(draft, WARN, "Kontrak ke-2")
    drafting.set_terms(draft, by=world.officer, stamp_duty_serial="X1234")
    assert not found(draft, WARN, "e-Meterai")


def test_a_price_above_the_ceiling_warns(world: World) -> None:
    draft = make.draft(world)
    drafting.set_lines(
        draft, [LineInput(world.enterprise, "Klem", Decimal(1), Unit.KILOGRAM, 40_001)], by=world.officer
    )
    assert found(draft, WARN, "di atas harga tertinggi")


def test_what_no_longer_holds_is_said_before_signing(world: World) -> None:
    partnership = make.in_review(world)
    assert {check.state for check in before_signing(partnership)} <= {OK, WARN}
    Enterprise.objects.filter(pk=world.enterprise.pk).update(status=EnterpriseStatus.SUSPENDED)
    assert any(check.state == FAIL for check in before_signing(partnership))


def test_checks_stay_within_a_fixed_number_of_queries(world: World, django_assert_max_num_queries: object) -> None:
    draft = make.draft(world)
    with django_assert_max_num_queries(40):
        lint(draft)
