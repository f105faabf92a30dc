"""The sales of each year are asked for once it has ended: of a business that had none when it registered, too."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from portal import jobs
from portal.acting import acting
from portal.enums import BusinessClass, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, DatedRule, Enterprise, Notification
from portal.rules.confirmation import SALES
from portal.selectors.annual_sales import owed_sales_year
from portal.services.annual_sales import ask_for_sales, deny_full_year, queue_sales_requests, report_sales
from portal.services.calendar import begin_day
from tests.factories.checking import companion_of
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import text_of
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/annual-sales/"
# The year that is asked for today: the database knows no other day.
YEAR = (timezone.localdate() - dt.timedelta(days=14)).year - 1
LONG_AGO = dt.date(2012, 3, 14)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def owing(**fields) -> Enterprise:
    """Without a full year of sales when it registered, in a year that has ended since."""
    sent = dt.datetime(YEAR, 6, 1, tzinfo=dt.UTC)
    return young(**{"established_on": dt.date(YEAR, 1, 1), "submitted_at": sent, **fields})


def young(**fields) -> Enterprise:
    """Registered in June 2025 without a full year of sales."""
    firm = enterprise(
        **{
            "established_on": day("2025-03-01"),
            "full_year_of_sales": False,
            "annual_sales": None,
            "sales_year": None,
            "class_decided_by": "capital",
            **fields,
        }
    )
    sent = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    Enterprise.objects.filter(pk=firm.pk).update(submitted_at=fields.get("submitted_at", sent))
    return Enterprise.objects.get(pk=firm.pk)


@pytest.mark.parametrize(
    ("fields", "on", "year"),
    [
        # Established in March 2025, so 2026 is its first whole year.
        ({}, "2026-11-30", None),
        ({}, "2027-01-14", None),
        ({}, "2027-01-15", 2026),
        ({}, "2028-01-14", 2026),
        ({}, "2028-01-15", 2027),
        ({"established_on": dt.date(2025, 1, 1)}, "2026-01-15", 2025),
        # What it said when it was sent covers the years before.
        ({"established_on": dt.date(2020, 1, 1)}, "2025-12-31", None),
        ({"established_on": dt.date(2020, 1, 1)}, "2026-01-15", 2025),
        ({"no_full_year_in": 2026}, "2027-06-01", None),
        ({"no_full_year_in": 2026}, "2028-01-15", 2027),
        ({"full_year_of_sales": True, "annual_sales": 9, "sales_year": 2025}, "2026-06-01", None),
        ({"full_year_of_sales": True, "annual_sales": 9, "sales_year": 2025}, "2027-01-15", 2026),
        ({"status": "suspended"}, "2027-01-15", None),
        ({"status": "submitted"}, "2027-01-15", None),
    ],
)
def test_which_year_is_owed(fields: dict, on: str, year: int | None) -> None:
    assert owed_sales_year(young(**fields), day(on)) == year


def test_asked_then_twice_again_and_never_twice_a_day() -> None:
    firm = young()
    owner = owner_of(firm)
    told = []
    for number in range(120):
        on = day("2027-01-10") + dt.timedelta(days=number)
        due = queue_sales_requests(on)
        if ask_for_sales(firm.pk, firm.pk, on):
            assert due == 1
            told.append((on - day("2026-12-31")).days)
        assert ask_for_sales(firm.pk, firm.pk, on) == 0
    assert told == [15, 46, 105]
    assert queue_sales_requests(day("2027-05-30")) == 0, "after the last time nobody is asked again"
    assert Notification.objects.filter(user=owner, kind="sales.asked").count() == 3
    assert ask_for_sales(firm.pk, firm.pk, day("2028-01-15")) == 1, "and each year after"
    trail = AuditEntry.objects.of(firm).filter(action="ask_for_sales").order_by("seq")
    assert [entry.payload["year"] for entry in trail] == [2026, 2026, 2026, 2027]


def test_the_day_asks_and_without_a_rule_nobody_is_asked() -> None:
    firm = young(established_on=day("2020-01-01"))
    owner_of(firm)
    with travel("2026-02-01T05:00:00Z", tick=False):
        assert begin_day()
        jobs.drain()
        assert Notification.objects.filter(kind="sales.asked").count() == 1
        DatedRule.objects.filter(key=SALES).delete()
        assert queue_sales_requests() == 0
        assert owed_sales_year(firm, timezone.localdate()) is None


def test_the_home_page_asks_and_one_figure_derives_the_class() -> None:
    firm = owing()
    client = signed_in(owner_of(firm))
    assert f"Isi penjualan Anda tahun {YEAR}" in text_of(client.get(reverse("home")))
    assert PAGE in client.get(reverse("dossier")).content.decode()
    page = client.get(PAGE)
    assert f"Penjualan {YEAR}" in text_of(page)
    for typed in ("", "sekitar", "-5"):
        answer = client.post(PAGE, {"amount": typed})
        assert answer.status_code == 422, typed
        assert set(answer.context["form"].errors) == {"amount"}
    assert client.post(PAGE, {"amount": "1 miliar", "none": "on"}).status_code == 422
    assert client.post(PAGE, {"amount": "1,5 miliar"}).status_code == 302
    firm.refresh_from_db()
    assert (firm.full_year_of_sales, firm.annual_sales, firm.sales_year) == (True, 1_500_000_000, YEAR)
    assert (firm.business_class, firm.class_decided_by) == (BusinessClass.MICRO, "sales")
    assert "Isi penjualan Anda" not in text_of(client.get(reverse("home")))
    assert "Sekarang tidak ada yang ditanyakan" in text_of(client.get(PAGE))
    assert client.post(PAGE, {"amount": "1"}, follow=True).status_code == 200, "a late tab changes nothing"
    firm.refresh_from_db()
    assert firm.annual_sales == 1_500_000_000


def test_no_full_year_yet_is_an_answer_until_the_next_has_ended() -> None:
    firm = owing()
    client = signed_in(owner_of(firm))
    assert client.post(PAGE, {"none": "on"}).status_code == 302
    firm.refresh_from_db()
    assert (firm.no_full_year_in, firm.full_year_of_sales) == (YEAR, False)
    assert ask_for_sales(firm.pk, firm.pk) == 0
    assert owed_sales_year(firm, dt.date(YEAR + 2, 1, 15)) == YEAR + 1
    grown = owing(full_year_of_sales=True, annual_sales=9, sales_year=YEAR - 1, established_on=LONG_AGO)
    client = signed_in(owner_of(grown))
    assert "none" not in client.get(PAGE).context["form"].fields
    assert client.post(PAGE, {"none": "on"}).status_code == 422


def test_the_years_before_stay_beside_the_new_one() -> None:
    firm = owing(full_year_of_sales=True, annual_sales=900_000_000, sales_year=YEAR - 1, established_on=LONG_AGO)
    report_sales(firm, YEAR, 1_000_000_000, by=owner_of(firm))
    assert list(firm.sales.values_list("year", "amount")) == [(YEAR, 1_000_000_000), (YEAR - 1, 900_000_000)]


def test_the_same_by_api() -> None:
    firm = owing()
    client, address = signed_in(owner_of(firm)), f"/api/v1/enterprises/{firm.pk}/"

    def send(**body: object):
        return client.post(f"{address}annual-sales/", body, content_type="application/json")

    assert client.get(address).json()["annual_sales_due"] == YEAR
    assert send(amount=5).status_code == 422, "which year"
    assert send(year=YEAR).json()["errors"]["amount"]
    assert send(year=YEAR, amount=5, no_full_year=True).status_code == 422
    assert send(year=YEAR - 1, amount=5).status_code == 409
    answer = send(year=YEAR, amount="750 juta")
    assert (answer.status_code, answer.json()["annual_sales"]) == (200, 750_000_000)
    assert answer.json()["annual_sales_due"] is None
    assert send(year=YEAR, amount=5).status_code == 409
    other = owing()
    assert (
        signed_in(owner_of(firm))
        .post(
            f"/api/v1/enterprises/{other.pk}/annual-sales/",
            {"year": YEAR, "amount": 5},
            content_type="application/json",
        )
        .status_code
        == 404
    )
    denied = signed_in(owner_of(other)).post(
        f"/api/v1/enterprises/{other.pk}/annual-sales/",
        {"year": YEAR, "no_full_year": True},
        content_type="application/json",
    )
    assert denied.json()["annual_sales_due"] is None


def test_others_answer_only_with_the_consent_for_finances() -> None:
    firm = owing()
    owner_of(firm)
    for other in (companion_of(firm), person(Role.MINISTRY_ADMIN), owner_of(enterprise())):
        with pytest.raises(NotPermitted):
            report_sales(firm, YEAR, 5, by=other)
        with pytest.raises(NotPermitted):
            deny_full_year(firm, YEAR, by=other)
    assert signed_in(companion_of(firm)).get(PAGE).status_code in (403, 404)


def test_nobody_is_asked_for_no_year() -> None:
    firm = enterprise()
    with pytest.raises(IntegrityError, match="enterprise_sales_asked"), transaction.atomic():
        Enterprise.objects.filter(pk=firm.pk).update(sales_asked=1)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one() -> None:
    firm = owing()
    owner = owner_of(firm)
    barrier, answers = threading.Barrier(2), []

    def answer(amount: int) -> None:
        try:
            barrier.wait()
            with acting(owner.pk, owner.organisation_id):
                report_sales(firm, YEAR, amount, by=owner)
            answers.append("saved")
        except MoveNotAllowed as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(amount,)) for amount in (1_000_000_000, 2_000_000_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["not_owed", "saved"]
    assert firm.sales.count() == 1
