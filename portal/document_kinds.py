"""What each kind of document needs, and how its number usually looks. Data, so that form, API, check and scoring agree.

The formats of halal, BPOM, P-IRT and SNI numbers come from practice, not from a checked source: they warn and never refuse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.enums import DocumentKind, LegalForm

K = DocumentKind

# Legal forms that a notary writes a deed for.
WITH_DEED = (LegalForm.CV, LegalForm.PT, LegalForm.COOPERATIVE)
# What legality rests on: with these checked, an enterprise's documents are "verified" on the ladder.
LEGALITY = (K.NIB, K.NPWP)
LEGALITY_WITH_DEED = (*LEGALITY, K.DEED)
# Certificates that say something about goods: one that ended has to be renewed while they are on sale.
OF_GOODS = (K.SNI, K.HALAL, K.BPOM, K.PIRT, K.TKDN)
NUMBER, ISSUER, VALID_FROM, VALID_UNTIL, FILE = "number", "issuer", "valid_from", "valid_until", "file"


@dataclass(frozen=True)
class KindOfDocument:
    """`needs`: what it cannot be declared without. `number_like`: how its number usually looks; `example` shows it."""

    kind: DocumentKind
    needs: tuple[str, ...]
    issuer_hint: Any = ""
    number_like: re.Pattern[str] | None = None
    example: str = ""
    # Stands on the public page once verified: what it says about a product or a factory, never about a person.
    public: bool = False
    hint: Any = ""

    @property
    def label(self) -> str:
        return str(self.kind.label)

    def needs_field(self, name: str) -> bool:
        return name in self.needs

    def number_warning(self, number: str) -> str:
        """A sentence where the number looks unusual; empty otherwise."""
        if self.number_like is None or not number or self.number_like.fullmatch(_bare(number)):
            return ""
        return str(_("The number of a %(kind)s usually looks like %(example)s. Please compare it with the paper.")) % {
            "kind": self.label,
            "example": self.example,
        }


_ALL = (
    KindOfDocument(
        K.NIB, (NUMBER, FILE), _("OSS"), re.compile(r"\d{13}"), "8120012345678", hint=_("It does not expire.")
    ),
    KindOfDocument(
        K.NPWP, (NUMBER, FILE), _("Directorate General of Taxes"), re.compile(r"\d{15,16}"), "01.234.567.8-901.000"
    ),
    KindOfDocument(K.DEED, (NUMBER, ISSUER, VALID_FROM, FILE), _("The notary"), hint=_("With the day of the deed.")),
    KindOfDocument(
        K.SNI,
        (NUMBER, ISSUER, VALID_UNTIL, FILE),
        _("The certification body, for example LSPro Baristand"),
        re.compile(r"(SNI)?[A-Z0-9]*\d{3,}[A-Z0-9]*"),
        "SNI 07-0242-2019",
        public=True,
    ),
    KindOfDocument(
        K.HALAL,
        (NUMBER, ISSUER, FILE),
        _("BPJPH"),
        re.compile(r"ID\d{16,18}"),
        "ID33110000012340625",
        public=True,
        hint=_("Newer ones do not expire; enter the last day if yours has one."),
    ),
    KindOfDocument(
        K.BPOM,
        (NUMBER, ISSUER, VALID_UNTIL, FILE),
        _("BPOM"),
        re.compile(r"(MD|ML|NA|NB|NC|ND|NE|TR|TI|TL|SD|SI|SL|DBL|DTL|DKL|GKL)[A-Z]?\d{9,15}"),
        "MD 234567890123",
        public=True,
    ),
    KindOfDocument(
        K.PIRT,
        (NUMBER, ISSUER, VALID_UNTIL, FILE),
        _("The health office of the regency or city"),
        re.compile(r"(PIRT)?\d{13,15}"),
        "P-IRT 2063310010123-28",
        public=True,
    ),
    KindOfDocument(K.ISO_9001, (NUMBER, ISSUER, VALID_UNTIL, FILE), _("The certification body"), public=True),
    KindOfDocument(K.TKDN, (NUMBER, ISSUER, VALID_UNTIL, FILE), _("Ministry of Industry"), public=True),
    KindOfDocument(
        K.LAB_TEST,
        (NUMBER, ISSUER, VALID_FROM, FILE),
        _("The laboratory"),
        public=True,
        hint=_("With the day of the test; how long it counts, the buyer says."),
    ),
    KindOfDocument(K.OTHER, (FILE,)),
)
KINDS: dict[str, KindOfDocument] = {each.kind.value: each for each in _ALL}
PUBLIC_KINDS = tuple(each.kind for each in _ALL if each.public)


def legality_of(legal_form: str) -> tuple[DocumentKind, ...]:
    return LEGALITY_WITH_DEED if legal_form in WITH_DEED else LEGALITY


def _bare(number: str) -> str:
    """As formats compare it: letters and digits alone."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())
