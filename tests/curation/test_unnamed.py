"""Reviewing without names: nothing that a blind reviewer is answered, on pages or by API, says who the applicant is."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, Shape
from curation.models import Application
from curation.selectors.unnamed import covered
from curation.services.application import answer_changes
from curation.services.recognition import ask_for_recognition
from curation.services.review import Finding, decide
from curation.services.reviewers import assign_reviewer
from curation.services.scoring import score_provisional
from portal.enums import CheckedHow, DocumentKind, InnovationKind, Role
from portal.flow import MoveNotAllowed
from portal.models import Document, Enterprise, Innovation, Notification, User
from tests.access.endpoints import our_endpoints
from tests.curation.test_curation_api import Api
from tests.curation.test_review_pages import acting, address, ranked
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of, product
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

LINES = (
    make.criterion("nib", Shape.GATE, test="is_true"),
    make.criterion("sni", Shape.PRESENT, 20, test="valid_on"),
    make.criterion("workforce", Shape.LINEAR, 40, zero_at="0", full_at="20"),
    make.criterion("annual_sales", Shape.LINEAR, 40, zero_at="0", full_at="1000000000"),
)
LISTS = ("application_desk", "application_export", "application_review", "decide_on_several", "api_application-list")
# What every buyer reads of every verified enterprise, whoever has applied where.
PUBLIC_DATA = ("api_product-list",)
WRITTEN = (
    "Kami, Mawar Sakti (mawarsakti_klaten), sudah menambah tungku logam. Merek MAWARBESI dan Baut Mawar M20 kini ber-SNI "
    "0731/SNI/2026. NIB 8120 0123 45678, hubungi Bu Sulastri 0812-3456-789 atau sulastri@mawarsakti.co.id, "
    "https://mawarsakti.co.id/katalog, di Denpasar. Nilai tambahnya Rp1.250.000.000 dalam 12 bulan."
)
SECRETS = (
    "Mawar", "mawarsakti", "MAWARBESI", "0731/SNI/2026", "8120012345678", "8120 0123 45678", "Sulastri", "0812-3456-789",
    "08123456789", "Denpasar", "Lembaga Uji Baja", "sertifikat-mawar.pdf",
)  # fmt: skip


def rose(**fields: Any) -> Enterprise:
    made = enterprise(
        name="CV Mawar Sakti Logam",
        nib="8120012345678",
        phone="08123456789",
        email="sulastri@mawarsakti.co.id",
        website="https://mawarsakti.co.id",
        description="Mawar Sakti, pengecoran di Denpasar.",
        business_plan="Mawar Sakti menambah tungku.",
        annual_sales=4 * 10**8,
        village="51.71.01.1001",
        **{"workforce": 20, "workforce_women": None, **fields},
    )
    product(made, name="Baut Mawar M20", description="Baut merek MAWARBESI")
    Innovation.objects.create(
        enterprise=made,
        kind=InnovationKind.BRAND,
        number="IDM000731",
        title="Mawarbesi",
        registered_on=dt.date(2020, 1, 2),
    )
    Document.objects.create(
        enterprise=made,
        kind=DocumentKind.SNI,
        number="0731/SNI/2026",
        issuer="Lembaga Uji Baja",
        valid_until=timezone.localdate() + dt.timedelta(days=400),
        file_name="sertifikat-mawar.pdf",
    )
    return made


def sent(user: User, made: Enterprise, **fields: Any) -> Application:
    """In review, with changes asked for and answered in words that name everything."""
    subject = make.programme(by=user, lines=LINES, **{"blind": True, **fields})
    owner = owner_of(made, full_name="Sulastri Wulandari")
    application = make.application(subject, made, product=made.products.get(), status=A.IN_REVIEW, created_by=owner)
    score_provisional(application)
    decide(application, Outcome.CHANGES_REQUESTED, by=user, reason="Jelaskan.", findings=[Finding(text="Jelaskan.")])
    application.refresh_from_db()
    answer_changes(application, text=WRITTEN, by=owner)
    score_provisional(application)
    return Application.objects.get(pk=application.pk)


@pytest.fixture
def buyer() -> User:
    return make.officer()


# -- Every answer ------------------------------------------------------------------------------------------------------


def answers(user: User, application: Application) -> Iterator[tuple[str, str]]:
    """Every page and API answer that is not for everybody, about the programme or its applicant, and every list."""
    client = signed_in(user)
    pks = {"pk": (application.programme_id, application.pk), "application_pk": (application.pk,)}
    asked = 0
    for endpoint in our_endpoints():
        rule = endpoint.policies.get("GET")
        public = rule is None or rule.public or endpoint.name in PUBLIC_DATA
        if rule is None or public or not rule.admits(user) or not endpoint.kwargs <= set(pks):
            continue
        if endpoint.kwargs and not any(
            word in endpoint.route for word in ("programmes/", "applications/", "renewals/")
        ):
            continue
        names = sorted(endpoint.kwargs)
        for values in itertools.product(*(pks[name] for name in names)):
            path = reverse(endpoint.name, kwargs=dict(zip(names, values, strict=True)))
            listed = endpoint.name in LISTS
            for query in ("", "?q=Mawar", "?sort=name", f"?compare={application.pk}", "?as=csv") if listed else ("",):
                asked += 1
                yield path + query, text_of(client, path + query)
    assert asked > 50, "the addresses were not found"


def text_of(client: Client, path: str) -> str:
    answer: HttpResponseBase = client.get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        book = zipfile.ZipFile(io.BytesIO(body))
        body = b"".join(map(book.read, book.namelist()))
    return body.decode(errors="replace").replace("?q=Mawar", "").replace("q=Mawar", "").replace('value="Mawar"', "")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER])
def test_no_page_and_no_answer_of_the_api_says_who_it_is(buyer: User, role: Role) -> None:
    application = sent(buyer, rose(), reviewers_needed=1)
    reader = make.officer(buyer.organisation) if role == Role.OFFICER else make.person(role, buyer.organisation)
    if role == Role.OFFICER:
        assign_reviewer(application, reader, by=buyer)
    said = [f"{path}: {secret}" for path, text in answers(reader, application) for secret in SECRETS if secret in text]
    assert said == []
    page = signed_in(reader).get(address(application)).content.decode()
    assert application.number in page
    assert "sudah menambah tungku logam" in page, "what tells nothing stays"
    assert "Rp1.250.000.000 dalam 12 bulan" in page


def test_what_a_blind_reviewer_sends_is_answered_without_a_name(buyer: User) -> None:
    application = sent(buyer, rose())
    client, api = signed_in(buyer), Api(buyer)
    pages = [client.post(address(application), data) for data in ({}, {"preview": "1", "outcome": "declined"})]
    pages.append(
        client.post(
            f"/desk/programmes/{application.programme_id}/applicants/together/", {f"reason_{application.pk}": "x"}
        )
    )
    texts = [page.content.decode() for page in pages]
    texts.append(str(api.post(f"applications/{application.pk}/decide/", {"outcome": "declined"}).json()))
    texts += [str(note.params) for note in Notification.objects.filter(user=buyer)]
    assert [secret for secret in SECRETS for text in texts if secret in text] == []


def test_after_the_decision_everything_is_named(buyer: User) -> None:
    application = sent(buyer, rose())
    decide(application, Outcome.CURATED, by=buyer, reason="Baik.")
    page = signed_in(buyer).get(address(application)).content.decode()
    assert "CV Mawar Sakti Logam" in page
    assert WRITTEN.split(".")[0] in page
    assert "0731/SNI/2026, Lembaga Uji Baja" in page


def test_an_earlier_application_with_its_name_is_not_pointed_at(buyer: User) -> None:
    """It was decided and so is named: its number, or a document of both, would say whose the new one is."""
    made = rose()
    earlier = sent(buyer, made, blind=False)
    decide(earlier, Outcome.DECLINED, by=buyer, reason="Kurang.", findings=[Finding(text="Kurang.")])
    subject = make.programme(by=buyer, lines=LINES, blind=True)
    later = make.application(subject, made, product=made.products.get(), status=A.IN_REVIEW, created_by=acting(earlier))
    score_provisional(later)
    page = signed_in(buyer).get(address(later)).content.decode()
    assert "Berubah sejak permohonan sebelumnya" in page
    assert earlier.number not in page
    told = Api(buyer).get(f"applications/{later.pk}/").json()
    assert told["changed"]["application"] is None
    papers = [paper for result in told["score"]["results"] for paper in result["papers"]]
    assert [(paper["document"], paper["number"], paper["issuer"]) for paper in papers] == [(None, "", "")]
    own = Api(acting(later)).get(f"applications/{later.pk}/").json()
    assert own["changed"]["application"] == earlier.pk


def test_a_recognised_mark_is_not_named_by_its_code(buyer: User) -> None:
    mark = ranked(make.officer(), 20)[0].curation
    subject = make.programme(by=buyer, lines=LINES, blind=True)
    draft = ask_for_recognition(mark, subject, by=buyer)
    Application.objects.filter(pk=draft.pk).update(status=A.SUBMITTED, submitted_at=timezone.now())
    told = Api(buyer).get(f"applications/{draft.pk}/").json()
    assert (told["recognises"], told["enterprise"]) == (None, draft.number)
    with pytest.raises(MoveNotAllowed) as refused:
        ask_for_recognition(mark, subject, by=buyer)
    assert draft.number not in refused.value.message


# -- The cover ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CV Mawar Sakti Logam menambah logam", "CV [disamarkan] menambah logam"),
        ("mawar-sakti dan MAWARSAKTI2", "[disamarkan] dan [disamarkan]2"),
        ("Harga Rp 1.250.000.000 sejak 12 Mei 2026, 25 ton", "Harga Rp 1.250.000.000 sejak 12 Mei 2026, 25 ton"),
        ("telepon (0272) 551-234-99, NIB 8120012345678", "telepon [disamarkan], NIB [disamarkan]"),
        ("lihat mawar.co.id/x atau @mawar_sakti", "lihat [disamarkan] atau [disamarkan]"),
        ("merek Mawarbesi IDM000731", "merek [disamarkan]"),
        ("dari Denpasar", "dari [disamarkan]"),
        ("Tungku dan cetakan kami diperbarui.", "Tungku dan cetakan kami diperbarui."),
    ],
)
def test_names_and_numbers_are_covered_and_the_rest_stays(written: str, shown: str) -> None:
    application = make.draft_application(make.programme(), rose())
    assert covered(application, written) == shown


def test_the_enterprise_is_told_where_it_writes(buyer: User) -> None:
    made = rose()
    subject = make.programme(by=buyer, lines=LINES, blind=True)
    owner = owner_of(made)
    application = make.application(subject, made, status=A.IN_REVIEW, created_by=owner)
    decide(application, Outcome.CHANGES_REQUESTED, by=buyer, reason="Jelaskan.", findings=[Finding(text="Jelaskan.")])
    assert "tanpa nama" in signed_in(owner).get(f"/applications/{application.pk}/answer/").content.decode()


# -- Documents by number -----------------------------------------------------------------------------------------------


def test_evidence_names_kind_number_issuer_and_validity(buyer: User) -> None:
    application = sent(buyer, rose(), blind=False)
    until = timezone.localdate() + dt.timedelta(days=400)
    for reader, path in ((buyer, address(application)), (acting(application), f"/applications/{application.pk}/")):
        page = signed_in(reader).get(path).content.decode()
        assert "Sertifikat SNI no. 0731/SNI/2026, Lembaga Uji Baja, berlaku sampai" in page
        results = Api(reader).get(f"applications/{application.pk}/").json()["score"]["results"]
        (paper,) = [paper for result in results for paper in result["papers"] if paper["kind"] == "sni"]
        assert (paper["number"], paper["issuer"], paper["until"]) == ("0731/SNI/2026", "Lembaga Uji Baja", str(until))
    dry = Api(acting(application)).get(f"programmes/{application.programme_id}/dry-run/").json()
    assert [paper["number"] for result in dry["results"] for paper in result["papers"]] == ["0731/SNI/2026"]


def test_a_tax_number_is_no_buyers(buyer: User) -> None:
    made = rose()
    now = timezone.now()
    for kind, number in ((DocumentKind.NPWP, "00.131.216.6-009.1000"), (DocumentKind.NIB, "8120012345678")):
        Document.objects.create(
            enterprise=made,
            kind=kind,
            number=number,
            verified_at=now,
            verified_by=made.decided_by,
            verified_how=CheckedHow.AT_THE_DESK,
        )
    lines = (make.criterion("verified_documents", Shape.LINEAR, 100, zero_at="0", full_at="3"),)
    subject = make.programme(by=buyer, lines=lines)
    application = make.application(subject, made, status=A.IN_REVIEW, created_by=owner_of(made))
    score_provisional(application)
    seen = signed_in(buyer).get(address(application)).content.decode()
    assert "8120012345678" in seen
    assert "00.131.216.6-009.1000" not in seen
    assert (
        "00.131.216.6-009.1000"
        in signed_in(acting(application)).get(f"/applications/{application.pk}/").content.decode()
    )
