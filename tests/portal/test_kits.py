"""A kit for a visit without signal: handed out, filled in, compared three ways, merged once."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from portal import audit
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted, TooLate
from portal.kits.answers import Answers
from portal.kits.beside import beside
from portal.kits.comparing import Comparison, State
from portal.kits.handing_out import hand_out
from portal.kits.layout import FIRST_ROW, KEYS_ROW
from portal.kits.merging import LEAVE_OUT, compared, merge_kit
from portal.kits.returning import bring_back, correct
from portal.models import (
    Activity,
    AnnualSales,
    Assignment,
    AuditEntry,
    CooperativeMember,
    Enterprise,
    ExportRecord,
    KbliClass,
    Machine,
    Notification,
    Product,
    SuspectedDuplicate,
    VisitKit,
)
from portal.personal_data import ROWS, Subject
from portal.selectors.dossier import trail_of
from portal.selectors.kit import CONSENT_ENDED, MEMBER_COLUMNS, UNASSIGNED, carried, kits_of, with_state
from portal.services.assistance import assign_companion, end_assignment
from portal.services.consent import withdraw_consent
from portal.services.cooperative import change_given, list_member
from portal.services.dossier import save_section
from portal.services.erasure import erase
from portal.services.kit import AlreadyMerged, call_back_kit
from portal.services.merging import merge
from tests.factories.assistance import EVERYTHING, Help, colleague_of, helped
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.kits import Filled, kit_of
from tests.factories.people import person
from tests.roles import as_owner

pytestmark = pytest.mark.django_db
ALL = (*EVERYTHING, "quality", "digital", "export", "innovation")


@pytest.fixture
def help_() -> Help:
    made = helped()
    made.consent(*ALL, days=100)
    return made


def changes(kit: VisitKit, given: Help) -> Comparison:
    return compared(kit, by=given.companion)


def states(kit: VisitKit, given: Help) -> dict[str, str]:
    return {item.path: item.state.value for item in changes(kit, given).items}


def wrong(kit: VisitKit, given: Help) -> dict[str, str]:
    """What is said at which cell."""
    return {each.cell.at: each.text for each in changes(kit, given).wrong}


def brought(given: Help, **answers: Any) -> VisitKit:
    filled = Filled(kit_of(given.enterprise, given.companion))
    for key, value in answers.items():
        filled.answer(key, value)
    return filled.brought_back(given.companion)


def owners_change(given: Help, section: str, **values: Any) -> None:
    save_section(given.enterprise, section, values, by=given.owner)


# -- Three sides -------------------------------------------------------------------------------------------------------


def test_a_kit_that_nobody_touched_changes_nothing(help_: Help) -> None:
    product(help_.enterprise, tkdn=None)
    Machine.objects.create(enterprise=help_.enterprise, name="Tungku induksi 500 kg", count=2, year=2019)
    ExportRecord.objects.create(enterprise=help_.enterprise, destination="Timor", product="Roda", year=2024)
    kit = brought(help_)
    assert states(kit, help_) == {}
    merge_kit(kit, {}, by=help_.companion)
    assert not AuditEntry.objects.of(help_.enterprise).filter(action="save_section").exists()


def test_what_changed_only_in_the_kit_is_proposed_and_saved_on_behalf(help_: Help) -> None:
    kit = brought(help_, workforce=24, phone="0812 3456 7890", established_on=dt.date(2011, 5, 6), capital="1,2 miliar")
    assert set(states(kit, help_).values()) == {State.PROPOSED}
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, help_.enterprise.phone) == (24, "0812 3456 7890")
    assert (help_.enterprise.established_on, help_.enterprise.capital) == (dt.date(2011, 5, 6), 1_200_000_000)
    entries = AuditEntry.objects.of(help_.enterprise).filter(action="save_section")
    assert {entry.payload["section"] for entry in entries} == {"identity", "address", "people", "finance"}
    for entry in entries:
        assert entry.actor == help_.companion
        assert entry.payload["on_behalf"]["companion"] == help_.companion.pk
    assert help_.companion.on_behalf is None
    assert audit.first_break(entries[0].stream) is None


def test_what_changed_only_in_the_portal_stays(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    owners_change(help_, "people", workforce=30)
    kit = Filled(kit).answer("phone", "0812 3456 7890").brought_back(help_.companion)
    assert set(states(kit, help_)) == {"phone"}
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 30


def test_what_both_sides_changed_to_the_same_is_no_question(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    owners_change(help_, "people", workforce=30)
    kit = Filled(kit).answer("workforce", "30").brought_back(help_.companion)
    assert states(kit, help_) == {}


@pytest.mark.parametrize(("side", "stays"), [("kit", 24), ("now", 30)])
def test_a_conflict_is_solved_by_a_person(help_: Help, side: str, stays: int) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    owners_change(help_, "people", workforce=30)
    kit = Filled(kit).answer("workforce", 24).brought_back(help_.companion)
    [item] = changes(kit, help_).items
    assert (item.state, item.base, item.kit, item.now) == (State.CONFLICT, "18", "24", "30")
    with pytest.raises(ValidationError) as refused:
        merge_kit(kit, {}, by=help_.companion)
    assert set(refused.value.message_dict) == {"workforce"}
    merge_kit(kit, {"workforce": side}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == stays


def test_one_may_leave_what_is_proposed(help_: Help) -> None:
    kit = brought(help_, workforce=24, phone="0812 3456 7890")
    kit = merge_kit(kit, {"workforce": "now"}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, help_.enterprise.phone) == (18, "0812 3456 7890")
    assert (kit.outcome["taken"], kit.outcome["left"]) == (["phone"], ["workforce"])


def test_a_page_that_was_opened_before_a_change_is_late(help_: Help) -> None:
    kit = brought(help_, workforce=24)
    seen = changes(kit, help_).seen
    owners_change(help_, "people", workforce=30)
    with pytest.raises(TooLate):
        merge_kit(kit, {"workforce": "kit"}, by=help_.companion, seen=seen)
    assert VisitKit.objects.get().status == "brought_back"


# -- Rows --------------------------------------------------------------------------------------------------------------


def test_rows_of_a_table_are_compared_one_by_one(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    owners_change(help_, "finance", sales=[{"year": 2025, "amount": 4_200_000_000}, {"year": 2023, "amount": 100}])
    filled = Filled(kit).row("sales", 2, year=2024, amount="3,5 miliar").row("sales", 1, amount=4_300_000_000)
    kit = filled.brought_back(help_.companion)
    assert states(kit, help_) == {"sales/2025": "proposed", "sales/2024": "proposed"}
    merge_kit(kit, {}, by=help_.companion)
    kept = dict(AnnualSales.objects.filter(enterprise=help_.enterprise).values_list("year", "amount"))
    assert kept == {2025: 4_300_000_000, 2024: 3_500_000_000, 2023: 100}


def test_an_emptied_row_goes_and_a_year_given_twice_is_said_at_its_cell(help_: Help) -> None:
    owners_change(help_, "finance", sales=[{"year": 2025, "amount": 5}, {"year": 2024, "amount": 4}])
    filled = Filled(kit_of(help_.enterprise, help_.companion)).row("sales", 2, year=None, amount=None)
    kit = filled.brought_back(help_.companion)
    assert states(kit, help_) == {"sales/2024": "proposed"}
    twice = filled.row("sales", 3, year=2025, amount=9).brought_back(help_.companion)
    assert "B6" in wrong(twice, help_)


def test_machines_exports_answers_and_activities(help_: Help) -> None:
    filled = Filled(kit_of(help_.enterprise, help_.companion))
    filled.row(
        "machines",
        1,
        name="Mesin bubut",
        count=3,
        year=2018,
        capacity=12.5,
        capacity_unit="kilogram",
        capacity_per="jam",
    )
    filled.answer("exports", "ya").row(
        "export_records", 1, country="Jepang", product="Roda", year=2024, value=15_000_000
    )
    filled.row("activities", 2, kbli="25920 apa pun", main="ya").row("activities", 1, main="tidak")
    for question in ("procedure", "incoming", "process", "final", "calibration", "complaints"):
        filled.answer(f"quality_{question}", "ya")
    kit = filled.brought_back(help_.companion)
    assert not wrong(kit, help_)
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    [machine] = help_.enterprise.machines.all()
    assert (machine.name, machine.capacity, machine.capacity_per) == ("Mesin bubut", 12.5, "hour")
    assert help_.enterprise.export_records.get().country == "JP"
    assert help_.enterprise.quality_practices == 6
    assert [each.kbli.code for each in help_.enterprise.activities.all()] == ["25920", "24310"]


def test_products_are_changed_cell_by_cell_and_added(help_: Help) -> None:
    help_.consent(*ALL)
    known = product(help_.enterprise, code="BAUT")
    kit = kit_of(help_.enterprise, help_.companion)
    Product.objects.filter(pk=known.pk).update(price=30_000)
    filled = Filled(kit).row("products", 1, price=29_000, tkdn="40%")
    filled.row(
        "products",
        2,
        name="Mur M16",
        kbli="24310",
        unit="kg",
        price="12.500",
        monthly_capacity="2.000",
        lead_time_days=7,
    )
    kit = filled.brought_back(help_.companion)
    assert states(kit, help_) == {
        "products/BAUT/price": "conflict",
        "products/BAUT/tkdn": "proposed",
        "products/+5": "proposed",
    }
    merge_kit(kit, {"products/BAUT/price": "now"}, by=help_.companion)
    known.refresh_from_db()
    assert (known.price, known.tkdn) == (30_000, 40)
    new = help_.enterprise.products.get(name="Mur M16")
    assert (new.unit, new.price, new.minimum_order) == ("kilogram", 12_500, 1)
    assert AuditEntry.objects.of(new).get().payload["on_behalf"]["companion"] == help_.companion.pk


def test_the_visit_is_noted_once(help_: Help) -> None:
    kit = brought(help_, visited_on=timezone.localdate(), seen_premises="ya", seen_stock="ya", notes="Gudang rapi")
    merge_kit(kit, {}, by=help_.companion)
    visit = help_.enterprise.visits.get()
    assert (sorted(visit.seen), visit.notes, visit.key) == (["premises", "stock"], "Gudang rapi", kit.visit_key)


# -- What can't be read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("nib", "123", "NIB terdiri dari 13 angka"),
        ("workforce", "dua puluh", "bilangan bulat"),
        ("workforce_women", 99, "perempuan"),
        ("legal_form", "yayasan", "yayasan"),
        ("women_led", "mungkin", "mungkin"),
        ("established_on", "kemarin dulu", "tanggal"),
        ("village", "33.10.12.9999", "33.10.12.9999"),
        ("business_plan", "pendek", "50"),
        ("address", "", "jalan"),
    ],
)
def test_a_bad_value_is_answered_at_its_cell_and_kept(help_: Help, key: str, value: Any, said: str) -> None:
    with translation.override("id"):
        kit = brought(help_, **{key: value}, description="Lain")
        [each] = changes(kit, help_).wrong
        assert each.cell.key == key
        assert said in each.text
        assert states(kit, help_) == {key: "unreadable", "description": "proposed"}
        with pytest.raises(ValidationError) as refused:
            merge_kit(kit, {}, by=help_.companion)
    assert set(refused.value.message_dict) == {LEAVE_OUT}
    kit = merge_kit(kit, {}, by=help_.companion, leave_out=True)
    assert kit.outcome["left_out"] == [key]
    assert str(value) in kit.answers


def test_a_village_of_another_district_is_said_clearly(help_: Help) -> None:
    with translation.override("id"):
        kit = brought(help_, village="33.10.12.2001")
        [each] = changes(kit, help_).wrong
    assert "33.10.12" in each.text
    assert "33.10.11" in each.text
    kit = brought(help_, village="33.10.12.2001", district="33.10.12")
    assert states(kit, help_) == {"village": "proposed"}


def test_a_cell_is_corrected_on_the_spot(help_: Help) -> None:
    kit = brought(help_, workforce="dua puluh")
    [each] = changes(kit, help_).wrong
    kit = correct(kit, {each.cell.address: "20"}, by=help_.companion)
    assert states(kit, help_) == {"workforce": "proposed"}
    with pytest.raises(ValidationError):
        correct(kit, {"Lain!A1": "20"}, by=help_.companion)


def test_a_formula_is_no_answer(help_: Help) -> None:
    kit = brought(help_, workforce="=20+4")
    assert states(kit, help_) == {"workforce": "unreadable"}
    assert "rumus" in next(iter(wrong(kit, help_).values())) or "formula" in next(iter(wrong(kit, help_).values()))


def test_secret_numbers_leave_the_portal_only_masked(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    assert "0013121660091000" not in str(kit.known)
    filled = Filled(kit)
    assert filled.cell("npwp").value is None
    assert states(filled.brought_back(help_.companion), help_) == {}
    kit = filled.answer("npwp", "01.312.166.0-091.000").brought_back(help_.companion)
    assert states(kit, help_) == {}
    kit = filled.answer("npwp", "02.345.678.9-091.000").brought_back(help_.companion)
    assert states(kit, help_) == {"npwp": "proposed"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM portal_visitkit")
        assert "02.345" not in cursor.fetchone()[0]
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.npwp == "0023456789091000"


def test_what_was_verified_is_not_changed_by_a_kit() -> None:
    help_ = helped(status=EnterpriseStatus.VERIFIED)
    help_.consent()
    kit = brought(help_, nib="8120012345678", phone="0812 3456 7890")
    assert states(kit, help_) == {"nib": "blocked", "phone": "proposed"}
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.phone == "0812 3456 7890"


# -- Whose, and how often ----------------------------------------------------------------------------------------------


def test_a_kit_is_handed_out_once_at_a_time(help_: Help) -> None:
    first, again = (hand_out([help_.enterprise], by=help_.companion)[0] for _time in range(2))
    assert (first[0], first[1], again[1]) == (again[0], True, False)
    assert Notification.objects.filter(user=help_.owner, kind="kit.handed_out").count() == 1
    call_back_kit(first[0], by=help_.companion)
    fresh, is_new = hand_out([help_.enterprise], by=help_.companion)[0]
    assert is_new
    assert fresh.number != first[0].number
    with pytest.raises(ValidationError, match=r"called back|ditarik"):
        Filled(first[0]).brought_back(help_.companion)


def test_the_same_kit_merged_twice_changes_nothing(help_: Help) -> None:
    filled = Filled(kit_of(help_.enterprise, help_.companion)).answer("workforce", 24)
    kit = filled.brought_back(help_.companion)
    merge_kit(kit, {}, by=help_.companion)
    owners_change(help_, "people", workforce=40)
    entries = AuditEntry.objects.count()
    with pytest.raises(AlreadyMerged) as told:
        merge_kit(kit, {}, by=help_.companion)
    assert str(help_.companion) in told.value.message
    with pytest.raises(AlreadyMerged):
        filled.brought_back(help_.companion)
    with pytest.raises(ValidationError, match=r"other answers|jawaban lain"):
        filled.answer("workforce", 25).brought_back(help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 40
    assert AuditEntry.objects.count() == entries


def test_somebody_elses_kit_is_refused(help_: Help) -> None:
    other = helped()
    file = Filled(kit_of(other.enterprise, other.companion)).file()
    with pytest.raises(ValidationError, match=r"no kit of a business|bukan kit"):
        bring_back(file, file.size, name="kit.xlsx", by=help_.companion)


def test_a_kit_of_an_enterprise_no_longer_assigned_is_refused(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    assert carried(kit, help_.companion).state == "handed_out"
    end_assignment(Assignment.objects.get(enterprise=help_.enterprise), by=help_.manager)
    [row] = with_state(kits_of(help_.companion), help_.companion)
    assert (row.state, row.mine) == (UNASSIGNED, False)
    with pytest.raises(ValidationError, match=r"no longer assigned|tidak lagi"):
        Filled(kit).brought_back(help_.companion)
    call_back_kit(kit, by=help_.companion)


def test_who_takes_over_brings_the_kit_back_under_a_consent_of_their_own(help_: Help) -> None:
    kit, successor = kit_of(help_.enterprise, help_.companion), colleague_of(help_.companion)
    assign_companion(help_.enterprise, successor, plut=help_.plut, by=help_.manager)
    kit = Filled(kit).answer("workforce", 24).brought_back(successor)
    with pytest.raises(NotPermitted):
        merge_kit(kit, {}, by=successor)
    Help(help_.plut, help_.manager, successor, help_.enterprise, help_.owner).consent()
    merge_kit(kit, {}, by=successor)
    assert VisitKit.objects.get().merged_by == successor


def test_without_a_consent_nothing_is_merged_and_the_answers_stay(help_: Help) -> None:
    kit = brought(help_, workforce=24)
    withdraw_consent(help_.enterprise.consents.get(ended_at=None), by=help_.owner)
    assert carried(VisitKit.objects.get(), help_.companion).state == CONSENT_ENDED
    with pytest.raises(NotPermitted):
        merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 18
    help_.consent()
    merge_kit(kit, {}, by=help_.companion)


def test_only_the_parts_that_were_named_are_merged(help_: Help) -> None:
    help_.consent("people")
    kit = brought(help_, workforce=24, capital=1)
    assert states(kit, help_) == {"workforce": "proposed", "capital": "blocked"}
    with pytest.raises(ValidationError):
        merge_kit(kit, {"capital": "kit"}, by=help_.companion)
    merge_kit(kit, {}, by=help_.companion)
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, help_.enterprise.capital) == (24, 850_000_000)


def test_while_the_ministry_checks_the_kit_waits(help_: Help) -> None:
    kit = brought(help_, workforce=24)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_enterprise SET status = 'submitted' WHERE id = %s", [help_.enterprise.pk])
    with pytest.raises(MoveNotAllowed):
        merge_kit(kit, {}, by=help_.companion)
    assert VisitKit.objects.get().status == "brought_back"


def test_a_late_kit_is_refused_and_a_new_one_is_handed_out(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    filled = Filled(kit)
    VisitKit.objects.filter(pk=kit.pk).update(until=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(ValidationError, match=r"brought back by|dibawa kembali"):
        filled.brought_back(help_.companion)
    _fresh, is_new = hand_out([help_.enterprise], by=help_.companion)[0]
    kit.refresh_from_db()
    assert (is_new, kit.status) == (True, "expired")


def test_a_value_that_only_the_service_can_refuse_undoes_all(help_: Help) -> None:
    """A product code that somebody took meanwhile: nothing of the kit is saved."""
    kit = kit_of(help_.enterprise, help_.companion)
    product(help_.enterprise, code="MUR")
    filled = Filled(kit).answer("workforce", 24)
    filled.row(
        "products", 1, code="MUR", name="Mur", kbli="24310", unit="kg", price=1, monthly_capacity=1, lead_time_days=1
    )
    kit = filled.brought_back(help_.companion)
    with pytest.raises(ValidationError) as refused:
        merge_kit(kit, {}, by=help_.companion)
    assert set(refused.value.message_dict) == {"products/+4"}
    help_.enterprise.refresh_from_db()
    assert (help_.enterprise.workforce, VisitKit.objects.get().status) == (18, "brought_back")


def test_the_database_keeps_what_was_handed_out_and_merged(help_: Help) -> None:
    kit = brought(help_, workforce=24)
    for change in ({"known": {}}, {"state": "x"}, {"number": "KIT-X"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            VisitKit.objects.filter(pk=kit.pk).update(**change)
    merge_kit(kit, {}, by=help_.companion)
    with pytest.raises(DatabaseError), transaction.atomic():
        VisitKit.objects.filter(pk=kit.pk).update(answers="{}")
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE portal_visitkit SET status = 'handed_out' WHERE id = %s", [kit.pk])


@pytest.mark.django_db(transaction=True)
def test_two_companions_merge_the_same_kit_and_one_is_told() -> None:
    first, second = shared_by_two()
    kit = Filled(kit_of(first.enterprise, first.companion)).answer("workforce", 24).brought_back(first.companion)
    barrier, told = threading.Barrier(2), []

    def merge(by: Any) -> None:
        try:
            barrier.wait()
            merge_kit(VisitKit.objects.get(pk=kit.pk), {}, by=by)
            told.append("merged")
        except AlreadyMerged as already:
            told.append(already.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=[by]) for by in (first.companion, second.companion)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = VisitKit.objects.get(pk=kit.pk)
    assert sorted(told, key=len)[0] == "merged"
    assert str(done.merged_by) in sorted(told, key=len)[1]
    assert AuditEntry.objects.of(done).filter(action="merge_kit").count() == 1
    assert (
        AuditEntry.objects.of(Enterprise.objects.get(pk=first.enterprise.pk)).filter(action="save_section").count() == 1
    )


def shared_by_two() -> tuple[Help, Help]:
    """Two companions of two centres look after one business, each under a consent."""
    first, second = helped(), helped()
    Assignment.objects.create(plut=second.plut, companion=second.companion, enterprise=first.enterprise)
    first.consent(*ALL)
    other = Help(second.plut, second.manager, second.companion, first.enterprise, first.owner)
    other.consent(*ALL)
    return first, other


def test_what_a_second_companion_fills_in_waits_beside_what_the_first_one_did() -> None:
    first, second = shared_by_two()
    kit = kit_of(first.enterprise, first.companion)
    mine = Filled(kit).answer("workforce", 24).answer("postal_code", "abc").brought_back(first.companion)
    theirs = Filled(kit).answer("workforce", 31).answer("phone", "0812 3456 7890")
    copy = theirs.brought_back(second.companion)
    assert (copy.number, copy.copy_of, copy.brought_by) == (f"{kit.number}-2", kit, second.companion)
    mine.refresh_from_db()
    assert (mine.brought_by, states(mine, first)) == (
        first.companion,
        {"workforce": "proposed", "postal_code": "unreadable"},
    )
    assert states(copy, second) == {"workforce": "proposed", "phone": "proposed"}
    [other] = beside(copy, by=second.companion)
    assert {item.path: item.kit for item in other.items} == {"workforce": "24", "postal_code": "abc"}
    # Corrected in its own copy; and the same files again are known again.
    correct(mine, {changes(mine, first).wrong[0].cell.address: "57466"}, by=first.companion)
    again = Filled(kit).answer("workforce", 24).answer("postal_code", "abc").brought_back(first.companion)
    assert (again, theirs.brought_back(second.companion)) == (mine, copy)
    assert VisitKit.objects.count() == 2
    assert hand_out([first.enterprise], by=first.companion) == [(kit, False)]

    merge_kit(copy, {}, by=second.companion)
    mine = VisitKit.objects.get(pk=mine.pk)
    assert states(mine, first) == {"workforce": "conflict", "postal_code": "proposed"}
    merge_kit(mine, {"workforce": "kit"}, by=first.companion)
    first.enterprise.refresh_from_db()
    stands = first.enterprise
    assert (stands.workforce, stands.postal_code, stands.phone) == (24, "57466", "0812 3456 7890")


def test_one_companion_who_uploads_anew_keeps_both(help_: Help) -> None:
    """At most ten of one kit; one is called back like a kit, and what it held stays in it."""
    kit = kit_of(help_.enterprise, help_.companion)
    numbers = [Filled(kit).answer("workforce", 20 + n).brought_back(help_.companion).number for n in range(10)]
    assert numbers == [kit.number, *(f"{kit.number}-{n}" for n in range(2, 11))]
    with pytest.raises(ValidationError, match=r"came back 10 times|kembali 10 kali"):
        Filled(kit).answer("workforce", 60).brought_back(help_.companion)
    last = VisitKit.objects.get(number=numbers[-1])
    call_back_kit(last, by=help_.companion)
    assert Answers.of(VisitKit.objects.get(pk=last.pk)).field("workforce").text == "29"
    assert len(beside(kit, by=help_.companion)) == 8


def test_a_product_and_a_visit_that_another_copy_brought_are_asked_about(help_: Help) -> None:
    kit = kit_of(help_.enterprise, help_.companion)
    bolt = {"name": "Baut M8", "kbli": "25920", "unit": "kg", "price": "900", "monthly_capacity": "5"}

    def with_visit(filled: Filled) -> Filled:
        return filled.answer("visited_on", timezone.localdate().strftime("%d-%m-%Y")).answer("seen_premises", "ya")

    one = with_visit(Filled(kit).row("products", 1, **bolt, lead_time_days="3")).brought_back(help_.companion)
    same = Filled(kit).row("products", 2, **bolt, lead_time_days="3").answer("workforce", 24)
    two = same.brought_back(help_.companion)
    other = with_visit(Filled(kit).row("products", 1, **{**bolt, "price": "950"}, lead_time_days="3"))
    three = other.brought_back(help_.companion)
    merge_kit(one, {}, by=help_.companion)
    assert states(two, help_) == {"workforce": "proposed"}
    found = states(three, help_)
    assert set(found.values()) == {"conflict"}
    assert "visit" in found
    merge_kit(three, dict.fromkeys(found, "now"), by=help_.companion)
    assert help_.enterprise.visits.count() == 1
    assert list(help_.enterprise.products.values_list("name", "price")) == [("Baut M8", 900)]


@pytest.mark.django_db(transaction=True)
def test_two_files_of_one_kit_at_the_same_moment_are_both_kept() -> None:
    first, second = shared_by_two()
    kit = kit_of(first.enterprise, first.companion)
    files = {
        by: Filled(kit).answer("workforce", count) for by, count in ((first.companion, 24), (second.companion, 31))
    }
    barrier = threading.Barrier(2)

    def upload(by: Any) -> None:
        try:
            barrier.wait()
            files[by].brought_back(by)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload, args=[by]) for by in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = {each.brought_by: Answers.of(each).field("workforce").text for each in VisitKit.objects.all()}
    assert kept == {first.companion: "24", second.companion: "31"}


def test_half_a_map_point_is_said_at_the_other_half(help_: Help) -> None:
    kit = brought(help_, latitude="-7,7056")
    [each] = changes(kit, help_).wrong
    assert each.cell.key == "longitude"
    kit = correct(kit, {each.cell.address: "110,6031"}, by=help_.companion)
    assert states(kit, help_) == {"latitude": "proposed", "longitude": "proposed"}


def test_the_trail_says_who_filled_in_on_whose_behalf(help_: Help) -> None:
    merge_kit(brought(help_, workforce=24), {}, by=help_.companion)
    with translation.override("id"):
        told = {(entry["actor"], entry["event"]) for entry in trail_of(help_.enterprise)["entries"]}
    assert any(actor == help_.companion and event.endswith("untuk usaha ini") for actor, event in told)
    assert any(event.startswith("Kit kunjungan KIT-") for _actor, event in told)


def test_a_question_that_came_after_the_kit_is_not_missing(help_: Help) -> None:
    """A release in between: the workbook has no row for it, and that is nobody's fault."""
    kit = kit_of(help_.enterprise, help_.companion)
    filled = Filled(kit).answer("phone", "0812 3456 7890")
    sheet = filled.sheet("profile")
    sheet.delete_rows(filled.cell("workforce_trained").row)
    with pytest.raises(ValidationError):
        filled.brought_back(help_.companion)
    VisitKit.objects.filter(pk=kit.pk).delete()
    older = VisitKit(**{field.attname: getattr(kit, field.attname) for field in VisitKit._meta.concrete_fields})
    older.asked = [key for key in kit.asked if key != "workforce_trained"]
    older.save(force_insert=True)
    assert set(states(filled.brought_back(help_.companion), help_)) == {"phone"}


