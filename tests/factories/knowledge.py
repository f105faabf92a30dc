"""Steps of knowledge transfer in every state, made by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partnerships.models import KnowledgeStep, Partnership
from partnerships.services import knowledge
from partnerships.services.knowledge import Proposal
from portal.models import User
from tests.factories.partnerships import World
from tests.factories.products import picture


def proposed(contract: Partnership, *, by: User, **fields: Any) -> KnowledgeStep:
    first = max(contract.starts_on, timezone.localdate())
    proposal = {
        "kind": "training",
        "title": "Pelatihan pengelasan",
        "given_by": "Balai Latihan Kerja",
        "participants": "Dua operator",
        "starts_on": first,
        "ends_on": first + dt.timedelta(days=10),
        **fields,
    }
    return knowledge.propose_step(contract, contract.shares.get(leads=True), Proposal(**proposal), by=by)


def agreed(contract: Partnership, made: World, **fields: Any) -> KnowledgeStep:
    step = proposed(contract, by=made.officer, **fields)
    knowledge.agree_to_step(step, by=made.owner)
    return step


def evidence(name: str = "daftar-hadir") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.jpg", picture("JPEG"), "image/jpeg")


def reported(
    contract: Partnership,
    made: World,
    *,
    report: str = "Delapan jam, dua orang.",
    name: str = "daftar-hadir",
    **fields: Any,
) -> KnowledgeStep:
    step = agreed(contract, made, **fields)
    knowledge.report_step(step, report=report, file=evidence(name), by=made.officer)
    return step
