"""Two enterprises become one: their applications and marks. A programme has at most one open application of each (rule 3)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION
from curation.enums import ApplicationStatus as A
from curation.enums import MemberStatus as M
from curation.flow import APPLICATION, INTEREST
from curation.models import Application, ConsortiumMember, Curation, Interest, Programme
from curation.services.marking import fill_places
from curation.services.telling import tell_officers_once_a_day
from portal import audit
from portal.merging import Merger, Part, takes_part
from portal.models import Enterprise
from portal.notifications import notify_organisation

# The further it has come, the sooner it stays.
RANK: dict[str, int] = {
    A.CURATED: 6,
    A.WAITLISTED: 5,
    A.IN_REVIEW: 4,
    A.CHANGES_REQUESTED: 3,
    A.SUBMITTED: 2,
    A.DRAFT: 1,
}
STANDING = [*OPEN_APPLICATION, A.CURATED]


def pairs_of(merger: Merger) -> Iterator[tuple[Application, Application]]:
    """(stays, gives way) for each programme in which both stand."""
    lost = {each.programme_id: each for each in _standing(merger.lost)}
    for kept in _standing(merger.kept):
        other = lost.get(kept.programme_id)
        if other is None:
            continue
        # Of two marks, and of two that have come as far, the kept one's.
        yield (other, kept) if RANK.get(other.status, 0) > RANK.get(kept.status, 0) else (kept, other)


def obstacles(merger: Merger) -> Iterator[str]:
    for pair in pairs_of(merger):
        for each in pair:
            if each.status == A.APPEALED:
                yield _("The appeal on %(number)s waits for an answer, and both have applied there.") % {
                    "number": each.number
                }
    # Whose share it would be then is for the buyer to say.
    lost = ConsortiumMember.objects.filter(enterprise=merger.lost, status__in=[M.PROPOSED, M.INVITED, M.ACCEPTED])
    for part in lost.filter(consortium__status__in=["draft", "inviting"]).select_related("consortium"):
        yield _("%(name)s is asked to take part in consortium %(number)s. Wait until that is answered.") % {
            "name": merger.lost,
            "number": part.consortium.number,
        }
    for part in lost.filter(consortium__members__enterprise=merger.kept).select_related("consortium"):
        yield _("Both are named in consortium %(number)s.") % {"number": part.consortium.number}


def consequences(merger: Merger) -> Iterator[str]:
    for stays, gives_way in pairs_of(merger):
        words = {
            "programme": stays.programme.name,
            "stays": stays.number,
            "gives_way": gives_way.number,
        }
        if gives_way.status == A.CURATED:
            yield (
                _("%(programme)s: both are curated. The mark of %(stays)s stays, that of %(gives_way)s is revoked.")
                % words
            )
        else:
            yield _("%(programme)s: both have applied. %(stays)s goes on, %(gives_way)s is withdrawn.") % words
    if count := Application.objects.filter(enterprise=merger.lost).count():
        yield _("%(n)d applications go along, with their scores and decisions.") % {"n": count}
    if count := Curation.objects.filter(enterprise=merger.lost).count():
        yield _("%(n)d curations go along, under the codes they have.") % {"n": count}


def merge(merger: Merger) -> dict[str, int]:
    staying: list[int] = []
    for stays, gives_way in pairs_of(merger):
        if gives_way.status == A.CURATED:
            _revoke(gives_way, merger)
        elif gives_way.status != A.DRAFT:
            APPLICATION.make(
                "give_way", gives_way, by=None, payload={"to": stays.pk}, answer_by=None, waiting_place=None
            )
            tell_officers_once_a_day(gives_way, "programme.withdrawn_from")
        if gives_way.enterprise_id == merger.lost.pk:
            staying.append(gives_way.pk)
        elif gives_way.status == A.DRAFT:
            # Never sent: it goes to the history of the other, so that one stands here.
            Application.objects.filter(pk=gives_way.pk).update(enterprise=merger.lost)
            staying.append(gives_way.pk)
    moving = Application.objects.filter(enterprise=merger.lost).exclude(
        pk__in=Application.objects.filter(pk__in=staying, status__in=STANDING).values("pk")
    )
    keys = list(moving.values_list("pk", flat=True))
    applications = moving.update(enterprise=merger.kept)
    marks = Curation.objects.filter(application__in=keys).update(enterprise=merger.kept)
    # Where both are named, and none of them takes part any more, each stays what it was.
    parts = ConsortiumMember.objects.filter(enterprise=merger.lost).exclude(consortium__members__enterprise=merger.kept)
    moved = ConsortiumMember.objects.filter(pk__in=list(parts.values_list("pk", flat=True))).update(
        enterprise=merger.kept
    )
    return {
        "curation.application": applications,
        "curation.curation": marks,
        "curation.consortiummember": moved,
        "curation.interest": _merge_interests(merger),
    }


def _merge_interests(merger: Merger) -> int:
    """Where both stand for a need, the kept one's goes on; of an expression and an invitation too: the buyer knows both."""
    lost, kept = Interest.objects.filter(enterprise=merger.lost), Interest.objects.filter(enterprise=merger.kept)
    for interest in lost.waiting().filter(need__in=kept.standing().values("need")):
        INTEREST.make("lapse", interest, by=None, payload={"merged_into": merger.kept.pk}, answer_by=None)
    # Accepted by both: each keeps its own.
    both = lost.standing().filter(need__in=kept.standing().values("need")).values_list("pk", flat=True)
    return lost.exclude(pk__in=list(both)).update(enterprise=merger.kept)


def _standing(enterprise: Enterprise) -> list[Application]:
    found = Application.objects.filter(enterprise=enterprise, status__in=STANDING)
    return list(found.select_related("programme").order_by("pk"))


def _revoke(application: Application, merger: Merger) -> None:
    """One business holds one mark of a programme; the place it frees goes to whoever waits."""
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=application.programme_id)
    mark = Curation.objects.select_for_update(of=("self",)).get(application=application)
    if mark.revoked_at is not None:
        return
    reason = _("The business was registered twice; its other mark of this programme stays.")
    mark.revoked_at, mark.revoked_by, mark.revoked_reason = timezone.now(), merger.by, reason
    mark.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    audit.record(
        application, "revoke_curation", by=merger.by, payload={"curation": mark.pk}, personal={"reason": reason}
    )
    notify_organisation(
        programme.buyer,
        "curation.revoked",
        path=reverse("certificate", args=[application.pk]),
        programme=programme.name,
        buyer=programme.buyer.label,
    )
    fill_places(programme)


takes_part(
    Part(
        models=frozenset(
            {"curation.application", "curation.curation", "curation.consortiummember", "curation.interest"}
        ),
        merge=merge,
        obstacles=obstacles,
        consequences=consequences,
    )
)
