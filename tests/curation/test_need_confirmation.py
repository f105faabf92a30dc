"""A need is confirmed from time to time by its officer, or it is paused: out of public lists, not out of programmes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from curation.models import Need
from curation.services.confirmation import confirm_need, keep_need_confirmed, queue_need_confirmations
from curation.services.need import change_need
from curation.services.searching import refresh_search
from curation.tasks import due_runs
from portal import jobs
from portal.enums import Role
from portal.models import AuditEntry, Notification, User
from tests.curation.test_curation_api import Api
from tests.curation.test_openings import text_of, wanted
from tests.factories import curation as make
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def old(by: User, days: int = 100) -> Need:
    return wanted(by, published_at=timezone.now() - dt.timedelta(days=days))


def pass_days(need: Need, *days: int) -> list[str]:
    for day in days:
        keep_need_confirmed(need, timezone.localdate() + dt.timedelta(days=day))
    need.refresh_from_db()
    told = Notification.objects.filter(user=need.created_by, kind__startswith="need.").order_by("pk")
    return list(told.values_list("kind", flat=True))


def test_a_need_is_asked_reminded_paused_and_brought_back_with_one_click():
    officer = make.officer()
    need = old(officer)
    round_ = make.programme(by=officer, needs=[need])
    assert pass_days(need, 0, 0, 6) == ["need.confirm"]
    desk = signed_in(officer)
    assert "Masih berlakukah kebutuhan ini?" in text_of(desk.get(f"/desk/needs/{need.pk}/"))
    assert pass_days(need, 7, 12) == ["need.confirm"] * 3
    assert need.item in text_of(Client().get("/needs/"))
    assert pass_days(need, 14, 14) == [*["need.confirm"] * 3, "need.paused"]
    refresh_search()
    assert need.item not in text_of(Client().get("/needs/"))
    assert Api().get("search/needs/?q=baut").json()["results"] == []
    assert "dijeda sampai pembelinya mengonfirmasi" in text_of(Client().get(f"/needs/{need.pk}/"))
    assert need.item in text_of(Client().get(f"/programmes/{round_.pk}/"))
    assert Api().get(f"needs/{need.pk}/").json()["state"] == "paused"
    assert desk.post(f"/desk/needs/{need.pk}/confirm/").status_code == 302
    refresh_search()
    assert need.item in text_of(Client().get("/needs/"))
    actions = AuditEntry.objects.of(need).order_by("seq").values_list("action", flat=True)
    assert list(actions)[-2:] == ["confirmation_fall_out", "confirm"]


def test_the_day_asks_and_only_of_what_stands():
    officer = make.officer()
    need, fresh, draft, withdrawn = old(officer), wanted(officer), wanted(officer, published_at=None), old(officer)
    Need.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    assert queue_need_confirmations() == 1
    due_runs()
    jobs.drain()
    asked = Need.objects.filter(confirmation_asked_on__isnull=False)
    assert list(asked) == [need]
    for other in (fresh, draft, withdrawn):
        assert not keep_need_confirmed(other)


def test_only_the_buyers_officer_confirms_and_only_what_is_not_over():
    officer = make.officer()
    need = old(officer)
    approver = person(Role.APPROVER, officer.organisation)
    assert signed_in(approver).post(f"/desk/needs/{need.pk}/confirm/").status_code == 403
    assert signed_in(make.officer()).post(f"/desk/needs/{need.pk}/confirm/").status_code == 404
    assert Api(make.officer()).post(f"needs/{need.pk}/confirm/").status_code == 404
    assert Api(officer).post(f"needs/{need.pk}/confirm/").json()["confirmed_at"] is not None
    Need.objects.filter(pk=need.pk).update(withdrawn_at=timezone.now())
    assert Api(officer).post(f"needs/{need.pk}/confirm/").status_code == 409
    assert signed_in(officer).post(f"/desk/needs/{need.pk}/confirm/").status_code == 409


def test_changing_it_confirms_it():
    officer = make.officer()
    need = old(officer)
    pass_days(need, 0, 14)
    change_need(need, by=officer, item="Baut baja M16")
    need.refresh_from_db()
    assert (need.unconfirmed_since, need.confirmation_asked_on) == (None, None)


def test_who_confirms_early_is_asked_later():
    officer = make.officer()
    need = old(officer, days=60)
    confirm_need(need, by=officer)
    assert pass_days(need, 30) == []
    assert pass_days(need, 80) == ["need.confirm"]
