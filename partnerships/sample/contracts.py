"""Contracts at every step of their path, each brought there by the people whose turn it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from curation.models import Curation, Need
from partnerships.enums import PartnershipStatus, SigningMethod, SignOffStatus
from partnerships.models import Agreement, Partnership, SignOff
from partnerships.sample.needs import officer_of
from partnerships.sample.trade import say_done, supply_whole
from partnerships.selectors.invoices import ADVANCE_CLAUSE
from partnerships.selectors.library import current_clauses
from partnerships.services.agreement import agreement_in_force
from partnerships.services.drafting import (
    ClauseInput,
    LineInput,
    create_draft,
    revise,
    set_clauses,
    set_lines,
    set_terms,
)
from partnerships.services.ending import terminate
from partnerships.services.offer import accept, offer, refuse
from partnerships.services.signing import return_with_reasons, sign_for_buyer, sign_off
from portal.enums import Role
from portal.models import Document, Enterprise, Product, User
from portal.sample.people import acting_in
from portal.sample.quiet import quietly
from portal.selectors.commitments import free_capacities

S = PartnershipStatus
SHARE_OF_NEED = Decimal("0.6")
# Of a consortium's members: below what asks for a curation of their own (30 %).
SHARE_OF_MEMBER = Decimal("0.15")
# Nobody sells the last piece of what it can make to one buyer.
MOST_OF_CAPACITY = Decimal("0.5")
LATE = dt.timedelta(days=11)
TERM_TOO_LONG = "Jangka waktu melewati masa berlaku sertifikat pemasok. Perpendek, lalu kirim kembali."
RETURNED = "Nilai baris kedua tidak sama dengan jumlah dikali harga pada lampiran. Samakan, lalu kirim kembali."
REFUSED = "Harga belum menutup biaya kirim ke gudang pembeli. Kami bersedia bila ongkos kirim dihitung terpisah."
TERMINATED = "Pabrik pembeli berhenti memakai bahan ini; kedua pihak sepakat mengakhiri setelah pesanan terakhir."


@dataclass(frozen=True)
class Story:
    """One contract. `leader`: the e-mail of who leads, else the next curated enterprise of the buyer without a contract.

    `months`: the term; 0 is a single delivery. `signed`: how many authorities have signed off, oldest place first; `late`: those still waiting are overdue. `revised`: returned once before. `advances`: with the library's clause on them.
    """

    buyer: str
    item: str
    stage: PartnershipStatus
    leader: str = ""
    members: int = 0
    months: int = 12
    signed: int = 0
    late: bool = False
    revised: bool = False
    advances: bool = False


MANHOLE = "Pengadaan tutup manhole besi cor gardu distribusi"
WORK_WEAR = "Belanja pakaian kerja lapangan petugas jaringan"
BALLS = "Pengadaan bola penggiling dan suku cadang cor pabrik"
HERBS = "Pengadaan simplisia jahe merah dan temulawak kering"
BOLTS = "Pengadaan baut dan mur baja galvanis perawatan kilang"
STORIES = (
    Story("PLN", MANHOLE, S.ACTIVE, "pemilik@contoh.id"),
    Story("PLN", MANHOLE, S.AUTHORITY_REVIEW, "pemilik@contoh.id", members=2, months=18, signed=1, late=True),
    Story("PLN", MANHOLE, S.DRAFT),
    Story("PLN", WORK_WEAR, S.ACCEPTED, "konveksi@contoh.id"),
    Story("Krakatau Steel", BALLS, S.AUTHORITY_REVIEW, "koperasi@contoh.id", signed=2, late=True),
    Story("Krakatau Steel", BALLS, S.OFFERED, "pemilik@contoh.id", months=6),
    Story("Kimia Farma", HERBS, S.ACTIVE, "herbal@contoh.id"),
    Story("Kimia Farma", HERBS, S.RETURNED),
    Story("Kimia Farma", HERBS, S.REFUSED),
    Story("Pertamina", BOLTS, S.COMPLETED, "presisi@contoh.id", months=0),
    Story("Pertamina", BOLTS, S.AUTHORITY_REVIEW, "presisi@contoh.id", months=24, revised=True),
    Story("Pertamina", BOLTS, S.TERMINATED),
    Story("Krakatau Steel", BALLS, S.ACTIVE, "koperasi@contoh.id", months=9, advances=True),
    Story("Pertamina", BOLTS, S.ACTIVE, months=0),
)


def load_contracts() -> None:
    if Partnership.objects.filter(is_sample=True).exists():
        return
    agreement = agreement_in_force()
    taken: set[int] = set()
    for story in STORIES:
        with quietly():
            need = Need.objects.get(item=story.item, buyer__short_name=story.buyer)
            leader = _leader(story, need, taken)
            if leader is not None and agreement is not None:
                taken.add(leader.pk)
                tell_of(story, need, leader, agreement)


def tell_of(story: Story, need: Need, leader: Enterprise, agreement: Agreement) -> Partnership:
    contract = _draft(story, need, leader, agreement)
    _tell(story, contract)
    return contract


def _tell(story: Story, contract: Partnership) -> None:
    """Go on until the story ends."""
    officer = officer_of(story.buyer)
    if story.stage == S.DRAFT:
        return
    if story.revised:
        _sign_up_to_the_authorities(contract, officer)
        first = _places(contract)[0]
        return_with_reasons(first, document_hash=contract.document_hash, reason=TERM_TOO_LONG, by=_authority(first))
        revise(contract, by=officer)
        set_terms(contract, by=officer, ends_on=contract.ends_on - dt.timedelta(days=180))
    offer(contract, by=officer)
    if story.stage == S.OFFERED:
        return
    if story.stage == S.REFUSED:
        refuse(contract, reason=REFUSED, by=_owners(contract)[0])
        return
    _accept(contract)
    if story.stage == S.ACCEPTED:
        return
    _sign(contract)
    places = _places(contract)
    if story.stage == S.RETURNED:
        return_with_reasons(places[0], document_hash=contract.document_hash, reason=RETURNED, by=_authority(places[0]))
        return
    for place in places[: story.signed] if story.stage == S.AUTHORITY_REVIEW else places:
        sign_off(place, document_hash=contract.document_hash, by=_authority(place))
    if story.late:
        _make_late(contract)
    contract.refresh_from_db()
    if story.stage == S.TERMINATED:
        terminate(contract, reason=TERMINATED, by=acting_in(contract.buyer, Role.APPROVER))
    elif story.stage == S.COMPLETED:
        supply_whole(contract)
        say_done(contract, also_the_enterprise=True)


def sign_by_all(contract: Partnership, officer: User, *, signed: int | None = None) -> None:
    """From a draft through everybody's hands; `signed`: only so many of the authorities."""
    _sign_up_to_the_authorities(contract, officer)
    for place in _places(contract)[:signed]:
        sign_off(place, document_hash=contract.document_hash, by=_authority(place))


