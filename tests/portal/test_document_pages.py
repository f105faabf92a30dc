"""Papers and certificates: declared, kept safe, verified."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.enums import DocumentKind, Role
from portal.models import AuditEntry, AuditPersonal, Document, Notification, User
from tests.factories.papers import HARMFUL, pdf
from tests.factories.people import person
from tests.factories.products import DocumentFactory, ProductFactory, photo_file, seller
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def paper(content: bytes | None = None, name: str = "halal.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content, "application/pdf")


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "kind": DocumentKind.HALAL,
        "number": "ID33110000012340625",
        "issuer": "BPJPH",
        "valid_from": "2026-01-15",
        "valid_until": "2030-01-14",
        "product": "",
        "file": paper(),
    } | changes


def declared(user: User) -> Document:
    signed_in(user).post(reverse("document_add"), answers())
    return Document.objects.latest("pk")


def test_a_document_is_declared_with_its_file() -> None:
    user = seller()
    response = signed_in(user).post(reverse("document_add"), answers())
    assert response.url == reverse("document_list")
    document = Document.objects.get()
    assert (document.kind, document.valid_until, document.verified_at) == ("halal", dt.date(2030, 1, 14), None)
    assert "halal" not in document.file.name
    assert document.file_name == "halal.pdf"
    entry = AuditEntry.objects.get(action="add_document")
    assert "number" not in entry.payload, "a number may be a person's own"
    assert AuditPersonal.objects.get(digest=entry.personal_digest).values["number"] == document.number
    page = signed_in(user).get(reverse("document_list")).content.decode()
    assert "Pernyataan sendiri" in page
    assert "Sertifikat halal" in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": "2025-12-31"}, "valid_until"),
        ({"valid_from": "31 Feb"}, "valid_from"),
        ({"kind": "ijazah"}, "kind"),
        ({"number": ""}, "number"),
        ({"file": ""}, "file"),
        ({"file": paper(b"teks")}, "file"),
        ({"file": paper(HARMFUL["script"])}, "file"),
        ({"file": paper(b"\0" * 6 * 1024 * 1024)}, "file"),
    ],
    ids=["dates", "date", "kind", "number", "no file", "text", "script", "size"],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_kept(changes: dict[str, Any], field: str) -> None:
    response = signed_in(seller()).post(reverse("document_add"), answers(**changes))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "BPJPH" in response.content.decode()
    assert not Document.objects.exists()


def test_the_database_refuses_dates_the_wrong_way_round() -> None:
    with pytest.raises(IntegrityError, match="document_dates"), transaction.atomic():
        DocumentFactory(valid_from=dt.date(2026, 2, 1), valid_until=dt.date(2026, 1, 1))


def test_a_document_for_a_product_of_somebody_else_is_refused() -> None:
    response = signed_in(seller()).post(reverse("document_add"), answers(product=ProductFactory().pk))
    assert set(response.context["form"].errors) == {"product"}


def test_the_ministry_verifies_once_and_the_enterprise_is_told() -> None:
    user = seller()
    document = declared(user)
    admin = person(Role.MINISTRY_ADMIN)
    client = signed_in(admin)
    page = client.get(reverse("enterprise_document_list", args=[document.enterprise_id]))
    assert reverse("document_verify", args=[document.pk]) in page.content.decode()
    for _ in range(2):
        client.post(reverse("document_verify", args=[document.pk]))
    document.refresh_from_db()
    assert document.verified_by == admin
    assert AuditEntry.objects.filter(action="verify_document").count() == 1
    line = Notification.objects.get(user=user, kind="document.verified")
    assert line.path == reverse("document_list")
    assert "Terverifikasi" in signed_in(user).get(reverse("document_list")).content.decode()


def test_without_a_file_there_is_nothing_to_verify() -> None:
    document = DocumentFactory()
    client = signed_in(person(Role.MINISTRY_ADMIN))
    response = client.post(reverse("document_verify", args=[document.pk]), follow=True)
    assert "Belum ada berkas untuk diperiksa" in response.content.decode()
    document.refresh_from_db()
    assert document.verified_at is None


@pytest.mark.parametrize("ended", [False, True])
def test_nobody_verifies_for_a_business_they_belong_to(ended: bool) -> None:
    """On the page, and by raw SQL; also not who has just left it."""
    document = declared(seller())
    admin = person(Role.MINISTRY_ADMIN)
    admin.memberships.create(
        organisation=document.enterprise.organisation, role=Role.STAFF, ended_at=timezone.now() if ended else None
    )
    assert signed_in(admin).post(reverse("document_verify", args=[document.pk])).status_code == 403
    with pytest.raises(IntegrityError, match="of an enterprise they belong to"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(verified_at=timezone.now(), verified_by=admin)
    with pytest.raises(IntegrityError, match="of an enterprise they belong to"), transaction.atomic():
        Document.objects.create(
            enterprise=document.enterprise, kind=DocumentKind.SNI, verified_at=timezone.now(), verified_by=admin
        )


def test_a_verified_document_stays() -> None:
    user = seller()
    document = declared(user)
    client = signed_in(user)
    assert client.get(reverse("document_remove", args=[document.pk])).status_code == 200
    signed_in(person(Role.MINISTRY_ADMIN)).post(reverse("document_verify", args=[document.pk]))
    assert (
        "tidak dapat dihapus"
        in client.post(reverse("document_remove", args=[document.pk]), follow=True).content.decode()
    )
    assert Document.objects.exists()


def test_a_declared_document_can_be_removed() -> None:
    user = seller()
    document = declared(user)
    signed_in(user).post(reverse("document_remove", args=[document.pk]))
    assert not Document.objects.exists()


def test_the_file_comes_as_an_attachment_to_those_who_may_see_it() -> None:
    user = seller()
    document = declared(user)
    address = reverse("file_download", args=[document.pk])
    for reader in (user, person(Role.MINISTRY_ADMIN)):
        response = signed_in(reader).get(address)
        assert b"".join(response.streaming_content) == pdf()
        assert response["Content-Disposition"] == f'attachment; filename="halal-{document.pk}.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "no-store" in response["Cache-Control"]
    for stranger in (seller(), person(Role.OFFICER), person(Role.OPERATOR)):
        assert signed_in(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_scan_is_kept_as_a_jpeg() -> None:
    user = seller()
    signed_in(user).post(reverse("document_add"), answers(file=photo_file("pindaian.png", kind="PNG")))
    assert Document.objects.get().file.name.endswith(".jpg")


def test_which_documents_count_on_a_day() -> None:
    today = timezone.localdate()
    valid = DocumentFactory(valid_from=today, valid_until=today)
    endless = DocumentFactory()
    DocumentFactory(valid_until=today - dt.timedelta(days=1))
    DocumentFactory(valid_from=today + dt.timedelta(days=1))
    assert set(Document.objects.valid_on(today)) == {valid, endless}


def test_an_expired_and_an_expiring_document_are_marked() -> None:
    user = seller()
    today = timezone.localdate()
    DocumentFactory(enterprise=user.organisation.enterprise, valid_until=today - dt.timedelta(days=1))
    DocumentFactory(enterprise=user.organisation.enterprise, valid_until=today + dt.timedelta(days=30))
    page = signed_in(user).get(reverse("document_list")).content.decode()
    assert "Kedaluwarsa" in page
    assert 'class="tag warn"' in page