def test_a_business_that_became_part_of_another_has_no_kit_out(help_: Help) -> None:
    """Neither the one that is out nor the one that was brought back can be merged into a dossier that is no more."""
    kit = brought(help_, postal_code="57466")
    kept = enterprise()
    first, second = sorted((kept, help_.enterprise), key=lambda each: each.pk)
    pair = SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=40)
    merge(pair, kept=kept, reason="Terdaftar dua kali.", by=person(Role.MINISTRY_ADMIN))
    kit.refresh_from_db()
    assert (kit.enterprise, kit.status) == (help_.enterprise, "expired")


def test_kits_are_in_a_copy_of_the_data_and_go_with_an_erasure(help_: Help) -> None:
    brought(help_, postal_code="57466")
    owner = owner_of(help_.enterprise)
    subject = Subject(owner, (help_.enterprise,))
    assert [each["number"] for each in ROWS["visit_kits"](subject)] == [VisitKit.objects.get().number]
    erase(subject)
    assert not VisitKit.objects.exists()


# -- Row by row --------------------------------------------------------------------------------------------------------


def machine(given: Help, name: str, **fields: Any) -> Machine:
    return Machine.objects.create(enterprise=given.enterprise, **{"name": name, "count": 1, "year": 2019, **fields})


def test_machines_are_merged_one_by_one(help_: Help) -> None:
    machine(help_, "Tungku")
    machine(help_, "Mesin bubut", year=2015)
    kit = kit_of(help_.enterprise, help_.companion)
    # Meanwhile the owner adds one and corrects another; at the visit a third is added, and one counted anew.
    machine(help_, "Gerinda", year=2020)
    Machine.objects.filter(name="Mesin bubut").update(count=3)
    filled = Filled(kit).row("machines", 1, count="2").row("machines", 3, name="Mesin las", count="4", year="2021")
    kit = filled.brought_back(help_.companion)
    assert states(kit, help_) == {"machines/TUNGKU/2019": "proposed", "machines/MESIN LAS/2021": "proposed"}
    merge_kit(kit, {}, by=help_.companion)
    assert dict(help_.enterprise.machines.values_list("name", "count")) == {
        "Tungku": 2,
        "Mesin bubut": 3,
        "Gerinda": 1,
        "Mesin las": 4,
    }


