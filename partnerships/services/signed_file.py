"""The PDF that everybody signs: drawn once when the text is offered, and longer by one signature with each signer.

Called by the steps of signing while they hold the contract's row, so that signers append one after the other: neither a
worker nor a second request has to finish it, and a signature that cannot be put into the file is none.
"""

from __future__ import annotations

import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.models import Partnership, Revision, Signature, SignedPart, SignOff
from partnerships.selectors.signed_file import signed_file
from partnerships.services.document import pdf_of
from partnerships.signatures.provider import Signer, is_configured, not_set_up, provider
from portal.flow import MoveNotAllowed

ACCEPTS, SIGNS, SIGNS_OFF = "Menyetujui", "Menandatangani", "Mengesahkan"


def begin(revision: Revision) -> None:
    """What is read before signing is what is signed, to the byte."""
    pdf = pdf_of(revision)
    SignedPart.objects.create(revision=revision, position=0, data=pdf, sha256=_digest(pdf))


def add_signature(current: Partnership, signed: Signature | SignOff) -> SignedPart:
    """Append this signature to the file of the current text. The certificate names who signed, and for whom."""
    if not is_configured():
        raise MoveNotAllowed(not_set_up(), move="sign", status=current.status, code="no_provider")
    revision = current.revisions.get(number=current.revision)
    if not revision.parts.exists():
        # Offered before files were kept.
        begin(revision)
    before = signed_file(revision)
    if before is None or _digest(before.data) != before.sha256:
        said = _("The text no longer matches its fingerprint")
        raise MoveNotAllowed(said, move="sign", status=current.status, code="file_changed")
    at = timezone.now()
    if isinstance(signed, Signature):
        signer = Signer(str(signed.signed_by), signed.organisation.name)
        does = ACCEPTS if signed.party == "enterprise" else SIGNS
        of: dict[str, Signature | SignOff] = {"signature": signed}
    else:
        signer, does, of = Signer(str(signed.decided_by), signed.authority.name), SIGNS_OFF, {"sign_off": signed}
    after = provider().sign(
        before.data,
        signer=signer,
        field=f"Tanda tangan {before.signatures + 1}",
        reason=f"{does} {current.number} naskah {revision.number}, SHA-256 {revision.document_hash}",
        at=at,
    )
    if not after.startswith(before.data):
        raise RuntimeError("a provider of signatures may only append to what others signed")
    return SignedPart.objects.create(
        revision=revision,
        position=before.signatures + 1,
        data=after[len(before.data) :],
        sha256=_digest(after),
        added_at=at,
        **of,
    )


def _digest(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()
