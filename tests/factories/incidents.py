"""Problem reports in every state, made by the same services as pages call."""

from __future__ import annotations

from typing import Any

from partnerships.models import Incident, Partnership
from partnerships.services import incidents
from portal.models import User

WHAT = "Barang diterima 3 November, sampai hari ini belum ada berita acara."
WANTED = "Mohon berita acara ditandatangani minggu ini."


def reported(contract: Partnership, *, by: User, **fields: Any) -> Incident:
    return incidents.open_incident(
        contract, by=by, **{"kind": "late_acceptance", "what": WHAT, "wanted": WANTED, **fields}
    )


def answered(
    incident: Incident, *, by: User, stance: str = "objects", answer: str = "Sudah ditandatangani."
) -> Incident:
    incidents.answer_incident(incident, stance=stance, answer=answer, by=by)
    return incident


def escalated(incident: Incident, *, by: User, reason: str = "Tanggalnya tidak sesuai.") -> Incident:
    incidents.escalate_incident(incident, reason=reason, by=by)
    return incident
