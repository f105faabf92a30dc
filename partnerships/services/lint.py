"""What is checked before a contract is offered, and again before somebody signs it.

`fail` blocks; `warn` is for people to weigh. The database keeps the hardest of these rules by itself (see the migrations).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.models import Curation
from partnerships.enums import PartnershipStatus
from partnerships.models import Line, Partnership, Share
from partnerships.selectors.amendments import against
from partnerships.selectors.library import current_clauses
from partnerships.selectors.signatories import in_office, required_places
from partnerships.services.capacity import overdrawn
from partnerships.services.document import is_intact
from partnerships.signatures.provider import is_configured, not_set_up
from portal.enums import DocumentKind, EnterpriseStatus, Role, Unit
from portal.models import DatedRule, Document, Enterprise, Membership
from portal.presentation.dates import tanggal
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka

OK, WARN, FAIL = "ok", "warn", "fail"

# The portal's own limit where no dated rule ("contract_term") sets one: five years, as a slip of the finger in a year shows.
LONGEST_TERM_MONTHS = 60
# UU 10/2020, article 3(2)g: a document that states more than five million rupiah bears stamp duty.
STAMP_DUTY_ABOVE = 5_000_000
# Rule 6: whoever supplies more than this share of the value holds a curation of its own.
CURATED_ABOVE_PERCENT = 30


@dataclass(frozen=True)
class Check:
    state: str
    text: str
    note: str = ""


def failures(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.state == FAIL]


def lint(partnership: Partnership, day: dt.date | None = None) -> list[Check]:
    """Everything that stands against offering this draft today, what to look at, and what is in order."""
    day = day or timezone.localdate()
    shares = list(partnership.shares.select_related("enterprise__organisation", "curation__programme"))
    lines = list(partnership.lines.select_related("product"))
    return [
        *_parties(partnership, shares, lines, day),
        *_papers(partnership, shares, lines, day),
        *_lines(partnership, shares, lines),
        *_capacity(partnership, lines),
        *_term(partnership, day),
        *_payment(partnership, day),
        *_clauses(partnership),
        *_signers(partnership, day),
        *_stamp_duty(partnership, day),
        *_earlier_contracts(partnership, shares, day),
        *_against_what_was_ordered(partnership),
    ]


def before_signing(partnership: Partnership, day: dt.date | None = None) -> list[Check]:
    """The facts an approver or an authority signs on. What held at the offer and no longer does is said here."""
    day = day or timezone.localdate()
    shares = list(
        partnership.shares.select_related(
            "enterprise__organisation", "curation__programme", "curation__decision__score__criteria_set"
        )
    )
    checks = [] if is_configured() else [Check(FAIL, not_set_up())]
    checks += [check for share in shares for check in _mark_today(share, day)]
    for share in shares:
        enterprise = share.enterprise
        if enterprise.status != EnterpriseStatus.VERIFIED:
            checks.append(Check(FAIL, _("%(name)s is not active any more") % {"name": enterprise.name}))
        elif not enterprise.npwp:
            checks.append(Check(WARN, _("%(name)s: NIB in force, NPWP not on record") % {"name": enterprise.name}))
        else:
            checks.append(
                Check(OK, _("%(name)s: NIB and NPWP on record, enterprise active") % {"name": enterprise.name})
            )
    if is_intact(partnership):
        checks.append(
            Check(OK, _("Same text since the first signature"), f"SHA-256 {_short(partnership.document_hash)}")
        )
    else:
        checks.append(
            Check(FAIL, _("The text no longer matches its fingerprint"), f"SHA-256 {_short(partnership.document_hash)}")
        )
    if partnership.ends_on < day:
        checks.append(Check(FAIL, _("The term has already ended")))
    elif partnership.starts_on < day and partnership.amends_id is None:
        checks.append(Check(WARN, _("The term began on %(day)s") % {"day": tanggal(partnership.starts_on)}))
    checks += _capacity(partnership, list(partnership.lines.select_related("product")))
    checks += _against_what_was_ordered(partnership)
    return [*checks, *_stamp_duty(partnership, day), *_earlier_contracts(partnership, shares, day)]


def _parties(partnership: Partnership, shares: list[Share], lines: list[Line], day: dt.date) -> list[Check]:
    """Rule 6."""
    if not any(share.leads for share in shares):
        return [Check(FAIL, _("Choose the enterprises, and which one leads"))]
    checks = []
    for share in shares:
        enterprise, name = share.enterprise, share.enterprise.name
        if enterprise.status != EnterpriseStatus.VERIFIED:
            checks.append(Check(FAIL, _("%(name)s is not active") % {"name": name}))
        own = sum(line.amount for line in lines if line.enterprise_id == enterprise.pk)
        percent = 100 * own / partnership.value if partnership.value else 0
        mark = newest_mark(enterprise, partnership, day)
        if mark is not None:
            checks.append(
                Check(
                    OK,
                    _("%(name)s: curated by %(buyer)s until %(day)s")
                    % {"name": name, "buyer": partnership.buyer.label, "day": tanggal(mark.valid_until)},
                )
            )
        elif share.leads:
            checks.append(
                Check(FAIL, _("%(name)s leads, and holds no valid curation by your organisation") % {"name": name})
            )
        elif percent > CURATED_ABOVE_PERCENT:
            checks.append(
                Check(
                    FAIL,
                    _("%(name)s supplies %(percent)s%% of the value: above %(limit)s%% it needs a curation of its own")
                    % {"name": name, "percent": angka(round(percent, 1)), "limit": CURATED_ABOVE_PERCENT},
                )
            )
        checks += _cooperative_members(enterprise)
    return checks


def newest_mark(enterprise: Enterprise, partnership: Partnership, day: dt.date) -> Curation | None:
    """The curation by this buyer that holds on that day; of several, the one that holds longest."""
    return (
        Curation.objects.filter(
            enterprise=enterprise,
            programme__buyer=partnership.buyer_id,
            revoked_at=None,
            valid_from__lte=day,
            valid_until__gte=day,
        )
        .order_by("-valid_until")
        .first()
    )


def _cooperative_members(enterprise: Enterprise) -> list[Check]:
    if not enterprise.is_cooperative:
        return []
    waiting = Enterprise.objects.filter(cooperatives__cooperative=enterprise).exclude(status=EnterpriseStatus.VERIFIED)
    return [
        Check(
            FAIL,
            _("%(member)s, a member of %(name)s, is not active") % {"member": member.name, "name": enterprise.name},
        )
        for member in waiting.select_related("organisation")
    ]


def _papers(partnership: Partnership, shares: list[Share], lines: list[Line], day: dt.date) -> list[Check]:
    """NIB, activity and the certificates the need asks for, of everyone who supplies something."""
    checks: list[Check] = []
    wanted = partnership.need.required_certificates if partnership.need else []
    supplying = {line.enterprise_id for line in lines}
    newest_edition = _rule("kbli_edition", day).get("edition")
    for share in shares:
        enterprise, name = share.enterprise, share.enterprise.name
        if not enterprise.nib:
            checks.append(Check(FAIL, _("%(name)s has no NIB") % {"name": name}))
        main = enterprise.activities.filter(is_main=True).select_related("kbli").first()
        if main is None:
            checks.append(Check(FAIL, _("%(name)s has no main KBLI activity") % {"name": name}))
        elif newest_edition and main.kbli.edition != newest_edition:
            checks.append(
                Check(
                    WARN,
                    _("%(name)s: main activity is still in KBLI %(edition)s")
                    % {"name": name, "edition": main.kbli.edition},
                )
            )
        if enterprise.pk in supplying:
            found = [check for kind in wanted for check in _certificate(enterprise, kind, day)]
            checks += [_weighed(check) for check in found] if _holds_together(partnership) else found
    return checks


def _holds_together(partnership: Partnership) -> bool:
    """The buyer formed the consortium so that somebody in it holds each certificate, not each of them all."""
    return partnership.consortium is not None and not partnership.consortium.each_holds


def _weighed(check: Check) -> Check:
    return Check(WARN, check.text, check.note) if check.state == FAIL else check


def _capacity(partnership: Partnership, lines: list[Line]) -> list[Check]:
    """What other contracts and consortia hold is promised; only what is free can be promised here."""
    said = _("“%(product)s”: %(asked)s %(unit)s a month are asked for, %(free)s are free in this term")
    return [
        Check(
            FAIL,
            said
            % {
                "product": product.name,
                "asked": angka(asked),
                "free": angka(free),
                "unit": Unit(product.unit).label,
            },
        )
        for product, asked, free in overdrawn(partnership, lines)
    ]


def _certificate(enterprise: Enterprise, kind: str, day: dt.date) -> list[Check]:
    papers = Document.objects.filter(enterprise=enterprise, kind=kind)
    label, name = DocumentKind(kind).label, enterprise.name
    held = papers.counting_on(day).best_first().first()
    if held is not None:
        said = {"name": name, "paper": label}
        if held.is_verified:
            note = _("verified on %(day)s") % {"day": tanggal(held.verified_at)}
            return [Check(OK, _("%(name)s: %(paper)s valid") % said, note)]
        return [Check(WARN, _("%(name)s: %(paper)s valid, and nobody has verified it") % said, _("self-declared"))]
    expired = papers.filter(valid_until__lt=day, refused_at=None).order_by("-valid_until").first()
    if expired is not None:
        ended = tanggal(expired.valid_until)
        return [Check(FAIL, _("%(name)s: %(paper)s expired on %(day)s") % {"name": name, "paper": label, "day": ended})]
    return [Check(FAIL, _("%(name)s: %(paper)s is missing") % {"name": name, "paper": label})]


def _lines(partnership: Partnership, shares: list[Share], lines: list[Line]) -> list[Check]:
    if not lines:
        return [Check(FAIL, _("The contract has no lines yet"))]
    checks = []
    total = sum(line.amount for line in lines)
    if total != partnership.value:
        checks.append(Check(FAIL, _("The value is not the sum of the lines")))
    else:
        checks.append(
            Check(
                OK,
                _("Value = sum of %(n)s lines: %(value)s") % {"n": len(lines), "value": rupiah(total, exact=True)},
            )
        )
    supplying = {line.enterprise_id for line in lines}
    checks += [
        Check(FAIL, _("%(name)s is a party without a line") % {"name": share.enterprise.name})
        for share in shares
        if share.enterprise_id not in supplying
    ]
    need = partnership.need
    if need is not None:
        checks += [
            Check(
                WARN,
                _("Line %(n)s: the price is above the need’s ceiling of %(price)s")
                % {"n": line.position, "price": rupiah(need.ceiling_price, exact=True)},
            )
            for line in lines
            if line.unit == need.unit and line.price > need.ceiling_price
        ]
    return checks


def _term(partnership: Partnership, day: dt.date) -> list[Check]:
    if partnership.starts_on < day and partnership.amends_id is None:
        return [Check(FAIL, _("The term begins in the past, on %(day)s") % {"day": tanggal(partnership.starts_on)})]
    most = _rule("contract_term", day).get("max_months", LONGEST_TERM_MONTHS)
    if partnership.ends_on > _months_after(partnership.starts_on, most):
        return [Check(FAIL, _("The term is longer than %(n)s months") % {"n": most})]
    return []


def _payment(partnership: Partnership, day: dt.date) -> list[Check]:
    most = _rule("payment_term", day).get("max_days")
    if most is not None and partnership.payment_days > most:
        return [
            Check(
                FAIL,
                _("Payment after %(days)s days: the rule allows at most %(most)s")
                % {"days": partnership.payment_days, "most": most},
            )
        ]
    return [
        Check(
            OK,
            ngettext(
                "Payment %(n)s day after hand-over", "Payment %(n)s days after hand-over", partnership.payment_days
            )
            % {"n": partnership.payment_days},
        )
    ]


def _clauses(partnership: Partnership) -> list[Check]:
    library = {clause.code: clause for clause in current_clauses()}
    used = {each.clause.code: each for each in partnership.clauses.select_related("clause") if each.clause is not None}
    if not any(clause.required for clause in library.values()):
        # Nobody loaded the library: a contract without its minimum content must not pass for a whole one.
        return [Check(FAIL, _("The clause library is empty. The operator loads it."))]
    checks = []
    for code, clause in library.items():
        if clause.required and code not in used:
            checks.append(Check(FAIL, _("The clause “%(title)s” is missing") % {"title": clause.title}))
    for code, each in used.items():
        newest = library.get(code)
        if newest is not None and each.clause.version < newest.version:
            checks.append(Check(WARN, _("“%(title)s”: the library has a newer version") % {"title": each.title}))
        if each.body != each.clause.body_id:
            checks.append(Check(WARN, _("“%(title)s”: differs from the library’s text") % {"title": each.title}))
    if not failures(checks):
        required = sum(clause.required for clause in library.values())
        checks.insert(0, Check(OK, _("All %(n)s clauses that a contract must have") % {"n": required}))
    return checks


def _signers(partnership: Partnership, day: dt.date) -> list[Check]:
    """Will there be somebody to sign? The agreement in force, its authorities, and an approver who may."""
    agreement = partnership.agreement
    if agreement.valid_from > day or (agreement.valid_until is not None and agreement.valid_until < day):
        return [Check(FAIL, _("The agreement “%(title)s” is not in force") % {"title": agreement.title})]
    places = required_places(partnership)
    if not places:
        return [Check(FAIL, _("The agreement names no authority that signs"))]
    checks = []
    for place in places:
        holder = in_office(place.organisation, day)
        if holder is None:
            checks.append(
                Check(FAIL, _("%(name)s no longer exists and has no successor") % {"name": place.organisation.name})
            )
        elif not Membership.objects.active().filter(organisation=holder, role=Role.MINISTRY_ADMIN).exists():
            checks.append(Check(WARN, _("%(name)s has nobody who can sign yet") % {"name": holder.name}))
    if not Membership.objects.active().filter(organisation=partnership.buyer, role=Role.APPROVER).exists():
        checks.append(Check(WARN, _("Your organisation has no approver yet who could sign")))
    return checks


def _against_what_was_ordered(partnership: Partnership) -> list[Check]:
    """Of an amendment: orders go on under the contract until everybody has signed."""
    found = [Check(FAIL, text) for text in against(partnership)]
    if partnership.amends_id is None or found:
        return found
    return [Check(OK, _("Everything ordered so far fits into the amendment"))]


def _stamp_duty(partnership: Partnership, day: dt.date) -> list[Check]:
    limit = _rule("stamp_duty", day).get("above", STAMP_DUTY_ABOVE)
    if partnership.value <= limit or partnership.stamp_duty_serial:
        return []
    return [
        Check(
            WARN,
            _("No e-Meterai serial: a contract above %(limit)s bears stamp duty") % {"limit": rupiah(limit)},
        )
    ]


def _earlier_contracts(partnership: Partnership, shares: list[Share], day: dt.date) -> list[Check]:
    checks = []
    for share in shares:
        others = (
            Partnership.objects.filter(buyer=partnership.buyer_id, shares__enterprise=share.enterprise_id)
            .filter(Q(offered_at__year=day.year) | Q(active_at__year=day.year))
            .exclude(pk__in=[partnership.pk, partnership.amends_id or partnership.pk])
            .filter(amends=None)
            .exclude(status__in=[PartnershipStatus.REFUSED, PartnershipStatus.DRAFT])
        )
        count = others.count()
        if count:
            total = others.aggregate(total=Sum("value"))["total"]
            checks.append(
                Check(
                    WARN,
                    _("Contract number %(n)s of %(name)s with %(buyer)s in %(year)s; the others: %(total)s")
                    % {
                        "n": count + 1,
                        "name": share.enterprise.name,
                        "buyer": partnership.buyer.label,
                        "year": day.year,
                        "total": rupiah(total),
                    },
                )
            )
    return checks


def _mark_today(share: Share, day: dt.date) -> list[Check]:
    mark, name = share.curation, share.enterprise.name
    if mark is None:
        return []
    if mark.revoked_at is not None:
        return [Check(WARN, _("%(name)s: its curation was revoked after the offer") % {"name": name})]
    if mark.valid_until < day:
        ended = tanggal(mark.valid_until)
        return [
            Check(WARN, _("%(name)s: its curation ended on %(day)s, after the offer") % {"name": name, "day": ended})
        ]
    score = mark.decision.score
    if score is None:
        return [Check(OK, _("%(name)s: curated") % {"name": name})]
    return [
        Check(
            OK,
            _("%(name)s: curated, score %(score)s (threshold %(threshold)s)")
            % {"name": name, "score": angka(score.total, 1), "threshold": angka(score.criteria_set.threshold, 1)},
        )
    ]


def _rule(key: str, day: dt.date) -> dict[str, Any]:
    """The numbers of a dated rule; empty where none is loaded for that day."""
    return DatedRule.objects.in_force(day).filter(key=key).values_list("parameters", flat=True).first() or {}


def _months_after(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))


def _short(digest: str) -> str:
    return f"{digest[:4]}…{digest[-4:]}"