def test_the_same_machine_counted_on_both_sides_is_a_conflict_of_that_row_alone(help_: Help) -> None:
    machine(help_, "Tungku")
    machine(help_, "Mesin bubut", year=2015)
    kit = kit_of(help_.enterprise, help_.companion)
    Machine.objects.filter(name="Tungku").update(count=5)
    empty = dict.fromkeys(("name", "count", "year"), "")
    kit = Filled(kit).row("machines", 1, count="2").row("machines", 2, **empty).brought_back(help_.companion)
    assert states(kit, help_) == {"machines/TUNGKU/2019": "conflict", "machines/MESIN BUBUT/2015": "proposed"}
    merge_kit(kit, {"machines/TUNGKU/2019": "now"}, by=help_.companion)
    assert dict(help_.enterprise.machines.values_list("name", "count")) == {"Tungku": 5}


def test_two_machines_of_one_name_and_year_are_compared_with_the_whole_table(help_: Help) -> None:
    machine(help_, "Mesin jahit")
    machine(help_, "mesin jahit", count=6)
    kit = Filled(kit_of(help_.enterprise, help_.companion)).row("machines", 1, count="9").brought_back(help_.companion)
    assert states(kit, help_) == {"machines/*": "proposed"}
    merge_kit(kit, {}, by=help_.companion)
    assert sorted(help_.enterprise.machines.values_list("count", flat=True)) == [6, 9]


