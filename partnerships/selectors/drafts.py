"""What a draft holds now: by which two people who change it at once notice each other."""

from __future__ import annotations

from typing import Any

from partnerships.models import Partnership
from portal.meanwhile import digest
from portal.models import AuditEntry

PARTS = ("parties", "terms", "lines", "clauses")
WHOLE = "draft"
TERMS = ("agreement", "title", "starts_on", "ends_on", "payment_days", "acceptance_days", "stamp_duty_serial")
LINE = ("enterprise_id", "product_id", "item", "quantity", "unit", "price")


def fingerprint(draft: Partnership, part: str = WHOLE) -> str:
    """Of a part, as a page carries it, or of the whole draft, as the API's ETag: "lines:0f3c…". Empty for an unknown part."""
    if part not in (*PARTS, WHOLE):
        return ""
    content = {name: _content(draft, name) for name in (PARTS if part == WHOLE else (part,))}
    return f"{part}:{digest(content)}"


def changed_last(draft: Partnership, part: str) -> AuditEntry | None:
    """Who changed it, and when."""
    entries = AuditEntry.objects.of(draft).filter(action="change")
    if part != WHOLE:
        entries = entries.filter(payload__part=part)
    return entries.select_related("actor").order_by("-seq").first()


def _content(draft: Partnership, part: str) -> Any:
    match part:
        case "parties":
            return list(draft.shares.order_by("enterprise").values_list("enterprise", "leads"))
        case "terms":
            return {name: getattr(draft, draft._meta.get_field(name).attname) for name in TERMS}
        case "lines":
            return list(draft.lines.values_list(*LINE))
        case "clauses":
            return list(draft.clauses.values_list("clause", "title", "body"))
