"""What companions do: consents of their firms, visits planned, firms that ask for somebody, a partner's system."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from portal.consents import scope_choices
from portal.enums import EnterpriseStatus, Role
from portal.models import Assignment, Enterprise, Membership, Organisation, User
from portal.sample.cast import HELPERS
from portal.sample.scans import photo_of_paper
from portal.services.assistance import ask_for_companion, make_appointment
from portal.services.consent import give_consent, record_paper_consent, withdraw_consent

S = EnterpriseStatus
AGREED = 5
ON_PAPER = 1
DINAS = "Dinas Koperasi, UKM dan Perdagangan Kabupaten Klaten (contoh)"
ASKS = (
    "Kami baru mulai dan belum tahu kode KBLI yang cocok.",
    "Mohon bantuan mengurus sertifikat halal dan foto produk.",
)


def add_assistance() -> None:
    """By the services that people use, so that messages and trails are there as well."""
    parts = [name for name, _label in scope_choices()]
    by_centre: dict[int, list[Assignment]] = {}
    rows = Assignment.objects.open().select_related("enterprise__organisation", "plut", "companion").order_by("pk")
    for each in rows:
        by_centre.setdefault(each.plut_id, []).append(each)
    for assignments in by_centre.values():
        _agree(assignments[:AGREED], parts)
        companion = _acting(assignments[0].companion, assignments[0].plut)
        for days, each in enumerate(assignments[:2]):
            make_appointment(
                each.enterprise,
                on=timezone.localdate() + dt.timedelta(days=days),
                at=dt.time(9, 30),
                purpose="Melengkapi profil dan memeriksa surat asli.",
                by=companion,
            )
    _ask()
    _let_the_local_government_read(parts)


def _agree(assignments: list[Assignment], parts: list[str]) -> None:
    for place, each in enumerate(assignments):
        owner = owner_of_sample(each.enterprise)
        if each.enterprise.status in (S.CLOSED, S.MERGED):
            continue
        if place == ON_PAPER:
            record_paper_consent(
                each.enterprise,
                by=_acting(each.companion, each.plut),
                scopes=parts,
                days=182,
                signed_name=owner.full_name,
                file=photo_of_paper(["Persetujuan pendampingan", each.enterprise.name, owner.full_name]),
            )
            continue
        consent = give_consent(
            each.enterprise,
            by=owner,
            scopes=parts if place % 2 == 0 else parts[:4],
            days=(182, 30, 7)[place % 3],
            companion=each.companion,
        )
        if place == AGREED - 1:
            withdraw_consent(consent, by=owner)


def _ask() -> None:
    """Firms near a centre whom nobody looks after yet."""
    for house in HELPERS:
        if not any(player.role == Role.PLUT_MANAGER for player in house.people):
            continue
        plut = Organisation.objects.get(name=house.name)
        alone = Enterprise.objects.filter(
            is_sample=True,
            assignments=None,
            village__code__startswith=house.region[:2],
            status__in=[S.DRAFT, S.VERIFIED],
        ).select_related("organisation")
        for message, enterprise in zip(ASKS, alone.order_by("pk")[: len(ASKS)], strict=False):
            ask_for_companion(enterprise, plut, message=message, by=owner_of_sample(enterprise))


def _let_the_local_government_read(parts: list[str]) -> None:
    dinas = Organisation.objects.get(name=DINAS)
    near = Enterprise.objects.filter(is_sample=True, status=S.VERIFIED, village__code__startswith=dinas.region_code)
    for enterprise in near.select_related("organisation").order_by("pk")[:3]:
        give_consent(enterprise, by=owner_of_sample(enterprise), scopes=parts, days=365, partner=dinas)


def owner_of_sample(enterprise: Enterprise) -> User:
    membership = Membership.objects.active().filter(organisation=enterprise.organisation, role=Role.OWNER)
    found = membership.select_related("user", "organisation").order_by("pk")[0]
    return found.user.act_as(found)


def _acting(user: User, organisation: Organisation) -> User:
    return user.act_as(
        Membership.objects.active().select_related("organisation").get(user=user, organisation=organisation)
    )
