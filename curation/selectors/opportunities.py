"""What an enterprise can apply for, and what became of what it applied for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Prefetch, Q, When
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION
from curation.enums import ApplicationStatus as A
from curation.models import Application, Decision, Feedback, Need, Programme, Score
from curation.models.application import ApplicationQuerySet
from curation.models.programme import ProgrammeQuerySet
from curation.scoring.explain import Explanation
from curation.selectors.openings import chance_of
from curation.selectors.programmes import open_programmes
from portal.models import Enterprise, User
from portal.presentation.dates import tanggal
from portal.presentation.numbers import angka

# A page of dry runs: each is one statement, so a page stays short.
PER_PAGE = 8


@dataclass(frozen=True)
class Opportunity:
    programme: Programme
    explanation: Explanation | None
    mine: Application | None

    @property
    def chance(self) -> str:
        return chance_of(self.explanation)


def standing_applications(enterprise: Enterprise, programmes: Sequence[Programme]) -> dict[int, Application]:
    """By programme: the application that is open or curated there."""
    standing = Application.objects.filter(
        enterprise=enterprise, programme__in=programmes, status__in=[*OPEN_APPLICATION, A.CURATED]
    )
    return {application.programme_id: application for application in standing}


def draft_of(enterprise: Enterprise, programme: Programme) -> Application:
    return Application.objects.get(enterprise=enterprise, programme=programme, status=A.DRAFT)


def recognised_draft(enterprise: Enterprise, programme: Programme) -> Application | None:
    """The draft here that starts from another buyer's mark and may still be sent on it."""
    drafts = programme.applications.filter(enterprise=enterprise, status=A.DRAFT, recognises__isnull=False)
    draft = drafts.select_related("recognises", "programme").first()
    return draft if draft is not None and draft.may_be_recognised else None


def found_programmes(words: str) -> ProgrammeQuerySet:
    """Open programmes whose name, needs or buyer hold all the words."""
    programmes = open_programmes()
    for word in words.split()[:5]:
        needs = Need.objects.filter(item__icontains=word)
        programmes = programmes.filter(
            Q(name__icontains=word)
            | Q(buyer__name__icontains=word)
            | Q(buyer__short_name__icontains=word)
            | Q(pk__in=Programme.needs.through.objects.filter(need__in=needs).values("programme"))
        )
    return programmes


def my_applications(user: User) -> ApplicationQuerySet:
    return (
        with_scores_and_decisions(Application.objects.visible_to(user))
        .select_related("programme__buyer", "enterprise__organisation", "product")
        .order_by("-created_at", "-pk")
    )


