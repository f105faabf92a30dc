"""Contracts in every state, made by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from curation.enums import ApplicationStatus, ProgrammeStatus, RunKind, RunState
from curation.models import Application, CriteriaSet, Curation, Decision, Need, Programme, Score, ScoringRun
from partnerships.enums import SigningMethod, SignOrder
from partnerships.models import Agreement, AgreementParty, Clause, Partnership, SignOff
from partnerships.services import drafting, offer, signing
from partnerships.services.drafting import LineInput
from partnerships.services.library import load_clauses
from portal.enums import Capability, Role, Unit
from portal.models import Enterprise, Organisation, Region, User
from tests.factories.enterprises import FOUNDRY, VILLAGE, enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.factories.products import kbli_class


@dataclass
class World:
    """A buyer with an officer and an approver, curated enterprises with owners, and an agreement of authorities."""

    buyer: Organisation
    officer: User
    approver: User
    need: Need
    programme: Programme
    agreement: Agreement
    enterprises: list[Enterprise] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)
    authorities: list[Organisation] = field(default_factory=list)
    admins: list[User] = field(default_factory=list)

    @property
    def enterprise(self) -> Enterprise:
        return self.enterprises[0]

    @property
    def owner(self) -> User:
        return self.owners[0]


def world(*, enterprises: int = 1, authorities: int = 3, order: SignOrder = SignOrder.PARALLEL, **fields: Any) -> World:
    buyer = OrganisationFactory(name="PT Pembeli Uji (Persero)", short_name="Pembeli Uji", capabilities=["buyer"])
    officer = person(Role.OFFICER, buyer, full_name="Rina Staf")
    made = World(
        buyer=buyer,
        officer=officer,
        approver=person(Role.APPROVER, buyer, full_name="Agus Pejabat"),
        need=need_of(officer),
        programme=programme_of(officer),
        agreement=agreement_of(authorities, order=order),
    )
    made.authorities = [party.organisation for party in made.agreement.parties.select_related("organisation")]
    made.admins = [person(Role.MINISTRY_ADMIN, each, full_name=f"Admin {each.name}") for each in made.authorities]
    for _number in range(enterprises):
        add_enterprise(made, **fields)
    if not Clause.objects.exists():
        load_clauses()
    return made


def add_enterprise(made: World, *, curated: bool = True, **fields: Any) -> Enterprise:
    each = enterprise(**fields)
    made.enterprises.append(each)
    made.owners.append(owner_of(each, full_name=f"Pemilik {each.name}"))
    if curated:
        curation_of(each, made.programme, by=made.officer)
    return each


def need_of(officer: User, **fields: Any) -> Need:
    return Need.objects.create(
        buyer=officer.organisation,
        created_by=officer,
        **{
            "item": "Klem dan baut galvanis menara",
            "specification": "Baja galvanis celup panas, SNI.",
            "kbli": kbli_class(*FOUNDRY),
            "quantity_per_month": Decimal(9000),
            "unit": Unit.KILOGRAM,
            "ceiling_price": 40_000,
            "delivery_region": Region.objects.get(code=VILLAGE[:5]),
            "deliver_from": timezone.localdate() + dt.timedelta(days=30),
            "published_at": timezone.now(),
            **fields,
        },
    )


def programme_of(officer: User, **fields: Any) -> Programme:
    now = timezone.now()
    return Programme.objects.create(
        buyer=officer.organisation,
        created_by=officer,
        **{
            "name": "Kurasi komponen logam",
            "status": ProgrammeStatus.CLOSED,
            "opens_at": now - dt.timedelta(days=60),
            "closes_at": now - dt.timedelta(days=10),
            "quota": 100,
            **fields,
        },
    )


@transaction.atomic
def curation_of(
    applicant: Enterprise, programme: Programme, *, by: User, decided_by: User | None = None, **fields: Any
) -> Curation:
    """The mark by the official run, or by a person's decision when `decided_by` is given."""
    criteria, _made = CriteriaSet.objects.get_or_create(
        programme=programme, version=1, defaults={"threshold": Decimal(75), "review_floor": Decimal(60)}
    )
    application = Application.objects.create(
        programme=programme,
        enterprise=applicant,
        status=ApplicationStatus.CURATED,
        created_by=by,
        submitted_at=timezone.now(),
    )
    run = ScoringRun.objects.create(
        programme=programme,
        criteria_set=criteria,
        kind=RunKind.OFFICIAL,
        state=RunState.DONE,
        as_of=timezone.localdate(),
    )
    score = Score.objects.create(
        run=run,
        application=application,
        criteria_set=criteria,
        snapshot_revision=1,
        kind=RunKind.OFFICIAL,
        as_of=timezone.localdate(),
        total=Decimal("88.40"),
        coverage=Decimal(100),
        points=[],
        scored_at=timezone.now(),
    )
    decision = Decision.objects.create(
        application=application,
        outcome="curated",
        score=score,
        **({"decided_by": decided_by, "reason": "Lengkap dan mampu."} if decided_by else {"run": run}),
    )
    today = timezone.localdate()
    return Curation.objects.create(
        application=application,
        enterprise=applicant,
        programme=programme,
        decision=decision,
        **{"valid_from": today - dt.timedelta(days=5), "valid_until": today + dt.timedelta(days=360), **fields},
    )


