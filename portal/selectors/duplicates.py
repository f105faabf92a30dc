"""Which enterprises may be one: candidates from indexes, never all pairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.models import Enterprise, SuspectedDuplicate

NIB, NEAR_NIB, NUMBER, PHONE, NAME = "nib", "near_nib", "number", "phone", "name"
LABELS = {
    NIB: gettext_lazy("The owner says so: the same NIB"),
    NEAR_NIB: gettext_lazy("NIBs that differ by one digit or by two swapped, and a similar name or the same village"),
    NUMBER: gettext_lazy("The same tax number"),
    PHONE: gettext_lazy("The same phone"),
    NAME: gettext_lazy("Nearly the same name in the same village"),
}
# What each is worth, of 100; a name by how like it is.
WORTH = {NIB: 100, NEAR_NIB: 45, NUMBER: 70, PHONE: 20, NAME: 40}
# From this likeness on two names are nearly the same (one letter of a name of two words left out is 0.7 and more).
LIKE = 0.6
# A number or phone that more share than this is a companion's or a placeholder: no sign of anything.
MOST_SHARING = 20

CANDIDATES = """
WITH wanted AS (SELECT * FROM portal_identitykeys WHERE enterprise_id = ANY(%(keys)s)),
found AS (
  SELECT n.enterprise_id AS one, k.enterprise_id AS other, 'number' AS by, NULL::real AS likeness
  FROM (SELECT enterprise_id, tax AS number FROM wanted WHERE tax <> ''
        UNION ALL SELECT enterprise_id, person FROM wanted WHERE person <> '') n CROSS JOIN LATERAL (
    SELECT x.enterprise_id, count(*) OVER () AS sharing FROM (
      (SELECT enterprise_id FROM portal_identitykeys
       WHERE tax = n.number AND tax <> '' AND enterprise_id <> n.enterprise_id LIMIT %(most)s + 1)
      UNION ALL
      (SELECT enterprise_id FROM portal_identitykeys
       WHERE person = n.number AND person <> '' AND enterprise_id <> n.enterprise_id LIMIT %(most)s + 1)) x) k
  WHERE k.sharing <= %(most)s
  UNION ALL
  SELECT w.enterprise_id, k.enterprise_id, 'phone', NULL
  FROM wanted w CROSS JOIN LATERAL (
    SELECT x.enterprise_id, count(*) OVER () AS sharing FROM (
      SELECT enterprise_id FROM portal_identitykeys
      WHERE phone = w.phone AND phone <> '' AND enterprise_id <> w.enterprise_id LIMIT %(most)s + 1) x) k
  WHERE w.phone <> '' AND k.sharing <= %(most)s
  UNION ALL
  -- Each NIB that one slip of the hand makes of this one (117 with another digit, 12 with two swapped) is asked for by the
  -- index, so that the number of all enterprises does not matter.
  SELECT w.enterprise_id, k.enterprise_id, 'near_nib', NULL
  FROM wanted w CROSS JOIN LATERAL (
    SELECT overlay(w.nib PLACING digit::text FROM place) AS nib
    FROM generate_series(1, length(w.nib)) AS place, generate_series(0, 9) AS digit
    WHERE substr(w.nib, place, 1) <> digit::text
    UNION ALL
    SELECT overlay(w.nib PLACING substr(w.nib, place + 1, 1) || substr(w.nib, place, 1) FROM place)
    FROM generate_series(1, length(w.nib) - 1) AS place WHERE substr(w.nib, place, 1) <> substr(w.nib, place + 1, 1)
  ) slip JOIN portal_identitykeys k ON k.nib = slip.nib AND k.nib <> ''
  WHERE w.nib <> '' AND (w.village <> '' AND k.village = w.village OR w.name <> '' AND k.name %% w.name)
  UNION ALL
  SELECT w.enterprise_id, k.enterprise_id, 'name', similarity(k.name, w.name)
  FROM wanted w CROSS JOIN LATERAL (
    SELECT enterprise_id, name FROM portal_identitykeys
    WHERE village = w.village AND name %% w.name AND enterprise_id <> w.enterprise_id LIMIT %(most)s) k
  WHERE w.village <> '' AND w.name <> ''
)
SELECT least(one, other), greatest(one, other), array_agg(DISTINCT by ORDER BY by), max(likeness)
FROM found GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Candidate:
    first: int
    second: int
    matches: tuple[str, ...]
    likeness: float | None

    @property
    def strength(self) -> int:
        return strength(self.matches, self.likeness)


def strength(matches: Iterable[str], likeness: float | None) -> int:
    """For the order of the queue."""
    worth = sum(WORTH[name] * (likeness or 0 if name == NAME else 1) for name in set(matches))
    return min(round(worth), 200)


def candidates(keys: list[int]) -> list[Candidate]:
    """For these enterprises, each with any other. Their keys are up to date (services.duplicates)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(LIKE)])
        cursor.execute(CANDIDATES, {"keys": keys, "most": MOST_SHARING})
        return [Candidate(first, second, tuple(by), like) for first, second, by, like in cursor.fetchall()]


def suspected_of(enterprise: Enterprise) -> QuerySet[SuspectedDuplicate]:
    """Pairs that wait for a person, with this one in them."""
    of_it = SuspectedDuplicate.objects.waiting().filter(Q(first=enterprise) | Q(second=enterprise))
    return of_it.select_related("first__organisation", "second__organisation")


def match_words(pair: SuspectedDuplicate) -> list[str]:
    words = []
    for name in pair.matches:
        if name == NAME and pair.likeness is not None:
            percent = round(pair.likeness * 100)
            words.append(_("%(what)s (%(n)d%% alike)") % {"what": LABELS[NAME], "n": percent})
        else:
            words.append(str(LABELS.get(name, name)))
    return words
