"""The frozen text: the same bytes for ever, printed from nothing else, compared with what came before."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from partnerships.models import PartnershipClause, Revision
from partnerships.selectors.changes import ADDED, REMOVED, changes
from partnerships.services import drafting, offer, signing
from partnerships.services.amounts import amount_of
from partnerships.services.document import as_printed, canonical, content_of, hash_of, is_intact, pdf_of
from partnerships.services.drafting import ClauseInput, LineInput
from portal.enums import Unit
from portal.flow import MoveNotAllowed
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2),
    st.integers(min_value=1, max_value=10**6),
)
def test_a_lines_amount_is_rounded_half_up(quantity: Decimal, price: int) -> None:
    hundredths = int(quantity * 100) * price
    assert amount_of(quantity, price) == (hundredths + 50) // 100


def test_a_text_read_back_gives_the_same_hash(world: World) -> None:
    partnership = make.offered(world)
    revision = Revision.objects.get(partnership=partnership)
    assert hash_of(revision.content) == revision.document_hash == partnership.document_hash
    assert canonical(revision.content) == canonical(json.loads(json.dumps(revision.content)))
    assert is_intact(partnership)


def test_the_text_is_the_same_whatever_language_its_author_reads(world: World) -> None:
    draft = make.draft(world)
    hashes = set()
    for language in ("id", "en"):
        with translation.override(language):
            hashes.add(hash_of(content_of(draft)))
    assert len(hashes) == 1


def test_any_change_gives_another_hash(world: World) -> None:
    draft = make.draft(world)
    before = hash_of(content_of(draft))
    drafting.set_terms(draft, by=world.officer, payment_days=15)
    assert hash_of(content_of(draft)) != before


def test_a_tampered_text_is_noticed_before_anybody_signs(world: World) -> None:
    partnership = make.accepted(world)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE partnerships_revision DISABLE TRIGGER USER")
        cursor.execute("UPDATE partnerships_revision SET content = jsonb_set(content, '{value}', '1')")
        cursor.execute("ALTER TABLE partnerships_revision ENABLE TRIGGER USER")
    assert not is_intact(partnership)
    with pytest.raises(MoveNotAllowed) as refusal:
        signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    assert refusal.value.code == "check_failed"


def test_clauses_say_the_terms_they_stand_with(world: World) -> None:
    draft = make.draft(world, payment_days=21)
    bodies = {clause["code"]: clause["body"] for clause in content_of(draft)["clauses"]}
    assert "paling lambat 21 hari kalender" in bodies["harga_pembayaran"]
    assert "Rp8.640.000.000" in bodies["harga_pembayaran"]
    assert world.buyer.name in bodies["para_pihak"]


def test_braces_of_the_parties_own_are_left_alone(world: World) -> None:
    draft = make.draft(world)
    PartnershipClause.objects.create(partnership=draft, position=99, title="Sendiri", body="{lain} {nilai} {0} {}")
    assert content_of(draft)["clauses"][-1]["body"] == "{lain} Rp8.640.000.000 {0} {}"


def test_no_tax_or_identity_number_stands_in_a_contract(world: World) -> None:
    text = canonical(content_of(make.draft(world))).decode()
    for enterprise in world.enterprises:
        assert enterprise.nib in text
        assert enterprise.npwp not in text


def test_the_pdf_is_drawn_from_the_frozen_text(world: World) -> None:
    partnership = make.offered(world, title="Pasokan *klem* #rahasia $x$ [y]")
    pdf = pdf_of(Revision.objects.get(partnership=partnership))
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) < 200_000


def test_printed_in_the_readers_language_beside_and_indonesian_within(world: World) -> None:
    content = content_of(make.draft(world, starts_on=dt.date(2027, 8, 1), ends_on=dt.date(2028, 8, 1)))
    assert as_printed(content)["starts_on"] == "1 Agustus 2027"
    assert "August" in as_printed(content, "en")["starts_on"]


def test_a_revision_shows_what_it_changed(world: World) -> None:
    partnership = make.offered(world)
    offer.withdraw_offer(partnership, by=world.officer)
    earlier = partnership.revisions.get().content
    drafting.set_terms(
        partnership, by=world.officer, payment_days=30, ends_on=timezone.localdate() + dt.timedelta(days=200)
    )
    drafting.set_lines(
        partnership,
        [LineInput(each, "Klem galvanis", Decimal(100), Unit.KILOGRAM, 39_000) for each in world.enterprises],
        by=world.officer,
    )
    clauses = [
        ClauseInput(each.title, each.body.replace("30 hari", "14 hari"), each.clause)
        for each in partnership.clauses.select_related("clause")
        if each.clause.code != "keadaan_kahar"
    ]
    drafting.set_clauses(partnership, [*clauses, ClauseInput("Pengiriman", "Setiap Senin.")], by=world.officer)
    found = {change.label: change for change in changes(earlier, content_of(partnership))}
    assert (
        found["Hari pembayaran setelah serah terima"].before,
        found["Hari pembayaran setelah serah terima"].after,
    ) == ("14", "30")
    assert found["Nilai"].after == "Rp7.800.000"
    assert "Rp39.000" in found["Baris 1"].after
    assert found["Keadaan kahar"].after == ""
    assert found["Pengiriman"].before == ""
    dispute = found["Penyelesaian perselisihan"].words
    assert (REMOVED, "30") in dispute
    assert (ADDED, "14") in dispute
    assert "Objek kemitraan" not in found


def test_the_same_text_has_no_changes(world: World) -> None:
    content = content_of(make.draft(world))
    assert changes(content, content) == []


def test_a_text_frozen_before_a_field_was_added_is_still_printed(world: World) -> None:
    content = content_of(make.draft(world))
    for each in content["enterprises"]:
        del each["business_class"]
    assert as_printed(content)["enterprises"][0]["business_class"] == ""
