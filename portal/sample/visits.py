"""Visits of the companions to firms assigned to them: what was seen, and when."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from portal import audit
from portal.enums import EnterpriseStatus, Sight
from portal.models import Assignment, Visit
from portal.sample.keys import dice

S = EnterpriseStatus
SEEN = (Sight.PREMISES, Sight.PRODUCTION, Sight.MACHINES, Sight.STOCK, Sight.PEOPLE, Sight.PAPERS)
NOTES = (
    "Tungku dan mesin sesuai daftar. Gudang rapi; stok untuk dua minggu.",
    "Produksi berjalan. Pencatatan stok masih di buku; disepakati mulai memakai lembar sederhana.",
    "Alamat cocok dengan profil. Berkas asli diperlihatkan pemilik.",
    "Pemilik sedang di luar kota; bertemu kepala produksi. Kapasitas perlu dihitung ulang.",
)


def add_visits() -> None:
    """Two of three assigned firms were visited; one of them only met at the centre."""
    roll, today = dice("visits"), timezone.localdate()
    assigned = Assignment.objects.select_related("enterprise", "plut", "companion").exclude(
        enterprise__status__in=[S.DRAFT, S.CLOSED]
    )
    for place, each in enumerate(assigned.order_by("pk")):
        if place % 3 == 2:
            continue
        at_centre = place % 7 == 3
        companion = each.companion.act_as(each.companion.memberships.get(organisation=each.plut, ended_at=None))
        visit = Visit.objects.create(
            key=uuid.UUID(int=roll.getrandbits(128)),
            enterprise=each.enterprise,
            made_by=companion,
            plut=each.plut,
            visited_on=today - dt.timedelta(days=roll.randint(4, 200)),
            place="Kantor PLUT" if at_centre else "",
            seen=[Sight.PAPERS] if at_centre else [*SEEN[: roll.randint(1, 5)], Sight.PAPERS],
            notes=roll.choice(NOTES),
        )
        audit.record(
            each.enterprise,
            "visit",
            by=companion,
            payload={"visit": visit.pk, "on": visit.visited_on, "seen": visit.seen},
            personal={"place": visit.place, "notes": visit.notes},
        )
