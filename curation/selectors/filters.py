"""What the addresses of the public lists ask for, as the matcher reads it."""

from __future__ import annotations

from collections.abc import Mapping

from curation.matching.query import Filters


def need_filters(wanted: Mapping[str, str]) -> Filters:
    """Whether a programme is open is no part of the index: asked of what was found."""
    flag = wanted.get("flag", "")
    return Filters(
        province=wanted.get("province", ""),
        kbli=wanted.get("kbli", ""),
        certificates=(wanted["certificate"],) if "certificate" in wanted else (),
        flags=(flag,) if flag and flag != "programme" else (),
    )


def directory_filters(wanted: Mapping[str, str]) -> Filters:
    return Filters(
        curated=bool(wanted.get("curated")),
        province=wanted.get("province", ""),
        kbli=wanted.get("kbli", ""),
        certificates=(wanted["certificate"],) if "certificate" in wanted else (),
        business_class=wanted.get("class", ""),
    )