def _sign_up_to_the_authorities(contract: Partnership, officer: User) -> None:
    offer(contract, by=officer)
    _accept(contract)
    _sign(contract)


def _accept(contract: Partnership) -> None:
    for owner in _owners(contract):
        accept(contract, document_hash=contract.document_hash, method=SigningMethod.EMAIL_CODE, by=owner)


def _sign(contract: Partnership) -> None:
    sign_for_buyer(contract, document_hash=contract.document_hash, by=acting_in(contract.buyer, Role.APPROVER))


def _draft(story: Story, need: Need, leader: Enterprise, agreement: Agreement) -> Partnership:
    officer, today = officer_of(story.buyer), timezone.localdate()
    members = _members(need, leader, story.members)
    contract = create_draft(
        need,
        agreement=agreement,
        enterprises=[leader, *members],
        leader=leader,
        by=officer,
        title=need.item.removeprefix("Pengadaan ").removeprefix("Belanja ").capitalize(),
        starts_on=today,
        ends_on=today + dt.timedelta(days=max(1, round(story.months * 30.4))),
        is_sample=True,
    )
    quantity = need.quantity_per_month * max(1, story.months) * SHARE_OF_NEED
    lines = [_line(leader, need, quantity, contract)]
    lines += [_line(member, need, quantity * SHARE_OF_MEMBER, contract) for member in members]
    set_lines(contract, lines, by=officer)
    if story.advances:
        wanted = [each for each in current_clauses() if each.required or each.code == ADVANCE_CLAUSE]
        set_clauses(contract, [ClauseInput(each.title_id, each.body_id, each) for each in wanted], by=officer)
    return contract


