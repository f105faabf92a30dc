"""From the need to the contract: planning, tender, award and contract of one partnership."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus
from curation.models import Curation, Need, Programme
from partnerships.enums import PartnershipStatus
from partnerships.models import Line, Partnership
from partnerships.ocds.parties import reference
from partnerships.ocds.values import day_begins, day_ends, moment, money, number, text, unit

# A process ends for OCDS whether it was completed or ended early; which of the two stands in the description.
CONTRACT_STATUS = {
    PartnershipStatus.ACTIVE: "active",
    PartnershipStatus.COMPLETED: "terminated",
    PartnershipStatus.TERMINATED: "terminated",
}
# KBLI divisions: construction, and what is not goods (repair, transport and all after it). Trade sells goods.
WORKS, SERVICES_FROM, REPAIR = range(41, 44), 49, (33, 35, 36, 37, 38, 39)


def planning(need: Need | None) -> dict[str, Any]:
    if need is None:
        return {}
    return {
        "rationale": text(need.item),
        "documents": [_document(f"need-{need.pk}", "procurementPlan", need.item, "need_detail", need)],
    }


def tender(partnership: Partnership) -> dict[str, Any]:
    """The programme in which the leader was curated; the need it was for says what is bought."""
    mark, need = _mark(partnership), partnership.need
    if mark is None:
        return {}
    programme = mark.programme
    return {
        "id": f"programme-{programme.pk}",
        "title": text(programme.name),
        "description": text(programme.description),
        "status": "active" if programme.status == ProgrammeStatus.PUBLISHED else "complete",
        "procuringEntity": reference(partnership.buyer),
        "procurementMethod": "selective",
        "procurementMethodDetails": _(
            "Curation of small businesses by published criteria, then a contract with a curated one"
        ),
        "mainProcurementCategory": _category(need),
        "awardCriteria": "ratedCriteria",
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": {"startDate": moment(programme.opens_at), "endDate": moment(programme.closes_at)},
        "items": [_needed(need)] if need else [],
        "documents": [
            _document(f"programme-{programme.pk}", "tenderNotice", programme.name, "programme_detail", programme)
        ],
    }


def award_id(partnership: Partnership) -> str:
    return f"{partnership.number}-award"


def award(partnership: Partnership, lines: Iterable[Line]) -> dict[str, Any]:
    """To all the enterprises of the contract together; dated by the offer, which rests on the leader's curation."""
    return {
        "id": award_id(partnership),
        "title": text(partnership.title),
        "description": _award_words(partnership),
        "status": "active",
        "date": moment(partnership.offered_at) if partnership.offered_at else None,
        "value": money(partnership.value),
        "suppliers": [reference(share.organisation) for share in partnership.shares.all()],
        "items": _items(lines),
        "contractPeriod": _period(partnership),
    }


def contract(partnership: Partnership, lines: Iterable[Line], implementation: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": partnership.number,
        "awardID": award_id(partnership),
        "title": text(partnership.title),
        "description": _contract_words(partnership),
        "status": CONTRACT_STATUS[PartnershipStatus(partnership.status)],
        "period": _period(partnership),
        "value": money(partnership.value),
        "items": _items(lines),
        "dateSigned": moment(partnership.active_at) if partnership.active_at else None,
        "amendments": [_amendment(each) for each in partnership.amendments.all()],
        "documents": [
            _document(partnership.number, "contractNotice", partnership.title, "partnership_public", partnership)
        ],
        "implementation": implementation,
    }


def _amendment(amendment: Partnership) -> dict[str, Any]:
    return {
        "id": amendment.number,
        "date": moment(amendment.active_at) if amendment.active_at else None,
        "rationale": text(amendment.rationale),
        "description": _("Text %(revision)s, SHA-256 %(hash)s.")
        % {"revision": amendment.revision, "hash": amendment.document_hash},
    }


def _mark(partnership: Partnership) -> Curation | None:
    return next((share.curation for share in partnership.shares.all() if share.leads), None)


def _award_words(partnership: Partnership) -> str:
    mark = _mark(partnership)
    if mark is None:
        return ""
    return _(
        "The leading enterprise was curated in the programme “%(programme)s”; the mark is valid until %(day)s."
    ) % {
        "programme": text(mark.programme.name),
        "day": mark.valid_until.isoformat(),
    }


def _contract_words(partnership: Partnership) -> str:
    words = [
        _("Text %(revision)s, SHA-256 %(hash)s.")
        % {"revision": partnership.revision, "hash": partnership.document_hash}
    ]
    if partnership.status == PartnershipStatus.COMPLETED:
        words.append(_("Completed."))
    elif partnership.status == PartnershipStatus.TERMINATED:
        words.append(_("Ended early."))
    return " ".join(words)


def _period(partnership: Partnership) -> dict[str, Any]:
    return {
        "startDate": day_begins(partnership.starts_on),
        "endDate": day_ends(partnership.ends_on),
        "durationInDays": (partnership.ends_on - partnership.starts_on).days + 1,
    }


def _items(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Without prices: what one enterprise asks for one piece is between the parties; the contract's value is public."""
    return [
        {
            "id": str(line.position),
            "description": text(line.item),
            "quantity": number(line.quantity),
            "unit": unit(line.unit),
            "classification": _hs(line.product.hs_id) if line.product else None,
        }
        for line in lines
    ]


def _needed(need: Need) -> dict[str, Any]:
    return {
        "id": f"need-{need.pk}",
        "description": _("%(item)s, a month") % {"item": text(need.item)},
        "quantity": number(need.quantity_per_month),
        "unit": unit(need.unit),
        "classification": _hs(need.hs_id),
    }


def _hs(code: str | None) -> dict[str, Any] | None:
    """KBLI is no scheme of the standard's list, so a class is not published."""
    return {"scheme": "HS", "id": code} if code else None


def _category(need: Need | None) -> str:
    division = int(need.kbli.code[:2]) if need else 0
    if division in WORKS:
        return "works"
    return "services" if division >= SERVICES_FROM or division in REPAIR else "goods"


def _document(key: str, kind: str, title: str, address: str, row: Need | Programme | Partnership) -> dict[str, Any]:
    return {
        "id": key,
        "documentType": kind,
        "title": text(title),
        "url": settings.SITE_URL + reverse(address, args=[row.pk]),
        "format": "text/html",
        "language": "id",
    }