def test_exports_and_activities_are_merged_one_by_one(help_: Help) -> None:
    Enterprise.objects.filter(pk=help_.enterprise.pk).update(exports=True)
    help_.enterprise.refresh_from_db()
    ExportRecord.objects.create(enterprise=help_.enterprise, country="JP", product="Roda", year=2024, value=10)
    ExportRecord.objects.create(enterprise=help_.enterprise, country="MY", product="Roda", year=2024, value=20)
    kit = kit_of(help_.enterprise, help_.companion)
    ExportRecord.objects.create(enterprise=help_.enterprise, country="SG", product="Klem", year=2025, value=30)
    pump = KbliClass.objects.get(code="25920", edition=2025)
    Activity.objects.create(enterprise=help_.enterprise, kbli=pump)
    filled = Filled(kit).row("export_records", 1, value="15.000.000").row("activities", 2, kbli="22203", main="tidak")
    kit = filled.brought_back(help_.companion)
    assert set(states(kit, help_)) == {"export_records/JP/RODA/2024", "activities/22203/2025"}
    labels = {item.label for item in changes(kit, help_).items}
    assert any("Jepang" in label for label in labels)
    assert any("22203" in label for label in labels)
    assert wrong(kit, help_) == {}
    merge_kit(kit, {}, by=help_.companion)
    assert dict(help_.enterprise.export_records.values_list("country", "value")) == {
        "JP": 15_000_000,
        "MY": 20,
        "SG": 30,
    }
    assert {each.kbli.code for each in help_.enterprise.activities.all()} == {"24310", "25920", "22203"}
    assert help_.enterprise.activities.get(is_main=True).kbli.code == "24310"


