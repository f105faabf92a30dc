"""What somebody may be about to type: names of products and businesses, titles of classes and tariff lines. One statement, each
part through its index.

Only beginnings, in the order that finding them has (portal.selectors.reference): no spelling, no translation. Who presses Search
gets those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from curation.matching.asking import ask, tuned
from curation.matching.collection import PRODUCTS
from curation.matching.facets import CURRENT, TYPED, quoted
from portal.enums import EnterpriseStatus, Role
from portal.models import User
from portal.models.enterprise import LISTED_FROM
from portal.models.reference import in_english
from portal.reference.files import stop_words
from portal.selectors.reference import typed_code
from portal.text import fold

# Fewer letters begin too much; of a longer text nothing can be guessed any more.
LEAST, MOST = 3, 100
MOST_WORDS = 8
# Of each kind, and altogether.
EACH, ALL = 5, 10
# Rows that are looked at for each kind: "lai" begins a word of two tariff lines in three.
NEAR = 200
# Of names more, since not all of them may be told.
NAMED = 1_000


class Kind(TextChoices):
    PRODUCT = "product", _("Product")
    CLASS = "class", _("KBLI class")
    TARIFF = "tariff", _("HS code")
    BUSINESS = "business", _("Business")


@dataclass(frozen=True)
class Suggestion:
    """`code`: of a class or tariff line; a class is one of the edition in force."""

    kind: str
    text: str
    code: str = ""

    @property
    def edition(self) -> int | None:
        return int(CURRENT) if self.kind == Kind.CLASS else None


# As Enterprise.listed says, and for ministries, who look through the registrations, as visible_to does.
LISTED = f"e.status = '{EnterpriseStatus.VERIFIED.value}' AND e.completeness >= {LISTED_FROM} AND e.unconfirmed_since IS NULL"
KNOWN_TO_MINISTRIES = f"e.status <> '{EnterpriseStatus.DRAFT.value}'"

# The words as written first, then where the first of them stands earliest.
_PLACE = "strpos(own_text, %(whole)s) > 0 DESC, strpos(search_text, %(first)s), length(code), code"
PARTS: Mapping[str, str] = {
    Kind.PRODUCT: f"""
SELECT 'product', p.name, '', row_number() OVER (ORDER BY count(*) DESC, p.name)
FROM (SELECT id FROM {PRODUCTS.rows} WHERE words @@ %(typed)s::tsquery LIMIT {NEAR}) near JOIN portal_product p USING (id)
JOIN portal_enterprise e ON e.id = p.enterprise_id AND {LISTED}
WHERE p.withdrawn_at IS NULL GROUP BY p.name""",
    Kind.CLASS: f"""
SELECT 'class', CASE WHEN %(english)s AND title_en <> '' THEN title_en ELSE title END, code, row_number() OVER (ORDER BY {_PLACE})
FROM (SELECT * FROM portal_kbliclass WHERE edition = {int(CURRENT)} AND level = 5 AND {{begun}} LIMIT {NEAR}) near""",
    Kind.TARIFF: f"""
SELECT 'tariff', CASE WHEN %(english)s THEN path_en ELSE path_id END, code, row_number() OVER (ORDER BY {_PLACE})
FROM (SELECT * FROM portal_hscode WHERE {{begun_itself}} LIMIT {NEAR}) near""",
    Kind.BUSINESS: f"""
SELECT 'business', name, '', row_number() OVER (ORDER BY strpos(lower(name), trim(%(first)s)), name)
FROM (SELECT id, name FROM portal_organisation WHERE {{named}} LIMIT {NAMED}) o
JOIN portal_enterprise e ON e.organisation_id = o.id AND {{known}}""",
}


def suggestions(text: str, *, kinds: Collection[str] = (), user: User | None = None) -> list[Suggestion]:
    """Kinds in turn, of each the likeliest first; nothing that this person could not find otherwise."""
    if len(text) > MOST:
        return []
    code = typed_code(text)
    words = [code] if code else fold(text.replace("\0", " ")).split()[:MOST_WORDS]
    # "cv" begins half of all names, and "untuk" says nothing.
    if not any(len(word) >= LEAST and word not in stop_words() for word in words):
        return []
    numbers = range(len(words))
    begun = "code LIKE %(code)s" if code else " AND ".join(f"search_text LIKE %(begun{n})s" for n in numbers)
    itself = "" if code else "".join(f" AND own_text LIKE %(begun{n})s" for n in numbers)
    # An index of three letters each knows nothing of shorter words.
    named = " AND ".join(
        f"lower(name) LIKE %(part{n})s" if len(words[n]) >= LEAST else f"strpos(lower(name), %(word{n})s) > 0"
        for n in numbers
    )
    where = {"begun": begun, "begun_itself": begun + itself, "named": named, "known": _known(user)}
    wanted = [PARTS[kind].format(**where) for kind in Kind if kind in kinds or not kinds]
    values: dict[str, Any] = {
        "typed": " & ".join(f"{quoted(TYPED + word)}{':*' if word is words[-1] else ''}" for word in words),
        "code": f"{code}%",
        "first": f" {words[0]}",
        "whole": f" {' '.join(words)} ",
        "english": in_english(),
        **{f"begun{n}": f"% {word}%" for n, word in enumerate(words)},
        **{f"part{n}": f"%{word}%" for n, word in enumerate(words)},
        **{f"word{n}": word for n, word in enumerate(words)},
    }
    with tuned():
        rows = ask(
            f"SELECT kind, text, code FROM ({' UNION ALL '.join(wanted)}) AS each (kind, text, code, place) WHERE place <= {EACH}"
            f" ORDER BY place, kind DESC, text LIMIT {ALL}",
            values,
        )
    found = [Suggestion(row["kind"], _shown(**row), row["code"]) for row in rows]
    return sorted(found, key=lambda each: list(Kind).index(Kind(each.kind)))


def _known(user: User | None) -> str:
    ministry = user is not None and user.is_authenticated and user.acts_as(Role.MINISTRY_ADMIN)
    return KNOWN_TO_MINISTRIES if ministry else LISTED


def _shown(*, kind: str, text: str, code: str) -> str:
    """Of a tariff line what is its own: its heading's words are long, "Lain-lain" means nothing without its subheading."""
    if kind != Kind.TARIFF:
        return text
    return " › ".join(text.split(" › ")[-2 if len(code) > 6 else -1 :])
