"""Papers and certificates as people read them: what each is worth today, what took its place, and what looks unusual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.document_kinds import NUMBER, PUBLIC_KINDS, legality_of
from portal.enums import DocumentKind, DocumentState
from portal.models import Document, Enterprise, User

# From how many days before its end a document says so.
SOON = 60
OTHER_NIB = _("The number is not the NIB of the business profile. Please compare the two.")


@dataclass(frozen=True)
class Paper:
    """A document with what the reader's day makes of it. `earlier`: those it took the place of, newest first."""

    document: Document
    day: dt.date
    earlier: tuple[Paper, ...] = field(default=())
    # Whoever reads it uploaded it, so somebody else verifies it.
    uploaded_by_reader: bool = False

    @property
    def state(self) -> DocumentState:
        return self.document.state_on(self.day)

    @property
    def expired(self) -> bool:
        return self.state == DocumentState.EXPIRED

    @property
    def days_left(self) -> int | None:
        until = self.document.valid_until
        return (until - self.day).days if until else None

    @property
    def ends_soon(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= SOON

    @property
    def counts(self) -> bool:
        return self.state in (DocumentState.DECLARED, DocumentState.VERIFIED)

    @property
    def stands_in_for(self) -> Document | None:
        """The verified one whose place it takes, while nobody has checked this one."""
        if self.state not in (DocumentState.DECLARED, DocumentState.UPCOMING):
            return None
        return next((each.document for each in self.earlier if each.document.is_verified), None)

    @property
    def number_warning(self) -> str:
        """Where the number looks unlike its kind, or the NIB is not the one of the profile."""
        document = self.document
        if (
            document.kind == DocumentKind.NIB
            and document.enterprise.nib
            and NUMBER in document.spec.needs
            and document.number.strip() not in ("", document.enterprise.nib)
        ):
            return str(OTHER_NIB)
        return document.spec.number_warning(document.number)


def papers_of(enterprise: Enterprise, user: User, on: dt.date) -> list[Paper]:
    """Those that nothing has taken the place of, each with its own history."""
    found = (
        Document.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .select_related("enterprise", "product", "verified_by", "verified_for", "refused_by")
        .order_by("kind", "-valid_until", "-pk")
    )
    return _chained(found, on, user)


def _chained(documents: Iterable[Document], on: dt.date, reader: User) -> list[Paper]:
    by_pk = {document.pk: document for document in documents}
    replaced = {document.replaces_id for document in by_pk.values()}
    return [
        Paper(
            document,
            on,
            tuple(Paper(each, on) for each in _earlier(document, by_pk)),
            uploaded_by_reader=document.uploaded_by_id == reader.pk,
        )
        for document in by_pk.values()
        if document.pk not in replaced
    ]


def _earlier(document: Document, by_pk: dict[int, Document]) -> Iterable[Document]:
    while document.replaces_id in by_pk:
        document = by_pk[document.replaces_id]
        yield document


def public_papers(enterprise: Enterprise, on: dt.date) -> QuerySet[Document]:
    """For everybody: verified, valid today, and about goods or a factory rather than a person. Longest valid first."""
    return (
        enterprise.documents.counting_on(on)
        .filter(verified_at__isnull=False, kind__in=PUBLIC_KINDS)
        .select_related("verified_for", "product")
        .order_by("kind", "-valid_until", "pk")
    )


def unchecked_legality(enterprise: Enterprise, on: dt.date) -> list[DocumentKind]:
    """The papers of legality that nobody has verified yet: what the rung "documents verified" still waits for."""
    verified = set(
        enterprise.documents.counting_on(on).filter(verified_at__isnull=False).values_list("kind", flat=True)
    )
    return [kind for kind in legality_of(enterprise.legal_form) if kind not in verified]