def test_activities_cannot_all_be_taken_out_row_by_row(help_: Help) -> None:
    kit = Filled(kit_of(help_.enterprise, help_.companion)).row("activities", 1, kbli="", main="")
    assert "unreadable" in states(kit.brought_back(help_.companion), help_).values()


# -- Prices and members ------------------------------------------------------------------------------------------------


def test_prices_by_quantity_and_other_units_go_along_and_come_back(help_: Help) -> None:
    sold = product(
        help_.enterprise,
        price=15_000,
        minimum_order=1,
        unit="pack",
        tiers=[{"from_quantity": "500", "price": 14_500}],
        units=[{"unit": "box", "holds": "24", "price": 340_000}],
    )
    filled = Filled(kit_of(help_.enterprise, help_.companion))
    sheet = filled.sheet("products")
    cells = {sheet.cell(KEYS_ROW, place).value: sheet.cell(FIRST_ROW, place).value for place in range(1, 18)}
    assert (cells["tiers"], cells["units"]) == ("500: 14.500", "dus 24: 340.000")
    assert states(Filled(kit_of(help_.enterprise, help_.companion)).brought_back(help_.companion), help_) == {}
    kit = kit_of(help_.enterprise, help_.companion)
    filled = Filled(kit).row("products", 1, tiers="500: 14.400; 2000: 13.900", units="")
    filled.row(
        "products",
        2,
        name="Tutup manhole",
        kbli="24310",
        unit="buah",
        price="9000",
        monthly_capacity="5",
        lead_time_days="3",
        tiers="10: 8.900",
    )
    kit = filled.brought_back(help_.companion)
    merge_kit(kit, {}, by=help_.companion)
    sold.refresh_from_db()
    assert sold.tiers == [{"from_quantity": "500", "price": 14_400}, {"from_quantity": "2000", "price": 13_900}]
    assert sold.units == []
    assert Product.objects.get(name="Tutup manhole").tiers == [{"from_quantity": "10", "price": 8_900}]


