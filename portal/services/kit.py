"""Kits for visits without signal: handed out, called back, brought back, merged once."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import audit, crypto
from portal.enums import KitStatus
from portal.flow import MoveNotAllowed, NotPermitted
from portal.flows import KIT
from portal.models import Consent, Enterprise, User, VisitKit
from portal.notifications import notify_organisation
from portal.presentation.dates import waktu
from portal.selectors.kit import consent_held, known_of

# Long enough for an island that is visited once a month; then what was copied out of the portal is to be gone.
DAYS = 60
MOST_AT_ONCE = 20
# Of one kit, beside each other. More is somebody's mistake.
MOST_COPIES = 9
# Read aloud and typed off paper: nothing that looks like something else.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class AlreadyMerged(MoveNotAllowed):
    """Somebody merged this kit before. Nothing is changed again; says who and when."""

    def __init__(self, kit: VisitKit) -> None:
        said = _("%(number)s was merged by %(who)s, %(time)s. Nothing was changed again.")
        words = {"number": kit.number, "who": kit.merged_by, "time": waktu(kit.merged_at)}
        super().__init__(said % words, move="merge_kit", status=kit.status, code="already_merged")
        self.kit = kit


@transaction.atomic
def hand_out_kits(enterprises: Iterable[Enterprise], *, asked: Iterable[str], by: User) -> list[tuple[VisitKit, bool]]:
    """One for each, and whether it is new: whoever has one out already gets that one again. `asked`: keys of the questions."""
    chosen = list(enterprises)
    if not chosen:
        raise ValidationError({"enterprises": [_("Choose at least one business.")]})
    if len(chosen) > MOST_AT_ONCE:
        raise ValidationError({"enterprises": [_("At most %(n)d at once.") % {"n": MOST_AT_ONCE}]})
    keys = list(asked)
    return [_hand_out(each, keys, by) for each in sorted(chosen, key=lambda each: each.pk)]


def _hand_out(enterprise: Enterprise, asked: list[str], by: User) -> tuple[VisitKit, bool]:
    # One at a time for each enterprise: two clicks make one kit, filled from one state.
    locked = Enterprise.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    enterprise = locked.get(pk=enterprise.pk)
    if not by.has_perm("portal.hand_out_kit", enterprise):
        raise NotPermitted(_("%(name)s is not assigned to you.") % {"name": enterprise}, move="hand_out_kit", status="")
    out = VisitKit.objects.open().originals().filter(enterprise=enterprise, handed_to=by).first()
    if out is not None and out.is_late:
        KIT.make("expire_kit", out, by=None)
        out = None
    if out is not None:
        return out, False
    known = known_of(enterprise)
    kit = VisitKit.objects.create(
        number=_free_number(),
        enterprise=enterprise,
        plut=by.organisation,
        handed_to=by,
        consent=consent_held(by, enterprise),
        language=get_language() or "id",
        until=timezone.localdate() + dt.timedelta(days=DAYS),
        known=known.as_json(),
        asked=asked,
        state=known.state,
    )
    audit.record(enterprise, "hand_out_kit", by=by, payload={"kit": kit.number, "state": kit.state})
    notify_organisation(
        enterprise.organisation,
        "kit.handed_out",
        path=reverse("companion_ask"),
        who=str(by),
        until=date_format(kit.until, "DATE_FORMAT"),
    )
    return kit, True


def _free_number() -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(8))
        number = f"KIT-{code[:4]}-{code[4:]}"
        if not VisitKit.objects.filter(number=number).exists():
            return number


def call_back_kit(kit: VisitKit, *, by: User) -> None:
    """Lost, or filled from what is old by now: it can't be merged any more, and a new one can be handed out."""
    KIT.make("call_back_kit", kit, by=by)


@transaction.atomic
def bring_back_kit(kit: VisitKit, answers: dict[str, Any], *, file_name: str, by: User) -> VisitKit:
    """Keep what was typed, cell by cell. The same file again changes nothing.

    Another one, of somebody else or filled in anew, becomes a copy of the kit: what waits to be merged is never written over.
    """
    # The row of the original, whichever copy was filled in: of two files at the same moment the second one waits here.
    original = VisitKit.objects.select_for_update().get(pk=kit.copy_of_id or kit.pk)
    family = list(VisitKit.objects.family_of(original))
    text, digest = _kept(answers)
    for same in family:
        if digest in (same.file_digest, same.answers_digest) and same.status == KitStatus.MERGED:
            raise AlreadyMerged(same)
    for same in family:
        if digest in (same.file_digest, same.answers_digest) and same.status == KitStatus.BROUGHT_BACK:
            return same
    _refuse_closed(original)
    if original.status == KitStatus.BROUGHT_BACK:
        original = _copy_of(original, family)
    return _bring(original, text, digest, by, file_name=file_name[-200:], file_digest=digest)


