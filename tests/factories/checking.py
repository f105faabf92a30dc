"""What others check about an enterprise: companions who look after it, their visits, and papers that were verified."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from portal.enums import CheckedHow, DocumentKind, Role, Sight
from portal.models import Assignment, Document, Enterprise, Organisation, User, Visit
from tests.factories.papers import pdf
from tests.factories.people import OrganisationFactory, person


def companion_of(enterprise: Enterprise, plut: Organisation | None = None, **fields: Any) -> User:
    """A companion to whom the enterprise is assigned."""
    centre = plut or OrganisationFactory(name="PLUT Uji", capabilities=["plut"], ownership="")
    user = person(Role.COMPANION, centre, **fields)
    Assignment.objects.create(plut=centre, companion=user, enterprise=enterprise)
    return user


def visit(enterprise: Enterprise, by: User | None = None, **fields: Any) -> Visit:
    by = by or companion_of(enterprise)
    return Visit.objects.create(
        enterprise=enterprise,
        made_by=by,
        plut=by.organisation,
        **{"visited_on": timezone.localdate(), "seen": [Sight.PREMISES], **fields},
    )


def paper(enterprise: Enterprise, kind: str = DocumentKind.NIB, *, file: bool = True, **fields: Any) -> Document:
    """A declared paper with a file."""
    made = Document(enterprise=enterprise, kind=kind, **{"number": f"{kind}-1", **fields})
    if file:
        made.file.save("paper.pdf", ContentFile(pdf()), save=False)
    made.save()
    return made


def verified_paper(
    enterprise: Enterprise, kind: str = DocumentKind.NIB, *, by: User | None = None, ago: int = 0, **fields: Any
) -> Document:
    checked = {
        "verified_at": timezone.now() - dt.timedelta(days=ago),
        "verified_by": by or person(Role.MINISTRY_ADMIN),
        "verified_how": CheckedHow.AT_THE_DESK,
    }
    return paper(enterprise, kind, **checked, **fields)


def legality(enterprise: Enterprise, **fields: Any) -> list[Document]:
    """The papers that the rung "documents verified" asks of every legal form."""
    return [verified_paper(enterprise, kind, **fields) for kind in ("nib", "npwp", "deed")]