def test_a_wrong_price_of_a_kit_is_said_at_its_cell_and_part(help_: Help) -> None:
    product(help_.enterprise, price=15_000, minimum_order=1, unit="pack")
    kit = Filled(kit_of(help_.enterprise, help_.companion)).row("products", 1, tiers="500: 14.500; 900: nol")
    [text] = wrong(kit.brought_back(help_.companion), help_).values()
    assert "900: nol" in text


@pytest.fixture
def cooperative() -> Help:
    made = helped(legal_form="koperasi", name="Koperasi Logam Ceper")
    made.consent(*ALL, "members", days=100)
    return made


def member(given: Help, name: str, **fields: Any) -> CooperativeMember:
    return list_member(
        given.enterprise,
        by=given.owner,
        **{
            "name": name,
            "village": given.enterprise.village,
            "product": "Baut",
            "capacity": Decimal(100),
            "unit": "kilogram",
            **fields,
        },
    )


def test_members_of_a_cooperative_go_along_and_come_back(cooperative: Help) -> None:
    one, two = member(cooperative, "UD Satu"), member(cooperative, "UD Dua")
    kit = kit_of(cooperative.enterprise, cooperative.companion)
    assert states(Filled(kit).brought_back(cooperative.companion), cooperative) == {}
    kit = kit_of(cooperative.enterprise, cooperative.companion)
    village = cooperative.enterprise.village_id
    filled = Filled(kit).row("members", 1, capacity="250").row("members", 2, **dict.fromkeys(MEMBER_COLUMNS, ""))
    filled.row("members", 3, name="UD Tiga", village=f"{village} Ceper", product="Mur", capacity="1.500,5", unit="kg")
    kit = filled.brought_back(cooperative.companion)
    assert set(states(kit, cooperative).values()) == {"proposed"}
    merge_kit(kit, {}, by=cooperative.companion)
    stands = {row.name: (row.product, row.capacity) for row in cooperative.enterprise.member_enterprises.all()}
    assert stands == {"UD Satu": ("Baut", 250), "UD Dua": ("Baut", 100), "UD Tiga": ("Mur", Decimal("1500.50"))}
    actions = AuditEntry.objects.of(cooperative.enterprise).filter(action__in=("change_member", "list_member"))
    assert [entry.action for entry in actions if "on_behalf" in entry.payload] == ["change_member", "list_member"]
    assert {one.pk, two.pk} < set(cooperative.enterprise.member_enterprises.values_list("pk", flat=True))