def with_scores_and_decisions(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """Newest first, in `newest_scores` and `decisions`, each with what a page prints of it."""
    scores = Score.objects.select_related("criteria_set__programme").order_by("-scored_at", "-pk")
    feedback = Prefetch("feedback", queryset=Feedback.objects.select_related("criterion"))
    return applications.prefetch_related(
        Prefetch("scores", queryset=scores, to_attr="newest_scores"),
        Prefetch(
            "decisions",
            queryset=Decision.objects.select_related("score__criteria_set__programme").prefetch_related(feedback),
        ),
    )


def earlier_application(application: Application) -> Application | None:
    """The one before to the same buyer, in the same programme if there is one, to show what changed since."""
    earlier = Application.objects.filter(
        programme__buyer=application.programme.buyer_id,
        enterprise=application.enterprise_id,
        created_at__lt=application.created_at,
    )
    here = Case(When(programme=application.programme_id, then=0), default=1)
    return earlier.exclude(status=A.DRAFT).order_by(here, "-created_at").first()


def timeline(application: Application) -> list[dict[str, Any]]:
    """Past steps with their time, the present one with what is awaited and by when, the future by name."""
    status, programme = A(application.status), application.programme
    steps: list[dict[str, Any]] = []

    def add(state: str, label: str, **more: Any) -> None:
        steps.append({"state": state, "label": label, **more})

    if application.submitted_at:
        add("done", _("Application received"), at=application.submitted_at)
    elif status == A.DRAFT:
        add(
            "now",
            _("Application not yet sent"),
            note=_("Send it before %(date)s.") % {"date": tanggal(programme.closes_at)},
        )
    score = application.scores.first()
    if score is not None:
        kind = _("Official score") if score.kind == "official" else _("Provisional score")
        add(
            "done", _("%(kind)s: %(total)s of 100") % {"kind": kind, "total": angka(score.total, 1)}, at=score.scored_at
        )
    elif status == A.SUBMITTED:
        add("now", _("Scoring"), note=_("Usually under 5 minutes. You may close this page."))
    if status == A.SUBMITTED and score is not None:
        add(
            "now",
            _("Official scoring"),
            note=_("It ranks all applications on %(date)s.") % {"date": tanggal(programme.closes_at, "long")},
        )
    if status == A.IN_REVIEW:
        add("now", _("In review"), note=_("A reviewer of %(buyer)s decides.") % {"buyer": programme.buyer.label})
    if status == A.CHANGES_REQUESTED:
        add(
            "now",
            _("Changes needed"),
            note=_("Answer before %(date)s. The application goes on.")
            % {"date": tanggal(application.answer_by, "long")},
        )
    if status == A.WAITLISTED:
        place = application.waiting_place
        note = _("Qualified; the quota is full. Place %(n)s.") if place else _("Qualified; the quota is full.")
        note %= {"n": place}
        if score is not None and not all(score.gates_held):
            note = f"{note} {_('A paper that is required has ended: a free place passes you by until you have renewed it.')}"
        add("now", _("Waiting list"), note=note)
    if status == A.APPEALED:
        add("done", _("Decision: not selected"), at=application.decided_at)
        add("now", _("Appealed"), note=_("Another person at %(buyer)s decides.") % {"buyer": programme.buyer.label})
    if status == A.CURATED:
        add("done", _("Curated"), at=application.decided_at)
        add(
            "now",
            _("Contract draft"),
            note=_("%(buyer)s can offer your business a contract now.") % {"buyer": programme.buyer.label},
        )
    elif status == A.DECLINED:
        add("done", _("Decision: not selected"), at=application.decided_at)
    elif status == A.WITHDRAWN:
        by_buyer = _("%(buyer)s no longer asks for it") % {"buyer": programme.buyer.label}
        add("done", _("Withdrawn"), note="" if application.submitted_at else by_buyer)
    else:
        add("todo", _("Decision of %(buyer)s") % {"buyer": programme.buyer.label})
    return steps


def next_step(application: Application) -> dict[str, Any] | None:
    """The one thing the enterprise can do now, with its deadline."""
    args = [application.pk]
    if application.status == A.DRAFT and application.may_be_recognised:
        buyer = application.programme.buyer.label
        chosen = application.product_id is not None
        return {
            "title": _("%(buyer)s wants to recognise your mark") % {"buyer": buyer},
            "text": _("Choose what you offer, complete what your mark does not cover, and send it."),
            "due": application.recognises.valid_until if application.recognises else None,
            "url": reverse("application_check", args=args)
            if chosen
            else reverse("apply", args=[application.programme_id]),
            "button": _("Complete and send"),
        }
    if application.status == A.DRAFT and application.programme.is_open:
        return {
            "title": _("Check and send your application"),
            "text": _("It counts only when it is sent."),
            "due": application.programme.closes_at,
            "url": reverse("application_check", args=args),
            "button": _("Check and send"),
        }
    if application.status == A.CHANGES_REQUESTED:
        return {
            "title": _("%(buyer)s asks for changes") % {"buyer": application.programme.buyer.label},
            "text": _("Mend what is named below, then send it. Your application goes on."),
            "due": application.answer_by,
            "url": reverse("application_answer", args=args),
            "button": _("Send the changes"),
        }
    return None
