"""What an enterprise is answered: value, limit, evidence and the page to mend it; and what changed since the first time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, Shape
from curation.models import Application, Programme
from curation.scoring.explain import explain
from curation.services.application import answer_changes, appeal, start_application, submit_application
from curation.services.review import decide, findings
from curation.services.scoring import start_official_run
from portal import jobs
from portal.enums import DocumentKind
from portal.models import Document, Enterprise, User
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, address
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of, product
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

LINES = (
    make.criterion("sni", Shape.GATE, test="valid_on"),
    make.criterion("workforce", Shape.LINEAR, 60, zero_at="0", full_at="20"),
    make.criterion("annual_sales", Shape.LINEAR, 40, zero_at="0", full_at="1000000000"),
)
TODAY = timezone.localdate


def paper(holder: Enterprise, days: int, **fields: object) -> Document:
    return Document.objects.create(
        enterprise=holder, kind=DocumentKind.SNI, valid_until=TODAY() + dt.timedelta(days=days), **fields
    )


def declined(user: User, *, until: int | None, workforce: int = 10) -> Application:
    """Declined by the run where the certificate is missing or over, else by this officer."""
    programme = make.programme(by=user, lines=LINES)
    holder = enterprise(workforce=workforce, workforce_women=None, annual_sales=10**9)
    if until is not None:
        paper(holder, until)
    made = make.application(programme, holder)
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    made.refresh_from_db()
    if made.status == A.IN_REVIEW:
        explanation = explain(made.scores.get())
        told = findings(explanation, Outcome.DECLINED, explanation.unmet)
        decide(made, Outcome.DECLINED, by=user, reason="Belum.", findings=told, score=explanation.score)
    made.refresh_from_db()
    return made


def test_an_expired_paper_is_named_with_its_day_and_the_page_to_mend_it() -> None:
    made = declined(make.officer(), until=-3)
    assert made.status == A.DECLINED
    page = signed_in(acting(made)).get(f"/applications/{made.pk}/").content.decode()
    for said in ("Yang diperiksa: Sertifikat SNI, berlaku sampai", "dokumen belum diverifikasi", "Perbaiki di sini"):
        assert said in page
    reasons = Api(acting(made)).get(f"applications/{made.pk}/").json()["decisions"][0]["feedback"]
    (gate,) = [row for row in reasons if row["criterion"] == "Kriteria sni"]
    assert gate["evidence"].startswith("Sertifikat SNI, berlaku sampai")
    assert (gate["page"], gate["minutes"]) == (reverse("document_list"), 10)
    assert all(gate[name] for name in ("found", "wanted", "text"))


def test_a_missing_paper_and_an_entered_value_say_so() -> None:
    made = declined(make.officer(), until=None)
    reasons = Api(acting(made)).get(f"applications/{made.pk}/").json()["decisions"][0]["feedback"]
    said = {row["criterion"]: row["evidence"] for row in reasons}
    assert said["Kriteria sni"].startswith("belum ada dokumen per")
    assert said["Kriteria workforce"].startswith("pernyataan sendiri, per")


def test_the_buyer_reads_the_evidence_without_the_way_to_mend_it() -> None:
    made = declined(make.officer(), until=90)
    page = signed_in(make.officer(made.programme.buyer)).get(address(made)).content.decode()
    assert "Yang diperiksa:" in page
    assert "Perbaiki di sini" not in page


def second(made: Application, programme: Programme, **changes: object) -> Application:
    """The same enterprise applies again, with a certificate and changed answers."""
    owner, offered = owner_of(made.enterprise), product(made.enterprise)
    Enterprise.objects.filter(pk=made.enterprise_id).update(**changes)
    paper(made.enterprise, 400, verified_at=timezone.now(), verified_by=made.programme.created_by, verified_how="desk")
    again = start_application(programme, made.enterprise, product=offered, by=owner)
    submit_application(again, by=owner)
    jobs.drain()
    return again


def test_a_second_application_shows_what_changed_to_both_sides() -> None:
    """Also in another round of the same buyer; not in one of another buyer, who knows nothing of the first."""
    user = make.officer()
    made = declined(user, until=None)
    again = second(made, make.programme(by=user, lines=LINES), workforce=18)
    for client, url in (
        (signed_in(acting(again)), f"/applications/{again.pk}/"),
        (signed_in(user), address(again)),
    ):
        page = client.get(url).content.decode()
        assert f"Yang berubah sejak lamaran {made.number}" in page
        assert "kini terpenuhi" in page
        assert "10 orang" in page
        assert "18 orang" in page
    changed = Api(user).get(f"applications/{again.pk}/").json()["changed"]
    assert changed["application"] == made.pk
    lines = {line["feature"]: line for line in changed["lines"]}
    assert set(lines) == {"sni", "workforce"}, "annual sales stayed as they were"
    assert lines["workforce"]["gain"] == "24.00"
    assert lines["sni"]["before"]["held"] is None
    assert lines["sni"]["after"]["evidence"].endswith("dokumen terverifikasi")
    elsewhere = second(made, make.programme(lines=LINES), workforce=19)
    assert Api(acting(elsewhere)).get(f"applications/{elsewhere.pk}/").json()["changed"] is None


def test_an_appeal_and_an_answer_show_what_changed_since_the_decision() -> None:
    user = make.officer()
    made = declined(user, until=90)
    Enterprise.objects.filter(pk=made.enterprise_id).update(workforce=15)
    appeal(made, text="Kini lima belas orang.", by=acting(made))
    jobs.drain()
    changed = Api(user).get(f"applications/{made.pk}/").json()["changed"]
    assert changed["decided_at"] is not None
    assert [line["feature"] for line in changed["lines"]] == ["workforce"]
    assert "Yang berubah sejak keputusan" in signed_in(user).get(address(made)).content.decode()


def test_an_answer_that_changed_nothing_says_so() -> None:
    user = make.officer()
    programme = make.programme(by=user)
    made = make.applicant(programme, workforce=10)
    start_official_run(make.close(programme), by=None)
    jobs.drain()
    explanation = explain(made.scores.get())
    told = findings(explanation, Outcome.CHANGES_REQUESTED, explanation.unmet)
    decide(made, Outcome.CHANGES_REQUESTED, by=user, reason="Lengkapi.", findings=told, score=explanation.score)
    made.refresh_from_db()
    assert "Perbarui di sini" in signed_in(acting(made)).get(f"/applications/{made.pk}/answer/").content.decode()
    answer_changes(made, text="Sudah.", by=acting(made))
    jobs.drain()
    page = signed_in(user).get(address(made)).content.decode()
    assert "Tidak ada perubahan pada hal yang dinilai" in page
