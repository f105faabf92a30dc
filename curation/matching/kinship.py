"""Classes of activity and how near they are: by leading digits, and across editions as reviewed conversions and titles say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.cache import cache

from curation.matching.facets import EDITIONS, LEVELS, kbli
from curation.scoring.evidence import kbli_fit
from curation.scoring.sql import Sql

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

    def lexemes(self, digits: int) -> tuple[str, ...]:
        """Facets, any of which says that a row shares so many digits and more."""
        others = (kbli(code, self.other_edition) for code, fit in self.elsewhere.items() if fit >= digits)
        return (kbli(self.code[:digits], self.edition), *others)


def kin_of(edition: int, code: str) -> Kin:
    """Asked of the reference data once an hour: conversions are reviewed seldom. Only of classes that can share digits: the fit of
    all would take the longest of everything in a search."""
    key = f"matching-kin:{edition}:{code}"
    near = cache.get(key)
    if near is None:
        found = Sql(
            f"""SELECT DISTINCT k.code, {kbli_fit("k.edition", "k.code", "%s::int", "%s::text")} AS fit
            FROM portal_kbliclass k WHERE k.edition <> %s AND k.level = 5 AND (left(k.code, 2) = left(%s, 2)
              OR EXISTS (SELECT FROM portal_kbliconversion c WHERE k.id IN (c.older_id, c.newer_id)))""".replace(
                "%s::int", str(int(edition))
            ).replace("%s::text", f"'{''.join(digit for digit in code if digit.isdigit())}'"),
            (edition, code),
        ).rows()
        near = {row["code"]: row["fit"] for row in found if row["fit"] >= LEVELS[-1]}
        cache.set(key, near, HOUR)
    return Kin(edition, code, near, next(each for each in EDITIONS if each != edition))
