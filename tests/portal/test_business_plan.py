"""A business plan that can be measured, and what came of it: entered quarter by quarter, never rewritten."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from portal import jobs
from portal.enums import EnterpriseStatus, Role
from portal.models import Assignment, AuditEntry, Enterprise, Notification, PlanProgress, PlanTarget, User
from portal.notifications import words
from portal.selectors.enterprise import completeness
from portal.selectors.plan import progress_of, targets_that_stay
from portal.services import calendar
from portal.services.consent import give_consent
from portal.services.plan import report_progress
from portal.services.plan_reminders import remind_of_plans
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.portal.test_enterprise_dossier import rows, text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PRODUCTS = rows("plan_products", {"name": "Tutup manhole", "quantity": "1.200", "unit": "piece"})
MARKET = rows("plan_markets", {"kind": "state", "name": "PLN Jawa Tengah", "amount": "1,5 miliar"})
TARGETS = rows(
    "plan_targets",
    {"indicator": "sales", "year": "2026", "q4": "400 juta"},
    {"indicator": "production", "unit": "tonne", "year": "2027", "q1": "12,5", "q2": "15"},
)
FUNDING = rows("plan_funding", {"purpose": "Tungku kedua", "amount": "600 juta", "source": "kur"})
WHOLE = {"funding_needed": "True", **PRODUCTS, **MARKET, **TARGETS, **FUNDING}
DAY = "2026-11-30T05:00:00Z"


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(DAY, tick=False):
        yield


@pytest.fixture
def owner() -> User:
    return person(Role.OWNER)


@pytest.fixture
def firm(owner: User) -> Enterprise:
    return enterprise(owner=owner, business_plan="")


def target(firm: Enterprise, **fields: Any) -> PlanTarget:
    return PlanTarget.objects.create(
        enterprise=firm,
        **{"indicator": "sales", "year": 2026, **{f"q{n}": Decimal(100_000_000 * n) for n in (1, 2, 3, 4)}, **fields},
    )


def reported(subject: PlanTarget, quarter: int, actual: int, by: User, note: str = "") -> PlanProgress:
    return report_progress(subject, quarter, actual=Decimal(actual), note=note, by=by)


# -- The plan --------------------------------------------------------------------------------------------------------


def test_a_whole_plan_is_four_parts_and_completes_the_section(owner: User, firm: Enterprise) -> None:
    assert signed_in(owner).post(url("plan"), WHOLE).status_code == 302
    firm = Enterprise.objects.get()
    assert (firm.plan_parts, firm.funding_needed) == (4, True)
    assert firm.plan_products.get().quantity == 1200
    assert firm.plan_markets.get().amount == 1_500_000_000
    assert list(firm.plan_targets.values_list("indicator", "unit", "year", "q1", "q4")) == [
        ("sales", "", 2026, None, 400_000_000),
        ("production", "tonne", 2027, Decimal("12.5"), None),
    ]
    assert firm.plan_funding.get().source == "kur"
    state = next(each for each in completeness(firm).states if each.section.name == "plan")
    assert state.state == "done"
    check = text_of(signed_in(owner).get(reverse("dossier_check")))
    for shown in (
        "1.200 buah per bulan",
        "Rp1,5 miliar setahun",
        "Oktober–Desember: Rp400 juta",
        "12,5 ton",
        "Rp600 juta",
    ):
        assert shown in check


@pytest.mark.parametrize(
    ("part", "parts"),
    [(PRODUCTS, 1), (MARKET, 1), (TARGETS, 1), ({"funding_needed": "False"}, 1), ({"business_plan": "a" * 60}, None)],
)
def test_a_plan_is_saved_as_far_as_it_goes(owner: User, firm: Enterprise, part: dict, parts: int | None) -> None:
    assert signed_in(owner).post(url("plan"), part).status_code == 302
    firm.refresh_from_db()
    assert firm.plan_parts == parts
    state = next(each for each in completeness(firm).states if each.section.name == "plan")
    assert state.state == ("partly" if parts else "todo")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({**WHOLE, "plan_products-0-quantity": "banyak"}, "plan_products"),
        ({**WHOLE, "plan_products-0-unit": ""}, "plan_products"),
        ({**WHOLE, "plan_markets-0-amount": "-5"}, "plan_markets"),
        ({**WHOLE, "plan_targets-0-year": "1999"}, "plan_targets"),
        ({**WHOLE, "plan_targets-0-q4": ""}, "plan_targets"),
        ({**WHOLE, "plan_targets-0-q4": "0"}, "plan_targets"),
        ({**WHOLE, "plan_targets-0-q4": "10,5"}, "plan_targets"),
        ({**WHOLE, "plan_targets-1-unit": ""}, "plan_targets"),
        ({**WHOLE, "plan_targets-0-q2": "100 juta"}, "plan_targets"),  # June is over
        ({**WHOLE, "plan_targets-1-indicator": "sales", "plan_targets-1-year": "2026"}, "plan_targets"),
        ({**WHOLE, "plan_funding-0-source": "dukun"}, "plan_funding"),
        ({**WHOLE, **rows("plan_funding")}, "plan_funding"),
        ({**WHOLE, "funding_needed": "False"}, "funding_needed"),
        ({**WHOLE, "business_plan": "pendek"}, "business_plan"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands_and_kept(owner: User, firm: Enterprise, sent: dict, field: str) -> None:
    page = signed_in(owner).post(url("plan"), sent)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "Tutup manhole" in text_of(page)
    assert not firm.plan_products.exists()


def test_a_target_of_a_quarter_that_has_ended_is_not_set_moved_or_taken_out(owner: User, firm: Enterprise) -> None:
    target(firm)
    stays = {
        "indicator": "sales",
        "unit": "",
        "year": 2026,
        **{f"q{n}": Decimal(100_000_000 * n) for n in (1, 2, 3, 4)},
    }
    assert targets_that_stay(firm, [stays]) == []
    assert targets_that_stay(firm, [{**stays, "q4": Decimal(5)}]) == []
    for wanted in ([{**stays, "q3": Decimal(5)}], [{**stays, "q3": None}], []):
        assert targets_that_stay(firm, wanted)
    page = signed_in(owner).post(
        url("plan"), rows("plan_targets", {"indicator": "sales", "year": "2026", "q4": "1 juta"})
    )
    assert page.status_code == 422
    assert "Juli–September 2026: target ini sudah diukur" in text_of(page)


def test_a_plan_in_words_from_before_is_asked_for_its_figures(owner: User) -> None:
    enterprise(owner=owner, business_plan="Menambah satu tungku dan melayani dua pembeli.")
    assert "masih berupa kata-kata" in text_of(signed_in(owner).get(url("plan")))


# -- What came of it -------------------------------------------------------------------------------------------------


def test_progress_is_entered_corrected_and_both_stay(owner: User, firm: Enterprise) -> None:
    client, subject = signed_in(owner), target(firm)
    address = reverse("plan_report", args=[subject.pk, 3])
    assert client.post(address, {"actual": "240 juta", "note": "Pesanan tertunda."}).status_code == 302
    assert client.post(address, {"actual": "315 juta"}).status_code == 302
    entries = list(PlanProgress.objects.values_list("actual", "target", "note"))
    assert entries == [(315_000_000, 300_000_000, ""), (240_000_000, 300_000_000, "Pesanan tertunda.")]
    page = text_of(client.get(reverse("plan_progress", args=[firm.pk])))
    assert "tercapai: 105% dari target" in page
    assert "1 dari 1 triwulan yang diisi mencapai target." in page
    assert "Rp240 juta" in page
    assert page.partition("<table")[0].count('rx="2"') == 5  # four targets, one figure
    assert AuditEntry.objects.of(firm).filter(action="report_progress").count() == 2


def test_below_its_target_a_quarter_is_missed_and_the_running_one_is_so_far(owner: User, firm: Enterprise) -> None:
    subject = target(firm)
    reported(subject, 2, 150_000_000, owner)
    reported(subject, 4, 100_000_000, owner)
    (found,) = progress_of(firm)
    assert [each.words for each in found.quarters] == [
        "belum diisi",
        "belum tercapai: 75% dari target",
        "belum diisi",
        "sejauh ini 25% dari target",
    ]
    assert [each.quarter for each in found.due] == [1, 3]


@pytest.mark.parametrize("actual", ["", "banyak", "-1", "10,5", "9" * 17])
def test_a_wrong_figure_is_answered_at_its_field(owner: User, firm: Enterprise, actual: str) -> None:
    subject = target(firm)
    page = signed_in(owner).post(
        reverse("plan_report", args=[subject.pk, 1]), {"actual": actual, "note": "Catatan saya"}
    )
    assert page.status_code == 422
    assert page.context["form"].errors["actual"]
    assert "Catatan saya" in text_of(page)
    assert not PlanProgress.objects.exists()


def test_a_quarter_to_come_has_nothing_to_enter(owner: User, firm: Enterprise) -> None:
    subject = target(firm, year=2027)
    page = signed_in(owner).post(reverse("plan_report", args=[subject.pk, 1]), {"actual": "1"})
    assert page.status_code == 422
    assert "Triwulan ini belum mulai." in text_of(page)
    assert signed_in(owner).get(reverse("plan_report", args=[subject.pk, 5])).status_code == 404
    without = target(firm, indicator="buyers", q1=None)
    assert signed_in(owner).get(reverse("plan_report", args=[without.pk, 1])).status_code == 404


def test_the_same_figure_twice_is_one_entry(owner: User, firm: Enterprise) -> None:
    subject = target(firm)
    assert reported(subject, 1, 5, owner) == reported(subject, 1, 5, owner)
    assert PlanProgress.objects.count() == 1


def test_the_database_keeps_what_was_entered_and_what_it_was_measured_against(owner: User, firm: Enterprise) -> None:
    subject = target(firm)
    entry = reported(subject, 3, 5, owner)
    for change in (
        lambda: PlanProgress.objects.filter(pk=entry.pk).update(actual=9),
        lambda: PlanTarget.objects.filter(pk=subject.pk).update(q3=9),
        lambda: PlanTarget.objects.filter(pk=subject.pk).update(year=2027),
        lambda: PlanTarget.objects.filter(pk=subject.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    PlanTarget.objects.filter(pk=subject.pk).update(q4=9)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_make_one_entry(owner: User, firm: Enterprise) -> None:
    subject, together = target(firm), threading.Barrier(2)

    def click() -> None:
        together.wait()
        reported(subject, 1, 70, User.objects.get(pk=owner.pk).act_as(owner.acting))
        connection.close()

    clicks = [threading.Thread(target=click) for _each in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert PlanProgress.objects.count() == 1


# -- Who reads and who enters ----------------------------------------------------------------------------------------


def test_who_sees_the_dossier_reads_the_plan_and_nobody_else(owner: User, firm: Enterprise) -> None:
    subject = target(firm)
    reported(subject, 1, 77_000_000, owner)
    plut = OrganisationFactory(capabilities=["plut"], ownership="")
    companion, other = person(Role.COMPANION, plut), person(Role.COMPANION, plut)
    Assignment.objects.create(plut=plut, companion=companion, enterprise=firm)
    address = reverse("plan_progress", args=[firm.pk])
    for reader in (owner, companion, person(Role.MINISTRY_ADMIN)):
        assert "Rp77 juta" in text_of(signed_in(reader).get(address))
    assert signed_in(other).get(address).status_code == 404
    assert signed_in(person(Role.OWNER)).get(address).status_code == 404
    # A buyer learns from an application how many parts a plan has, not what stands in it.
    for outsider in (person(Role.OFFICER), person(Role.APPROVER), person(Role.FINANCE_OFFICER)):
        assert signed_in(outsider).get(address).status_code == 403
    stranger = signed_in(person(Role.OWNER))
    assert stranger.post(reverse("plan_report", args=[subject.pk, 2]), {"actual": "1"}).status_code == 404


def test_a_companion_enters_progress_where_the_consent_names_the_plan(owner: User, firm: Enterprise) -> None:
    subject = target(firm)
    plut = OrganisationFactory(capabilities=["plut"], ownership="")
    companion = person(Role.COMPANION, plut)
    Assignment.objects.create(plut=plut, companion=companion, enterprise=firm)
    address = reverse("plan_report", args=[subject.pk, 2])
    assert signed_in(companion).post(address, {"actual": "1"}).status_code == 403
    for scope, code in (("people", 404), ("plan", 302)):
        give_consent(firm, by=owner, scopes=[scope], days=30, companion=companion)
        client = signed_in(companion)
        client.post(reverse("fill_in", args=[firm.pk]))
        assert client.post(address, {"actual": "1"}).status_code == code
    assert PlanProgress.objects.get().reported_by == companion


def test_pages_ask_as_much_for_many_targets_as_for_one(
    owner: User, firm: Enterprise, django_assert_max_num_queries: Any
) -> None:
    client, address = signed_in(owner), reverse("plan_progress", args=[firm.pk])
    counts = []
    for indicator in ("sales", "buyers", "workers"):
        subject = target(firm, indicator=indicator)
        reported(subject, 1, 5, owner)
        reported(subject, 2, 5, owner)
        with django_assert_max_num_queries(60) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[2]


# -- By API ----------------------------------------------------------------------------------------------------------

PLAN = {
    "plan_products": [{"name": "Tutup manhole", "quantity": "1200", "unit": "piece"}],
    "plan_markets": [{"kind": "state", "name": "PLN Jawa Tengah", "amount": 1_500_000_000}],
    "plan_targets": [{"indicator": "sales", "year": 2026, "q4": "400000000"}],
    "funding_needed": True,
    "plan_funding": [{"purpose": "Tungku kedua", "amount": 600_000_000, "source": "kur"}],
}


def asked(client: Client, method: str, address: str, data: Any = None) -> Any:
    return getattr(client, method)(address, data, content_type="application/json")


def test_a_program_writes_the_plan_and_its_progress(owner: User, firm: Enterprise) -> None:
    client, address = signed_in(owner), f"/api/v1/enterprises/{firm.pk}/"
    answer = asked(client, "patch", address, PLAN)
    assert answer.status_code == 200, answer.content
    assert answer.json()["plan_parts"] == 4
    assert answer.json()["plan_targets"][0]["q4"] == "400000000.00"
    progress = f"{address}plan-progress/"
    sent = {"indicator": "sales", "year": 2026, "quarter": 4, "actual": "410 juta"}
    made = asked(client, "post", progress, sent)
    assert made.status_code == 201, made.content
    assert (made.json()["met"], made.json()["share"]) == (True, "102.50")
    (found,) = client.get(progress).json()
    assert found["quarters"][0]["entries"][0]["target"] == "400000000.00"
    assert asked(client, "post", progress, {**sent, "actual": "banyak"}).json()["errors"]["actual"]
    assert asked(client, "post", progress, {**sent, "quarter": 3}).json()["errors"]["quarter"]
    assert asked(client, "post", progress, {**sent, "year": 2027}).json()["errors"]["indicator"]
    assert asked(client, "post", progress, {**sent, "quarter": 5}).status_code == 422
    later = {**PLAN["plan_targets"][0], "year": 2027, "q4": None, "q1": "5"}
    assert asked(client, "patch", address, {"plan_targets": [*PLAN["plan_targets"], later]}).status_code == 200
    early = asked(client, "post", progress, {**sent, "year": 2027, "quarter": 1})
    assert (early.status_code, early.json()["type"].rpartition(":")[2]) == (409, "not_begun")
    gone = asked(client, "patch", address, {"plan_targets": [later]})
    assert gone.status_code == 422
    assert "plan_targets" in gone.json()["errors"]
    assert asked(client, "patch", address, {"funding_needed": False}).json()["errors"]["funding_needed"]


def test_a_stranger_gets_no_plan_by_api(firm: Enterprise) -> None:
    client = signed_in(person(Role.OWNER))
    address = f"/api/v1/enterprises/{firm.pk}/plan-progress/"
    assert client.get(address).status_code == 404
    assert asked(client, "post", address, {"indicator": "sales"}).status_code == 404


def test_a_draft_business_plans_as_well() -> None:
    owner = person(Role.OWNER)
    draft_enterprise(owner)
    assert signed_in(owner).post(url("plan"), WHOLE).status_code == 302
    assert Enterprise.objects.get().plan_parts == 4


# -- Reminders -------------------------------------------------------------------------------------------------------


def told_of(firm: Enterprise) -> list[tuple[int, int]]:
    lines = Notification.objects.filter(kind="plan.quarter_ended", organisation=firm.organisation).order_by("pk")
    return [(line.params["year"], line.params["quarter"]) for line in lines]


def day_passes(day: str) -> None:
    with time_machine.travel(f"{day}T01:00:00Z", tick=False):
        calendar.begin_day()
        jobs.drain()


def test_a_quarter_that_ended_without_an_entry_is_said_once(owner: User, firm: Enterprise) -> None:
    target(firm)
    target(firm, indicator="workers", q1=None, q2=None, q3=None, q4=4)
    for day in ("2026-12-31", "2027-01-01", "2027-01-02", "2027-02-14"):
        day_passes(day)
    assert told_of(firm) == [(2026, 3), (2026, 4)]
    line = Notification.objects.filter(user=owner, kind="plan.quarter_ended").latest("pk")
    assert line.path == reverse("plan_progress", args=[firm.pk])
    assert words(line)[0] == "Triwulan 4 tahun 2026 sudah berakhir: isi capaiannya"
    day_passes("2027-04-01")
    assert told_of(firm) == [(2026, 3), (2026, 4)], "2027 has no targets"


def test_who_entered_all_of_a_quarter_or_is_gone_is_told_nothing(owner: User, firm: Enterprise) -> None:
    reported(target(firm), 3, 90_000_000, owner)
    other = enterprise(status=EnterpriseStatus.CLOSED)
    owner_of(other)
    target(other)
    partly = enterprise()
    by = owner_of(partly)
    reported(target(partly), 3, 5, by)
    target(partly, indicator="workers")
    day_passes("2026-12-01")
    assert told_of(firm) == told_of(other) == []
    assert told_of(partly) == [(2026, 3)]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_tell_once(owner: User, firm: Enterprise) -> None:
    target(firm)
    together = threading.Barrier(2)

    def schedule() -> None:
        together.wait()
        remind_of_plans(firm.pk, firm.pk, 2026, 3)
        connection.close()

    both = [threading.Thread(target=schedule) for _each in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert told_of(firm) == [(2026, 3)]
