"""Needs as pages list them."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone

from curation.enums import ApplicationStatus, ProgrammeStatus
from curation.models import Need, Programme
from curation.models.need import NeedQuerySet
from portal.models import Region, User


def public_needs(wanted: dict[str, str]) -> NeedQuerySet:
    """Open needs for everybody, by the words and filters of the public search."""
    needs = Need.objects.open().select_related("buyer", "delivery_region", "kbli")
    open_rounds = Programme.objects.open()
    needs = needs.prefetch_related(Prefetch("programmes", queryset=open_rounds, to_attr="open_rounds"))
    for word in wanted.get("q", "").split()[:6]:
        needs = needs.filter(
            Q(item__icontains=word)
            | Q(specification__icontains=word)
            | Q(kbli__title__icontains=word)
            | Q(buyer__name__icontains=word)
            | Q(buyer__short_name__icontains=word)
        )
    if province := wanted.get("province"):
        needs = needs.filter(Q(delivery_region=province) | Q(delivery_region__code__startswith=f"{province}."))
    flag = wanted.get("flag")
    if flag == "programme":
        needs = needs.filter(Exists(open_rounds.filter(needs=OuterRef("pk"))))
    elif flag:
        needs = needs.filter(**{flag: True})
    match wanted.get("order"):
        case "delivery":
            return needs.order_by("deliver_from", "pk")
        case "largest":
            return needs.order_by((F("quantity_per_month") * F("ceiling_price")).desc(), "pk")
        case _:
            return needs.order_by("-published_at", "-pk")


def provinces_with_needs() -> list[tuple[str, str]]:
    codes = {code[:2] for code in Need.objects.open().values_list("delivery_region", flat=True)}
    return list(Region.objects.filter(code__in=codes).order_by("name").values_list("code", "name"))


def buyers_needs(user: User) -> NeedQuerySet:
    """The buyer's own needs, drafts too, with how many programmes are about each and how many applied there."""
    return (
        Need.objects.managed_by(user)
        .select_related("delivery_region")
        .annotate(
            programme_count=Count("programmes", distinct=True),
            applicants=Count(
                "programmes__applications",
                filter=~Q(programmes__applications__status=ApplicationStatus.DRAFT),
                distinct=True,
            ),
        )
        .order_by("-created_at", "-pk")
    )


def can_be_changed(need: Need) -> bool:
    return (
        need.withdrawn_at is None
        and not need.programmes.filter(status__in=[ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED]).exists()
    )


def need_tag(need: Need) -> str:
    """In which of its four conditions a need is: a need has no flow, its dates say it."""
    if need.withdrawn_at:
        return "withdrawn"
    if not need.published_at:
        return "draft"
    if need.deliver_until and need.deliver_until < timezone.localdate():
        return "ended"
    return "open"
