"""Two people with the same page open: whoever saves second compares with what the first saved, instead of undoing it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from portal import crypto
from portal.flow import TooLate
from portal.models import AuditEntry


class ChangedMeanwhile(TooLate):
    """Pages show both versions; the API answers 412. `last`: the entry of who saved, where there is one. `stored`: what
    is saved now, where the page cannot draw it from the row.
    """

    def __init__(self, last: AuditEntry | None, *, status: str = "", stored: dict[str, Any] | None = None) -> None:
        self.who = str(last.actor) if last and last.actor else ""
        self.at: dt.datetime | None = last.at if last else None
        self.stored = stored or {}
        said = _("Somebody else saved changes meanwhile. Compare before you save.")
        super().__init__(said, move="change", status=status, code="changed_meanwhile")


def digest(content: Any) -> str:
    """32 hexadecimal characters by which a page knows this content again; keyed, so that no number can be tried out."""
    return crypto.search_hash(json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True))[:32]


def fingerprint(row: models.Model, fields: Iterable[str]) -> str:
    """Of what is stored in these fields: what a page carries to notice that somebody else saved."""
    values = {
        name: [each.pk for each in value] if isinstance(value, list) and value and hasattr(value[0], "pk") else value
        for name, value in model_to_dict(row, fields).items()
    }
    return digest(values)


def check_unchanged(locked: models.Model, fields: Iterable[str], seen: str) -> None:
    """Raises ChangedMeanwhile. `seen`: the fingerprint the page was opened with; empty asks nothing."""
    if seen and seen != fingerprint(locked, fields):
        last = AuditEntry.objects.of(locked).filter(action="change").select_related("actor").order_by("-seq").first()
        raise ChangedMeanwhile(last, status=getattr(locked, "status", ""))