def _line(enterprise: Enterprise, need: Need, quantity: Decimal, contract: Partnership) -> LineInput:
    """No more than is free of the capacity: what is promised elsewhere cannot be promised here."""
    product = _product(enterprise, need)
    if product is not None:
        term = contract.starts_on, contract.ends_on
        months = max(1, round((contract.ends_on - contract.starts_on).days / 30.4375))
        free = free_capacities([product.pk], *term)[product.pk]
        quantity = min(quantity, Decimal(int(free * months * MOST_OF_CAPACITY)))
        product = product if quantity >= 1 else None
        quantity = max(quantity, Decimal(1))
    price = min(product.price, need.ceiling_price) if product else need.ceiling_price
    item = product.name if product else need.item
    return LineInput(enterprise, item, Decimal(round(quantity)), need.unit, price, product)


def _product(enterprise: Enterprise, need: Need) -> Product | None:
    same = enterprise.products.on_sale().filter(unit=need.unit)
    return same.filter(kbli=need.kbli).order_by("code").first() or same.order_by("code").first()


def _leader(story: Story, need: Need, taken: set[int]) -> Enterprise | None:
    marks = Curation.objects.valid().filter(programme__buyer=need.buyer, programme__needs=need)
    found = marks.select_related("enterprise__organisation").order_by("pk")
    if story.leader:
        found = found.filter(enterprise__organisation__memberships__user__email=story.leader)
    known = [mark.enterprise for mark in found if story.leader or mark.enterprise_id not in taken]
    return next((enterprise for enterprise in known if _has_papers(enterprise, need)), None)


def _members(need: Need, leader: Enterprise, count: int) -> list[Enterprise]:
    """Verified firms that make the same and hold what is asked for."""
    near = Enterprise.objects.verified().filter(activities__kbli=need.kbli, is_sample=True).exclude(pk=leader.pk)
    able = [each for each in near.distinct().order_by("pk") if _has_papers(each, need) and not each.is_cooperative]
    return able[:count]


def _has_papers(enterprise: Enterprise, need: Need) -> bool:
    held = Document.objects.filter(enterprise=enterprise).valid_on(timezone.localdate())
    return set(need.required_certificates) <= set(held.values_list("kind", flat=True))


def _owners(contract: Partnership) -> list[User]:
    shares = contract.shares.select_related("enterprise__organisation")
    return [acting_in(share.enterprise.organisation, Role.OWNER) for share in shares]


def _places(contract: Partnership) -> list[SignOff]:
    found = contract.sign_offs.filter(revision=contract.revision).select_related("authority", "partnership")
    return list(found.order_by("position"))


def _authority(place: SignOff) -> User:
    return acting_in(place.authority, Role.MINISTRY_ADMIN)


def _make_late(contract: Partnership) -> None:
    """The signatures are of today and stay so; only the queue is made to look as if people had waited."""
    opened = timezone.now() - LATE
    waiting = contract.sign_offs.filter(status=SignOffStatus.PENDING)
    waiting.update(opened_at=opened, due_on=timezone.localdate(opened) + dt.timedelta(days=7))
