"""What curation holds about a business and about people who decide: for a copy, and for whoever thinks of erasing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.enums import OPEN_APPLICATION, ApplicationStatus
from curation.flow import INTEREST
from curation.models import (
    Answer,
    AppealPaper,
    Application,
    Conflict,
    ConsortiumMember,
    Curation,
    Decision,
    EvidenceSnapshot,
    Feedback,
    Interest,
    Pool,
    PoolEvidence,
    PoolRun,
    PoolScore,
    Renewal,
    Review,
    ReviewDraft,
    ReviewPoint,
    SavedSearch,
    Score,
    TrackRecord,
)
from curation.models.consortium import TOLD
from portal.models import AuditPersonal
from portal.models.audit import stream_of
from portal.personal_data import Kept, Obstacle, Subject, erases, exports, keeps, leaves_out, rows, stands_in_the_way

DECISIONS = gettext_lazy("Decisions on applications, with the evidence they rest on")
DECISIONS_GROUND = gettext_lazy("UU 30/2014: a decision stands with its grounds and can be objected to")


@exports("applications")
def _applications(subject: Subject) -> Iterator[dict[str, Any]]:
    found = Application.objects.filter(enterprise__in=subject.enterprises)
    for each in found.select_related("programme"):
        yield {
            "number": each.number,
            "programme": each.programme.name,
            "product_id": each.product_id,
            "status": each.status,
            "created_at": each.created_at,
            "submitted_at": each.submitted_at,
            "decided_at": each.decided_at,
            "answer_by": each.answer_by,
            "waiting_place": each.waiting_place,
            "appealed_at": each.appealed_at,
            "appeal_text": each.appeal_text,
        }


@exports("application_scores")
def _scores(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Score.objects.filter(application__enterprise__in=subject.enterprises), "rank")


@exports("appeal_papers")
def _appeal_papers(subject: Subject) -> Iterable[dict[str, Any]]:
    """Which documents an objection points to."""
    return rows(AppealPaper.objects.filter(application__enterprise__in=subject.enterprises))


@exports("application_evidence")
def _evidence(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(EvidenceSnapshot.objects.filter(application__enterprise__in=subject.enterprises))


@exports("application_answers")
def _answers(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Answer.objects.filter(application__enterprise__in=subject.enterprises))


@exports("decisions")
def _decisions(subject: Subject) -> Iterator[dict[str, Any]]:
    """As the business reads them: outcome, reason, and what to mend."""
    for each in Decision.objects.filter(application__enterprise__in=subject.enterprises):
        yield {
            "application_id": each.application_id,
            "outcome": each.outcome,
            "reason": each.reason,
            "decided_at": each.decided_at,
            "feedback": list(Feedback.objects.filter(decision=each).values("found", "wanted", "text")),
        }


@exports("curations")
def _curations(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Curation.objects.filter(enterprise__in=subject.enterprises))


@exports("track_record")
def _track_record(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(TrackRecord.objects.filter(enterprise__in=subject.enterprises))


@exports("renewals")
def _renewals(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Renewal.objects.filter(curation__enterprise__in=subject.enterprises))


@exports("consortium_parts")
def _consortium_parts(subject: Subject) -> Iterator[dict[str, Any]]:
    """As the business was told of them."""
    found = ConsortiumMember.objects.filter(enterprise__in=subject.enterprises, status__in=TOLD)
    for each in found.select_related("consortium"):
        yield {
            "consortium": each.consortium.number,
            "need_id": each.consortium.need_id,
            "product_id": each.product_id,
            "status": each.status,
            "quantity": each.quantity,
            "price": each.price,
            "answered_at": each.answered_at,
            "reason": each.reason,
        }


@exports("interests")
def _interests(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Interest.objects.filter(enterprise__in=subject.enterprises))


@exports("saved_searches")
def _saved_searches(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(SavedSearch.objects.filter(user=subject.person), "token")


@exports("decisions_i_took")
def _taken(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Decision.objects.filter(decided_by=subject.person))


@exports("reviews_i_gave")
def _reviews(subject: Subject) -> Iterator[dict[str, Any]]:
    for model in (Review, ReviewDraft):
        for row in rows(model.objects.filter(reviewer=subject.person)):
            yield {"kind": model._meta.model_name, **row}
    for row in rows(ReviewPoint.objects.filter(review__reviewer=subject.person)):
        yield {"kind": "reviewpoint", **row}


@exports("conflicts_i_declared")
def _conflicts(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Conflict.objects.filter(person=subject.person))


OWN_WORK = "a buyer's own; that the person made it is among what they did"
leaves_out(
    {
        "curation.need": OWN_WORK,
        "curation.criteriaset": OWN_WORK,
        "curation.scoringrun": OWN_WORK,
        "curation.criterion": OWN_WORK,
        "curation.pool": OWN_WORK,
        "curation.poolrange": OWN_WORK,
        "curation.scoringrange": OWN_WORK,
        "curation.searchhit": "what a saved search has told already: public offers, and the messages are in the copy",
        "curation.poolrun": OWN_WORK,
        "curation.poolevidence": "computed from the dossier, which is in the copy, and computed anew whenever that changes",
        "curation.poolscore": "what a buyer tries before anybody has applied: nothing was decided by it",
    }
)


@stands_in_the_way
def _waits_for_an_answer(subject: Subject) -> Iterator[Obstacle]:
    waiting = Application.objects.filter(
        enterprise__in=subject.enterprises, status__in=OPEN_APPLICATION - {ApplicationStatus.DRAFT}
    )
    for each in waiting.select_related("programme"):
        if each.status == ApplicationStatus.APPEALED:
            text, link = (
                _("Your objection about %(number)s (%(programme)s) is not answered yet. Wait for the answer."),
                _("See it"),
            )
        else:
            text, link = _("The application %(number)s to %(programme)s is open. Withdraw it first."), _("Withdraw it")
        yield Obstacle(
            text % {"number": each.number, "programme": each.programme.name},
            reverse("application_detail", args=[each.pk]),
            link,
        )
    asked = ConsortiumMember.objects.filter(enterprise__in=subject.enterprises, status__in=["invited", "accepted"])
    for part in asked.filter(consortium__status__in=["inviting", "complete"]).select_related("consortium__need"):
        said = _("A share in the consortium for %(item)s is open. Decline it, or give it back, first.")
        yield Obstacle(
            said % {"item": part.consortium.need.item}, reverse("my_consortium", args=[part.pk]), _("See my share")
        )


@keeps
def _law_keeps(subject: Subject) -> Iterator[Kept]:
    of_business = Decision.objects.filter(application__enterprise__in=subject.enterprises)
    taken = Decision.objects.filter(decided_by=subject.person)
    yield Kept(DECISIONS, DECISIONS_GROUND, of_business.count() + taken.count(), _with_name(taken.exists()))


@erases
def _erase(subject: Subject) -> None:
    """Drafts go; of what was decided the free texts of the business, and the personal values beside the chains."""
    applications = Application.objects.filter(enterprise__in=subject.enterprises)
    ReviewDraft.objects.filter(application__in=applications).delete()
    SavedSearch.objects.filter(user=subject.person).delete()
    ReviewDraft.objects.filter(reviewer=subject.person).delete()
    ConsortiumMember.objects.filter(enterprise__in=subject.enterprises).update(reason="")
    # What buyers tried it out with; by programme and run, as the partitions are kept.
    evidence = PoolEvidence.objects.filter(programme__in=list(Pool.objects.values_list("programme", flat=True)))
    evidence.filter(enterprise__in=subject.enterprises).delete()
    scores = PoolScore.objects.filter(
        run__in=list(PoolRun.objects.filter(dropped_at=None).values_list("pk", flat=True))
    )
    scores.filter(enterprise__in=subject.enterprises).delete()
    # Counted from deliveries, which are kept with their contracts.
    TrackRecord.objects.filter(enterprise__in=subject.enterprises).delete()
    interests = Interest.objects.filter(enterprise__in=subject.enterprises)
    for interest in interests.waiting():
        INTEREST.make("lapse", interest, by=None, answer_by=None)
    interests.update(note="", message="")
    interests.exclude(reason="").update(reason="–")
    AuditPersonal.objects.filter(entry_stream__in=[stream_of(each) for each in interests]).delete()
    streams = [stream_of(each) for each in applications]
    AuditPersonal.objects.filter(entry_stream__in=streams).delete()


def _with_name(decided: bool) -> frozenset[str]:
    return frozenset({"person"}) if decided else frozenset()
