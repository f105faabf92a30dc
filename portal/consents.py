"""What a consent may name, and the words it is given in.

A text that somebody agreed to never changes: better words are the next version. The words are data in both languages, and
not messages of the catalogue, which anybody may reword.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.enums import ConsentPurpose
from portal.models import Consent, Enterprise, User
from portal.presentation.dates import local_day
from portal.sections import SECTIONS, sections_of

PRODUCTS, DOCUMENTS = "products", "documents"
P = ConsentPurpose


@dataclass(frozen=True)
class ConsentText:
    purpose: ConsentPurpose
    version: int
    id: str
    en: str

    def __str__(self) -> str:
        return self.en if translation.get_language() == "en" else self.id


TEXTS = (
    ConsentText(
        P.ASSISTANCE,
        1,
        "Saya mengizinkan %(penerima)s mengisi untuk %(usaha)s bagian yang disebut di bawah ini, sampai %(sampai)s. Setiap "
        "perubahan dicatat atas nama yang mengisi dan diberitahukan kepada saya. Yang mengisi tidak dapat mengirim data untuk "
        "diperiksa, melamar, atau menyetujui kontrak. Izin ini dapat saya tarik kapan saja; sejak saat itu pengisian berhenti.",
        "I let %(penerima)s fill in for %(usaha)s the parts named below, until %(sampai)s. Every change is recorded under the "
        "name of whoever makes it, and I am told. Whoever fills in cannot send the data for checking, apply, or accept a "
        "contract. I can withdraw this consent at any time; from then on nothing more is filled in.",
    ),
    ConsentText(
        P.PARTNER,
        1,
        "Saya mengizinkan %(penerima)s membaca dan memperbarui lewat sistemnya bagian yang disebut di bawah ini dari "
        "%(usaha)s, sampai %(sampai)s. Setiap perubahan dicatat dan diberitahukan kepada saya. Sistem itu tidak dapat mengirim "
        "data untuk diperiksa, melamar, atau menyetujui kontrak. Izin ini dapat saya tarik kapan saja; sejak saat itu "
        "pembacaan dan pengisian berhenti.",
        "I let %(penerima)s read and bring up to date through its own system the parts of %(usaha)s named below, until "
        "%(sampai)s. Every change is recorded, and I am told. That system cannot send the data for checking, apply, or accept "
        "a contract. I can withdraw this consent at any time; from then on nothing more is read or filled in.",
    ),
    ConsentText(
        P.SHARING,
        1,
        "Saya mengizinkan %(penerima)s membaca keterangan %(usaha)s yang saya centang, dan hanya itu, untuk menjawab "
        "permohonan ini, paling lama sampai %(sampai)s. Yang dibagikan adalah isinya saat permohonan dikirim. Izin ini dapat "
        "saya tarik kapan saja; sejak saat itu, dan begitu permohonan berakhir, isinya tidak lagi dapat dibaca di sini. Bahwa "
        "permohonan pernah diajukan tetap tercatat.",
        "I let %(penerima)s read the values of %(usaha)s that I ticked, and only those, to answer this request, until "
        "%(sampai)s at the latest. Shared is what they say when the request is sent. I can withdraw this consent at any time; "
        "from then on, and once the request is over, they can no longer be read here. That the request was made stays on "
        "record.",
    ),
)

# What can be ticked for a request: named by the app that knows it.
SHAREABLE: dict[str, Any] = {}
# One paper each, by its key.
SHARED_PAPER = "document_"


def text_in_use(purpose: ConsentPurpose) -> ConsentText:
    """The newest words."""
    return max((text for text in TEXTS if text.purpose == purpose), key=lambda text: text.version)


def text_of(consent: Consent) -> str:
    """The words that were agreed to, with the names and the day in them."""
    found = next(t for t in TEXTS if (t.purpose, t.version) == (consent.purpose, consent.text_version))
    return filled(found, receiver=receiver_of(consent), enterprise=str(consent.enterprise), until=consent.ends_at)


def filled(text: ConsentText, *, receiver: str, enterprise: str, until: Any) -> str:
    return str(text) % {
        "penerima": receiver,
        "usaha": enterprise,
        "sampai": date_format(local_day(until), "DATE_FORMAT"),
    }


def before_choosing(text: ConsentText, enterprise: object) -> str:
    """The words on the form, where neither the receiver nor the day is chosen yet."""
    return str(text) % {
        "penerima": _("the person or organisation I choose"),
        "usaha": enterprise,
        "sampai": _("the day I choose"),
    }


def receiver_of(consent: Consent) -> str:
    return f"{consent.companion} ({consent.organisation})" if consent.companion else str(consent.organisation)


def scope_choices(enterprise: Enterprise | None = None) -> list[tuple[str, Any]]:
    """Everything that somebody else may fill in: the dossier's sections – those of the enterprise –, products, papers."""
    return [
        *((section.name, section.title) for section in (sections_of(enterprise) if enterprise else SECTIONS)),
        (PRODUCTS, _("Products")),
        (DOCUMENTS, _("Papers and certificates")),
    ]


def scope_labels(scopes: list[str]) -> list[str]:
    papers = sum(scope.startswith(SHARED_PAPER) for scope in scopes)
    named = [str(label) for name, label in (*scope_choices(), *SHAREABLE.items()) if name in scopes]
    return [*named, ngettext("%(n)d paper", "%(n)d papers", papers) % {"n": papers}] if papers else named


def in_ones_hands(user: User, scope: str) -> bool:
    """One's own business, or a part its consent names."""
    return user.on_behalf is None or user.on_behalf.covers(scope)


def may_fill_in(user: User, enterprise: Any, scope: str) -> bool:
    """Does the person act under a consent of this enterprise that names this part?"""
    consent = user.on_behalf
    return (
        consent is not None
        and enterprise is not None
        and consent.enterprise_id == enterprise.pk
        and consent.is_in_force
        and consent.covers(scope)
    )
