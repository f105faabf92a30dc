"""Profiles are confirmed from time to time: asked, asked again, out of what buyers find – never out of contracts or marks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from curation.matching.query import MatchQuery
from curation.matching.retrieve import find
from curation.services.searching import refresh_search
from portal import jobs
from portal.enums import EnterpriseStatus, Role
from portal.models import Assignment, AuditEntry, DatedRule, Enterprise, Notification, User
from portal.rules.confirmation import PROFILES, Step, Terms, due_step
from portal.services.calendar import begin_day
from portal.services.confirmation import confirm_profile, keep_confirmations, queue_confirmations
from portal.services.enterprise import restore_enterprise, suspend_enterprise, verify_enterprise
from tests.curation.matching.shop import sell
from tests.curation.test_curation_api import Api
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 30)
TERMS = Terms(335, (14, 25), 30)


def old(days: int = 400, **fields) -> Enterprise:
    firm = enterprise(**fields)
    Enterprise.objects.filter(pk=firm.pk).update(decided_at=timezone.now() - dt.timedelta(days=days))
    firm.refresh_from_db()
    return firm


def pass_days(firm: Enterprise, *days: int) -> list[str]:
    """The notices of the owner, after the job ran on each of these days from today."""
    owner = User.objects.get(memberships__organisation=firm.organisation)
    for day in days:
        keep_confirmations(firm.pk, firm.pk, timezone.localdate() + dt.timedelta(days=day))
    firm.refresh_from_db()
    return list(Notification.objects.filter(user=owner).order_by("pk").values_list("kind", flat=True))


def text_of(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("since", "asked_on", "asked", "step"),
    [
        (334, None, 0, None),
        (335, None, 0, Step.ASK),
        (900, None, 0, Step.ASK),
        (900, 0, 1, None),
        (900, 13, 1, None),
        (900, 14, 1, Step.REMIND),
        (900, 14, 2, None),
        (900, 25, 2, Step.REMIND),
        (900, 29, 3, None),
        (900, 30, 1, Step.FALL_OUT),
        (900, 30, 3, Step.FALL_OUT),
    ],
)
def test_when_something_is_asked_and_when_it_falls_out(since, asked_on, asked, step):
    subject = Enterprise(
        confirmed_at=dt.datetime.combine(TODAY - dt.timedelta(days=since), dt.time(5), dt.UTC),
        confirmation_asked_on=None if asked_on is None else TODAY - dt.timedelta(days=asked_on),
        confirmation_asked=asked,
    )
    assert due_step(subject, TERMS, TODAY) is step


def test_a_profile_is_asked_reminded_and_falls_out_with_a_notice_each():
    firm = old(name="CV Lama")
    owner_of(firm)
    sell("Baut baja M12", firm)
    refresh_search()
    assert pass_days(firm, 0, 0, 13) == ["profile.confirm"]
    assert pass_days(firm, 14, 14, 25) == ["profile.confirm"] * 3
    assert firm.unconfirmed_since is None
    assert pass_days(firm, 30, 30, 31) == [*["profile.confirm"] * 3, "profile.unconfirmed"]
    assert firm.unconfirmed_since is not None
    actions = AuditEntry.objects.of(firm).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["confirmation_ask", "confirmation_remind", "confirmation_remind", "confirmation_fall_out"]


def test_who_fell_out_is_found_by_nobody_and_keeps_its_public_page_until_one_click_brings_it_back():
    firm = old(name="CV Lama")
    owner = owner_of(firm)
    thing = sell("Baut baja M12", firm)
    pass_days(firm, 0, 30)
    refresh_search()
    query = MatchQuery(text="baut baja")
    assert find(query, user=None).matches == []
    client = signed_in(owner)
    assert "CV Lama" not in text_of(Client().get("/businesses/"))
    assert client.get(f"/businesses/{firm.pk}/").status_code == 200
    page = text_of(client.get(f"/enterprises/{firm.pk}/confirm/"))
    assert "pembeli tidak menemukannya sekarang" in page
    assert "Konfirmasi profil" in text_of(client.get("/opportunities/"))
    assert client.post(f"/enterprises/{firm.pk}/confirm/").status_code == 302
    refresh_search()
    assert [match.id for match in find(query, user=None).matches] == [thing.pk]
    assert "CV Lama" in text_of(Client().get("/businesses/"))
    firm.refresh_from_db()
    assert (firm.unconfirmed_since, firm.confirmation_asked_on, firm.confirmation_asked) == (None, None, 0)
    assert AuditEntry.objects.of(firm).order_by("-seq")[0].payload["was_out"] is True
    assert pass_days(firm, 300) == ["profile.confirm", "profile.unconfirmed"]


def test_nobody_falls_out_who_was_not_asked_however_long_the_scheduler_stood_still():
    firm = old(days=2_000)
    owner_of(firm)
    assert pass_days(firm, 0) == ["profile.confirm"]
    assert firm.unconfirmed_since is None
    with pytest.raises(IntegrityError, match="enterprise_unconfirmed_was_asked"), transaction.atomic():
        Enterprise.objects.filter(pk=enterprise().pk).update(unconfirmed_since=timezone.now())


def test_the_day_queues_it_once():
    firm = old()
    owner_of(firm)
    enterprise()
    assert queue_confirmations() == 1
    assert begin_day()
    jobs.drain()
    firm.refresh_from_db()
    assert (firm.confirmation_asked, Notification.objects.filter(kind="profile.confirm").count()) == (1, 1)


def test_without_a_rule_nobody_is_asked_and_another_rule_is_another_term():
    firm = old(days=100)
    owner_of(firm)
    rule = DatedRule.objects.get(key=PROFILES)
    assert queue_confirmations() == 0
    rule.parameters = {"ask_after_days": 90, "remind_after_days": [1], "grace_days": 2}
    rule.save()
    assert pass_days(firm, 0, 1, 2) == ["profile.confirm", "profile.confirm", "profile.unconfirmed"]
    rule.delete()
    assert queue_confirmations() == 0
    other = old()
    owner_of(other)
    assert pass_days(other, 0) == []


@pytest.mark.parametrize("status", [EnterpriseStatus.DRAFT, EnterpriseStatus.SUSPENDED, EnterpriseStatus.CLOSED])
def test_only_verified_profiles_are_asked_and_confirmed(status):
    firm = old(status=status)
    owner = owner_of(firm)
    assert pass_days(firm, 0, 30) == []
    answer = signed_in(owner).post(f"/enterprises/{firm.pk}/confirm/")
    assert answer.status_code == 422
    assert Api(owner).post(f"enterprises/{firm.pk}/confirm/").status_code in (403, 422)


def test_a_companion_confirms_and_the_business_is_told():
    firm = old()
    owner = owner_of(firm)
    plut = OrganisationFactory(capabilities=["plut"], ownership="")
    companion, stranger = person(Role.COMPANION, plut), person(Role.COMPANION, plut)
    Assignment.objects.create(plut=plut, companion=companion, enterprise=firm)
    pass_days(firm, 0)
    assert signed_in(stranger).get(f"/enterprises/{firm.pk}/confirm/").status_code == 404
    assert signed_in(companion).post(f"/enterprises/{firm.pk}/confirm/").status_code == 302
    firm.refresh_from_db()
    assert firm.confirmed_at is not None
    kinds = Notification.objects.filter(user=owner).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["profile.confirm", "profile.confirmed_for_you"]
    assert signed_in(owner_of(enterprise())).get(f"/enterprises/{firm.pk}/confirm/").status_code == 404


def test_the_same_by_api():
    firm = old()
    owner = owner_of(firm)
    pass_days(firm, 0, 30)
    assert Api(owner).get(f"enterprises/{firm.pk}/").json()["unconfirmed_since"] is not None
    answer = Api(owner).post(f"enterprises/{firm.pk}/confirm/")
    assert answer.status_code == 200
    assert (answer.json()["unconfirmed_since"], answer.json()["confirmation_asked_on"]) == (None, None)
    assert Api(owner_of(enterprise())).post(f"enterprises/{firm.pk}/confirm/").status_code == 404


def test_verification_confirms_and_a_suspension_asks_anew():
    firm = old()
    owner_of(firm)
    admin = person(Role.MINISTRY_ADMIN)
    pass_days(firm, 0)
    suspend_enterprise(firm, "Diperiksa", by=admin)
    restore_enterprise(firm, by=admin)
    firm.refresh_from_db()
    assert (firm.confirmation_asked_on, firm.confirmation_asked) == (None, 0)
    checked = enterprise(status=EnterpriseStatus.SUBMITTED)
    verify_enterprise(checked, by=admin)
    checked.refresh_from_db()
    assert checked.confirmed_at is not None


def test_confirming_twice_changes_nothing_but_the_day():
    firm = old()
    owner = owner_of(firm)
    confirm_profile(firm, by=owner)
    confirm_profile(firm, by=owner)
    assert AuditEntry.objects.of(firm).filter(action="confirm").count() == 2
