"""Agreements and the authorities in them: which is in force, loading the shipped list, and passing on what a dissolved one left."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from partnerships.enums import PartnershipStatus, SignOffStatus
from partnerships.models import Agreement, AgreementParty, SignOff
from partnerships.selectors.agreements import agreements_in_force
from partnerships.selectors.signatories import in_office
from partnerships.services import telling
from portal import audit
from portal.enums import Capability
from portal.models import Organisation, User

LIST = Path(__file__).resolve().parents[1] / "library" / "agreements.json"


def agreement_in_force(day: dt.date | None = None) -> Agreement | None:
    """Under which memorandum a partnership is signed off on that day: the newest one."""
    return agreements_in_force(day).first()


@transaction.atomic
def load_agreements(path: Path = LIST) -> dict[str, int]:
    """Enters what is missing of the shipped authorities and agreements, and says how many.

    What stands already is data of the people who keep it: only a field that is still empty is filled.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    before = Organisation.objects.count()
    organisations = {each["name"]: _organisation(each) for each in data["organisations"]}
    for each in data["organisations"]:
        organisation = organisations[each["name"]]
        if each.get("successor") and organisation.successor_id is None:
            organisation.successor = organisations[each["successor"]]
            organisation.save(update_fields=["successor"])
    added = sum(_add_agreement(each, organisations) for each in data["agreements"])
    return {"organisations": Organisation.objects.count() - before, "agreements": added}


@transaction.atomic
def save_agreement(form: Any, parties: Any | None, *, by: User) -> Agreement:
    """Write an agreement and its parties from valid forms. `parties` None leaves them as they are."""
    agreement = form.save()
    if parties is not None:
        parties.instance = agreement
        parties.save()
    audit.record(
        agreement,
        "save_agreement",
        by=by,
        payload={
            "valid_from": str(agreement.valid_from),
            "valid_until": str(agreement.valid_until or ""),
            "parties": [
                [party.organisation_id, party.signs, party.only_cooperatives] for party in agreement.parties.all()
            ],
        },
    )
    return agreement


@transaction.atomic
def pass_on_sign_offs(day: dt.date | None = None) -> int:
    """Hand what waits at a dissolved authority to its successor. Safe to run often; says how many moved."""
    day = day or timezone.localdate()
    waiting = (
        SignOff.objects.of_current_text()
        .select_for_update(of=("self",))
        .filter(
            status=SignOffStatus.PENDING,
            partnership__status=PartnershipStatus.AUTHORITY_REVIEW,
            authority__valid_until__lt=day,
        )
        .select_related("authority__successor", "partnership")
        .order_by("pk")
    )
    moved = 0
    for sign_off in waiting:
        heir = in_office(sign_off.authority, day)
        if heir is None or sign_off.partnership.sign_offs.filter(revision=sign_off.revision, authority=heir).exists():
            continue
        earlier, sign_off.authority = sign_off.authority, heir
        sign_off.save(update_fields=["authority"])
        audit.record(
            sign_off.partnership,
            "pass_on",
            by=None,
            payload={"from": earlier.pk, "to": heir.pk, "revision": sign_off.revision},
        )
        if sign_off.opened_at is not None:
            telling.tell_authority(sign_off, inherited_from=earlier)
        moved += 1
    return moved


def _organisation(each: dict[str, Any]) -> Organisation:
    """By name: an organisation that is a buyer too (a bank, an SOE) keeps what it already can."""
    found = Organisation.objects.filter(name=each["name"]).first() or Organisation(name=each["name"], capabilities=[])
    found.capabilities = sorted({*found.capabilities, *map(Capability, each["capabilities"])})
    for name in ("short_name", "ownership", "valid_from", "valid_until", "source"):
        if not getattr(found, name) and each.get(name):
            setattr(found, name, each[name])
    found.save()
    return found


def _add_agreement(each: dict[str, Any], organisations: dict[str, Organisation]) -> bool:
    fields = {name: value for name, value in each.items() if name not in ("code", "parties")}
    agreement, created = Agreement.objects.get_or_create(code=each["code"], defaults=fields)
    if created:
        for position, party in enumerate(each["parties"], 1):
            AgreementParty.objects.create(
                agreement=agreement,
                organisation=organisations[party["name"]],
                position=position,
                signs=party.get("signs", True),
                only_cooperatives=party.get("only_cooperatives", False),
            )
    return created
