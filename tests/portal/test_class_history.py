"""The class is derived by the rules of a day; every derivation is kept, with what it rests on and why it was made."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from portal.enums import BusinessClass, ClassCause, EnterpriseStatus, IndustrySize, Role
from portal.models import AnnualSales, AuditEntry, BeatSlot, ClassDerivation, DatedRule, Enterprise, Job, Notification
from portal.selectors.class_history import UP, as_of, timeline
from portal.services import enterprise as service
from portal.services.calendar import begin_day
from portal.services.class_history import RULE_JOB, derive_by_new_rule, queue_new_rules
from portal.services.dossier import add_activity, make_main_activity, save_section
from portal.services.duplicates import SWEEP_JOB
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.factories.products import kbli_class
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
MILLION, BILLION = 10**6, 10**9
# Before PP 7/2021, on the day of the first round, and today.
DAYS = (dt.date(2020, 12, 15), dt.date(2021, 9, 3), dt.date(2026, 11, 23))


def verified(**fields):
    """Sent and verified by the services, so that its history is their own."""
    made = enterprise(status=EnterpriseStatus.DRAFT, **fields)
    owner = owner_of(made)
    service.submit_enterprise(made, by=owner)
    service.verify_enterprise(made, by=person(Role.MINISTRY_ADMIN))
    return made, owner


def sales(amount):
    return {"sales": [{"year": 2025, "amount": amount}]}


def sold_alike_before(made):
    """The same in the years before the days asked about."""
    for year in (2019, 2020):
        AnnualSales.objects.create(enterprise=made, year=year, amount=made.annual_sales)
    return made


def kept(made):
    return list(made.class_history.values_list("cause", "business_class", "decided_by"))


@pytest.mark.parametrize(
    ("figures", "classes", "decided", "ikm"),
    [
        # UU 20/2008 takes the lower class that net assets or sales allow; PP 7/2021 asks sales alone.
        (
            {"capital": 400 * MILLION, "annual_sales": 16 * BILLION, "workforce": 18, "investment": 900 * MILLION},
            ("small", "medium", "medium"),
            ("capital", "sales", "sales"),
            IndustrySize.SMALL,
        ),
        (
            {"capital": 900 * MILLION, "annual_sales": 1_800 * MILLION, "workforce": 40, "investment": 2 * BILLION},
            ("small", "micro", "micro"),
            ("sales", "sales", "sales"),
            IndustrySize.MEDIUM,
        ),
        (
            {"capital": 9 * BILLION, "annual_sales": 51 * BILLION, "workforce": 300, "investment": 16 * BILLION},
            ("medium", "large", "large"),
            ("capital", "sales", "sales"),
            IndustrySize.LARGE,
        ),
    ],
)
def test_the_same_enterprise_gets_the_answer_of_the_day(figures, classes, decided, ikm):
    made = sold_alike_before(enterprise(**figures))
    found = [as_of(made, day).standing for day in DAYS]
    assert tuple(each.business_class.business_class for each in found) == classes
    assert tuple(each.business_class.decided_by for each in found) == decided
    assert [each.ikm.size for each in found] == [ikm] * 3
    sources = [(each.business_class.rule.legal_source, each.business_class.rule.source_checked) for each in found]
    assert sources == [("UU 20/2008, pasal 6", False), *[("PP 7/2021, pasal 35", True)] * 2]
    with translation.override("id"):
        assert "naskah aturan masih perlu diperiksa" in found[0].business_class.explanation


@pytest.mark.parametrize("day", [dt.date(2008, 7, 4), dt.date(2012, 1, 1), dt.date(2016, 7, 30)])
def test_before_the_rule_of_industries_a_maker_has_its_class_and_is_no_industry_yet(day):
    made = sold_alike_before(enterprise(established_on=dt.date(2001, 1, 1), capital=40 * MILLION))
    found = as_of(made, day)
    assert (found.problem, found.standing.ikm) == ("", None)
    assert found.standing.business_class is not None
    assert as_of(made, dt.date(2016, 7, 31)).standing.ikm is not None


def test_a_firm_that_was_not_a_year_old_that_day_is_judged_by_its_capital():
    made = enterprise(established_on=dt.date(2021, 3, 1), capital=900 * MILLION, annual_sales=14 * BILLION)
    assert as_of(made, DAYS[0]).standing is None, "it did not exist"
    young = as_of(made, DAYS[1]).standing.business_class
    assert (young.business_class, young.decided_by) == ("micro", "capital")
    assert as_of(made, DAYS[2]).standing.business_class.business_class == "small"


def test_every_derivation_is_kept_with_the_save_that_made_it():
    made, owner = verified(capital=850 * MILLION, annual_sales=1_900 * MILLION)
    assert kept(made) == [("submitted", "micro", "sales"), ("verified", "micro", "sales")]
    save_section(made, "finance", sales(4_200 * MILLION), by=owner)
    newest = made.class_history.last()
    assert (newest.cause, newest.business_class, newest.changed) == ("figures", "small", ["sales"])
    assert (newest.figures["annual_sales"], newest.figures["kbli"], newest.by) == (4_200 * MILLION, "24310", owner)
    assert newest.from_day == timezone.localdate()
    assert newest.class_rule.legal_source == "PP 7/2021, pasal 35"
    assert AuditEntry.objects.of(made).get(seq=newest.entry).action == "save_section"
    add_activity(made, kbli_class("47111", 2025), by=owner)
    make_main_activity(made, kbli_class("47111", 2025), by=owner)
    assert [(row.cause, row.ikm) for row in made.class_history.all()][-2:] == [
        ("activities", "medium"),
        ("activities", "not_industry"),
    ]
    made.refresh_from_db()
    assert (made.business_class, made.is_ikm) == ("small", False)


def test_what_does_not_touch_the_class_adds_nothing():
    made, owner = verified()
    before = made.class_history.count()
    save_section(made, "address", {"address": "Jalan Baru 1"}, by=owner)
    assert made.class_history.count() == before


def test_the_timeline_says_when_and_why_and_the_owner_is_told_once_it_has_grown():
    made, owner = verified(annual_sales=1_900 * MILLION)
    save_section(made, "finance", sales(4_200 * MILLION), by=owner)
    newest, first = timeline(made)
    with translation.override("id"):
        assert (newest.direction, newest.label) == (UP, "Naik kelas: Mikro → Kecil")
        assert newest.deciding == "Penjualan tahunan: Rp4,2 miliar, sebelumnya Rp1,9 miliar"
        assert first.label == "Mikro"
    assert list(Notification.objects.filter(user=owner, kind__in=["enterprise.grown", "enterprise.class_changed"])) == [
        Notification.objects.get(user=owner, kind="enterprise.grown", path=reverse("class_history", args=[made.pk]))
    ]
    page = signed_in(owner).get(reverse("class_history", args=[made.pk])).content.decode()
    assert "Naik kelas: Mikro → Kecil" in page
    assert "Rp4,2 miliar" in page
    public = signed_in(person(Role.OFFICER)).get(reverse("enterprise_public", args=[made.pk])).content.decode()
    assert "Naik kelas: Mikro → Kecil" in public
    assert "4,2" not in public, "figures are the enterprise's own"
    save_section(made, "finance", sales(1_000 * MILLION), by=owner)
    assert Notification.objects.filter(user=owner, kind="enterprise.class_changed").count() == 1


def test_changes_before_anybody_checked_are_not_public():
    made = enterprise(status=EnterpriseStatus.DRAFT, annual_sales=1_900 * MILLION)
    owner = owner_of(made)
    service.submit_enterprise(made, by=owner)
    service.return_enterprise(made, [service.Reason("Angka", "finance")], by=person(Role.MINISTRY_ADMIN))
    save_section(made, "finance", sales(4_200 * MILLION), by=owner)
    service.submit_enterprise(made, by=owner)
    service.verify_enterprise(made, by=person(Role.MINISTRY_ADMIN))
    assert [change.derivation.business_class for change in timeline(made)] == ["small", "micro"]
    assert [change.derivation.business_class for change in timeline(made, public=True)] == ["small"]
    assert not Notification.objects.filter(kind="enterprise.grown").exists()


def test_the_page_and_the_api_answer_as_of_a_day():
    made, owner = verified(capital=400 * MILLION, annual_sales=16 * BILLION)
    sold_alike_before(made)
    client = signed_in(owner)
    page = client.get(reverse("class_history", args=[made.pk]), {"on": "2020-12-15"}).content.decode()
    assert "UU 20/2008" in page
    assert "Kecil" in page
    assert client.get(reverse("class_history", args=[made.pk]), {"on": "kapan"}).status_code == 422
    address = reverse("api_enterprise-class-history", args=[made.pk])
    for day, wanted in zip(DAYS, ("small", "medium", "medium"), strict=True):
        answer = client.get(address, {"on": day.isoformat()}).json()
        assert (answer["on"], answer["business_class"]["business_class"]) == (day.isoformat(), wanted)
        assert answer["ikm"]["is_ikm"] is True
    answer = client.get(address).json()
    assert answer["recorded"]["business_class"] == "medium"
    assert [row["cause"] for row in answer["history"]] == ["submitted", "verified"]
    assert client.get(address, {"on": "kapan"}).status_code == 422
    assert client.get(address, {"on": "2020-12-15"}).json()["recorded"] is None
    assert signed_in(owner_of(enterprise())).get(address).status_code == 404


def test_a_day_before_every_rule_says_so():
    made = enterprise(established_on=dt.date(1990, 1, 1))
    with translation.override("id"):
        assert "belum tercatat" in as_of(made, dt.date(1999, 1, 1)).problem


def test_the_history_is_only_ever_added_to():
    made, _owner = verified()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        made.class_history.update(business_class="micro")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        made.class_history.all().delete()


def test_the_database_refuses_a_class_without_a_derivation():
    made, _owner = verified()
    with pytest.raises(IntegrityError, match="class changed without a derivation"), transaction.atomic():
        Enterprise.objects.filter(pk=made.pk).update(business_class=BusinessClass.MEDIUM)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS class_has_history IMMEDIATE")


def test_a_rule_that_comes_into_force_derives_anew_once():
    made, owner = verified(annual_sales=4_200 * MILLION)
    today = timezone.localdate()
    assert queue_new_rules() == 0
    old = DatedRule.objects.get(key="business_class", valid_until=None)
    numbers = {**old.parameters, "sales": {"micro": 5 * BILLION, "small": 15 * BILLION, "medium": 50 * BILLION}}
    DatedRule.objects.filter(pk=old.pk).update(valid_until=today - dt.timedelta(days=1))
    DatedRule.objects.create(
        key="business_class", valid_from=today, parameters=numbers, legal_source="PP uji", source_checked=False
    )
    assert queue_new_rules() == 1
    assert derive_by_new_rule(made.pk, made.pk) == 1
    assert derive_by_new_rule(made.pk, made.pk) == 0, "the second time there is nothing to do"
    made.refresh_from_db()
    newest = made.class_history.last()
    assert (made.business_class, newest.cause, newest.class_rule.legal_source) == ("micro", ClassCause.RULE, "PP uji")
    assert Notification.objects.filter(user=owner, kind="enterprise.class_changed").exists()


def test_above_medium_by_a_new_rule_is_written_down_and_changes_nothing_else():
    made, _owner = verified(annual_sales=4_200 * MILLION)
    today = timezone.localdate()
    old = DatedRule.objects.get(key="business_class", valid_until=None)
    numbers = {**old.parameters, "sales": {"micro": 1 * BILLION, "small": 2 * BILLION, "medium": 3 * BILLION}}
    DatedRule.objects.filter(pk=old.pk).update(valid_until=today - dt.timedelta(days=1))
    DatedRule.objects.create(key="business_class", valid_from=today, parameters=numbers, legal_source="PP uji")
    derive_by_new_rule(made.pk, made.pk)
    made.refresh_from_db()
    assert (made.business_class, made.class_history.last().business_class) == ("small", "large")
    assert queue_new_rules() == 0


def test_a_day_begins_once():
    assert begin_day() is True
    assert begin_day() is False
    assert BeatSlot.objects.filter(task="portal.day").count() == 1


def test_a_day_begins_with_new_rules_and_a_look_for_firms_registered_twice():
    verified(annual_sales=4_200 * MILLION)
    today = timezone.localdate()
    old = DatedRule.objects.get(key="business_class", valid_until=None)
    DatedRule.objects.filter(pk=old.pk).update(valid_until=today - dt.timedelta(days=1))
    DatedRule.objects.create(key="business_class", valid_from=today, parameters=old.parameters, legal_source="PP uji")
    begin_day()
    queued = set(Job.objects.values_list("kind", flat=True))
    assert {RULE_JOB, SWEEP_JOB} <= queued


def test_strangers_see_none_of_it():
    made, owner = verified()
    assert ClassDerivation.objects.visible_to(owner).count() == 2
    assert not ClassDerivation.objects.visible_to(owner_of(enterprise())).exists()
    assert signed_in(owner_of(enterprise())).get(reverse("class_history", args=[made.pk])).status_code == 404
