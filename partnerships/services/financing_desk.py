"""Requests for finance, as the financier answers them: taken up, asked about, offered, paid out, declined."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import DeclineReason
from partnerships.flow import FINANCING
from partnerships.models import FinancingRequest
from partnerships.models.financing import MOST_MONTHS
from partnerships.services import telling
from partnerships.services.financing import USUAL_DAYS, end_sharing, locked_request
from portal.flow import permit
from portal.models import User
from portal.notifications import day
from portal.presentation.money import rupiah
from portal.working_days import WorkingDays

# Calendar days that an offer may stand.
MOST_OFFER_DAYS = 180


@dataclass(frozen=True)
class Offer:
    """`rate`: per cent a year; `rate_text` where it is none, or with what else belongs to it. `until`: its last day."""

    amount: int
    months: int
    until: dt.date
    rate: Decimal | None = None
    rate_text: str = ""
    conditions: str = ""


@transaction.atomic
def take_up(request: FinancingRequest, *, by: User) -> None:
    """Somebody looks at it; the stated days go on."""
    current = locked_request(request)
    FINANCING.make("take_up", current, by=by, handled_by=by)
    telling.tell_asker(current, "financing.taken_up", due=day(current.due_on))
    request.refresh_from_db()


@transaction.atomic
def ask_for_more(request: FinancingRequest, *, question: str, by: User) -> None:
    """The financier's days stop; the enterprise has its own to answer."""
    current = locked_request(request)
    permit(by, "partnerships.finance", current)
    if not question.strip():
        raise ValidationError({"question": _("Write what you need to know.")})
    due = WorkingDays().after(timezone.localdate(), USUAL_DAYS)
    FINANCING.make(
        "ask",
        current,
        by=by,
        payload={"due_on": due.isoformat()},
        personal={"question": question.strip()},
        question=question.strip(),
        answer="",
        handled_by=by,
        due_on=due,
        lapses_on=due,
    )
    telling.tell_asker(current, "financing.asked", due=day(due))
    request.refresh_from_db()


@transaction.atomic
def make_offer(request: FinancingRequest, offer: Offer, *, by: User) -> None:
    current = locked_request(request)
    permit(by, "partnerships.finance", current)
    _check(current, offer)
    FINANCING.make(
        "offer",
        current,
        by=by,
        payload={
            "amount": offer.amount,
            "months": offer.months,
            "rate": str(offer.rate) if offer.rate is not None else None,
            "until": offer.until.isoformat(),
        },
        personal={"rate_text": offer.rate_text, "conditions": offer.conditions},
        offered_amount=offer.amount,
        offered_months=offer.months,
        rate=offer.rate,
        rate_text=offer.rate_text.strip(),
        conditions=offer.conditions.strip(),
        handled_by=by,
        due_on=offer.until,
        lapses_on=offer.until,
    )
    telling.tell_asker(current, "financing.offered", amount=rupiah(offer.amount), due=day(offer.until))
    request.refresh_from_db()


@transaction.atomic
def record_disbursement(request: FinancingRequest, *, amount: int, paid_on: dt.date, reference: str, by: User) -> None:
    """That the money went out. What was shared stays readable while the consent lasts: the money is still lent."""
    current = locked_request(request)
    permit(by, "partnerships.finance", current)
    against: dict[str, str] = {}
    if not 0 < amount <= (current.offered_amount or amount):
        against["amount"] = _("From Rp1 to the amount offered, %(offered)s.") % {
            "offered": rupiah(current.offered_amount or 0, exact=True)
        }
    first = timezone.localdate(current.accepted_at) if current.accepted_at else timezone.localdate()
    if not first <= paid_on <= timezone.localdate():
        against["paid_on"] = _("A day from the acceptance of the offer until today.")
    if not reference.strip():
        against["reference"] = _("Enter the reference of the transfer.")
    if against:
        raise ValidationError({name: [text] for name, text in against.items()})
    FINANCING.make(
        "disburse",
        current,
        by=by,
        payload={"amount": amount, "paid_on": paid_on.isoformat()},
        disbursed_amount=amount,
        disbursed_on=paid_on,
        reference=reference.strip(),
        handled_by=by,
    )
    telling.tell_asker(current, "financing.disbursed", amount=rupiah(amount), on=day(paid_on))
    request.refresh_from_db()


@transaction.atomic
def decline(request: FinancingRequest, *, why: str, reason: str, by: User) -> None:
    """With a reason of the list and in words; also an offer can be taken back so, and what was accepted and not paid out."""
    current = locked_request(request)
    permit(by, "partnerships.finance", current)
    against: dict[str, str] = {}
    if why not in DeclineReason.values:
        against["why"] = _("Choose the reason.")
    if not reason.strip():
        against["reason"] = _("Write the reason: the other side acts on it.")
    if against:
        raise ValidationError({name: [text] for name, text in against.items()})
    FINANCING.make(
        "decline",
        current,
        by=by,
        payload={"why": why},
        personal={"reason": reason.strip()},
        decline_reason=why,
        reason=reason.strip(),
        handled_by=by,
        due_on=None,
        lapses_on=None,
        ended_at=timezone.now(),
    )
    end_sharing(current, by=by)
    telling.tell_asker(current, "financing.declined")
    request.refresh_from_db()


def _check(request: FinancingRequest, offer: Offer) -> None:
    against: dict[str, str] = {}
    if not 0 < offer.amount <= request.amount:
        against["amount"] = _("From Rp1 to the amount asked for, %(asked)s.") % {
            "asked": rupiah(request.amount, exact=True)
        }
    if not 1 <= offer.months <= MOST_MONTHS:
        against["months"] = _("Enter from 1 to %(most)d months.") % {"most": MOST_MONTHS}
    if offer.rate is None and not offer.rate_text.strip():
        against["rate"] = _("State the rate: in per cent a year, or in words.")
    elif offer.rate is not None and not 0 <= offer.rate <= 100:
        against["rate"] = _("Enter a rate from 0 to 100 per cent.")
    today = timezone.localdate()
    if not today < offer.until <= today + dt.timedelta(days=MOST_OFFER_DAYS):
        against["until"] = _("A day after today, within %(most)d days.") % {"most": MOST_OFFER_DAYS}
    if against:
        raise ValidationError({name: [text] for name, text in against.items()})
