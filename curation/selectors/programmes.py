"""Programmes as pages list them."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from curation.enums import ApplicationStatus as A
from curation.enums import ProgrammeStatus
from curation.models import CriteriaSet, Need, Programme
from curation.models.programme import ProgrammeQuerySet
from portal.models import User

WAITING_FOR_A_PERSON = (A.IN_REVIEW, A.APPEALED)


def buyers_programmes(user: User) -> ProgrammeQuerySet:
    """The buyer's own programmes with what is in them: applicants, of them waiting for a person, curated."""
    return with_counts(Programme.objects.managed_by(user)).order_by("-created_at", "-pk")


def with_counts(programmes: ProgrammeQuerySet) -> ProgrammeQuerySet:
    return programmes.annotate(
        applicants=Count("applications", filter=Q(applications__submitted_at__isnull=False)),
        awaiting=Count("applications", filter=Q(applications__status__in=WAITING_FOR_A_PERSON)),
    )


def open_programmes() -> ProgrammeQuerySet:
    """Open programmes for enterprises, the one that closes first on top, with needs and how many applied."""
    needs = Need.objects.select_related("delivery_region")
    versions = CriteriaSet.objects.filter(published_at__isnull=False).order_by("-version")
    criteria = versions.select_related("programme").prefetch_related("criteria")
    return (
        with_counts(Programme.objects.open())
        .select_related("buyer")
        .prefetch_related(
            Prefetch("needs", queryset=needs), Prefetch("criteria_sets", queryset=criteria, to_attr="published")
        )
        .order_by("closes_at", "pk")
    )


def can_be_ranked(programme: Programme) -> bool:
    """The official scoring may start: after the closing or a cut-off date, with somebody to rank, and none running."""
    now = timezone.now()
    due = programme.closes_at <= now or any(day < timezone.localdate() for day in programme.cut_off_dates)
    return (
        due
        and programme.status in (ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED)
        and programme.applications.filter(status=A.SUBMITTED).exists()
        and not programme.runs.official().open().exists()
    )
