"""An appeal: once, within working days, with its papers, decided by another person, and never beyond the quota."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome
from curation.models import AppealPaper, Application, Programme
from curation.services.application import appeal
from curation.services.certificate import revoke_curation
from curation.services.programme import archive_programme
from curation.services.review import Finding, decide
from portal import jobs
from portal.enums import DocumentKind, EnterpriseStatus, Role
from portal.flow import NotPermitted
from portal.models import DatedRule, Document, Enterprise, Membership, User
from portal.services.document import remove_document
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, address, ranked
from tests.factories.curation import officer
from tests.factories.products import seller
from tests.signing_in import signed_in

TOLD = [Finding(text="Kapasitas")]


def declined(user: User, *others: int, **fields: object) -> Application:
    """In the band, and not selected by this officer; `others` stand in rank before it."""
    made = ranked(user, *others, 10, **fields)[-1]
    decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=TOLD)
    made.refresh_from_db()
    return made


def appealed(user: User, *others: int, **fields: object) -> Application:
    made = declined(user, *others, **fields)
    appeal(made, text="Tungku kedua berjalan.", by=acting(made))
    return made


def paper(enterprise: Enterprise, **fields: object) -> Document:
    return Document.objects.create(enterprise=enterprise, kind=DocumentKind.LAB_TEST, number="UJI-7", **fields)


pytestmark = pytest.mark.django_db


# -- The term ----------------------------------------------------------------------------------------------------------


def test_the_term_is_counted_in_working_days() -> None:
    """Decided on Friday 19 June 2026, five working days: the weekend and a day off by decree do not count."""
    DatedRule.objects.create(
        key="holidays", valid_from=dt.date(2026, 1, 1), parameters={"closed": ["2026-06-24"]}, legal_source="SKB"
    )
    made = Application(programme=Programme(appeal_days=5), decided_at=dt.datetime(2026, 6, 19, 3, tzinfo=dt.UTC))
    assert made.appeal_until == dt.date(2026, 6, 29)


def test_the_last_minute_of_the_term_is_in_it_and_the_next_is_not() -> None:
    """By the clock of Jakarta: 16:59 UTC is its last minute of the day."""
    user = officer()
    first, second = declined(user), declined(officer())
    until = first.appeal_until
    assert until is not None
    midnight = dt.datetime.combine(until, dt.time(16, 59, 59), tzinfo=dt.UTC)
    with time_machine.travel(midnight, tick=False):
        appeal(first, text="Terlewat.", by=acting(first))
    with time_machine.travel(midnight + dt.timedelta(seconds=1), tick=False):
        answer = signed_in(acting(second)).post(f"/applications/{second.pk}/appeal/", {"text": "Terlambat satu detik."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Batas waktu keberatan sudah lewat" in page
    assert "Terlambat satu detik." in page
    with time_machine.travel(midnight + dt.timedelta(seconds=1), tick=False):
        refused = Api(acting(second)).post(f"applications/{second.pk}/appeal/", {"text": "Terlambat."})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:mitrapasok:problem:no_appeal")


# -- Once --------------------------------------------------------------------------------------------------------------


def test_a_second_appeal_is_refused_everywhere() -> None:
    user = officer()
    made = appealed(user)
    decide(made, Outcome.DECLINED, by=officer(user.organisation), reason="Tetap.", findings=TOLD)
    answer = signed_in(acting(made)).post(f"/applications/{made.pk}/appeal/", {"text": "Sekali lagi."})
    assert answer.status_code == 422
    assert "Sekali lagi." in answer.content.decode()
    assert Api(acting(made)).post(f"applications/{made.pk}/appeal/", {"text": "Lagi."}).status_code == 409
    assert Api(acting(made)).get(f"applications/{made.pk}/").json()["appeal_until"] is None
    with pytest.raises(ProgrammingError), transaction.atomic():
        Application.objects.filter(pk=made.pk).update(appealed_at=timezone.now())


# -- Its papers --------------------------------------------------------------------------------------------------------


def test_papers_are_shown_to_the_buyer_and_stay() -> None:
    user = officer()
    made = declined(user)
    shown = paper(made.enterprise)
    owner = acting(made)
    page = signed_in(owner).get(f"/applications/{made.pk}/appeal/").content.decode()
    assert "UJI-7" in page
    signed_in(owner).post(f"/applications/{made.pk}/appeal/", {"text": "Hasil uji terlewat.", "papers": [shown.pk]})
    assert list(made.appeal_papers.values_list("document", flat=True)) == [shown.pk]
    assert "UJI-7" in signed_in(officer(user.organisation)).get(address(made)).content.decode()
    answer = Api(user).get(f"applications/{made.pk}/").json()
    assert [(each["document"], each["number"]) for each in answer["appeal_papers"]] == [(shown.pk, "UJI-7")]
    with pytest.raises(ValidationError, match="tetap"):
        remove_document(shown, by=owner)
    with pytest.raises(ProgrammingError), transaction.atomic():
        AppealPaper.objects.all().delete()


def test_papers_of_somebody_else_are_refused() -> None:
    user = officer()
    made, other = declined(user), seller().organisation.enterprise
    foreign, refused = (
        paper(other),
        paper(made.enterprise, refused_at=timezone.now(), refused_by=user, refused_reason="Buram."),
    )
    client = signed_in(acting(made))
    for wrong in (foreign, refused):
        answer = client.post(f"/applications/{made.pk}/appeal/", {"text": "Terlewat.", "papers": [wrong.pk]})
        assert answer.status_code == 422
        assert answer.context["form"].errors["papers"]
        assert "Terlewat." in answer.content.decode()
    api = Api(acting(made)).post(f"applications/{made.pk}/appeal/", {"text": "x", "documents": [foreign.pk]})
    assert (api.status_code, list(api.json()["errors"])) == (422, ["documents"])
    appeal(made, text="Terlewat.", by=acting(made))
    with pytest.raises(IntegrityError, match="its own enterprise"), transaction.atomic():
        AppealPaper.objects.create(application=made, document=foreign)


def test_what_was_mended_since_counts_for_the_appeal() -> None:
    """Ten people at the decision, twenty now: the second person sees both scores."""
    user = officer()
    made = declined(user)
    Enterprise.objects.filter(pk=made.enterprise_id).update(workforce=20)
    appeal(made, text="Kami kini dua puluh orang.", by=acting(made))
    jobs.drain()
    first, second = made.scores.order_by("pk")
    assert second.total > first.total
    page = signed_in(officer(user.organisation)).get(address(made)).content.decode()
    assert "20 orang" in page


# -- By another person, within the quota -------------------------------------------------------------------------------


def test_who_decided_before_or_belongs_to_the_enterprise_decides_nothing() -> None:
    user = officer()
    made = appealed(user)
    insider = officer(user.organisation)
    Membership.objects.create(user=insider, organisation=made.enterprise.organisation, role=Role.STAFF)
    # Who belongs to the enterprise does not even see the application.
    for by, said in ((user, 403), (insider, 404)):
        for outcome, findings in ((Outcome.CURATED, ()), (Outcome.DECLINED, TOLD)):
            with pytest.raises(NotPermitted):
                decide(made, outcome, by=by, reason="Baik.", findings=findings)
        body = {"outcome": "declined", "reason": "x", "other": True}
        assert Api(by).post(f"applications/{made.pk}/decide/", body).status_code == said
    made.refresh_from_db()
    assert made.status == A.APPEALED


def test_an_upheld_appeal_waits_while_no_place_is_free_and_moves_up() -> None:
    user = officer()
    made = appealed(user, 20, quota=1)
    answer = signed_in(officer(user.organisation)).post(
        address(made), {"outcome": "curated", "reason": "Baik."}, follow=True
    )
    assert "kuota penuh" in answer.content.decode()
    made.refresh_from_db()
    assert (made.status, made.waiting_place) == (A.WAITLISTED, 1)
    programme = Programme.objects.get()
    assert programme.curated_count == programme.quota == 1
    revoke_curation(programme.curations.get(), reason="SNI dicabut.", by=user)
    made.refresh_from_db()
    assert made.status == A.CURATED
    programme.refresh_from_db()
    assert programme.curated_count == 1


def test_after_the_round_nobody_is_put_on_its_list() -> None:
    user = officer()
    made = declined(user, 20, quota=1)
    archive_programme(made.programme, by=user)
    appeal(made, text="Terlewat.", by=acting(made))
    second = officer(user.organisation)
    refused = Api(second).post(f"applications/{made.pk}/decide/", {"outcome": "curated", "reason": "Baik."})
    assert refused.status_code == 422
    assert "Kuota penuh" in str(refused.json()["errors"])
    made.refresh_from_db()
    assert made.status == A.APPEALED
    assert Api(second).post(f"programmes/{made.programme_id}/quota/", {"quota": 2}).status_code == 200
    upheld = Api(second).post(f"applications/{made.pk}/decide/", {"outcome": "curated", "reason": "Baik."})
    assert upheld.json()["status"] == "curated"


def test_a_suspended_business_is_not_curated_by_an_appeal() -> None:
    user = officer()
    made = appealed(user)
    Enterprise.objects.filter(pk=made.enterprise_id).update(status=EnterpriseStatus.SUSPENDED)
    with pytest.raises(ValidationError, match="tidak aktif"):
        decide(made, Outcome.CURATED, by=officer(user.organisation), reason="Baik.")
    decide(made, Outcome.DECLINED, by=officer(user.organisation), reason="Ditangguhkan.", findings=TOLD)
    made.refresh_from_db()
    assert (made.status, made.decisions.count()) == (A.DECLINED, 2)
