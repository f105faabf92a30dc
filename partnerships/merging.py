"""Two enterprises become one: their contracts. What was signed stays signed, under the name it was signed with."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from curation.models import TrackRecord
from partnerships.enums import PartnershipStatus as S
from partnerships.models import FinancingRequest, Line, Partnership, Share
from partnerships.services.track_record import measure_track_record
from portal import audit
from portal.merging import Merger, Part, takes_part

# A text that waits for signatures names its parties: it is signed, or taken back, first.
BEING_SIGNED = (S.OFFERED, S.ACCEPTED, S.SOE_SIGNED, S.AUTHORITY_REVIEW)
# The text is open: the next one names the enterprise that is kept.
OPEN_TEXT = (S.DRAFT, S.RETURNED)


def obstacles(merger: Merger) -> Iterator[str]:
    lost = Share.objects.filter(enterprise=merger.lost).select_related("partnership")
    for share in lost.filter(partnership__status__in=BEING_SIGNED):
        yield _("The contract %(number)s of %(name)s is being signed. Wait until it is in force or was taken back.") % {
            "number": share.partnership.number,
            "name": merger.lost,
        }
    for request in FinancingRequest.objects.open().filter(enterprise=merger.lost):
        yield _("The request for finance %(number)s of %(name)s is not over. It has to be taken back first.") % {
            "number": request.number,
            "name": merger.lost,
        }
    for contract in Partnership.objects.filter(shares__enterprise=merger.lost).filter(shares__enterprise=merger.kept):
        yield _("Both are parties of the contract %(number)s.") % {"number": contract.number}


def consequences(merger: Merger) -> Iterator[str]:
    signed = Share.objects.filter(enterprise=merger.lost).exclude(partnership__status__in=OPEN_TEXT)
    if count := signed.count():
        yield _("%(n)d contracts go along; they keep the name %(name)s, under which they were signed.") % {
            "n": count,
            "name": merger.lost,
        }


def merge(merger: Merger) -> dict[str, int]:
    shares = Share.objects.filter(enterprise=merger.lost)
    for share in shares.select_related("partnership"):
        audit.record(
            share.partnership,
            "party_merged",
            by=merger.by,
            payload={"lost": merger.lost.pk, "kept": merger.kept.pk},
        )
    signed = shares.exclude(partnership__status__in=OPEN_TEXT)
    moved = signed.filter(party=None).update(party=merger.lost.organisation_id, enterprise=merger.kept)
    moved += shares.update(enterprise=merger.kept)
    lines = Line.objects.filter(enterprise=merger.lost).update(enterprise=merger.kept)
    requests = FinancingRequest.objects.filter(enterprise=merger.lost).update(enterprise=merger.kept)
    recorded = TrackRecord.objects.filter(enterprise=merger.lost).count()
    if recorded:
        for each in (merger.lost, merger.kept):
            measure_track_record(each)
    return {
        "partnerships.share": moved,
        "partnerships.line": lines,
        "partnerships.financingrequest": requests,
        "curation.trackrecord": recorded,
    }


takes_part(
    Part(
        models=frozenset(
            {"partnerships.share", "partnerships.line", "partnerships.financingrequest", "curation.trackrecord"}
        ),
        merge=merge,
        obstacles=obstacles,
        consequences=consequences,
    )
)
