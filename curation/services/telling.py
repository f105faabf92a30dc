"""Who is told at each step of a programme and an application. Written in the transaction of the step.

What comes in numbers is told once a day and programme (applications), or to many in a few statements (a new programme).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from curation.enums import OPEN_APPLICATION, RunState
from curation.enums import ApplicationStatus as A
from curation.models import Application, Need, Programme, Review, ScoringRun
from portal.enums import SME_ROLES, Role
from portal.jobs import enqueue
from portal.models import Membership, User
from portal.notifications import notify, notify_members, notify_organisation

FITS_JOB = "curation.tell_fitting"


def tell_applicant(application: Application, kind: str, **params: Any) -> None:
    notify_organisation(
        application.enterprise.organisation,
        kind,
        path=reverse("application_detail", args=[application.pk]),
        roles=SME_ROLES,
        programme=application.programme.name,
        enterprise=application.enterprise.name,
        buyer=application.programme.buyer.label,
        number=application.number,
        **params,
    )


def tell_officers(application: Application, kind: str) -> None:
    """Of one application that they must look at."""
    _tell_at_desk(application, kind, Role.OFFICER)


def tell_approvers(application: Application, kind: str) -> None:
    """Of one that no officer may decide."""
    _tell_at_desk(application, kind, Role.APPROVER)


def _tell_at_desk(application: Application, kind: str, role: Role) -> None:
    notify_organisation(
        application.programme.buyer,
        kind,
        path=reverse("application_review", args=[application.programme_id, application.pk]),
        roles=[role],
        programme=application.programme.name,
        number=application.number,
        enterprise=application.name_at_desk,
    )


def tell_officers_once_a_day(application: Application, kind: str) -> None:
    """Of what may come hundreds of times: the first of the day, at the list that holds the others."""
    notify_organisation(
        application.programme.buyer,
        kind,
        path=reverse("application_desk", args=[application.programme_id]),
        roles=[Role.OFFICER],
        once_a_day=True,
        programme=application.programme.name,
        enterprise=application.name_at_desk,
    )


def tell_reviewer(review: Review, kind: str) -> None:
    """The one who reviews it; the applicant is named by its number alone, also where names are shown."""
    application = review.application
    notify(
        [review.reviewer],
        kind,
        path=reverse("application_desk" if kind == "review.released" else "review_write", args=_place(review, kind)),
        organisation=application.programme.buyer,
        programme=application.programme.name,
        number=application.number,
    )


def _place(review: Review, kind: str) -> list[int]:
    programme = review.application.programme_id
    return [programme] if kind == "review.released" else [programme, review.application_id]


def tell_reviewer_of_many(programme: Programme, reviewer: User, count: int) -> None:
    notify(
        [reviewer],
        "review.assigned_many",
        path=f"{reverse('application_desk', args=[programme.pk])}?reviewer=me",
        organisation=programme.buyer,
        programme=programme.name,
        count=count,
    )


def tell_of_run(run: ScoringRun) -> None:
    """It ended, or it stopped: the officers review next, or start another."""
    notify_organisation(
        run.programme.buyer,
        "run.done" if run.state == RunState.DONE else "run.failed",
        path=reverse("application_desk", args=[run.programme_id]),
        roles=[Role.OFFICER],
        programme=run.programme.name,
        curated=run.curated,
        waitlisted=run.waitlisted,
        in_review=run.in_review,
        declined=run.declined,
    )


def tell_applicants(applications: QuerySet[Application], kind: str, *, path: str, **params: Any) -> None:
    """The same news to all of them, at a page that they share."""
    notify_members(_people(applications.values("enterprise__organisation")), kind, path=path, **params)


def tell_of_closing(programme: Programme) -> None:
    """Whoever has sent an application reads its result next; whoever has not can no longer."""
    tell_applicants(
        programme.applications.filter(status=A.DRAFT),
        "programme.closed",
        path=reverse("my_applications"),
        programme=programme.name,
        buyer=programme.buyer.label,
    )


def tell_of_criteria(programme: Programme) -> None:
    tell_applicants(
        programme.applications.filter(status__in=[A.DRAFT, A.SUBMITTED]),
        "criteria.in_force",
        path=reverse("opportunity", args=[programme.pk]),
        programme=programme.name,
        buyer=programme.buyer.label,
    )


def tell_of_withdrawn_need(need: Need) -> None:
    """Whoever is still in a round about it."""
    tell_applicants(
        Application.objects.filter(
            programme__needs=need, status__in=[*sorted(OPEN_APPLICATION - {A.DRAFT}), A.CURATED]
        ),
        "need.withdrawn",
        path=reverse("my_applications"),
        item=need.item,
        buyer=need.buyer.label,
    )


def tell_whom_it_fits(subject: Need | Programme) -> None:
    """Later, in a job: there may be thousands."""
    kind = "need" if isinstance(subject, Need) else "programme"
    enqueue(FITS_JOB, f"{kind}:{subject.pk}", payload={kind: subject.pk})


def _people(organisations: Iterable[Any]) -> QuerySet[Membership]:
    return Membership.objects.active().filter(organisation__in=organisations, role__in=SME_ROLES)
