"""What each kind of document needs, and how its number usually looks. Data, so that form, API, check and scoring agree."""

from __future__ import annotations

from portal.enums import DocumentKind, LegalForm

K = DocumentKind

# Legal forms that a notary writes a deed for.
WITH_DEED = (LegalForm.CV, LegalForm.PT, LegalForm.COOPERATIVE)
# What legality rests on: with these checked, an enterprise's documents are "verified" on the ladder.
LEGALITY = (K.NIB, K.NPWP)
LEGALITY_WITH_DEED = (*LEGALITY, K.DEED)


def legality_of(legal_form: str) -> tuple[DocumentKind, ...]:
    return LEGALITY_WITH_DEED if legal_form in WITH_DEED else LEGALITY
