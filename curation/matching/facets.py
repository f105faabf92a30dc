"""Facets as lexemes: what a filter asks of the index, beside the words. A word has no colon, a facet always has one."""

from __future__ import annotations

from curation.matching.query import Filters
from portal.models import KbliClass

CURRENT = KbliClass.Edition.KBLI_2025
# The letter before the digits' count says the edition: a code of 2020 may mean another thing in 2025.
EDITIONS = {int(CURRENT): "k", int(KbliClass.Edition.KBLI_2020): "l"}
CURATED = "cur:"
# A word of the name, as written.
TYPED = "n:"
LEVELS = (5, 4, 3, 2)


def kbli(code: str, edition: int = CURRENT) -> str:
    return f"{EDITIONS[edition]}{len(code)}:{code}"


def province(code: str) -> str:
    return f"p:{code[:2]}"


def certificate(kind: str) -> str:
    return f"c:{kind}"


def business_class(name: str) -> str:
    return f"b:{name}"


def flag(name: str) -> str:
    return f"f:{name}"


def of_filters(filters: Filters) -> tuple[str, ...]:
    """Those that all must be there. Of curated rows there is an index of their own."""
    return (
        *((province(filters.province),) if filters.province else ()),
        *((kbli(filters.kbli),) if filters.kbli else ()),
        *(certificate(kind) for kind in filters.certificates),
        *((business_class(filters.business_class),) if filters.business_class else ()),
        *(flag(name) for name in filters.flags),
    )


def quoted(facet: str) -> str:
    """As part of a tsquery: whatever somebody put into the address is one lexeme and no operator."""
    inner = facet.replace("\\", "").replace("'", "''").replace("\0", "")
    return f"'{inner}'"
