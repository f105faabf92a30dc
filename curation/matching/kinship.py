"""Classes of activity and how near they are: by leading digits, and across editions as reviewed conversions and titles say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.cache import cache

from curation.matching.asking import ask
from curation.matching.facets import EDITIONS, LEVELS, kbli
from curation.scoring.evidence import core_title

# By shared digits: the same class, the same group, the same branch.
WORTH = {5: 1.0, 4: 0.8, 3: 0.5, 2: 0.25, 0: 0.0}
HOUR = 3600


@dataclass(frozen=True)
class Kin:
    edition: int
    code: str
    # Of classes in the other edition: code → digits they share with this one's.
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    other_edition: int = 0
    # So many leading digits mean the same in both editions.
    kept: tuple[int, ...] = ()

    def lexemes(self, digits: int) -> tuple[str, ...]:
        """Facets, any of which says that a row shares so many digits and more. One for a group that kept its meaning, not one for
        each of its classes: the index looks each of them up."""
        group = self.code[: min((kept for kept in self.kept if kept >= digits), default=0)]
        groups = (kbli(group, self.other_edition),) if group else ()
        others = (
            kbli(code, self.other_edition)
            for code, fit in self.elsewhere.items()
            if fit >= digits and not (group and code.startswith(group))
        )
        return (kbli(self.code[:digits], self.edition), *groups, *others)


# What `kbli_fit` says of every class of the other edition at once: class by class it took the longest of everything in a search.
_NEAR = f"""
WITH level (digits) AS (VALUES (5), (4), (3), (2)),
kept AS (
  SELECT digits, other.edition, other.code FROM level
  JOIN portal_kbliclass mine ON mine.edition = %(edition)s AND mine.code = left(%(code)s, digits) AND length(mine.code) = digits
  JOIN portal_kbliclass other ON other.edition <> mine.edition AND other.code = mine.code
    AND {core_title("other.title")} = {core_title("mine.title")})
SELECT code, max(digits) AS fit, bool_or(is_kept) AS is_kept FROM (
  SELECT k.code, digits, false AS is_kept FROM kept JOIN portal_kbliclass k
    ON k.edition = kept.edition AND k.level = 5 AND k.code BETWEEN kept.code AND kept.code || '99999'
  UNION ALL
  SELECT k.code, digits, false FROM level JOIN portal_kbliclass now ON now.edition = %(edition)s AND left(now.code, digits) = left(%(code)s, digits)
  JOIN portal_kbliconversion pair ON now.id IN (pair.older_id, pair.newer_id)
  JOIN portal_kbliclass k ON k.id IN (pair.older_id, pair.newer_id) AND k.edition <> now.edition AND k.level = 5
  WHERE length(%(code)s) >= digits
  UNION ALL
  SELECT code, digits, true FROM kept) found
GROUP BY code"""


def kin_of(edition: int, code: str) -> Kin:
    """Asked of the reference data once an hour: conversions are reviewed seldom."""
    key = f"matching-near:{edition}:{code}"
    known = cache.get(key)
    if known is None:
        found = ask(_NEAR, {"edition": edition, "code": code.replace("\0", "")})
        near = {row["code"]: row["fit"] for row in found if len(row["code"]) == LEVELS[0]}
        known = near, tuple(row["fit"] for row in found if row["is_kept"])
        cache.set(key, known, HOUR)
    return Kin(edition, code, known[0], next(each for each in EDITIONS if each != edition), known[1])
