"""The marks of an official run, the places of a programme, and its waiting list.

A mark, its decision, its published reasons and the programme's count are one transaction. Whoever writes here locks the
programme's row first, so that a quota is never exceeded; the database refuses it besides.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from curation.enums import ApplicationStatus as A
from curation.enums import Outcome, RunState
from curation.flow import APPLICATION
from curation.models import (
    Application,
    Criterion,
    Curation,
    Decision,
    EvidenceSnapshot,
    Feedback,
    Programme,
    Score,
    ScoringRun,
)
from curation.scoring.explain import Explanation, explain, words_of
from curation.scoring.sql import Sql, take_time
from curation.services.qualifying import still_qualifies
from curation.services.telling import tell_of_run
from portal import audit
from portal.enums import EnterpriseStatus
from portal.jobs import enqueue
from portal.presentation.languages import in_each_language

NOTICE_JOB = "curation.tell_marks"
CHUNK = 1000
NO_PLACE_FREE = gettext_noop("The round ended before a place became free.")

# Rank of everyone in the run: score, then coverage, then who sent earlier; the id only so that the order is total.
RANK = """
UPDATE curation_score SET rank = ranked.place FROM (
  SELECT sc.id, row_number() OVER (ORDER BY sc.total DESC, sc.coverage DESC, app.submitted_at, app.id) AS place
  FROM curation_score sc JOIN curation_application app ON app.id = sc.application_id WHERE sc.run_id = %s
) AS ranked WHERE curation_score.id = ranked.id"""


@dataclass
class Marks:
    """Application ids by outcome, each in rank order."""

    curated: list[int] = field(default_factory=list)
    waitlisted: list[int] = field(default_factory=list)
    in_review: list[int] = field(default_factory=list)
    declined: list[int] = field(default_factory=list)

    def all(self) -> list[int]:
        return [*self.curated, *self.waitlisted, *self.in_review, *self.declined]


@transaction.atomic
def mark(run: ScoringRun) -> ScoringRun:
    """Mark every application of an official run at once, as domain.md says ("When scores count"). Twice is once."""
    locked = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.state != RunState.MARKING:
        return locked
    take_time()
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=locked.programme_id)
    # Who waits comes before who is new: a place that stayed free while they were suspended, or their paper had ended, is theirs.
    fill_places(programme)
    programme.refresh_from_db(fields=["curated_count"])
    Sql(RANK, (locked.pk,)).execute()
    # Withdrawn since it was scored: not marked. The lock keeps the others as they are until the end. Not joined with the scores:
    # of a run this new the planner knows nothing, and looked at all of them for each application.
    still_sent = set(
        programme.applications.filter(status=A.SUBMITTED)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    scores = [score for score in locked.scores.order_by("rank") if score.application_id in still_sent]
    criteria = list(locked.criteria_set.criteria.all())
    marks = outcomes(scores, locked, programme, criteria)
    decided = _decide(marks, scores, locked, criteria)
    _write_marks(marks, decided, locked, programme)
    locked.curated, locked.waitlisted = len(marks.curated), len(marks.waitlisted)
    locked.in_review, locked.declined = len(marks.in_review), len(marks.declined)
    locked.state, locked.finished_at = RunState.DONE, timezone.now()
    locked.save(update_fields=["curated", "waitlisted", "in_review", "declined", "state", "finished_at"])
    audit.record(
        programme,
        "finish_scoring",
        by=None,
        payload={
            "run": locked.pk,
            "curated": locked.curated,
            "waitlisted": locked.waitlisted,
            "in_review": locked.in_review,
            "declined": locked.declined,
        },
    )
    tell_of_run(locked)
    for chunk in _chunks(marks.all()):
        enqueue(NOTICE_JOB, f"{locked.pk}:{chunk[0]}", payload={"run": locked.pk, "applications": chunk})
    return locked


def outcomes(scores: Iterable[Score], run: ScoringRun, programme: Programme, criteria: Sequence[Criterion]) -> Marks:
    """Who is marked what; `scores` come in rank order. Reads only."""
    minimums = [criterion.minimum for criterion in criteria if not criterion.is_gate]
    threshold, floor = run.criteria_set.threshold, run.criteria_set.review_floor
    places = programme.quota - programme.curated_count
    # Suspended or closed since they applied.
    not_verified = set(
        programme.applications.exclude(enterprise__status=EnterpriseStatus.VERIFIED).values_list("pk", flat=True)
    )
    marks = Marks()
    for score in scores:
        reaches = score.total >= threshold
        if not all(score.gates_held) or (not reaches and score.total < floor):
            outcome = marks.declined
        elif not reaches or score.application_id in not_verified or _needs_a_person(score, programme, minimums):
            outcome = marks.in_review
        elif len(marks.curated) < places:
            outcome = marks.curated
        else:
            outcome = marks.waitlisted
        outcome.append(score.application_id)
    return marks


def _needs_a_person(score: Score, programme: Programme, minimums: Sequence[Decimal | None]) -> bool:
    """Above the threshold, but the job may not curate: the round wants a person's word on every mark, there is too
    little evidence, or a criterion is below its minimum."""
    return (
        programme.confirm_by_person
        or score.coverage < programme.minimum_coverage
        or any(
            minimum is not None and (earned or 0) < minimum
            for minimum, earned in zip(minimums, score.points, strict=True)
        )
    )


def _decide(
    marks: Marks, scores: Sequence[Score], run: ScoringRun, criteria: Sequence[Criterion]
) -> dict[int, Decision]:
    """A decision for every mark that is one, with a reason per unmet criterion for who was not selected."""
    by_application = {score.application_id: score for score in scores}
    outcome = {
        **dict.fromkeys(marks.curated, Outcome.CURATED.value),
        **dict.fromkeys(marks.waitlisted, A.WAITLISTED.value),
        **dict.fromkeys(marks.declined, Outcome.DECLINED.value),
    }
    now = timezone.now()
    decisions = Decision.objects.bulk_create(
        [
            Decision(application_id=pk, outcome=name, run=run, score=by_application[pk], decided_at=now)
            for pk, name in outcome.items()
        ],
        batch_size=CHUNK,
    )
    decided = {decision.application_id: decision for decision in decisions}
    for chunk in _chunks(marks.declined):
        _publish_reasons([by_application[pk] for pk in chunk], decided, run, criteria)
    return decided


def _publish_reasons(
    scores: Sequence[Score], decided: dict[int, Decision], run: ScoringRun, criteria: Sequence[Criterion]
) -> None:
    revisions = {(score.application_id, score.snapshot_revision) for score in scores}
    snapshots = {
        (each.application_id, each.revision): each
        for each in EvidenceSnapshot.objects.filter(application__in=[pk for pk, _revision in revisions])
    }
    rows = []
    for score in scores:
        score.criteria_set = run.criteria_set
        snapshot = snapshots[score.application_id, score.snapshot_revision]
        rows += feedback_for(decided[score.application_id], explain(score, snapshot=snapshot, criteria=criteria))
    Feedback.objects.bulk_create(rows, batch_size=CHUNK)


def feedback_for(decision: Decision, explanation: Explanation) -> list[Feedback]:
    """A row per unmet criterion, unsaved: what was found, what was wanted, how to mend it."""
    return [Feedback(decision=decision, criterion=result.criterion, **words_of(result)) for result in explanation.unmet]


def _write_marks(marks: Marks, decided: dict[int, Decision], run: ScoringRun, programme: Programme) -> None:
    now = timezone.now()
    payload = {"run": run.pk}
    for move, chosen, changes in (
        ("mark_curated", marks.curated, {"decided_at": now}),
        ("mark_waitlisted", marks.waitlisted, {"decided_at": now}),
        ("mark_in_review", marks.in_review, {}),
        ("mark_declined", marks.declined, {"decided_at": now}),
    ):
        for chunk in _chunks(chosen):
            moved = APPLICATION.make_all(move, Application.objects.filter(pk__in=chunk), payload=payload, **changes)
            if len(moved) != len(chunk):
                raise RuntimeError("an application changed although its row was locked")
    _line_up(marks.waitlisted, programme)
    enterprises = dict(Application.objects.filter(pk__in=marks.curated).values_list("pk", "enterprise_id"))
    Curation.objects.bulk_create(
        [_curation(programme, pk, enterprises[pk], decided[pk]) for pk in marks.curated], batch_size=CHUNK
    )


def _line_up(waiting: Sequence[int], programme: Programme) -> None:
    """Behind those who wait already: a place that somebody was told never gets worse by a later run."""
    last = programme.applications.filter(status=A.WAITLISTED).aggregate(last=Max("waiting_place"))["last"] or 0
    Sql(
        "UPDATE curation_application SET waiting_place = %s + place"
        " FROM unnest(%s::bigint[]) WITH ORDINALITY AS queue (id, place) WHERE curation_application.id = queue.id",
        (last, list(waiting)),
    ).execute()


def _curation(programme: Programme, application: int, enterprise: int, decision: Decision) -> Curation:
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return Curation(
        application_id=application,
        enterprise_id=enterprise,
        programme=programme,
        decision=decision,
        valid_from=today,
        valid_until=later_by_months(today, programme.curation_months),
    )


def later_by_months(day: dt.date, months: int) -> dt.date:
    """The last day of so many months that begin on this day: 5 March, 12 months → 4 March; 31 August, 6 → 27 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    same = min(day.day, monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, same) - dt.timedelta(days=1)


