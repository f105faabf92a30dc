"""Who would enter or leave under a draft, by name: recorded, a few at a time never, and not without end.

A draft that hangs on one figure would tell that figure of everybody named, were it moved often enough.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Programme
from curation.scoring.pool import Rules, line_of
from curation.selectors.suppression import LEAST
from curation.selectors.whatif import Effect, Mover, movers
from portal import audit
from portal.flow import MoveNotAllowed, permit
from portal.models import AuditEntry, User
from portal.models.audit import stream_of

ACTION = "see_who_would_move"
# Different drafts of which a buyer reads names in a day.
MOST_DRAFTS = 20


@dataclass(frozen=True)
class Named:
    """`refusal`: why nobody is named, or nothing."""

    rows: Sequence[Mover] = ()
    refusal: str = ""


@transaction.atomic
def name_movers(
    programme: Programme, tried: Rules, effect: Effect, *, entering: bool, limit: int, offset: int = 0, by: User
) -> Named:
    permit(by, "curation.manage_programme", programme)
    count = effect.whole.entering if entering else effect.whole.leaving
    if count < LEAST:
        few = _("Fewer than five: they are counted and not named, so that nobody's figures can be read off a draft.")
        return Named(refusal=few if count else "")
    # Two looks at once count one after the other.
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    seen, asked = _drafts_of_today(programme), _digest(tried)
    if asked not in seen and len(seen) >= MOST_DRAFTS:
        raise MoveNotAllowed(
            _("You have read the names under %(most)s drafts today. Figures are shown on; names again tomorrow.")
            % {"most": MOST_DRAFTS},
            move=ACTION,
            status=programme.status,
            code="names_of_the_day",
        )
    if offset == 0:
        way = "entering" if entering else "leaving"
        payload = {
            "draft": asked,
            "way": way,
            "count": count,
            "threshold": tried.threshold,
            "criteria": _asked(tried),
        }
        audit.record(programme, ACTION, by=by, payload=payload)
    return Named(movers(programme, tried, entering=entering, limit=limit, offset=offset))


def _drafts_of_today(programme: Programme) -> set[str]:
    scored = Programme.objects.filter(buyer=programme.buyer_id, pool_runs__isnull=False).distinct()
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    looks = AuditEntry.objects.filter(stream__in=[stream_of(each) for each in scored], action=ACTION, at__gte=today)
    return set(looks.values_list("payload__draft", flat=True))


def _digest(tried: Rules) -> str:
    asked = [_asked(tried), tried.threshold, tried.review_floor, tried.minimum_coverage]
    return hashlib.sha256(json.dumps(asked, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:16]


def _asked(tried: Rules) -> list[dict[str, Any]]:
    """What a score depends on, without the words."""
    return [{name: value for name, value in line_of(each).items() if name != "label"} for each in tried.criteria]
