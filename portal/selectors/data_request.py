"""A request about personal data as whoever answers it reads it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.identity import masked
from portal.models import DataRequest
from portal.sections import IDENTITY_FACTS, SECRET_FIELDS
from portal.selectors.dossier import label_of, shown


def about_text(request: DataRequest) -> str:
    match request.about:
        case "":
            return ""
        case "account":
            return _("The account")
        case "document":
            return _("A paper that was checked")
        case name if name in IDENTITY_FACTS:
            return str(label_of(name))
    return _("Something else")


def described(request: DataRequest) -> list[dict[str, Any]]:
    """Of a NIK and of a person's NPWP the last digits only, on both sides."""
    facts: list[dict[str, Any]] = [
        {"label": _("Asked by"), "value": str(request.person)},
        {"label": _("Business"), "value": str(request.enterprise) if request.enterprise else _("none")},
    ]
    if request.about in IDENTITY_FACTS and request.enterprise:
        wanted = masked(request.wanted) if request.about in SECRET_FIELDS else request.wanted
        facts += [
            {"label": _("What is wrong"), "value": about_text(request)},
            {"label": _("It reads now"), "value": shown(request.enterprise, request.about)},
            {"label": _("It should read"), "value": wanted},
        ]
    elif request.about:
        facts += [
            {"label": _("What is wrong"), "value": about_text(request)},
            {"label": _("It should read"), "value": request.wanted},
        ]
    if request.explanation:
        facts.append({"label": _("How it can be seen"), "value": request.explanation})
    return facts