@transaction.atomic
def claim_place(programme: Programme) -> bool:
    """Hold a place of the quota for a mark that a person gives in the same transaction; False when none is left."""
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    return locked.curated_count < locked.quota


def give_mark(application: Application, decision: Decision) -> Curation:
    """The mark itself, for a place that was claimed. Raises IntegrityError rather than exceed the quota."""
    curation = _curation(application.programme, application.pk, application.enterprise_id, decision)
    curation.save(force_insert=True)
    return curation


@transaction.atomic
def join_waiting_list(application: Application) -> int:
    """The last place of the list for an application that a person put on it. Returns the place."""
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=application.programme_id)
    _line_up([application.pk], programme)
    application.refresh_from_db(fields=["waiting_place"])
    return application.waiting_place or 0


@transaction.atomic
def fill_places(programme: Programme) -> list[Application]:
    """Move the waiting list up while places are free: after a revocation, or a larger quota.

    Whoever is suspended, or no longer holds what put it on the list, is passed over and keeps its place.
    """
    locked = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    waiting = (
        locked.applications.filter(status=A.WAITLISTED, enterprise__status=EnterpriseStatus.VERIFIED)
        .select_for_update(of=("self",))
        .order_by(F("waiting_place").asc(nulls_last=True), "submitted_at", "pk")
    )
    free = max(locked.quota - locked.curated_count, 0)
    moved: list[Application] = []
    for application in waiting if free else ():
        if len(moved) == free:
            break
        if not still_qualifies(application, _grounds(application)):
            continue
        moved.append(application)
        decision = _follow_up(application, Outcome.CURATED)
        APPLICATION.make("take_place", application, by=None, decided_at=decision.decided_at, waiting_place=None)
        give_mark(application, decision)
    tell(moved)
    return moved


