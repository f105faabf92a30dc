"""Saved searches: kept under a name, told of once – at once or in the morning –, paused, deleted, stopped by a link."""

from __future__ import annotations

import datetime as dt
from threading import Barrier, Thread

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.enums import AlertPace, SearchOf
from curation.models import Need, SavedSearch, SearchHit
from curation.services import alerts
from curation.services import saved_search as service
from curation.services.need import publish_need
from curation.services.searching import refresh_search
from curation.tasks import due_runs
from portal import jobs
from portal.acting import acting
from portal.enums import EnterpriseStatus, Role
from portal.models import Enterprise, Job, Membership, Notification, User
from tests.curation.matching.shop import BOLTS, sell
from tests.curation.test_curation_api import Api
from tests.curation.test_openings import text_of, wanted
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return owner_of(enterprise(name="CV Pencari"))


def saved(
    by: User, of: str = "needs", *, pace: str = AlertPace.IMMEDIATE, name: str = "Baut", **filters: str
) -> SavedSearch:
    made = service.save_search(of, filters or {"q": "baut baja"}, by=by, name=name, pace=pace)
    # As if it had been saved a while ago.
    SavedSearch.objects.filter(pk=made.pk).update(since=timezone.now() - dt.timedelta(minutes=1))
    made.refresh_from_db()
    return made


def told(user: User) -> list[Notification]:
    return list(Notification.objects.filter(user=user, kind__startswith="search.").order_by("pk"))


def test_the_filters_of_an_address_are_saved_under_a_name(owner):
    wanted()
    client = signed_in(owner)
    page = text_of(client.get("/needs/?q=baut&flag=for_export&order=newest&nonsense=1"))
    assert "/searches/add/?of=needs&amp;q=baut&amp;flag=for_export" in page
    page = text_of(client.get("/searches/add/?of=needs&q=baut&flag=for_export&order=newest&nonsense=1"))
    assert "Jenis: <b>Untuk ekspor</b>" in page
    sent = {
        "of": "needs",
        "filters": "q=baut&flag=for_export&order=newest&nonsense=1",
        "name": " Baut  ekspor ",
        "pace": "daily",
    }
    assert client.post("/searches/add/", sent).status_code == 302
    made = SavedSearch.objects.get()
    assert (made.name, made.filters, made.pace) == ("Baut ekspor", {"q": "baut", "flag": "for_export"}, "daily")
    page = text_of(client.get("/searches/"))
    assert "Baut ekspor" in page
    assert "Jenis: Untuk ekspor" in page
    assert client.get(f"/searches/{made.pk}/").url == "/needs/?q=baut&flag=for_export"
    answer = client.post("/searches/add/", sent)
    assert answer.status_code == 422
    assert "sudah punya pencarian tersimpan dengan nama ini" in answer.content.decode()