def test_a_member_changed_on_both_sides_is_a_conflict_and_a_wrong_one_is_said_at_its_cell(cooperative: Help) -> None:
    one = member(cooperative, "UD Satu")
    kit = kit_of(cooperative.enterprise, cooperative.companion)
    change_given(one, by=cooperative.owner, product="Baut", capacity=Decimal(300), unit="kilogram")
    filled = Filled(kit).row("members", 1, capacity="250")
    filled.row("members", 2, name="UD Dua", nib="12", product="Mur", capacity="banyak", unit="kg")
    kit = filled.brought_back(cooperative.companion)
    found = states(kit, cooperative)
    assert found[f"members/{one.pk}"] == "conflict"
    assert sorted(found.values()) == ["conflict", "unreadable"]
    said = " ".join(wrong(kit, cooperative).values())
    assert "13" in said
    renamed = Filled(kit_of(cooperative.enterprise, cooperative.companion)).row("members", 1, name="UD Lain")
    assert list(states(renamed.brought_back(cooperative.companion), cooperative).values()) == ["blocked"]


def test_a_firm_that_is_no_cooperative_is_asked_for_no_members(help_: Help) -> None:
    filled = Filled(kit_of(help_.enterprise, help_.companion))
    assert not any(sheet["A1"].value == "mitrapasok-kit:members" for sheet in filled.book)


def test_a_kit_of_before_there_were_prices_and_members_in_it_is_merged_still(cooperative: Help) -> None:
    product(cooperative.enterprise, tiers=[])
    kit = kit_of(cooperative.enterprise, cooperative.companion)
    known = kit.known
    known["tables"].pop("members")
    for row in known["products"]:
        for name in ("bmp", "tiers", "units"):
            row.pop(name)
    asked = [
        key
        for key in kit.asked
        if not key.startswith("members.") and key.partition(".")[2] not in ("bmp", "tiers", "units")
    ]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE portal_visitkit DISABLE TRIGGER USER")
        VisitKit.objects.filter(pk=kit.pk).update(known=known, asked=asked)
        cursor.execute("ALTER TABLE portal_visitkit ENABLE TRIGGER USER")
    kit.refresh_from_db()
    filled = Filled(kit).answer("workforce", 24).brought_back(cooperative.companion)
    assert states(filled, cooperative) == {"workforce": "proposed"}
