"""From one edition of KBLI to the next: which classes may stand for an old one, and why each is proposed.

No official table is at hand, so candidates are ranked by code, title and description (pg_trgm), and a person always decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from portal.models import ActivityConversion, Enterprise, KbliClass

# Why a class is proposed.
REVIEWED, TABLE, SAME_CODE, SAME_TITLE, TITLE, DESCRIPTION = (
    "reviewed", "table", "same_code", "same_title", "title", "description",
)  # fmt: skip
MOST = 5
# Below this likeness a title or a description is no reason.
ALIKE = 0.3
# The description of a class is compared only where code or title give it a chance: 1,500 long texts take a second.
RANKED = """
WITH old AS (SELECT * FROM portal_kbliclass WHERE id = %(pk)s), near AS (
  SELECT k.id, k.code, similarity(k.own_text, old.own_text) AS title_likeness,
         lower(k.title) = lower(old.title) AS same_title, k.code = old.code AS same_code, k.description, old.description AS was,
         left(k.code, 2) = left(old.code, 2) AS same_group
  FROM portal_kbliclass k, old WHERE k.edition = %(edition)s AND k.level = 5
), likely AS (
  SELECT * FROM near WHERE same_group OR same_code ORDER BY title_likeness DESC LIMIT 80
), chosen AS (
  SELECT * FROM likely UNION SELECT * FROM (SELECT * FROM near ORDER BY title_likeness DESC LIMIT 25) best
)
SELECT c.id, c.title_likeness, CASE WHEN c.description = '' OR c.was = '' THEN 0 ELSE similarity(c.description, c.was) END,
       c.same_code, c.same_title, pair.id IS NOT NULL, coalesce(pair.source, '')
FROM chosen c
LEFT JOIN portal_kbliconversion pair ON (pair.older_id, pair.newer_id) IN ((%(pk)s, c.id), (c.id, %(pk)s))
ORDER BY pair.id IS NULL, 0.6 * c.title_likeness
         + 0.4 * CASE WHEN c.description = '' OR c.was = '' THEN 0 ELSE similarity(c.description, c.was) END
         + CASE WHEN c.same_code THEN 0.15 ELSE 0 END DESC, c.code
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Candidate:
    """A class that may stand for an old one. Likenesses are shares from 0 to 1, as pg_trgm counts them."""

    kbli: KbliClass
    title_likeness: float
    description_likeness: float
    reasons: tuple[str, ...]
    source: str = ""

    @property
    def is_sure(self) -> bool:
        """Reviewed before, or called the same: what most people will choose. A person looks at it all the same."""
        return bool({REVIEWED, TABLE} & set(self.reasons)) or {SAME_CODE, SAME_TITLE} <= set(self.reasons)

    @property
    def words(self) -> list[str]:
        """Why it is proposed, in the reader's language."""
        return [self._word(reason) for reason in self.reasons]

    @property
    def code_alone(self) -> bool:
        """The code was given to something else: same digits, other words."""
        return self.reasons == (SAME_CODE,)

    def as_json(self) -> list[dict[str, Any]]:
        likeness = {TITLE: self.title_likeness, DESCRIPTION: self.description_likeness}
        return [
            {"reason": reason, **({"likeness": round(likeness[reason], 2)} if reason in likeness else {})}
            for reason in self.reasons
        ]

    def _word(self, reason: str) -> str:
        return reason_text(
            reason, {TITLE: self.title_likeness, DESCRIPTION: self.description_likeness}.get(reason), self.source
        )


def reason_text(reason: str, likeness: float | None = None, source: str = "") -> str:
    share = {"n": round((likeness or 0) * 100)}
    return {
        REVIEWED: _("reviewed before for another business"),
        TABLE: _("in the table: %(source)s") % {"source": source or "KBLI"},
        SAME_CODE: _("same code"),
        SAME_TITLE: _("same title"),
        TITLE: _("title %(n)s%% alike") % share,
        DESCRIPTION: _("description %(n)s%% alike") % share,
    }[reason]


def candidates(kbli: KbliClass, edition: int, *, most: int = MOST) -> list[Candidate]:
    """Classes of the edition that may stand for this one, likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute(RANKED, {"pk": kbli.pk, "edition": edition, "most": most})
        rows = cursor.fetchall()
    classes = KbliClass.objects.in_bulk([row[0] for row in rows])
    return [_candidate(classes[row[0]], *row[1:]) for row in rows]


def _candidate(
    kbli: KbliClass, title: float, description: float, same_code: bool, same_title: bool, known: bool, source: str
) -> Candidate:
    reasons = [(TABLE if source else REVIEWED, known), (SAME_CODE, same_code), (SAME_TITLE, same_title)]
    reasons += [(TITLE, not same_title and title >= ALIKE), (DESCRIPTION, description >= ALIKE)]
    return Candidate(kbli, title, description, tuple(name for name, holds in reasons if holds), source)


@dataclass(frozen=True)
class OldActivity:
    """An activity of an edition that is no longer in force, with what may stand for it and what was proposed."""

    kbli: KbliClass
    is_main: bool
    candidates: tuple[Candidate, ...]
    proposal: ActivityConversion | None
    # The newest one that was not accepted, with its reason.
    declined: ActivityConversion | None


def old_activities(enterprise: Enterprise, edition: int) -> list[OldActivity]:
    past = enterprise.conversions.select_related("older", "newer", "decided_by").order_by("-pk")
    by_class: dict[int, list[ActivityConversion]] = {}
    for each in past:
        by_class.setdefault(each.older_id, []).append(each)
    activities = enterprise.activities.exclude(kbli__edition=edition).select_related("kbli")
    return [
        OldActivity(
            activity.kbli,
            activity.is_main,
            tuple(candidates(activity.kbli, edition)),
            next((each for each in by_class.get(activity.kbli_id, ()) if each.is_open), None),
            next((each for each in by_class.get(activity.kbli_id, ()) if each.reason), None),
        )
        for activity in activities
    ]


def reasons_of(conversion: ActivityConversion) -> list[str]:
    """Why the portal proposed it; nothing where the enterprise found it itself."""
    return [reason_text(each["reason"], each.get("likeness")) for each in conversion.reasons]
