"""Which papers an enterprise owes, and which of them are there: by its legal form, by the halal duty, by what its goods named.

Nothing waits for them: they are told, and count as one part of a complete dossier.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.document_kinds import OF_GOODS, legality_of
from portal.enums import DocumentKind
from portal.models import Document, Enterprise
from portal.selectors.halal import halal_of_enterprise


@dataclass(frozen=True)
class OwedPaper:
    """`is_there`: one counts that day, verified or not. `renews`: the one that ended, where it can be renewed."""

    kind: DocumentKind
    why: str
    is_there: bool
    renews: int | None = None

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def url(self) -> str:
        """The page that adds or renews it. A property, since jobs that only count load no pages."""
        if self.renews is not None:
            return reverse("document_renew", args=[self.renews])
        return f"{reverse('document_add')}?kind={self.kind.value}"


def owed_papers(enterprise: Enterprise, on: dt.date) -> tuple[OwedPaper, ...]:
    counting = set(enterprise.documents.counting_on(on).values_list("kind", flat=True))
    owed = [OwedPaper(kind, _why_legal(kind), kind in counting) for kind in legality_of(enterprise.legal_form)]
    halal = halal_of_enterprise(enterprise, on)
    if halal is not None and halal.duty.in_force:
        why = f"{halal.duty.text} {halal.state}"
        owed.append(OwedPaper(DocumentKind.HALAL, why, not halal.is_lacking))
    missing = {each.kind for each in owed if not each.is_there}
    return (*owed, *(_renewal(each) for each in _ended(enterprise, on) if each.kind not in missing))


def missing_papers(enterprise: Enterprise, on: dt.date) -> tuple[OwedPaper, ...]:
    return tuple(paper for paper in owed_papers(enterprise, on) if not paper.is_there)


def _ended(enterprise: Enterprise, on: dt.date) -> list[Document]:
    """Certificates of goods on sale that ended or were refused, with none of their kind in their place."""
    of_goods = enterprise.documents.filter(kind__in=OF_GOODS, product__isnull=False, product__withdrawn_at=None)
    counting = enterprise.documents.counting_on(on).filter(kind__in=OF_GOODS)
    covered = set(counting.values_list("kind", "product"))
    latest = {
        (each.kind, each.product_id): each
        for each in of_goods.exclude(valid_from__gt=on).select_related("product").order_by("pk")
    }
    return [each for (kind, product), each in latest.items() if not {(kind, product), (kind, None)} & covered]


def _renewal(document: Document) -> OwedPaper:
    why = _("The one for “%(product)s” has ended or was not accepted.") % {"product": document.product}
    replaced = Document.objects.filter(replaces=document).exists()
    return OwedPaper(DocumentKind(document.kind), why, False, None if replaced else document.pk)


def _why_legal(kind: DocumentKind) -> str:
    if kind == DocumentKind.DEED:
        return _("A business of this legal form is founded by a deed.")
    return _("Every business shows it; it is compared with the answers.")
