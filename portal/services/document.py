"""Papers and certificates: declared by the enterprise, checked by the ministry at its desk or by a companion on the spot."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.document_kinds import FILE, ISSUER, KINDS, NUMBER, VALID_FROM, VALID_UNTIL
from portal.enums import CheckedHow, Role
from portal.models import Document, Enterprise, User
from portal.notifications import notify_organisation
from portal.services.completeness import measure_again
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused

ASK = {
    NUMBER: gettext_lazy("Enter the number"),
    ISSUER: gettext_lazy("Say who issued it"),
    VALID_FROM: gettext_lazy("Enter the day of the document"),
    VALID_UNTIL: gettext_lazy("Enter until when it is valid"),
    FILE: gettext_lazy("Choose the file"),
}
OWN_UPLOAD = gettext_lazy("You uploaded this document yourself. A colleague or the ministry has to verify it.")


@transaction.atomic
def add_document(enterprise: Enterprise, *, by: User, file: UploadedFile | None = None, **values: Any) -> Document:
    """Self-declared until somebody verified it. `file` may come later for what the enterprise only declares."""
    return _add(enterprise, by, file, values, action="add_document")


@transaction.atomic
def renew_document(document: Document, *, by: User, file: UploadedFile | None = None, **values: Any) -> Document:
    """A new document in the place of this one, which stays as it was and counts as long as it is valid."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=document.enterprise_id)
    old = Document.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=document.pk)
    if Document.objects.filter(replaces=old).exists():
        raise ValidationError(_("A newer one has already taken its place."), code="replaced")
    given = {"kind": old.kind, "product": old.product, **values, "replaces": old}
    return _add(old.enterprise, by, file, given, action="renew_document")


def _add(
    enterprise: Enterprise, by: User, file: UploadedFile | None, values: dict[str, Any], *, action: str
) -> Document:
    # A merger in the same moment waits here, or is seen.
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    if not by.has_perm("portal.edit_documents", enterprise):
        raise PermissionDenied
    document = Document(enterprise=enterprise, uploaded_by=by, **values)
    check_needs(document)
    check_dates(document)
    document.full_clean()
    if file is not None:
        _attach(document, file)
    document.save()
    audit.record(
        document,
        action,
        by=by,
        payload={
            "enterprise": enterprise.pk,
            "kind": document.kind,
            "valid_from": document.valid_from,
            "valid_until": document.valid_until,
            "sha256": document.sha256,
            **({"replaces": document.replaces_id} if document.replaces_id else {}),
        },
        # A number may be a person's own (a tax card, an identity card).
        personal={"number": document.number, "issuer": document.issuer},
    )
    measure_again(enterprise.pk)
    return document


def missing_of(kind: str, values: dict[str, Any]) -> dict[str, str]:
    """What this kind cannot be declared without, by field. The file is asked for where one can be sent along."""
    spec = KINDS.get(kind)
    names = [name for name in spec.needs if name != FILE] if spec else []
    return {name: str(ASK[name]) for name in names if not values.get(name)}


def check_needs(document: Document) -> None:
    values = {name: getattr(document, name) for name in (NUMBER, ISSUER, VALID_FROM, VALID_UNTIL)}
    if missing := missing_of(document.kind, values):
        raise ValidationError({name: ValidationError(text, code="required") for name, text in missing.items()})


def check_dates(document: Document) -> None:
    if document.valid_from and document.valid_until and document.valid_until < document.valid_from:
        raise ValidationError(
            {"valid_until": ValidationError(_("The last day of validity lies before the first."), code="dates")}
        )