def test_a_visitor_is_offered_nothing_to_save():
    wanted()
    assert "/searches/add/" not in text_of(Client().get("/needs/?q=baut"))
    assert Client().get("/searches/add/?of=needs&q=baut").status_code == 302


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"filters": "", "name": "Semua"}, "pencarian atas semuanya tidak disimpan"),
        ({"filters": "order=newest", "name": "Semua"}, "pencarian atas semuanya tidak disimpan"),
        ({"filters": "q=baut", "name": "  "}, "name"),
        ({"filters": "q=baut", "name": "a" * 81}, "name"),
        ({"filters": "q=baut", "name": "Baut", "pace": "hourly"}, "pace"),
        ({"filters": "q=" + "a" * 5_000, "name": "Baut"}, "filters"),
    ],
)
def test_what_cannot_be_saved_is_said_and_what_was_typed_stays(owner, sent, said):
    answer = signed_in(owner).post("/searches/add/", {"of": "needs", "pace": "daily", **sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SavedSearch.objects.exists()


def test_there_is_a_limit(owner):
    for number in range(service.MOST_SEARCHES):
        saved(owner, name=f"Nomor {number}")
    answer = Api(owner).post("saved-searches/", {"of": "needs", "name": "Lagi", "filters": {"q": "mur"}})
    assert answer.status_code == 422
    assert "batas terbanyak" in answer.content.decode()


def test_a_new_need_is_told_at_once_and_only_once(owner):
    search = saved(owner)
    officer = make.officer()
    need = wanted(officer, published_at=None)
    publish_need(need, by=officer)
    refresh_search()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        jobs.drain()
        refresh_search()
        jobs.drain()
    (line,) = told(owner)
    assert (line.kind, line.params["count"], line.path) == ("search.found", 1, f"/searches/{search.pk}/")
    assert "Baut baja M12" in line.params["titles"]
    assert alerts.alert(search.pk) == 0
    assert SearchHit.objects.get().key == need.pk
    (message,) = [each for each in mail.outbox if each.to == [owner.email] and "Baru di" in each.subject]
    assert f"/alerts/stop/{search.token}/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_was_there_before_is_not_told(owner):
    wanted()
    search = service.save_search("needs", {"q": "baut baja"}, by=owner, name="Baut", pace=AlertPace.IMMEDIATE)
    assert alerts.alert(search.pk) == 0


def test_a_need_that_closed_or_does_not_fit_is_not_told(owner):
    search = saved(owner, q="baut baja", flag="for_export")
    wanted()
    closed = wanted(for_export=True)
    Need.objects.filter(pk=closed.pk).update(withdrawn_at=timezone.now())
    assert alerts.alert(search.pk) == 0
    wanted(for_export=True)
    assert alerts.alert(search.pk) == 1


def test_an_officer_is_told_of_a_new_business_and_of_new_products(owner):
    officer = make.officer()
    search = saved(officer, "businesses", q="baut baja")
    firm = enterprise(name="CV Baut Baru")
    old = enterprise(name="CV Lama")
    Enterprise.objects.filter(pk=old.pk).update(decided_at=timezone.now() - dt.timedelta(days=90))
    sell("Baut baja M12", firm, kbli=BOLTS)
    sell("Baut baja M12", old, kbli=BOLTS)
    suspended = enterprise(name="CV Ditangguhkan", status=EnterpriseStatus.SUSPENDED)
    sell("Baut baja M12", suspended, kbli=BOLTS)
    refresh_search()
    assert alerts.alert(search.pk) == 2
    (line,) = told(officer)
    assert "CV Baut Baru" in line.params["titles"]
    assert "CV Lama" in line.params["titles"]
    assert "CV Ditangguhkan" not in line.params["titles"]
    assert alerts.alert(search.pk) == 0


def test_the_digest_comes_once_in_the_readers_language_and_holds_all(owner):
    owner.language = "en"
    owner.save(update_fields=["language"])
    first = saved(owner, pace=AlertPace.DAILY, name="Bolts")
    saved(owner, pace=AlertPace.DAILY, name="Exports", flag="for_export")
    wanted(for_export=True)
    alerts.queue_digests()
    alerts.queue_digests()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        jobs.drain()
        alerts.queue_digests()
        jobs.drain()
    (line,) = told(owner)
    assert line.kind == "search.digest"
    (message,) = [each for each in mail.outbox if each.to == [owner.email] and "saved searches" in each.subject]
    for shown in ("New in your saved searches: 2", "Bolts: 1", "Exports: 1", "– Baut baja M12"):
        assert shown in message.subject + message.body
    assert f"/alerts/stop/{first.token}/?all=1" in message.body


def test_nothing_new_sends_no_digest(owner):
    saved(owner, pace=AlertPace.DAILY)
    assert alerts.digest(owner.pk, owner.organisation_id) == 0
    assert told(owner) == []


def test_a_second_digest_of_the_day_is_not_sent(owner):
    saved(owner, pace=AlertPace.DAILY)
    wanted()
    assert alerts.digest(owner.pk, owner.organisation_id) == 1
    wanted()
    assert alerts.digest(owner.pk, owner.organisation_id) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert alerts.digest(owner.pk, owner.organisation_id) == 1


def test_a_killed_job_has_told_nothing_and_the_next_one_tells_it(owner):
    search = saved(owner)
    wanted()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        alerts.alert(search.pk)
        raise ZeroDivisionError
    assert (told(owner), SearchHit.objects.count()) == ([], 0)
    assert alerts.alert(search.pk) == 1
    with pytest.raises(IntegrityError, match="search_hit_told_once"), transaction.atomic():
        SearchHit.objects.create(search=search, key=SearchHit.objects.get().key)


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once():
    owner = owner_of(enterprise())
    search = saved(owner)
    wanted()
    together, counts = Barrier(2), []

    def work() -> None:
        try:
            together.wait()
            with acting(None, None):
                counts.append(alerts.alert(search.pk))
        finally:
            connection.close()

    threads = [Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 1]
    assert len(told(owner)) == 1


def test_who_left_the_organisation_or_paused_is_told_nothing(owner):
    search = saved(owner)
    wanted()
    service.pause_search(search, by=owner)
    assert alerts.alert(search.pk) == 0
    assert alerts.queue_alerts(SearchOf.NEEDS) == 0
    service.resume_search(search, by=owner)
    # What came meanwhile would be a flood.
    assert alerts.alert(search.pk) == 0
    wanted()
    Membership.objects.filter(user=owner).update(ended_at=timezone.now())
    assert alerts.alert(search.pk) == 0
    assert alerts.queue_alerts(SearchOf.NEEDS) == 0


def test_a_round_is_queued_only_where_somebody_waits_for_it(owner):
    wanted()
    assert not Job.objects.filter(kind=alerts.ROUND_JOB).exists()
    saved(owner)
    wanted()
    assert Job.objects.filter(kind=alerts.ROUND_JOB).count() == 1


def test_the_day_queues_digests_and_what_a_round_missed(owner):
    saved(owner)
    saved(owner, pace=AlertPace.DAILY, name="Pagi")
    due_runs()
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert {alerts.ALERT_JOB, alerts.DIGEST_JOB} <= kinds


def test_the_link_of_a_message_stops_it_without_signing_in(owner):
    search, other = saved(owner), saved(owner, name="Mur", q="mur")
    stranger = saved(owner_of(enterprise()))
    nobody = Client(enforce_csrf_checks=True)
    assert "Hentikan pesan pencarian ini" in text_of(nobody.get(f"/alerts/stop/{search.token}/"))
    assert SavedSearch.objects.filter(paused_at=None).count() == 3
    # As a mail program sends it.
    answer = nobody.post(f"/alerts/stop/{search.token}/", {"List-Unsubscribe": "One-Click"})
    assert "Sudah dihentikan." in text_of(answer)
    search.refresh_from_db()
    other.refresh_from_db()
    assert (search.paused_at is None, other.paused_at is None) == (False, True)
    nobody.post(f"/alerts/stop/{search.token}/?all=1", {"List-Unsubscribe": "One-Click"})
    assert list(SavedSearch.objects.filter(paused_at=None)) == [stranger]
    assert nobody.get("/alerts/stop/00000000-0000-0000-0000-000000000000/").status_code == 404
    assert nobody.get("/alerts/stop/nobody/").status_code == 404


def test_a_search_is_its_owners_alone(owner):
    search = saved(owner)
    colleague = person(Role.STAFF, owner.organisation)
    for other in (colleague, make.officer()):
        client = signed_in(other)
        assert client.get(f"/searches/{search.pk}/").status_code == 404
        assert client.post(f"/searches/{search.pk}/delete/").status_code == 404
        assert Api(other).get(f"saved-searches/{search.pk}/").status_code == 404
    client = signed_in(owner)
    assert client.post(f"/searches/{search.pk}/edit/", {"name": "Baut besar", "pace": "daily"}).status_code == 302
    assert client.post(f"/searches/{search.pk}/edit/", {"name": "", "pace": "daily"}).status_code == 422
    assert client.post(f"/searches/{search.pk}/pause/").status_code == 302
    assert "Dijeda" in text_of(client.get("/searches/"))
    assert client.post(f"/searches/{search.pk}/resume/").status_code == 302
    assert client.post(f"/searches/{search.pk}/delete/").status_code == 302
    assert not SavedSearch.objects.exists()


def test_the_same_by_api(owner):
    api = Api(owner)
    made = api.post("saved-searches/", {"of": "needs", "name": "Baut", "filters": {"q": "baut", "flag": ""}}).json()
    assert (made["filters"], made["pace"], made["paused"]) == ({"q": "baut"}, "daily", False)
    assert made["results"] == "/needs/?q=baut"
    assert api.patch(f"saved-searches/{made['id']}/", {"pace": "immediate"}).json()["pace"] == "immediate"
    assert api.post(f"saved-searches/{made['id']}/pause/").json()["paused"] is True
    assert api.post(f"saved-searches/{made['id']}/resume/").json()["paused"] is False
    for sent, field in (
        ({"of": "people", "name": "x", "filters": {"q": "x"}}, "of"),
        ({"of": "needs", "name": "x", "filters": {"colour": "red"}}, "filters"),
        ({"of": "needs", "name": "x", "filters": {"province": "99"}}, "filters"),
        ({"of": "needs", "name": "x", "filters": {}}, "filters"),
        ({"of": "needs", "name": "x", "filters": "q=x"}, "filters"),
        ({"of": "needs", "name": "Baut", "filters": {"q": "x"}}, "name"),
    ):
        answer = api.post("saved-searches/", sent)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), sent
    assert api.client.delete(f"/api/v1/saved-searches/{made['id']}/").status_code == 204
    assert api.get("saved-searches/").json()["results"] == []


def test_the_list_needs_as_many_questions_for_three_as_for_one(owner):
    client = signed_in(owner)

    def asked() -> int:
        client.get("/searches/")
        with CaptureQueriesContext(connection) as counted:
            client.get("/searches/")
        return len(counted)

    saved(owner)
    one = asked()
    saved(owner, name="Dua")
    saved(owner, name="Tiga")
    assert asked() == one
