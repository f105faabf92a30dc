"""Consortia in each state, for needs that the sample's enterprises can share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils import timezone

from curation.models import Consortium, ConsortiumMember, Need
from curation.services.consortium import (
    accept_share,
    cancel_consortium,
    decline_share,
    expire_invitations,
    invite_members,
    save_proposal,
)
from curation.services.forming import Wish
from partnerships.sample.needs import officer_of
from portal.enums import SME_ROLES
from portal.models import Enterprise, User
from portal.sample.people import acting_in
from portal.sample.quiet import quietly

STATES = ("inviting", "complete", "draft", "failed", "cancelled")
# The sample's first owner, who signs in from the list of accounts, is asked in the first one.
FIRST_OWNER = "pemilik@contoh.id"
CANCELLED = "Anggaran kuartal ini dialihkan; kebutuhan dibuka lagi tahun depan."
DECLINED = "Mesin kedua sedang diperbaiki sampai bulan depan."


def load_consortia() -> None:
    if Consortium.objects.filter(is_sample=True).exists():
        return
    needs = _needs()
    for state in STATES:
        with quietly():
            consortium = next(_formed(needs, state), None)
            if consortium is not None:
                _tell(consortium, state)


def _needs() -> Iterator[Need]:
    """Those of rounds with marks, each once."""
    today = timezone.localdate()
    marked = Need.objects.filter(is_sample=True, withdrawn_at=None, published_at__isnull=False, deliver_from__gt=today)
    return iter(marked.filter(programmes__curations__isnull=False).distinct().order_by("pk").select_related("buyer"))


def _formed(needs: Iterator[Need], state: str) -> Iterator[Consortium]:
    for need in needs:
        officer = officer_of(need.buyer.short_name)
        for pinned in _pins(state):
            wish = Wish(
                starts_on=need.deliver_from,
                months=6,
                members_at_most=5,
                least_share=5,
                most_share=60,
                curated_only=False,
                pinned=pinned,
            )
            try:
                consortium, _found = save_proposal(need, wish, by=officer)
            except ValidationError:
                continue
            Consortium.objects.filter(pk=consortium.pk).update(is_sample=True)
            yield consortium


def _pins(state: str) -> Iterator[frozenset[int]]:
    if state == STATES[0]:
        first = Enterprise.objects.filter(organisation__memberships__user__email=FIRST_OWNER)
        yield frozenset(first.values_list("pk", flat=True))
    yield frozenset()


def _tell(consortium: Consortium, state: str) -> None:
    if state == "draft":
        return
    officer = officer_of(consortium.need.buyer.short_name)
    invite_members(consortium, by=officer)
    members = list(consortium.members.filter(status="invited").select_related("enterprise__organisation"))
    if state == "cancelled":
        cancel_consortium(consortium, by=officer, reason=CANCELLED)
    elif state == "failed":
        decline_share(members[0], by=_owner(members[0]), reason=DECLINED)
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Consortium.objects.filter(pk=consortium.pk).update(replace_by=yesterday)
        expire_invitations(consortium)
    else:
        for member in members[1:] if state == "inviting" else members:
            if not _is_first(member) or state == "complete":
                accept_share(member, by=_owner(member))


def _is_first(member: ConsortiumMember) -> bool:
    return member.enterprise.organisation.memberships.filter(user__email=FIRST_OWNER).exists()


def _owner(member: ConsortiumMember) -> User:
    return acting_in(member.enterprise.organisation, *SME_ROLES)
