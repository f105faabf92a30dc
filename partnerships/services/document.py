"""The text of a contract: frozen as canonical JSON, hashed, and printed from nothing but that.

The contract's language is Indonesian, whatever the reader's: everything here is formatted that way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from partnerships.models import Partnership, Revision
from partnerships.selectors.signatories import required_authorities
from portal.enums import BusinessClass, LegalForm, Unit
from portal.models import User
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

FORMAT = "mitrapasok.contract/1"
TEMPLATE = Path(__file__).resolve().parents[1] / "library" / "contract.typ"
# What a clause may say of the contract it stands in. Anything else in braces stays as written.
PLACEHOLDER = re.compile(r"\{(pembeli|penyedia|barang|nilai|mulai|berakhir|hari_bayar|hari_terima)\}")


def content_of(partnership: Partnership) -> dict[str, Any]:
    """Everything that is agreed, as plain values. No tax or identity number of a person stands in a contract's text."""
    shares = list(partnership.shares.select_related("enterprise__organisation", "enterprise__village"))
    content: dict[str, Any] = {
        "format": FORMAT,
        "number": partnership.number,
        "revision": partnership.revision,
        "title": partnership.title,
        "agreement": {
            "title": partnership.agreement.title_id,
            "number": partnership.agreement.number,
            "signed_on": partnership.agreement.signed_on.isoformat(),
        },
        "authorities": [authority.name for authority in required_authorities(partnership)],
        "buyer": {"id": partnership.buyer_id, "name": partnership.buyer.name},
        "enterprises": [
            {
                "id": share.enterprise_id,
                "name": share.enterprise.name,
                "legal_form": share.enterprise.legal_form,
                "business_class": share.enterprise.business_class,
                "nib": share.enterprise.nib,
                "place": str(share.enterprise.village or ""),
                "leads": share.leads,
            }
            for share in shares
        ],
        "need": partnership.need and {"number": partnership.need.number, "item": partnership.need.item},
        "starts_on": partnership.starts_on.isoformat(),
        "ends_on": partnership.ends_on.isoformat(),
        "value": partnership.value,
        "payment_days": partnership.payment_days,
        "acceptance_days": partnership.acceptance_days,
        "stamp_duty_serial": partnership.stamp_duty_serial,
        "lines": [
            {
                "position": line.position,
                "enterprise": line.enterprise_id,
                "item": line.item,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "price": line.price,
                "amount": line.amount,
            }
            for line in partnership.lines.all()
        ],
    }
    if partnership.amends is not None:
        # Only there: other texts keep the fingerprint they would have had before there were amendments.
        content["amends"] = {
            "number": partnership.amends.number,
            "amendment": partnership.amendment,
            "rationale": partnership.rationale,
        }
    words = _words(content)
    content["clauses"] = [
        {
            "position": clause.position,
            "code": clause.clause.code if clause.clause else "",
            "version": clause.clause.version if clause.clause else None,
            "changed": bool(clause.clause) and clause.body != clause.clause.body_id,
            "title": clause.title,
            "body": PLACEHOLDER.sub(lambda match: words[match[1]], clause.body),
        }
        for clause in partnership.clauses.select_related("clause")
    ]
    return content


def canonical(content: dict[str, Any]) -> bytes:
    """One way only to write it: sorted keys, no spaces, UTF-8. Reads back from the database to the same bytes."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def freeze(partnership: Partnership, *, by: User) -> Revision:
    content = content_of(partnership)
    return Revision.objects.create(
        partnership=partnership,
        number=partnership.revision,
        content=content,
        document_hash=hash_of(content),
        created_by=by,
    )


def is_intact(partnership: Partnership) -> bool:
    """Does the frozen text still give the hash that everybody signs?"""
    frozen = partnership.revisions.filter(number=partnership.revision).first()
    return (
        frozen is not None
        and frozen.document_hash == partnership.document_hash
        and hash_of(frozen.content) == frozen.document_hash
    )


def as_printed(content: dict[str, Any], language: str = "id") -> dict[str, Any]:
    """The same content with numbers, dates and units in words: what the contract's page and the PDF both draw.

    A summary beside it may be in the reader's language; the contract itself never is.
    """
    names = {each["id"]: each["name"] for each in content["enterprises"]}
    with translation.override(language):
        return {
            **content,
            "agreement": {**content["agreement"], "signed_on": _day(content["agreement"]["signed_on"])},
            "enterprises": [
                {
                    **each,
                    "legal_form": str(LegalForm(each["legal_form"]).label) if each["legal_form"] else "",
                    # Texts frozen before the class stood in them are printed without it, for ever.
                    "business_class": _class_label(each.get("business_class", "")),
                }
                for each in content["enterprises"]
            ],
            "starts_on": _day(content["starts_on"]),
            "ends_on": _day(content["ends_on"]),
            "value": rupiah(content["value"], exact=True),
            "lines": [
                {
                    "position": line["position"],
                    "enterprise": names[line["enterprise"]],
                    "item": line["item"],
                    "quantity": f"{angka(Decimal(line['quantity']))} {Unit(line['unit']).label}",
                    "price": rupiah(line["price"], exact=True),
                    "amount": rupiah(line["amount"], exact=True),
                }
                for line in content["lines"]
            ],
        }


def pdf_of(revision: Revision) -> bytes:
    """The frozen text as a PDF, drawn by the embedded typesetter with its own fonts."""
    address = settings.SITE_URL + reverse("verify_file")
    printed = as_printed(revision.content) | {
        "hash": revision.document_hash,
        "address": address,
        "qr": segno.make(address, error="m").svg_inline(scale=4, border=2),
    }
    return typst.compile(
        TEMPLATE,
        sys_inputs={"contract": json.dumps(printed, ensure_ascii=False)},
        # The same on every machine.
        ignore_system_fonts=True,
    )


def _words(content: dict[str, Any]) -> dict[str, str]:
    with translation.override("id"):
        return {
            "pembeli": content["buyer"]["name"],
            "penyedia": ", ".join(each["name"] for each in content["enterprises"]),
            "barang": content["title"],
            "nilai": rupiah(content["value"], exact=True),
            "mulai": _day(content["starts_on"]),
            "berakhir": _day(content["ends_on"]),
            "hari_bayar": str(content["payment_days"]),
            "hari_terima": str(content["acceptance_days"]),
        }


def _class_label(value: str) -> str:
    return str(BusinessClass(value).label) if value else ""


def _day(iso: str) -> str:
    return date_format(dt.date.fromisoformat(iso), "DATE_FORMAT")
