"""Papers and certificates: what a firm of its kind would hold. Some have run out, some nobody has verified yet."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from portal.enums import CheckedHow, DocumentKind, EnterpriseStatus
from portal.models import Document, DocumentReminder, Product, User
from portal.sample.enterprises import Made
from portal.sample.keys import dice
from portal.sample.scans import scan
from portal.sample.trades import recipes

K, S = DocumentKind, EnterpriseStatus
ISSUERS = {
    K.NIB: "Lembaga OSS",
    K.NPWP: "Direktorat Jenderal Pajak",
    K.DEED: "Notaris (contoh)",
    K.SNI: "LSPro (contoh)",
    K.HALAL: "BPJPH",
    K.BPOM: "BPOM",
    K.PIRT: "Dinas Kesehatan (contoh)",
    K.ISO_9001: "Lembaga sertifikasi (contoh)",
    K.TKDN: "Kementerian Perindustrian",
    K.LAB_TEST: "Laboratorium uji (contoh)",
}
# As they look, of offices and places that do not exist.
NUMBERS = {
    K.NPWP: "000{}000000",
    K.SNI: "SNI-000-{}",
    K.HALAL: "ID0000000000{}",
    K.BPOM: "MD 000000{}",
    K.PIRT: "P-IRT 0000000{}-28",
    K.DEED: "AHU-{}.AH.01.01",
}
UNREADABLE = "Pindaian tidak terbaca di bagian nomor dan tanggal. Unggah foto seluruh halaman, tegak dan terang."
# Days; None does not run out.
TERM = {K.SNI: 4 * 365, K.PIRT: 5 * 365, K.BPOM: 5 * 365, K.ISO_9001: 3 * 365, K.TKDN: 5 * 365, K.LAB_TEST: 365}
HELD = {"micro": 0.4, "small": 0.65, "medium": 0.85}
WITH_ISO = {"micro": 0.0, "small": 0.12, "medium": 0.5}
RUN_OUT, VERIFIED = 0.07, 0.75


def add_papers(made: list[Made], products: list[Product], checker: User) -> None:
    roll = dice("papers")
    own: dict[int, list[Product]] = {}
    for product in products:
        own.setdefault(product.enterprise_id, []).append(product)
    rows: list[Document] = []
    leads = {each.enterprise.pk for each in made if each.plan.lead}
    for each in made:
        if each.plan.status != S.DRAFT:
            rows += _of_firm(each, roll, checker)
        rows += _of_products(each, own.get(each.enterprise.pk, []), roll, checker)
    for row in rows:
        if row.enterprise_id in leads:
            scan(row)
    Document.objects.bulk_create(rows)
    _renew(rows, roll)
    _refuse(rows, checker)
    # Told of long ago, as the daily job would have: nobody shall get a hundred notices on the first day of a demo.
    today = timezone.localdate()
    DocumentReminder.objects.bulk_create(
        DocumentReminder(document=row, days=days)
        for row in rows
        if row.valid_until is not None
        for days in (60, 30, 7, 0)
        if (row.valid_until - today).days < days or (days == 0 and row.valid_until < today)
    )


def _renew(rows: list[Document], roll: random.Random) -> None:
    """Some that ran out have been renewed since; the old one stays in the history."""
    today = timezone.localdate()
    ended = [(row, row.valid_until) for row in rows if row.valid_until and row.valid_until < today]
    for row, until in ended[::4]:
        Document.objects.create(
            enterprise=row.enterprise,
            kind=row.kind,
            number=_number(DocumentKind(row.kind), row.enterprise.nib, roll),
            issuer=row.issuer,
            valid_from=until,
            valid_until=until + dt.timedelta(days=TERM.get(DocumentKind(row.kind)) or 365),
            uploaded_by=row.uploaded_by,
            replaces=row,
        )


def _refuse(rows: list[Document], checker: User) -> None:
    """A few of those nobody has verified could not be accepted."""
    for row in [each for each in rows if each.verified_at is None and each.enterprise.decided_at][::9]:
        row.refused_at, row.refused_by, row.refused_reason = timezone.now(), checker, UNREADABLE
        row.save(update_fields=["refused_at", "refused_by", "refused_reason"])


def _of_firm(each: Made, roll: random.Random, checker: User) -> list[Document]:
    kinds = [K.NIB, K.NPWP]
    if each.plan.form not in ("perorangan", "pt_perorangan"):
        kinds.append(K.DEED)
    rows = [_paper(each, kind, roll, checker, lasts=True) for kind in kinds]
    if each.plan.lead or roll.random() < WITH_ISO[each.plan.band]:
        rows.append(_paper(each, K.ISO_9001, roll, checker))
    return rows


def _of_products(each: Made, products: list[Product], roll: random.Random, checker: User) -> list[Document]:
    """A certificate of the firm serves all its products; an enterprise with a story holds every one it needs."""
    asked: dict[str, set[DocumentKind]] = {}
    for recipe in recipes(each.plan.trade):
        asked.setdefault(recipe.kbli, set()).update(recipe.papers)
    kinds = sorted({kind for product in products for kind in asked[product.code[:5]]})
    if each.plan.lead:
        kinds = sorted({kind for wanted in asked.values() for kind in wanted} | {K.LAB_TEST})
    held = [kind for kind in kinds if each.plan.lead or roll.random() < HELD[each.plan.band]]
    return [_paper(each, kind, roll, checker, lasts=bool(each.plan.lead)) for kind in held]


def _paper(each: Made, kind: DocumentKind, roll: random.Random, checker: User, *, lasts: bool = False) -> Document:
    today, enterprise = timezone.localdate(), each.enterprise
    begun = enterprise.established_on or today - dt.timedelta(days=400)
    valid_from = max(begun, today - dt.timedelta(days=roll.randint(20, 330)))
    term = TERM.get(kind)
    until = valid_from + dt.timedelta(days=term) if term else None
    if until and not lasts and roll.random() < RUN_OUT:
        until = max(valid_from, today - dt.timedelta(days=roll.randint(3, 90)))
    verified = each.plan.status in (S.VERIFIED, S.SUSPENDED, S.CLOSED) and (lasts or roll.random() < VERIFIED)
    return Document(
        enterprise=enterprise,
        kind=kind,
        number=_number(kind, enterprise.nib, roll),
        issuer=ISSUERS[kind],
        valid_from=valid_from,
        valid_until=until,
        verified_at=enterprise.decided_at if verified else None,
        verified_by=checker if verified else None,
        verified_how=CheckedHow.AT_THE_DESK if verified else "",
        verified_for=checker.organisation if verified else None,
        uploaded_by=each.owner,
    )


def _number(kind: DocumentKind, nib: str, roll: random.Random) -> str:
    if kind == K.NIB:
        return nib
    digits = roll.randint(100000, 999999)
    return NUMBERS.get(kind, "CONTOH-{}").format(digits)
