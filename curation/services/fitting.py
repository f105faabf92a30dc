"""Telling enterprises that something fits: what they do, or what they sell, is what somebody now wants to buy."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from curation.enums import ProgrammeStatus
from curation.models import Interest, Need, Programme
from curation.scoring.evidence import kbli_fit
from curation.scoring.sql import Sql
from portal.enums import SME_ROLES
from portal.models import Activity, Enterprise, Membership, Product
from portal.models.enterprise import EnterpriseQuerySet
from portal.models.organisation import MembershipQuerySet
from portal.notifications import day, notify_members

# A day on which many buyers publish must not fill the inbox of who makes what everybody needs.
MOST_A_DAY = 3
ALL_DIGITS = 5


def tell_of_programme(programme: Programme) -> int:
    """Verified enterprises whose class its needs name, or that said they are interested in one, but those that are in it
    already. How many people were told."""
    if programme.status != ProgrammeStatus.PUBLISHED or programme.closes_at <= timezone.now():
        return 0
    fitting = enterprises_that_fit(programme.needs.values_list("kbli", flat=True))
    interested = Interest.objects.standing().filter(need__in=programme.needs.all()).values("enterprise")
    fitting |= Enterprise.objects.verified().filter(pk__in=interested)
    return notify_members(
        _people(fitting.exclude(pk__in=programme.applications.values("enterprise"))),
        "programme.fits",
        path=reverse("opportunity", args=[programme.pk]),
        most_a_day=MOST_A_DAY,
        programme=programme.name,
        buyer=programme.buyer.label,
        opens=day(timezone.localdate(programme.opens_at)),
        closes=day(timezone.localdate(programme.closes_at)),
    )


def tell_of_need(need: Need) -> int:
    """A need is known before there is a programme to apply to."""
    if not Need.objects.open().filter(pk=need.pk).exists():
        return 0
    return notify_members(
        _people(enterprises_that_fit([need.kbli_id])),
        "need.fits",
        path=reverse("need_detail", args=[need.pk]),
        most_a_day=MOST_A_DAY,
        item=need.item,
        buyer=need.buyer.label,
    )


def enterprises_that_fit(wanted: Iterable[int]) -> EnterpriseQuerySet:
    """Verified, with an activity or a product of these classes."""
    classes = _classes_like(wanted)
    does = Activity.objects.filter(kbli__in=classes).values("enterprise")
    sells = Product.objects.on_sale().filter(kbli__in=classes).values("enterprise")
    return Enterprise.objects.verified().filter(Q(pk__in=does) | Q(pk__in=sells))


def _classes_like(wanted: Iterable[int]) -> list[int]:
    """The classes themselves, and those of another edition that scoring takes for the same."""
    rows = Sql(
        "SELECT DISTINCT k.id FROM portal_kbliclass k JOIN portal_kbliclass n ON n.id = ANY (%s) AND n.code = k.code"
        f" WHERE {kbli_fit('k.edition', 'k.code', 'n.edition', 'n.code')} = %s",
        (list(wanted), ALL_DIGITS),
    ).rows()
    return [row["id"] for row in rows]


def _people(enterprises: EnterpriseQuerySet) -> MembershipQuerySet:
    return Membership.objects.active().filter(organisation__in=enterprises.values("organisation"), role__in=SME_ROLES)
