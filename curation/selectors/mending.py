"""What becomes of something mended now, for an application that was sent: it was read as it stood that day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus as A
from curation.flow import APPLICATION
from curation.models import Application
from portal.models import User
from portal.presentation.dates import tanggal, waktu


class CountsFor(StrEnum):
    """What it reaches: this application, or only a later one."""

    CHANGES = "changes"  # this one, once the changes that were asked for are sent
    APPEAL = "appeal"  # this one, once somebody appeals
    AGAIN = "again"  # this one, withdrawn and sent again in time
    NEXT = "next"


@dataclass(frozen=True)
class Mending:
    """In words, and the step after which it counts, where one is open: `move` as the flow names it."""

    text: str
    counts_for: CountsFor
    move: str = ""
    url: str = ""
    button: str = ""


def moves_of(application: Application, user: User) -> set[str]:
    """Those open to this person; an appeal only within its term."""
    moves = {move.name for move in APPLICATION.open_to(user, application)}
    return moves if application.can_be_appealed else moves - {"appeal"}


def mending_of(application: Application, moves: Collection[str]) -> Mending | None:
    """None for a draft: there everything counts. `moves`: those open to the reader."""
    if application.submitted_at is None or application.status == A.DRAFT:
        return None
    sent = tanggal(application.submitted_at, "long")
    if application.status == A.CHANGES_REQUESTED:
        said = _("What you change now counts once you send the changes: the evidence is then read anew.")
        if "answer_changes" in moves:
            url = reverse("application_answer", args=[application.pk])
            return Mending(said, CountsFor.CHANGES, "answer_changes", url, _("Send the changes"))
        return Mending(said, CountsFor.CHANGES)
    if application.status == A.DECLINED:
        if "appeal" in moves:
            said = _("What you change now counts for an appeal or a new application, not for this decision.")
            return Mending(said, CountsFor.APPEAL, "appeal")
        said = _("What you change now counts for a new application, not for this decision.")
        return Mending(said, CountsFor.NEXT)
    said = _("This application counts as it was sent on %(date)s: what you change now does not reach it.") % {
        "date": sent
    }
    programme = application.programme
    if "withdraw" in moves and programme.is_open:
        again = _("Withdraw it and send it again until %(date)s, and the changes count.")
        return Mending(
            f"{said} {again % {'date': waktu(programme.closes_at)}}",
            CountsFor.AGAIN,
            "withdraw",
            reverse("application_withdraw", args=[application.pk]),
            _("Withdraw, to send it again"),
        )
    return Mending(f"{said} {_('It counts for your next application.')}", CountsFor.NEXT)
