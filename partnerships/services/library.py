"""Loading the clause library: the minimum content of a partnership contract (PP 7/2021), and useful clauses beside it."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import transaction

from partnerships.models import Clause

LIST = Path(__file__).resolve().parents[1] / "library" / "clauses.json"


@transaction.atomic
def load_clauses(path: Path = LIST) -> dict[str, int]:
    """Adds what is new. A shipped text that changed becomes the next version: contracts keep the one they were made with."""
    added = unchanged = 0
    for position, each in enumerate(json.loads(path.read_text(encoding="utf-8")), 1):
        newest = Clause.objects.filter(code=each["code"]).order_by("-version").first()
        fields = {name: each[name] for name in ("title_id", "title_en", "body_id", "body_en", "required")}
        if newest is not None and all(getattr(newest, name) == value for name, value in fields.items()):
            Clause.objects.filter(pk=newest.pk).update(position=position)
            unchanged += 1
            continue
        Clause.objects.create(
            code=each["code"], version=newest.version + 1 if newest else 1, position=position, **fields
        )
        added += 1
    return {"added": added, "unchanged": unchanged}
