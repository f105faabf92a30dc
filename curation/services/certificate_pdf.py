"""The certificate on paper, in the reader's language, drawn by the embedded typesetter with its own fonts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from curation.models import Curation
from portal.presentation.dates import tanggal, waktu
from portal.selectors.ladder import ladder_of

TEMPLATE = Path(__file__).resolve().parents[1] / "library" / "certificate.typ"


def pdf_of(curation: Curation) -> bytes:
    return typst.compile(TEMPLATE, sys_inputs={"certificate": json.dumps(printed(curation), ensure_ascii=False)})


def printed(curation: Curation) -> dict[str, Any]:
    """Everything on the sheet, as strings. One that ended or was revoked says so across it: a copy may be older."""
    address = settings.SITE_URL + reverse("certificate_verify", args=[curation.token])
    with override("en"):
        title_en = _("Curation certificate")
    village = curation.enterprise.village
    return {
        "title": _("Curation certificate"),
        "title_en": title_en,
        "state": curation.standing,
        "state_words": _state(curation),
        "reason": curation.revoked_reason,
        "given_to": _("Given to"),
        "enterprise": curation.enterprise.name,
        "place": village.full_name if village else "",
        "passed": _("which passed the curation"),
        "programme": curation.programme.name,
        "buyer": curation.programme.buyer.name,
        "facts": [
            [_("Application"), curation.application.number],
            [_("Valid from"), tanggal(curation.valid_from, "long")],
            [_("Valid until"), tanggal(curation.valid_until, "long")],
            [_("Business checked"), _rung(curation)],
            *(
                [[_("Recognises the mark of"), str(recognised.programme.buyer)]]
                if (recognised := curation.recognised)
                else []
            ),
        ],
        "code": str(curation.token),
        "address": address,
        "qr": segno.make(address, error="m").svg_inline(scale=5, border=2),
        "note": _("Sample data: this sheet certifies nothing.")
        if curation.application.is_sample
        else _("This sheet counts only as far as the page behind the code agrees."),
        "printed": _("Printed %(at)s") % {"at": waktu(timezone.now())},
    }


def _rung(curation: Curation) -> str:
    """How far, and since when: on the day of print."""
    ladder = ladder_of(curation.enterprise)
    since = {"rung": ladder.rung.label, "day": tanggal(ladder.since, "long")}
    return _("%(rung)s, since %(day)s") % since if ladder.since else str(ladder.rung.label)


def _state(curation: Curation) -> str:
    if curation.revoked_at is not None:
        return _("Revoked on %(date)s.") % {"date": tanggal(curation.revoked_at, "long")}
    return _("Expired on %(date)s.") % {"date": tanggal(curation.valid_until, "long")} if not curation.is_valid else ""
