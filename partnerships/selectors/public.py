from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from curation.models import Curation
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, Share
from partnerships.selectors.nameless import with_namelessness
from partnerships.selectors.signatories import DONE, signatories, with_signatories


def public_partnerships(query: str = "") -> QuerySet[Partnership]:
    """In force, completed or terminated; newest first. `query`: words of the title or of a party's name."""
    found = with_signatories(Partnership.objects.public()).prefetch_related("lines").order_by("-active_at", "-pk")
    if not query:
        return found
    named = with_namelessness(
        Share.objects.filter(Q(enterprise__organisation__name__icontains=query) | Q(party__name__icontains=query))
    ).filter(nameless=False)
    matching = Partnership.objects.public().filter(
        Q(title__icontains=query) | Q(buyer__name__icontains=query) | Q(pk__in=named.values("partnership"))
    )
    return found.filter(pk__in=matching.values("pk"))


def active_partnerships() -> QuerySet[Partnership]:
    return (
        Partnership.objects.public()
        .filter(status=PartnershipStatus.ACTIVE)
        .select_related("buyer")
        .order_by("-active_at")
    )


def public_places(partnership: Partnership) -> list[dict[str, Any]]:
    """Which organisations signed, and on which day: never which person."""
    names = {share.organisation.pk: share.public_name for share in partnership.shares.all()}
    return [
        {"name": names.get(place.organisation.pk, place.name), "party": place.party.label, "at": place.at}
        for place in signatories(partnership)
        if place.state == DONE
    ]


def totals() -> dict[str, Any]:
    """The portal's own count, for the public list: what is in force, and how many have ended."""
    public = Partnership.objects.public()
    active = active_partnerships()
    return active.order_by().aggregate(number=Count("pk"), value=Sum("value"), buyers=Count("buyer", distinct=True)) | {
        "enterprises": Share.objects.filter(partnership__in=active).values("enterprise").distinct().count(),
        "ended": public.exclude(status=PartnershipStatus.ACTIVE).count(),
    }


def paper_of(code: uuid.UUID | str) -> str:
    """The public page of a certificate by its code, or of a contract by its number; empty when there is none."""
    if isinstance(code, uuid.UUID):
        return (
            reverse("certificate_verify", args=[code]) if Curation.objects.public().filter(token=code).exists() else ""
        )
    found = Partnership.objects.public().numbered(code).first()
    return reverse("partnership_public", args=[found.pk]) if found else ""
