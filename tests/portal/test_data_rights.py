"""UU 27/2022 end to end: a copy, a correction, an erasure, a consent withdrawn – each by page and by API."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal import audit, crypto, jobs
from portal.enums import EnterpriseStatus, Role
from portal.models import (
    AuditEntry,
    AuditPersonal,
    DataRequest,
    Document,
    Enterprise,
    ImportProblem,
    Membership,
    Notification,
    Photo,
    PlanProgress,
    ProductImport,
    User,
)
from portal.personal_data import ROWS, Subject
from portal.rules.data_requests import answer_by
from portal.services.api_token import make_token
from portal.services.data_request import ask_for_correction, carry_out, decline, end_copies, remind_of_terms
from portal.services.dossier import save_section
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of, product
from tests.factories.people import PASSWORD, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
NIK = "3310096502800001"


@pytest.fixture
def firm() -> Enterprise:
    made = enterprise(name="UD Sari Rasa", owner_nik=NIK, owner_nik_hash=crypto.search_hash(NIK), phone="081277766655")
    made.npwp = NIK
    made.npwp_hash = crypto.search_hash(NIK)
    made.save()
    tempe = product(made, name="Keripik tempe")
    photo = Photo(product=tempe, width=2, height=2, sha256="0" * 64, caption="Keripik di atas tampah")
    photo.file.save("a.webp", ContentFile(b"RIFF"))
    paper = Document(enterprise=made, kind="other", number="KTP-77", issuer="Dukcapil")
    paper.file.save("ktp.pdf", ContentFile(b"%PDF-1.7 isi kartu"))
    return made


@pytest.fixture
def owner(firm: Enterprise) -> User:
    return owner_of(firm, email="sari@contoh.id", full_name="Sari Wulandari", phone="081311122233")


@pytest.fixture
def ministry() -> User:
    return person(Role.MINISTRY_ADMIN)


def opened(client: Client, address: str) -> zipfile.ZipFile:
    answer = client.get(address)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def listed(copy: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return json.loads(copy.read(f"data/{name}.json"))


# A copy


def test_a_copy_holds_everything_about_the_person_and_their_business_and_ends(firm: Enterprise, owner: User) -> None:
    client = signed_in(owner)
    assert client.post("/my-data/copy/", {"with_business": "on"}).status_code == 302
    jobs.drain()
    asked = DataRequest.objects.get()
    assert asked.status == "ready"
    copy = opened(client, f"/my-data/{asked.pk}/file/")
    assert listed(copy, "account")[0]["email"] == "sari@contoh.id"
    assert "password" not in listed(copy, "account")[0]
    assert listed(copy, "business")[0]["owner_nik"] == NIK
    assert listed(copy, "business")[0]["npwp"] == NIK
    assert "owner_nik_hash" not in listed(copy, "business")[0]
    assert [each["name"] for each in listed(copy, "products")] == ["Keripik tempe"]
    (photo,) = listed(copy, "photos")
    assert (photo["caption"], "file" in photo) == ("Keripik di atas tampah", False)
    assert {each["year"] for each in listed(copy, "business_details") if each["table"] == "sales"} == {2025}
    paper = Document.objects.get(kind="other")
    assert copy.read(f"files/documents/other-{paper.pk}.pdf") == b"%PDF-1.7 isi kartu"
    assert "sari@contoh.id" in copy.read("BACA-SAYA.txt").decode()
    assert [each["action"] for each in AuditEntry.objects.of(asked).values("action")] == ["ask", "make_ready", "fetch"]
    file = asked.file
    DataRequest.objects.filter(pk=asked.pk).update(ends_at=timezone.now() - dt.timedelta(minutes=1))
    assert client.get(f"/my-data/{asked.pk}/file/").status_code == 404
    assert end_copies() == 1
    asked.refresh_from_db()
    assert (asked.status, asked.file.name) == ("ended", "")
    assert file.storage.exists(file.name)  # until the transaction that ended it is committed


def test_what_came_of_the_plan_is_in_the_copy(firm: Enterprise, owner: User) -> None:
    entry = PlanProgress.objects.create(
        enterprise=firm, indicator="sales", year=2026, quarter=1, target=100, actual=70, note="Hujan", reported_by=owner
    )
    (row,) = ROWS["plan_progress"](Subject(owner, (firm,)))
    assert (row["id"], row["actual"], row["note"]) == (entry.pk, 70, "Hujan")


def test_without_the_business_nothing_of_it_is_in_the_copy(firm: Enterprise, owner: User) -> None:
    client = signed_in(owner)
    client.post("/my-data/copy/", {})
    jobs.drain()
    copy = opened(client, f"/my-data/{DataRequest.objects.get().pk}/file/")
    assert listed(copy, "products") == []
    assert NIK not in copy.read("data/business.json").decode()


def test_staff_do_not_take_the_business_along(firm: Enterprise) -> None:
    staff = owner_of(firm, Role.STAFF)
    client = signed_in(staff)
    client.post("/my-data/copy/", {"with_business": "on"})
    jobs.drain()
    assert DataRequest.objects.get().enterprise is None


def test_nobody_else_fetches_a_copy(owner: User, ministry: User) -> None:
    client = signed_in(owner)
    client.post("/my-data/copy/", {})
    jobs.drain()
    asked = DataRequest.objects.get()
    for stranger in (UserFactory(), ministry, person(Role.OPERATOR)):
        assert signed_in(stranger).get(f"/my-data/{asked.pk}/file/").status_code == 404
        assert signed_in(stranger).get(f"/api/v1/data-requests/{asked.pk}/file/").status_code == 404


def test_two_clicks_make_one_copy(owner: User) -> None:
    client = signed_in(owner)
    first = client.post("/api/v1/data-requests/copy/", {}, content_type="application/json")
    second = client.post("/api/v1/data-requests/copy/", {}, content_type="application/json")
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]


def test_a_copy_by_api_with_a_token(firm: Enterprise, owner: User) -> None:
    _token, text = make_token(owner.acting, name="uji", days=1, by=owner)
    client = Client(headers={"Authorization": f"Token {text}"})
    made = client.post("/api/v1/data-requests/copy/", {"with_business": True}, content_type="application/json")
    assert made.status_code == 202
    address = f"/api/v1/data-requests/{made.json()['id']}/"
    assert client.get(address + "file/").status_code == 404
    jobs.drain()
    assert client.get(address).json()["can_be_fetched"] is True
    assert listed(opened(client, address + "file/"), "business")[0]["nib"] == firm.nib


# A correction


def test_a_verified_fact_is_put_right_by_another_person_within_the_term(
    firm: Enterprise, owner: User, ministry: User
) -> None:
    right = "3310096502800009"
    client = signed_in(owner)
    sent = {"about": "owner_nik", "wanted": f" {right[:8]} {right[8:]} ", "explanation": "Salah ketik; lihat KTP."}
    assert client.post("/my-data/correct/", sent).status_code == 302
    asked = DataRequest.objects.get()
    assert asked.wanted == right
    assert timezone.localdate() < asked.due_on <= timezone.localdate() + dt.timedelta(days=3)
    desk = signed_in(ministry)
    page = desk.get(f"/data-requests/{asked.pk}/").content.decode()
    assert right not in page
    assert "••••••••••••0009" in page
    assert desk.post(f"/data-requests/{asked.pk}/", {"decision": "done", "answer": "Sesuai KTP."}).status_code == 302
    firm.refresh_from_db()
    assert (firm.owner_nik, firm.owner_nik_hash) == (right, crypto.search_hash(right))
    entry = AuditEntry.objects.of(firm).get(action="correct_fact")
    assert right not in json.dumps(list(AuditPersonal.objects.values_list("values", flat=True)))
    assert entry.payload["request"] == asked.number
    assert Notification.objects.filter(user=owner, kind="data_request.done").exists()
    late = desk.post(f"/data-requests/{asked.pk}/", {"decision": "declined", "answer": "Lain."})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"about": "nib", "wanted": "123", "explanation": "x"}, "wanted"),
        ({"about": "nib", "wanted": "", "explanation": "x"}, "wanted"),
        ({"about": "owner_nik", "wanted": "12", "explanation": "x"}, "wanted"),
        ({"about": "legal_form", "wanted": "firma", "explanation": "x"}, "wanted"),
        ({"about": "document", "wanted": "", "explanation": ""}, "explanation"),
        ({"about": "umur", "wanted": "", "explanation": "x"}, "about"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(owner: User, sent: dict[str, str], field: str) -> None:
    client = signed_in(owner)
    page = client.post("/my-data/correct/", sent)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    by_api = client.post("/api/v1/data-requests/correct/", sent, content_type="application/json")
    assert by_api.status_code == 422
    assert field in by_api.json()["errors"]
    assert not DataRequest.objects.exists()


def test_what_can_be_changed_at_once_is_not_asked_for() -> None:
    draft = draft_enterprise()
    owner = draft.organisation.memberships.get().user
    owner.act_as(Membership.objects.select_related("organisation").get(user=owner))
    client = signed_in(owner)
    assert "nib" not in dict(client.get("/my-data/correct/").context["form"].fields["about"].choices)
    sent = {"about": "nib", "wanted": "8120012345678", "explanation": "x"}
    assert client.post("/api/v1/data-requests/correct/", sent, content_type="application/json").status_code == 422


def test_a_correction_is_declined_with_a_reason_and_can_be_taken_back(owner: User, ministry: User) -> None:
    first = ask_for_correction(owner, about="document", explanation="Tanggalnya salah", by=owner)
    desk = signed_in(ministry)
    assert desk.post(f"/data-requests/{first.pk}/", {"decision": "declined", "answer": " "}).status_code == 422
    decline(first, "Tanggal pada berkas sudah benar.", by=ministry)
    assert "Tanggal pada berkas sudah benar." in signed_in(owner).get("/my-data/").content.decode()
    second = ask_for_correction(owner, about="other", explanation="Catatan kunjungan", by=owner)
    assert signed_in(owner).post(f"/my-data/{second.pk}/withdraw/").status_code == 302
    answer = desk.post(
        f"/api/v1/data-requests-desk/{second.pk}/answer/",
        {"decision": "done", "answer": "x"},
        content_type="application/json",
    )
    assert answer.status_code == 409


def test_nobody_answers_what_they_asked_themselves(ministry: User) -> None:
    asked = ask_for_correction(ministry, about="account", explanation="Nama saya", by=ministry)
    desk = signed_in(ministry)
    assert desk.post(f"/data-requests/{asked.pk}/", {"decision": "done", "answer": "x"}).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=asked.pk).update(answered_by=ministry)


def test_the_operator_sees_terms_and_no_words(owner: User) -> None:
    ask_for_correction(owner, about="document", explanation="RAHASIA", by=owner)
    desk = signed_in(person(Role.OPERATOR))
    assert "RAHASIA" not in desk.get("/data-requests/").content.decode()
    assert desk.get("/api/v1/data-requests-desk/").json()["results"][0]["facts"] == []
    assert desk.get(f"/data-requests/{DataRequest.objects.get().pk}/").status_code == 403


def test_the_term_ends_on_a_working_day_within_three_times_24_hours() -> None:
    assert answer_by(dt.date(2026, 11, 30)) == dt.date(2026, 12, 3)
    # From a Thursday to a Sunday: the Friday before it.
    assert answer_by(dt.date(2026, 12, 3)) == dt.date(2026, 12, 4)


def test_who_answers_is_reminded_of_a_term_that_ends(owner: User, ministry: User) -> None:
    asked = ask_for_correction(owner, about="document", explanation="x", by=owner)
    remind_of_terms(asked.due_on - dt.timedelta(days=1))
    assert not Notification.objects.filter(kind="data_request.due").exists()
    remind_of_terms(asked.due_on)
    remind_of_terms(asked.due_on)
    assert Notification.objects.filter(kind="data_request.due", user=ministry).count() == 1


def test_two_answers_at_once_are_one(owner: User, ministry: User) -> None:
    asked = ask_for_correction(owner, about="other", explanation="x", by=owner)
    carry_out(asked, "Sudah.", by=ministry)
    again = DataRequest.objects.get(pk=asked.pk)
    assert (again.status, again.answered_by) == ("done", ministry)


# What can be changed at once


def test_name_and_phone_are_changed_at_once_by_page_and_api(owner: User) -> None:
    client = signed_in(owner)
    assert client.post("/my-data/account/", {"full_name": "", "phone": "1"}).status_code == 422
    assert client.post("/my-data/account/", {"full_name": "Sari W.", "phone": "0812"}).status_code == 302
    changed = client.patch("/api/v1/me/", {"phone": "0813"}, content_type="application/json")
    assert changed.json()["name"] == "Sari W."
    owner.refresh_from_db()
    assert (owner.full_name, owner.phone) == ("Sari W.", "0813")
    assert AuditEntry.objects.of(owner).filter(action="change_account").count() == 2


# An erasure


def erase(client: Client) -> Any:
    return client.post("/my-data/erase/", {"sure": "on", "password": PASSWORD})


def test_an_erasure_leaves_no_personal_value_and_every_chain_verifies(firm: Enterprise, owner: User) -> None:
    save_section(firm, "address", {"address": "Jalan Rahasia 7", "phone": "081277766655"}, by=owner)
    paper = Document.objects.get(kind="other")
    stored = paper.file
    sold = product(firm, name="Keripik Resep Nenek Sari", description="Resep keluarga", code="SARI-1")
    listed = ProductImport.objects.create(enterprise=firm, uploaded_by=owner, file_name="daftar.csv")
    ImportProblem.objects.create(
        product_import=listed, row=2, column="price", value="tanya 081277766655", code="number"
    )
    client = signed_in(owner)
    page = client.get("/my-data/erase/").content.decode()
    assert "Desa dan kelas KBLI usaha" in page, "what stays is named"
    assert "UD Sari Rasa ditutup" in page
    assert "PP 71/2019" in page
    assert client.post("/my-data/erase/", {"sure": "on", "password": "salah"}).status_code == 422
    assert client.post("/my-data/erase/", {"password": PASSWORD}).status_code == 422
    assert erase(client).status_code == 302
    jobs.drain()
    person_now, firm_now = User.objects.get(pk=owner.pk), Enterprise.objects.get(pk=firm.pk)
    assert (person_now.is_active, person_now.full_name, person_now.phone) == (False, "", "")
    assert person_now.email.endswith("@akun.invalid")
    assert not person_now.has_usable_password()
    assert firm_now.status == EnterpriseStatus.CLOSED
    assert (firm_now.npwp, firm_now.npwp_hash, firm_now.owner_nik, firm_now.owner_nik_hash) == ("", "", "", "")
    assert (firm_now.nib, firm_now.phone, firm_now.address, firm_now.capital) == ("", "", "", None)
    assert firm_now.organisation.name == f"Usaha terhapus {firm.pk}"
    assert not Document.objects.filter(enterprise=firm).exists()
    assert not firm.products.on_sale().exists()
    sold.refresh_from_db()
    assert (sold.name, sold.description, sold.code) == ("Produk terhapus", "", str(sold.pk))
    assert not ImportProblem.objects.exists()
    values = json.dumps(list(AuditPersonal.objects.values_list("values", flat=True)))
    assert "Jalan Rahasia" not in values
    assert "sari@" not in values
    assert audit.breaks() == []
    assert AuditEntry.objects.of(firm).filter(action="save_section").exclude(personal_digest="").exists()
    done = DataRequest.objects.get(person=owner, kind="erase")
    assert done.status == "done"
    assert any(one["ground"].startswith("PP 71/2019: ") for one in done.kept)
    assert [message.to for message in mail.outbox if "dihapus" in message.subject] == [["sari@contoh.id"]]
    assert not jobs.Job.objects.filter(payload__icontains="sari@contoh.id").exists()
    assert stored.storage.exists(stored.name)  # gone with the commit, which a test never makes


def test_whoever_was_erased_can_sign_in_no_more(firm: Enterprise, owner: User) -> None:
    _token, text = make_token(owner.acting, name="uji", days=1, by=owner)
    other = signed_in(owner)
    erase(signed_in(owner))
    jobs.drain()
    assert other.get("/my-data/").status_code == 302
    assert Client(headers={"Authorization": f"Token {text}"}).get("/api/v1/me/").status_code == 401
    sign_in = Client().post("/accounts/login/", {"login": "sari@contoh.id", "password": PASSWORD})
    assert sign_in.status_code != 302


def test_a_business_with_another_owner_goes_on(firm: Enterprise, owner: User) -> None:
    other = owner_of(firm)
    assert "UD Sari Rasa ditutup" not in signed_in(owner).get("/my-data/erase/").content.decode()
    erase(signed_in(owner))
    jobs.drain()
    firm.refresh_from_db()
    assert (firm.status, firm.owner_nik) == (EnterpriseStatus.VERIFIED, NIK)
    assert Membership.objects.active().filter(organisation=firm.organisation).get().user == other


def test_who_is_on_duty_ends_that_first(ministry: User) -> None:
    client = signed_in(ministry)
    answer = erase(client)
    assert answer.status_code == 422
    assert ministry.organisation.name in answer.content.decode()
    assert not DataRequest.objects.exists()
    by_api = client.post(
        "/api/v1/data-requests/erase/", {"password": PASSWORD, "sure": True}, content_type="application/json"
    )
    assert by_api.status_code == 422


def test_a_business_that_is_being_checked_waits_for_the_answer() -> None:
    checked = enterprise(name="CV Diperiksa", status=EnterpriseStatus.SUBMITTED)
    waiting = owner_of(checked)
    assert erase(signed_in(waiting)).status_code == 422


def test_erasing_by_api_shows_first_what_stays(owner: User, firm: Enterprise) -> None:
    client = signed_in(owner)
    preview = client.get("/api/v1/data-requests/erasure-preview/").json()
    assert preview["businesses"] == ["UD Sari Rasa"]
    assert preview["obstacles"] == []
    assert all(one["ground"] for one in preview["kept"])
    wrong = client.post(
        "/api/v1/data-requests/erase/", {"password": "salah", "sure": True}, content_type="application/json"
    )
    assert "password" in wrong.json()["errors"]
    right = client.post(
        "/api/v1/data-requests/erase/", {"password": PASSWORD, "sure": True}, content_type="application/json"
    )
    assert right.status_code == 202
    jobs.drain()
    assert User.objects.get(pk=owner.pk).erased_at is not None


def test_a_draft_that_was_only_begun_is_erased_too() -> None:
    draft = draft_enterprise(phone="0812999")
    owner = draft.organisation.memberships.get().user
    owner.act_as(Membership.objects.select_related("organisation").get(user=owner))
    erase(signed_in(owner))
    jobs.drain()
    draft.refresh_from_db()
    assert (draft.status, draft.phone) == (EnterpriseStatus.CLOSED, "")
