"""Who signs is data, and it is dated: loading it, successors, ministries that end while a contract waits."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from partnerships.enums import AgreementKind
from partnerships.models import Agreement, AgreementParty, Clause
from partnerships.selectors.signatories import in_office, required_authorities
from partnerships.services import signing
from partnerships.services.agreement import agreement_in_force, load_agreements, pass_on_sign_offs
from partnerships.services.library import load_clauses
from portal.enums import LegalForm, Role
from portal.flow import NotPermitted
from portal.models import Organisation
from tests.factories import partnerships as make
from tests.factories.people import OrganisationFactory, person

pytestmark = pytest.mark.django_db

PP_7_2021 = {
    "para_pihak", "objek", "hak_kewajiban", "jangka_waktu", "harga_pembayaran", "mutu_penerimaan", "alih_pengetahuan",
    "perselisihan", "keadaan_kahar", "pengawasan_kppu",
}  # fmt: skip


def test_agreements_load_once_with_their_authorities() -> None:
    Agreement.objects.all().delete()
    load_agreements()
    assert load_agreements() == {"organisations": 0, "agreements": 0}
    memorandum = Agreement.objects.get(code="rantai-pasok-2021")
    assert memorandum.signed_on == dt.date(2021, 9, 3)
    assert memorandum.number == ""
    assert [party.organisation.name for party in memorandum.parties.all()] == [
        "Kementerian Koperasi dan UKM",
        "Kementerian Perindustrian",
        "Kementerian BUMN",
    ]
    current = Agreement.objects.get(code="rantai-pasok-kini")
    assert current.is_sample
    assert [party.organisation.short_name for party in current.parties.filter(only_cooperatives=True)] == [
        "Kementerian Koperasi"
    ]
    assert Agreement.objects.get(code="teknologi-digital-2021").kind == AgreementKind.TECHNOLOGY


def test_the_agreement_in_force_depends_on_the_day() -> None:
    Agreement.objects.all().delete()
    load_agreements()
    assert agreement_in_force(dt.date(2022, 1, 1)).code == "rantai-pasok-2021"
    assert agreement_in_force(dt.date(2025, 1, 1)) is None
    assert agreement_in_force(dt.date(2026, 1, 1)).code == "rantai-pasok-kini"


def test_what_people_corrected_stays_on_the_next_load() -> None:
    load_agreements()
    Organisation.objects.filter(short_name="BP BUMN").update(valid_from=dt.date(2025, 10, 6), source="Dicocokkan")
    load_agreements()
    kept = Organisation.objects.get(short_name="BP BUMN")
    assert (kept.valid_from, kept.source) == (dt.date(2025, 10, 6), "Dicocokkan")


def test_a_bank_that_buys_already_keeps_what_it_can() -> None:
    bank = OrganisationFactory(name="PT Bank Rakyat Indonesia (Persero) Tbk", capabilities=["buyer"])
    load_agreements()
    bank.refresh_from_db()
    assert bank.capabilities == ["buyer", "financier"]


def test_a_ministry_that_ended_is_followed_to_whoever_holds_its_office() -> None:
    load_agreements()
    old = Organisation.objects.get(name="Kementerian BUMN")
    assert in_office(old, dt.date(2025, 9, 1)) == old
    assert in_office(old, dt.date(2026, 1, 1)).short_name == "BP BUMN"
    assert in_office(OrganisationFactory(valid_until=dt.date(2020, 1, 1)), dt.date(2026, 1, 1)) is None


def test_successors_in_a_circle_end_somewhere() -> None:
    first = OrganisationFactory(valid_until=dt.date(2020, 1, 1))
    second = OrganisationFactory(valid_until=dt.date(2020, 1, 1), successor=first)
    first.successor = second
    first.save(update_fields=["successor"])
    assert in_office(first, dt.date(2026, 1, 1)) is None


def test_two_places_that_fall_to_one_successor_are_signed_once() -> None:
    world = make.world(authorities=2)
    first, second = world.authorities
    first.valid_until, first.successor = timezone.localdate() - dt.timedelta(days=1), second
    first.save()
    assert required_authorities(make.draft(world)) == [second]
    partnership = make.in_review(world)
    signing.sign_off(
        make.place_of(partnership, world.admins[1]), document_hash=partnership.document_hash, by=world.admins[1]
    )
    partnership.refresh_from_db()
    assert partnership.status == "active"


def test_what_waits_at_a_dissolved_ministry_passes_to_its_successor() -> None:
    world = make.world()
    partnership = make.in_review(world)
    ministry, heir = world.authorities[0], OrganisationFactory(capabilities=["authority"], ownership="")
    successor = person(Role.MINISTRY_ADMIN, heir)
    ministry.valid_until, ministry.successor = timezone.localdate() - dt.timedelta(days=1), heir
    ministry.save()
    place = make.place_of(partnership, world.admins[0])
    with pytest.raises(NotPermitted):
        signing.sign_off(place, document_hash=partnership.document_hash, by=world.admins[0])
    assert pass_on_sign_offs() == 1
    assert pass_on_sign_offs() == 0
    for admin in (successor, *world.admins[1:]):
        signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)
    partnership.refresh_from_db()
    assert partnership.status == "active"


def test_the_places_of_an_agreement_are_fixed_once_a_contract_was_offered() -> None:
    world = make.world()
    make.draft(world)
    AgreementParty.objects.filter(agreement=world.agreement, position=3).update(only_cooperatives=True)
    make.offered(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementParty.objects.filter(agreement=world.agreement, position=2).update(signs=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementParty.objects.filter(agreement=world.agreement).delete()


def test_a_cooperative_among_several_brings_its_ministry_in() -> None:
    world = make.world(authorities=2)
    make.add_enterprise(world, legal_form=LegalForm.COOPERATIVE)
    AgreementParty.objects.filter(agreement=world.agreement, position=2).update(only_cooperatives=True)
    assert len(required_authorities(make.draft(world))) == 2


def test_the_library_has_the_minimum_content_in_both_languages(tmp_path: Path) -> None:
    Clause.objects.all().delete()
    load_clauses()
    assert load_clauses()["added"] == 0
    assert set(Clause.objects.filter(required=True).values_list("code", flat=True)) == PP_7_2021
    assert not Clause.objects.filter(body_id="").exists()
    assert not Clause.objects.filter(body_en="").exists()


def test_a_changed_clause_is_the_next_version(tmp_path: Path) -> None:
    load_clauses()
    clause = Clause.objects.get(code="objek")
    fields = ("code", "title_id", "title_en", "body_id", "body_en", "required")
    changed = {name: getattr(clause, name) for name in fields} | {"body_id": "Isi baru"}
    path = tmp_path / "clauses.json"
    path.write_text(json.dumps([changed]))
    assert load_clauses(path) == {"added": 1, "unchanged": 0}
    assert list(Clause.objects.filter(code="objek").values_list("version", flat=True)) == [2, 1]
