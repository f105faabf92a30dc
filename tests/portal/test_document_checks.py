"""Who checked a document, how, and why one was not accepted; what each kind needs; renewals keep the old one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from portal.document_kinds import KINDS
from portal.enums import CheckedHow, DocumentKind, DocumentState, Role
from portal.models import AuditEntry, AuditPersonal, Document, Notification
from portal.selectors.document import Paper, papers_of, public_papers
from portal.selectors.product import has_tkdn_certificate
from portal.services import document as service
from tests.factories.checking import companion_of, paper, verified_paper
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.papers import pdf
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("berkas.pdf", pdf(), "application/pdf")


def sni(**changes: Any) -> dict[str, Any]:
    return {
        "kind": DocumentKind.SNI,
        "number": "SNI 07-0242-2019",
        "issuer": "LSPro",
        "valid_from": TODAY - dt.timedelta(days=400),
        "valid_until": TODAY + dt.timedelta(days=400),
    } | changes


def test_every_kind_says_what_it_needs() -> None:
    assert set(KINDS) == set(DocumentKind.values)
    for kind in DocumentKind:
        page = signed_in(owner_of(enterprise())).get(reverse("document_add")).content.decode()
        assert str(kind.label) in page


@pytest.mark.parametrize(
    ("kind", "missing", "field"),
    [
        ("sni", "valid_until", "valid_until"),
        ("bpom", "issuer", "issuer"),
        ("nib", "number", "number"),
        ("deed", "valid_from", "valid_from"),
    ],
)
def test_what_a_kind_needs_is_asked_for_at_its_field(kind: str, missing: str, field: str) -> None:
    made = enterprise()
    answers = {name: str(value) for name, value in sni(kind=kind).items()} | {missing: "", "file": upload()}
    response = signed_in(owner_of(made)).post(reverse("document_add"), answers)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    values = sni(kind=kind) | {missing: None if missing.startswith("valid") else ""}
    with pytest.raises(ValidationError) as problem:
        service.add_document(made, by=owner_of(made), **values)
    assert set(problem.value.message_dict) == {field}


@pytest.mark.parametrize(
    ("kind", "usual", "unusual"),
    [
        ("halal", "ID33110000012340625", "HALAL-7"),
        ("bpom", "MD 234567890123", "12"),
        ("pirt", "P-IRT 2063310010123-28", "PIRT"),
        ("sni", "SNI 07-0242-2019", "n/a"),
        ("nib", "8120012345678", "812"),
    ],
)
def test_an_unusual_number_is_pointed_out_and_never_refused(kind: str, usual: str, unusual: str) -> None:
    made = enterprise(nib="8120012345678")
    owner = owner_of(made)
    for number, warns in ((usual, False), (unusual, True)):
        answers = {name: str(value) for name, value in sni(kind=kind, number=number).items()} | {"file": upload()}
        response = signed_in(owner).post(reverse("document_add"), answers, follow=True)
        assert response.status_code == 200
        document = Document.objects.latest("pk")
        assert document.number == number
        assert bool(Paper(document, TODAY).number_warning) is warns
        assert ("Cocokkan" in response.content.decode()) is warns or not warns
        document.delete()


def test_a_nib_other_than_the_profiles_is_pointed_out_to_whoever_checks() -> None:
    made = enterprise(nib="8120012345678")
    paper(made, "nib", number="8120012345679")
    page = signed_in(person(Role.MINISTRY_ADMIN)).get(reverse("enterprise_document_list", args=[made.pk]))
    assert "berbeda dari NIB di profil usaha" in page.content.decode()


def test_a_companion_verifies_the_original_on_the_spot_even_without_a_file() -> None:
    made = enterprise()
    document = paper(made, "nib", file=False)
    companion = companion_of(made)
    page = signed_in(companion).get(reverse("enterprise_document_list", args=[made.pk])).content.decode()
    assert "Saya melihat aslinya" in page
    signed_in(companion).post(reverse("document_verify", args=[document.pk]))
    document.refresh_from_db()
    assert (document.verified_by, document.verified_how) == (companion, CheckedHow.ON_THE_SPOT)
    assert document.verified_for == companion.organisation
    assert AuditEntry.objects.of(document).get(action="verify_document").payload["how"] == "on_the_spot"


def test_the_ministry_verifies_the_file_at_its_desk() -> None:
    document = paper(enterprise(), "nib")
    admin = person(Role.MINISTRY_ADMIN)
    service.verify_document(document, by=admin)
    document.refresh_from_db()
    assert (document.verified_how, document.verified_for) == (CheckedHow.AT_THE_DESK, admin.organisation)
    with pytest.raises(ValidationError, match="Belum ada berkas"):
        service.verify_document(paper(enterprise(), "nib", file=False), by=admin)


def test_who_uploaded_a_paper_does_not_verify_it_and_reads_why() -> None:
    made = enterprise()
    companion = companion_of(made)
    colleague = companion_of(made, companion.organisation)
    document = paper(made, "nib", uploaded_by=companion)
    client, said = signed_in(companion), "Dokumen ini Anda unggah sendiri."
    page = client.get(reverse("enterprise_document_list", args=[made.pk])).content.decode()
    assert said in page
    assert reverse("document_verify", args=[document.pk]) not in page
    address = reverse("document_verify", args=[document.pk])
    assert said in client.post(address, follow=True).content.decode(), "from a page that was open before"
    answer = client.post(f"/api/v1/documents/{document.pk}/verify/")
    assert answer.status_code == 422
    assert said in answer.json()["errors"]["__all__"][0]
    document.refresh_from_db()
    assert not document.is_verified
    signed_in(colleague).post(address)
    document.refresh_from_db()
    assert document.verified_by == colleague


def test_the_database_keeps_four_eyes_and_lets_old_rows_be() -> None:
    made, companion = enterprise(), person(Role.COMPANION)
    with pytest.raises(IntegrityError, match="whoever uploaded a paper"), transaction.atomic():
        verified_paper(made, by=companion, uploaded_by=companion)
    document = verified_paper(made, by=companion)
    with pytest.raises(IntegrityError, match="whoever uploaded a paper"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(uploaded_by=companion)
    assert verified_paper(made, uploaded_by=companion).is_verified


def test_a_companion_of_another_enterprise_verifies_nothing_here() -> None:
    document = paper(enterprise(), "nib")
    stranger = companion_of(enterprise())
    for call in (service.verify_document, lambda *a, **k: service.refuse_document(*a, "Alasan", **k)):
        with pytest.raises(PermissionDenied):
            call(document, by=stranger)
    assert signed_in(stranger).post(reverse("document_verify", args=[document.pk])).status_code == 404


def test_refused_with_a_reason_that_its_owner_reads() -> None:
    made = enterprise()
    owner, document = owner_of(made), paper(made, "nib")
    admin = person(Role.MINISTRY_ADMIN)
    client = signed_in(admin)
    address = reverse("document_refuse", args=[document.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "Halaman kedua tidak terbaca."})
    document.refresh_from_db()
    assert document.state_on(TODAY) == DocumentState.REFUSED
    assert not Document.objects.counting_on(TODAY).exists()
    line = Notification.objects.get(user=owner, kind="document.refused")
    assert line.params["reason"] == "Halaman kedua tidak terbaca."
    entry = AuditEntry.objects.of(document).get(action="refuse_document")
    assert "reason" not in entry.payload
    assert AuditPersonal.objects.get(digest=entry.personal_digest).values["reason"] == line.params["reason"]
    page = signed_in(owner).get(reverse("document_list")).content.decode()
    assert "Belum diterima" in page
    assert "Halaman kedua tidak terbaca." in page


def test_a_wrong_verification_can_be_taken_back_and_a_wrong_refusal_too() -> None:
    document = verified_paper(enterprise(), "nib")
    admin = person(Role.MINISTRY_ADMIN)
    service.refuse_document(document, "Nomor milik usaha lain.", by=admin)
    document.refresh_from_db()
    assert (document.verified_at, document.state_on(TODAY)) == (None, DocumentState.REFUSED)
    service.verify_document(document, by=admin)
    document.refresh_from_db()
    assert (document.refused_at, document.refused_reason, document.is_verified) == (None, "", True)
    assert [entry.action for entry in AuditEntry.objects.of(document)] == ["refuse_document", "verify_document"]


def test_the_database_keeps_what_was_verified_and_asks_for_reasons() -> None:
    document = verified_paper(enterprise(), "nib")
    with pytest.raises(ProgrammingError, match="append-only or frozen"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(number="lain")
    Document.objects.filter(pk=paper(enterprise(), "nib").pk).update(number="lain")
    with pytest.raises(IntegrityError, match="document_verified_somehow"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(verified_how="")
    with pytest.raises(IntegrityError, match="document_refused_with_reason"), transaction.atomic():
        paper(enterprise(), "nib", refused_at=timezone.now(), refused_by=person(Role.MINISTRY_ADMIN))


def test_a_paper_of_a_later_day_is_said_to_be_not_yet_valid() -> None:
    """It earns nothing before its first day, so no page calls it verified, and the ladder of TKDN does not count it."""
    made = enterprise()
    goods = product(made)
    tomorrow = TODAY + dt.timedelta(days=1)
    document = verified_paper(made, "tkdn", valid_from=tomorrow, valid_until=TODAY + dt.timedelta(days=400))
    assert document.state_on(TODAY) == DocumentState.UPCOMING
    assert document.state_on(tomorrow) == DocumentState.VERIFIED
    assert (has_tkdn_certificate(goods, TODAY), has_tkdn_certificate(goods, tomorrow)) == (False, True)
    page = signed_in(owner_of(made)).get(reverse("document_list")).content.decode()
    assert "Belum berlaku" in page


def test_a_renewal_takes_the_place_and_keeps_the_old_one() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = verified_paper(made, "sni", number="SNI-1", issuer="LSPro", valid_until=TODAY + dt.timedelta(days=20))
    client = signed_in(owner)
    address = reverse("document_renew", args=[old.pk])
    assert "SNI-1" in client.get(address).content.decode()
    answers = {"number": "SNI-2", "issuer": "LSPro", "valid_until": "2031-01-01", "file": upload()}
    assert client.post(address, answers).url == reverse("document_list")
    new = Document.objects.latest("pk")
    assert (new.replaces, new.kind, new.is_verified) == (old, "sni", False)
    shown = papers_of(made, owner, TODAY)
    assert [(each.document, [one.document for one in each.earlier]) for each in shown] == [(new, [old])]
    old.refresh_from_db()
    assert old.state_on(TODAY) == DocumentState.VERIFIED, "it counts as long as it is valid"
    page = client.get(reverse("document_list")).content.decode()
    assert "1 berkas sebelumnya" in page
    with pytest.raises(ValidationError, match="Sudah ada berkas baru"):
        service.renew_document(old, by=owner, **sni())


def test_what_another_has_taken_the_place_of_is_not_removed() -> None:
    made = enterprise()
    owner = owner_of(made)
    old = paper(made, "sni")
    service.renew_document(old, by=owner, **sni())
    with pytest.raises(ValidationError, match="tetap ada di riwayat"):
        service.remove_document(old, by=owner)


def test_the_public_page_shows_what_was_verified_and_is_valid_today_with_who_checked_it() -> None:
    made = enterprise()
    admin = person(Role.MINISTRY_ADMIN)
    shown = verified_paper(made, "sni", by=admin, valid_until=TODAY, verified_for=admin.organisation)
    verified_paper(made, "halal", valid_until=TODAY - dt.timedelta(days=1))
    verified_paper(made, "deed", number="AHU-RAHASIA")
    paper(made, "bpom", number="MD-PERNYATAAN")
    assert list(public_papers(made, TODAY)) == [shown]
    page = signed_in(person(Role.OFFICER)).get(reverse("enterprise_public", args=[made.pk])).content.decode()
    assert admin.organisation.label in page
    for hidden in ("Sertifikat halal", "AHU-RAHASIA", "MD-PERNYATAAN"):
        assert hidden not in page


def test_by_api() -> None:
    made = enterprise()
    owner, document = owner_of(made), paper(made, "sni")
    one = reverse("api_document-detail", args=[document.pk])
    assert signed_in(owner).get(one).json()["state"] == "declared"
    companion = signed_in(companion_of(made))
    refused = companion.post(f"{one}refuse/", {"reason": "Buram."}, content_type="application/json").json()
    assert (refused["state"], refused["refused_reason"]) == ("refused", "Buram.")
    assert companion.post(f"{one}refuse/", {}, content_type="application/json").status_code == 422
    answers = {"number": "SNI 1234", "issuer": "LSPro", "valid_until": "2031-01-01"}
    renewed = signed_in(owner).post(f"{one}renew/", answers)
    assert (renewed.status_code, renewed.json()["replaces"]) == (201, document.pk)
    current = signed_in(owner).get(reverse("api_document-list"), {"current": "true"}).json()["results"]
    assert [each["id"] for each in current] == [renewed.json()["id"]]
    kinds = signed_in(owner).get(reverse("api_document-kinds")).json()
    assert {each["kind"]: each["needs"] for each in kinds}["sni"] == ["number", "issuer", "valid_until", "file"]


def test_where_a_verified_and_a_declared_one_stand_side_by_side_both_say_so() -> None:
    made = enterprise()
    verified_paper(made, "sni")
    paper(made, "halal")
    with translation.override("id"):
        for client, address in (
            (signed_in(owner_of(made)), reverse("document_list")),
            (signed_in(person(Role.MINISTRY_ADMIN)), reverse("enterprise_document_list", args=[made.pk])),
            (signed_in(companion_of(made)), reverse("enterprise_document_list", args=[made.pk])),
        ):
            page = client.get(address).content.decode()
            assert "Terverifikasi" in page
            assert "Pernyataan sendiri" in page