@transaction.atomic
def end_waiting_list(programme: Programme) -> int:
    """The round is over: who still waits is told that no place became free, as a published reason."""
    waiting = list(programme.applications.filter(status=A.WAITLISTED).order_by("waiting_place", "pk"))
    reason, in_english = in_each_language(lambda: _(NO_PLACE_FREE))
    for application in waiting:
        decision = _follow_up(application, Outcome.DECLINED, decided_by=None, reason=reason)
        Feedback.objects.create(decision=decision, text=reason, text_en=in_english)
        APPLICATION.make("end_waiting", application, by=None, decided_at=decision.decided_at, waiting_place=None)
    tell(waiting)
    return len(waiting)


def _follow_up(application: Application, outcome: Outcome, **otherwise: Any) -> Decision:
    """What follows from the decision that put it on the waiting list: on the same grounds, but for what is said otherwise."""
    grounds = _grounds(application)
    return Decision.objects.create(
        application=application,
        outcome=outcome,
        run=grounds.run,
        score=grounds.score,
        **{"decided_by": grounds.decided_by, "reason": grounds.reason, **otherwise},
    )


def _grounds(application: Application) -> Decision:
    grounds = application.decisions.filter(outcome=A.WAITLISTED).order_by("-decided_at", "-pk").first()
    if grounds is None:
        raise RuntimeError("nobody waits without a decision")
    return grounds


def tell(applications: Iterable[Application]) -> None:
    """Queue the news of what each application has become."""
    for application in applications:
        key = f"{application.pk}:{application.status}"
        enqueue(NOTICE_JOB, key, payload={"applications": [application.pk], "status": application.status})


def _chunks(keys: Iterable[int]) -> Iterable[list[int]]:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