@transaction.atomic
def verify_document(document: Document, *, by: User) -> None:
    """Somebody saw the paper and found it in order: a companion the original, a ministry the file. Once; a changed paper is
    a new document. What was refused by mistake can be verified. Never by whoever uploaded it: four eyes."""
    locked = _checked_by(document, by)
    how = CheckedHow.ON_THE_SPOT if by.acts_as(Role.COMPANION) else CheckedHow.AT_THE_DESK
    if how == CheckedHow.AT_THE_DESK and not locked.file:
        raise ValidationError(_("There is no file to check. The enterprise has to upload it first."), code="no_file")
    if locked.verified_at is not None:
        return
    if locked.uploaded_by_id == by.pk:
        raise ValidationError(str(OWN_UPLOAD), code="own_upload")
    _set(
        locked,
        verified_at=timezone.now(),
        verified_by=by,
        verified_how=how,
        verified_for=by.organisation,
        refused_at=None,
        refused_by=None,
        refused_reason="",
    )
    payload = {"kind": locked.kind, "sha256": locked.sha256, "how": how}
    audit.record(locked, "verify_document", by=by, payload=payload)
    measure_again(locked.enterprise_id)
    _tell(locked, "document.verified", by)


@transaction.atomic
def refuse_document(document: Document, reason: str, *, by: User) -> None:
    """Not accepted, with a reason that its owner reads. One that was verified wrongly loses its verification so."""
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write a reason: the business reads it."), code="required")})
    locked = _checked_by(document, by)
    _set(
        locked,
        verified_at=None,
        verified_by=None,
        verified_how="",
        verified_for=None,
        refused_at=timezone.now(),
        refused_by=by,
        refused_reason=reason.strip(),
    )
    audit.record(
        locked,
        "refuse_document",
        by=by,
        payload={"kind": locked.kind, "sha256": locked.sha256},
        personal={"reason": locked.refused_reason},
    )
    measure_again(locked.enterprise_id)
    _tell(locked, "document.refused", by, reason=locked.refused_reason)


@transaction.atomic
def remove_document(document: Document, *, by: User) -> None:
    """One's own, while nobody verified it and none has taken its place: what was seen stays as it was seen."""
    Enterprise.objects.select_for_update(no_key=True).get(pk=document.enterprise_id)
    locked = Document.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=document.pk)
    if not by.has_perm("portal.edit_documents", locked.enterprise):
        raise PermissionDenied
    if locked.verified_at is not None:
        raise ValidationError(_("A verified document cannot be removed."), code="verified")
    if Document.objects.filter(replaces=locked).exists():
        raise ValidationError(_("A newer one has taken its place; this one stays in the history."), code="replaced")
    audit.record(locked, "remove_document", by=by, payload={"kind": locked.kind, "sha256": locked.sha256})
    stored = locked.file
    try:
        locked.delete()
    except ProtectedError as error:
        raise ValidationError(
            _("Something that you sent points to this document, so it stays."), code="sent"
        ) from error
    measure_again(locked.enterprise_id)
    if stored:
        transaction.on_commit(lambda: stored.storage.delete(stored.name))


def _checked_by(document: Document, by: User) -> Document:
    # The enterprise first, as everything that changes both does: two that wait for each other would both be lost.
    Enterprise.objects.select_for_update(no_key=True).get(pk=document.enterprise_id)
    locked = Document.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=document.pk)
    if not by.has_perm("portal.verify_documents", locked.enterprise):
        raise PermissionDenied
    return locked


def _set(document: Document, **values: Any) -> None:
    for name, value in values.items():
        setattr(document, name, value)
    document.save(update_fields=list(values))


def _tell(document: Document, kind: str, by: User, **words: Any) -> None:
    notify_organisation(
        document.enterprise.organisation,
        kind,
        path=reverse("document_list"),
        name=str(document.number or document.file_name or document.get_kind_display()),
        organisation_name=by.organisation.label if by.organisation else "",
        **words,
    )


def _attach(document: Document, file: UploadedFile) -> None:
    try:
        paper = read_paper(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    document.file.save(f"paper{paper.suffix}", ContentFile(paper.data), save=False)
    document.file_name = (file.name or "")[-200:]
    document.sha256 = paper.sha256
