"""Enterprises and needs that found each other, in each state; and searches that people saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError

from curation.enums import AlertPace, SearchOf
from curation.models import Interest, Need, SavedSearch
from curation.services.interest import decline_interest, express_interest, invite_enterprise, refuse_invitation
from curation.services.saved_search import save_search
from partnerships.sample.consortia import FIRST_OWNER
from partnerships.sample.needs import officer_of
from portal.enums import SME_ROLES
from portal.flow import MoveNotAllowed
from portal.models import Enterprise, User
from portal.sample.people import acting_in
from portal.sample.quiet import quietly

NOTE = "Kapasitas kami masih kosong separuh; contoh barang dapat dikirim minggu depan."
MESSAGE = "Kami melihat produk Anda di direktori. Silakan melamar pada program kami."
DECLINED = "Untuk kebutuhan ini kami mencari pemasok yang sudah bersertifikat."
REFUSED = "Lini produksi kami penuh sampai akhir kuartal ini."
OTHERS = 3


def load_interests() -> None:
    if Interest.objects.filter(is_sample=True).exists():
        return
    with quietly():
        _meet()
        _save_searches()


def _meet() -> None:
    """The first owner is invited to one need and interested in another; others were turned away, or did not want to."""
    first = Enterprise.objects.get(organisation__memberships__user__email=FIRST_OWNER)
    needs = _needs()
    _once(needs, lambda need: _invite(need, first))
    _once(needs, lambda need: _express(need, first))
    listed = Enterprise.objects.listed().filter(is_sample=True, products__withdrawn_at=None).exclude(pk=first.pk)
    for place, other in enumerate(listed.distinct().order_by("pk")[:OTHERS]):
        _once(needs, lambda need, other=other, place=place: _end(need, other, place))  # type: ignore[misc]


def _needs() -> Iterator[Need]:
    found = Need.objects.open().filter(is_sample=True).select_related("buyer").order_by("pk")
    return iter(found)


def _once(needs: Iterator[Need], step: Callable[[Need], object]) -> None:
    """For the first need that allows it: of some the enterprise is an applicant already."""
    for need in needs:
        try:
            step(need)
        except (MoveNotAllowed, ValidationError):
            continue
        return


def _invite(need: Need, enterprise: Enterprise) -> Interest:
    officer = officer_of(need.buyer.short_name)
    product = enterprise.products.on_sale().order_by("pk").first()
    return invite_enterprise(need, enterprise, by=officer, product=product, message=MESSAGE)


def _express(need: Need, enterprise: Enterprise) -> Interest:
    product = enterprise.products.on_sale().order_by("pk").first()
    return express_interest(need, enterprise, by=_owner(enterprise), product=product, note=NOTE)


def _end(need: Need, enterprise: Enterprise, place: int) -> None:
    if place % OTHERS == 0:
        _express(need, enterprise)
    elif place % OTHERS == 1:
        decline_interest(_express(need, enterprise), by=officer_of(need.buyer.short_name), reason=DECLINED)
    else:
        refuse_invitation(_invite(need, enterprise), by=_owner(enterprise), reason=REFUSED)


def _save_searches() -> None:
    owner = _owner(Enterprise.objects.get(organisation__memberships__user__email=FIRST_OWNER))
    need = Need.objects.filter(is_sample=True).select_related("buyer").order_by("pk")[0]
    officer = officer_of(need.buyer.short_name)
    save_search(SearchOf.NEEDS, {"q": "baut"}, by=owner, name="Kebutuhan baut", pace=AlertPace.IMMEDIATE)
    save_search(SearchOf.NEEDS, {"flag": "import_substitution"}, by=owner, name="Pengganti impor")
    save_search(SearchOf.BUSINESSES, {"q": "pengecoran", "curated": "1"}, by=officer, name="Pengecoran terkurasi")
    SavedSearch.objects.filter(user=owner, name="Pengganti impor").update(paused_at=owner.date_joined)


def _owner(enterprise: Enterprise) -> User:
    return acting_in(enterprise.organisation, *SME_ROLES)
