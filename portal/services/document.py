"""Papers and certificates: declared by the enterprise, verified by the ministry."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.models import Document, Enterprise, User
from portal.notifications import notify_organisation
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused


@transaction.atomic
def add_document(enterprise: Enterprise, *, by: User, file: UploadedFile | None = None, **values: Any) -> Document:
    """Self-declared until somebody verified it. `file` may come later for what the enterprise only declares."""
    if not by.has_perm("portal.edit_documents", enterprise):
        raise PermissionDenied
    document = Document(enterprise=enterprise, uploaded_by=by, **values)
    check_dates(document)
    document.full_clean()
    if file is not None:
        _attach(document, file)
    document.save()
    audit.record(
        document,
        "add_document",
        by=by,
        payload={
            "enterprise": enterprise.pk,
            "kind": document.kind,
            "valid_from": document.valid_from,
            "valid_until": document.valid_until,
            "sha256": document.sha256,
        },
        # A number may be a person's own (a tax card, an identity card).
        personal={"number": document.number, "issuer": document.issuer},
    )
    return document


def check_dates(document: Document) -> None:
    if document.valid_from and document.valid_until and document.valid_until < document.valid_from:
        raise ValidationError(
            {"valid_until": ValidationError(_("The last day of validity lies before the first."), code="dates")}
        )


@transaction.atomic
def verify_document(document: Document, *, by: User) -> None:
    """Somebody of the ministry saw the paper and found it in order. Once; a changed paper is a new document."""
    locked = Document.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=document.pk)
    if not by.has_perm("portal.verify_documents", locked.enterprise):
        raise PermissionDenied
    if not locked.file:
        raise ValidationError(_("There is no file to check. The enterprise has to upload it first."), code="no_file")
    if locked.verified_at is not None:
        return
    locked.verified_at, locked.verified_by = timezone.now(), by
    locked.save(update_fields=["verified_at", "verified_by"])
    audit.record(locked, "verify_document", by=by, payload={"kind": locked.kind, "sha256": locked.sha256})
    notify_organisation(
        locked.enterprise.organisation,
        "document.verified",
        path=reverse("document_list"),
        name=str(locked.number or locked.file_name),
        organisation_name=by.organisation.label if by.organisation else "",
    )


@transaction.atomic
def remove_document(document: Document, *, by: User) -> None:
    """One's own, while nobody verified it: what was verified stays as it was seen."""
    locked = Document.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=document.pk)
    if not by.has_perm("portal.edit_documents", locked.enterprise):
        raise PermissionDenied
    if locked.verified_at is not None:
        raise ValidationError(_("A verified document cannot be removed."), code="verified")
    audit.record(locked, "remove_document", by=by, payload={"kind": locked.kind, "sha256": locked.sha256})
    stored = locked.file
    locked.delete()
    if stored:
        transaction.on_commit(lambda: stored.storage.delete(stored.name))


def _attach(document: Document, file: UploadedFile) -> None:
    try:
        paper = read_paper(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    document.file.save(f"paper{paper.suffix}", ContentFile(paper.data), save=False)
    document.file_name = (file.name or "")[-200:]
    document.sha256 = paper.sha256