@transaction.atomic
def correct_kit(kit: VisitKit, answers: dict[str, Any], *, by: User) -> VisitKit:
    """Cells that could not be read, written anew on the page: in this very copy."""
    kit = VisitKit.objects.select_for_update().get(pk=kit.pk)
    _refuse_closed(kit)
    text, digest = _kept(answers)
    return kit if kit.answers_digest == digest else _bring(kit, text, digest, by)


def _copy_of(original: VisitKit, family: list[VisitKit]) -> VisitKit:
    if len(family) > MOST_COPIES:
        raise ValidationError(
            _(
                "%(number)s came back %(n)d times with different answers. Merge or call back what waits, then take a new kit."
            )
            % {"number": original.number, "n": len(family)},
            code="too_many_copies",
        )
    as_handed_out = ("enterprise", "plut", "handed_to", "consent", "language", "until", "known", "asked", "state")
    return VisitKit.objects.create(
        copy_of=original,
        number=f"{original.number}-{len(family) + 1}",
        handed_out_at=original.handed_out_at,
        **{name: getattr(original, name) for name in as_handed_out},
    )


def _refuse_closed(kit: VisitKit) -> None:
    """Raises ValidationError where nothing can be brought back any more."""
    if kit.status == KitStatus.MERGED:
        raise ValidationError(
            _("%(number)s was merged by %(who)s, %(time)s, and this file holds other answers. Take a new kit for them.")
            % {"number": kit.number, "who": kit.merged_by, "time": waktu(kit.merged_at)},
            code="merged_otherwise",
        )
    if kit.status == KitStatus.CALLED_BACK:
        raise ValidationError(
            _("%(number)s was called back and counts no more. Copy its answers into the kit that is out now.")
            % {"number": kit.number},
            code="called_back",
        )
    if kit.is_late or kit.status == KitStatus.EXPIRED:
        raise ValidationError(
            _("%(number)s was to be brought back by %(day)s. Hand out a new one and copy the answers over.")
            % {"number": kit.number, "day": date_format(kit.until, "DATE_FORMAT")},
            code="late",
        )


def _bring(kit: VisitKit, text: str, digest: str, by: User, **of_file: str) -> VisitKit:
    KIT.make(
        "bring_back_kit",
        kit,
        by=by,
        payload={"digest": digest},
        answers=text,
        answers_digest=digest,
        # Who corrects a cell has not brought it back.
        brought_at=kit.brought_at or timezone.now(),
        brought_by=kit.brought_by or by,
        **of_file,
    )
    return kit


def lock_for_merging(kit: VisitKit, *, by: User) -> tuple[VisitKit, Enterprise]:
    """Both rows, held until the transaction ends: a second merge of the same kit waits here, and is told of the first."""
    # Alone: what was joined to it would be of before the wait.
    kit = VisitKit.objects.select_for_update().get(pk=kit.pk)
    if kit.status == KitStatus.MERGED:
        raise AlreadyMerged(kit)
    if not by.has_perm("portal.merge_kit", kit):
        raise PermissionDenied
    enterprise = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation", "village")
    return kit, enterprise.get(pk=kit.enterprise_id)


@contextmanager
def under_consent(enterprise: Enterprise, *, by: User) -> Iterator[Consent]:
    """What is saved inside is saved on behalf of the enterprise, and recorded so."""
    consent = consent_held(by, enterprise)
    if consent is None:
        raise NotPermitted(
            _("%(name)s has given you no consent, or it has ended. Record one before you merge.")
            % {"name": enterprise},
            move="merge_kit",
            status="",
            code="no_consent",
        )
    before = by.on_behalf
    by.act_on_behalf(consent)
    try:
        yield consent
    finally:
        by.act_on_behalf(before)


def finish_merging(kit: VisitKit, outcome: dict[str, Any], *, by: User) -> None:
    """Inside the transaction that wrote the answers. The entry names the paths, never the values."""
    KIT.make("merge_kit", kit, by=by, payload=outcome, merged_at=timezone.now(), merged_by=by, outcome=outcome)


def _kept(answers: dict[str, Any]) -> tuple[str, str]:
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False)
    return text, crypto.search_hash(text)