def agreement_of(authorities: int = 3, *, order: SignOrder = SignOrder.PARALLEL, **fields: Any) -> Agreement:
    made = Agreement.objects.create(
        title_id="Nota kesepahaman uji",
        order=order,
        **{"signed_on": dt.date(2025, 11, 3), "valid_from": dt.date(2025, 11, 3), **fields},
    )
    for position in range(1, authorities + 1):
        authority = OrganisationFactory(
            name=f"Kementerian Uji {position}", capabilities=[Capability.AUTHORITY], ownership=""
        )
        AgreementParty.objects.create(agreement=made, organisation=authority, position=position)
    return made


def draft(made: World, **terms: Any) -> Partnership:
    """Written by the officer, with one line for each enterprise."""
    today = timezone.localdate()
    partnership = drafting.create_draft(
        made.need,
        agreement=made.agreement,
        enterprises=made.enterprises,
        leader=made.enterprise,
        by=made.officer,
        **{
            "title": "Pasokan klem dan baut galvanis menara",
            "starts_on": today + dt.timedelta(days=30),
            "ends_on": today + dt.timedelta(days=395),
            "payment_days": 14,
            **terms,
        },
    )
    drafting.set_lines(
        partnership,
        [LineInput(each, "Klem galvanis", Decimal(108_000), Unit.KILOGRAM, 40_000) for each in made.enterprises],
        by=made.officer,
    )
    return partnership


def offered(made: World, **terms: Any) -> Partnership:
    partnership = draft(made, **terms)
    offer.offer(partnership, by=made.officer)
    return partnership


def accepted(made: World, **terms: Any) -> Partnership:
    partnership = offered(made, **terms)
    accept_all(partnership, made)
    return partnership


def accept_all(partnership: Partnership, made: World) -> None:
    for owner in made.owners:
        offer.accept(partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=owner)


def sign_off(partnership: Partnership, admin: User) -> None:
    signing.sign_off(place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)


def in_review(made: World, **terms: Any) -> Partnership:
    partnership = accepted(made, **terms)
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=made.approver)
    return partnership


def active(made: World, **terms: Any) -> Partnership:
    return _signed_off(in_review(made, **terms), made)


def signed_by_all(partnership: Partnership, made: World) -> Partnership:
    """From a draft, through everybody's hands."""
    offer.offer(partnership, by=made.officer)
    accept_all(partnership, made)
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=made.approver)
    return _signed_off(partnership, made)


def _signed_off(partnership: Partnership, made: World) -> Partnership:
    for admin in made.admins:
        sign_off(partnership, admin)
    partnership.refresh_from_db()
    return partnership


def returned(made: World, reason: str = "Jangka waktu belum sesuai dengan kapasitas.", **terms: Any) -> Partnership:
    partnership = in_review(made, **terms)
    admin = made.admins[0]
    signing.return_with_reasons(
        place_of(partnership, admin), document_hash=partnership.document_hash, reason=reason, by=admin
    )
    partnership.refresh_from_db()
    return partnership


def place_of(partnership: Partnership, admin: User) -> SignOff:
    return partnership.sign_offs.get(revision=partnership.revision, authority=admin.organisation_id)
