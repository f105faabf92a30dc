"""Requests for finance, as the enterprise makes them: sent with what it ticks, answered, accepted, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import FinancingKind, InvoiceStatus, OrderStatus, PartnershipStatus
from partnerships.flow import FINANCING
from partnerships.models import FinancingRequest, SharedValue
from partnerships.models.financing import MOST_MONTHS
from partnerships.selectors.sharing import Paper, Shown, shareable
from partnerships.services import telling
from partnerships.services.walls import walls
from portal import audit
from portal.consents import SHARED_PAPER
from portal.enums import Capability
from portal.flow import MoveNotAllowed, NotPermitted, permit
from portal.models import Consent, Organisation, User
from portal.notifications import day
from portal.presentation.money import rupiah
from portal.services.consent import consent_to_share, end_fulfilled, withdraw_consent
from portal.working_days import WorkingDays

# Working days: a financier that states none, and the enterprise for its own answers.
USUAL_DAYS = 10
RUPIAH_LIMIT = 10**15


@dataclass(frozen=True)
class Wish:
    """What is asked for. `fields`: the names of what is shared (`selectors.sharing`), and of nothing else."""

    amount: int
    months: int
    purpose: str
    fields: tuple[str, ...]


@transaction.atomic
def send_request(paper: Paper, financier: Organisation, wish: Wish, *, by: User) -> FinancingRequest:
    """What was ticked is read now and kept; what was not ticked is written nowhere."""
    permit(by, "partnerships.ask_for_finance", paper.partnership)
    if paper.enterprise.organisation_id != by.organisation_id:
        raise NotPermitted(_("You may not do this."), move="send", status="", code="not_permitted")
    check_paper(paper)
    ticked = _check(paper, financier, wish)
    due = WorkingDays().after(timezone.localdate(), answer_days(financier))
    consent = consent_to_share(paper.enterprise, by=by, receiver=financier, scopes=[each.name for each in ticked])
    request = FinancingRequest(
        enterprise=paper.enterprise,
        financier=financier,
        kind=kind_of(paper),
        partnership=paper.partnership,
        order=paper.order,
        invoice=paper.invoice,
        amount=wish.amount,
        months=wish.months,
        purpose=wish.purpose.strip(),
        consent=consent,
        sent_by=by,
        due_on=due,
        lapses_on=WorkingDays().after(due, answer_days(financier)),
    )
    with walls("send", request):
        request.save()
        _keep(request, ticked)
    payload = {
        "kind": request.kind,
        "financier": financier.pk,
        "amount": wish.amount,
        "months": wish.months,
        "consent": consent.pk,
        "fields": [each.name for each in ticked],
        "due_on": due.isoformat(),
    }
    audit.record(request, "send", by=by, payload=payload, personal={"purpose": request.purpose})
    telling.tell_financier(request, "financing.sent", amount=rupiah(wish.amount), due=day(due))
    return request


@transaction.atomic
def answer_question(request: FinancingRequest, *, text: str, fields: Iterable[str] = (), by: User) -> None:
    """In words, and with more ticked: then a new consent takes the place of the first, which named less."""
    current = locked_request(request)
    permit(by, "partnerships.seek_finance", current)
    if not text.strip():
        raise ValidationError({"text": _("Write your answer.")})
    wanted = set(fields)
    if wanted:
        _share_more(current, wanted, by)
    due = WorkingDays().after(timezone.localdate(), answer_days(current.financier))
    FINANCING.make(
        "answer",
        current,
        by=by,
        payload={"fields": sorted(wanted), "due_on": due.isoformat()},
        personal={"answer": text.strip()},
        answer=text.strip(),
        due_on=due,
        lapses_on=WorkingDays().after(due, answer_days(current.financier)),
    )
    telling.tell_financier(current, "financing.answered", due=day(due))
    request.refresh_from_db()


@transaction.atomic
def accept_offer(request: FinancingRequest, *, by: User) -> None:
    """Of what rests on one paper no more is accepted than the paper is worth now, whoever offers it."""
    current = locked_request(request)
    permit(by, "partnerships.seek_finance", current)
    check_financier(current.financier)
    if current.due_on is not None and current.due_on < timezone.localdate():
        raise MoveNotAllowed(
            _("The offer’s last day has passed."), move="accept", status=current.status, code="offer_over"
        )
    with walls("accept", current):
        FINANCING.make(
            "accept",
            current,
            by=by,
            payload={"amount": current.offered_amount},
            accepted_by=by,
            accepted_at=timezone.now(),
            due_on=None,
            lapses_on=None,
        )
    telling.tell_financier(current, "financing.accepted", amount=rupiah(current.offered_amount or 0))
    request.refresh_from_db()


@transaction.atomic
def withdraw_request(request: FinancingRequest, *, by: User) -> None:
    """Nothing of what was shared can be read from now on."""
    current = locked_request(request)
    FINANCING.make("withdraw", current, by=by, due_on=None, lapses_on=None, ended_at=timezone.now())
    end_sharing(current, by=by)
    telling.tell_financier(current, "financing.withdrawn")
    request.refresh_from_db()


@transaction.atomic
def stop_sharing(request: FinancingRequest, *, by: User) -> None:
    """The request goes on; what was shared is gone for the financier at once. Twice changes nothing."""
    current = locked_request(request)
    permit(by, "partnerships.withdraw_financing", current)
    if current.consent is not None:
        withdraw_consent(current.consent, by=by)


def end_sharing(request: FinancingRequest, *, by: User | None) -> None:
    if request.consent is not None:
        end_fulfilled(request.consent, by=by)


def answer_days(financier: Organisation) -> int:
    return financier.answer_days or USUAL_DAYS


def locked_request(request: FinancingRequest) -> FinancingRequest:
    """Held until the transaction ends: every step of a request begins here, so steps never cross."""
    return (
        FinancingRequest.objects.select_for_update(of=("self",))
        .select_related("enterprise__organisation", "financier", "partnership__buyer", "consent", "order", "invoice")
        .get(pk=request.pk)
    )


def kind_of(paper: Paper) -> FinancingKind:
    if paper.invoice is not None:
        return FinancingKind.INVOICE
    return FinancingKind.PURCHASE_ORDER if paper.order is not None else FinancingKind.WORKING_CAPITAL


def check_paper(paper: Paper) -> None:
    """Raises MoveNotAllowed: nothing can be asked for on the strength of this any more, or not yet."""
    status, said = paper.partnership.status, ""
    if status != PartnershipStatus.ACTIVE:
        said = _("Finance is asked for on the strength of a partnership in force.")
    elif paper.order is not None and paper.order.status != OrderStatus.CONFIRMED:
        status, said = paper.order.status, _("Finance is asked for on an order that you have confirmed.")
    elif paper.invoice is not None and (paper.invoice.status != InvoiceStatus.SENT or paper.worth <= 0):
        status, said = paper.invoice.status, _("Nothing of this invoice is open.")
    if said:
        raise MoveNotAllowed(said, move="send", status=status, code="paper_not_in_force")


def check_financier(financier: Organisation) -> None:
    if not financier.can(Capability.FINANCIER) or not financier.is_valid_on(timezone.localdate()):
        said = _("%(name)s gives no finance here any more.") % {"name": financier.label}
        raise MoveNotAllowed(said, move="send", status="", code="no_financier")


def _check(paper: Paper, financier: Organisation, wish: Wish) -> list[Shown]:
    """What stands against it, by field; else what was ticked."""
    against: dict[str, str] = {}
    if not financier.can(Capability.FINANCIER) or not financier.is_valid_on(timezone.localdate()):
        against["financier"] = _("%(name)s gives no finance here any more.") % {"name": financier.label}
    if wish.amount <= 0:
        against["amount"] = _("Enter an amount above zero.")
    elif wish.amount > paper.worth:
        against["amount"] = _("At most %(worth)s: what this is worth today.") % {
            "worth": rupiah(paper.worth, exact=True)
        }
    if not 1 <= wish.months <= MOST_MONTHS:
        against["months"] = _("Enter from 1 to %(most)d months.") % {"most": MOST_MONTHS}
    if not wish.purpose.strip():
        against["purpose"] = _("Write what the money is for.")
    known = {each.name: each for each in shareable(paper)}
    if not wish.fields:
        against["shared"] = _("Tick at least one thing to share.")
    elif set(wish.fields) - set(known):
        against["shared"] = _("Choose from the list: something of it is no longer there.")
    if against:
        raise ValidationError({name: [text] for name, text in against.items()})
    return [known[name] for name in known if name in set(wish.fields)]


def _share_more(request: FinancingRequest, wanted: set[str], by: User) -> None:
    consent = request.consent and Consent.objects.select_for_update(of=("self",)).get(pk=request.consent.pk)
    if consent is None or not consent.is_in_force:
        raise MoveNotAllowed(
            _("Your consent has ended. Nothing more can be shared under this request."),
            move="answer",
            status=request.status,
            code="consent_ended",
        )
    paper = Paper(request.enterprise, request.partnership, request.order, request.invoice)
    known = {each.name: each for each in shareable(paper, but=consent.scopes)}
    if wanted - set(known):
        raise ValidationError({"shared": _("Choose from the list: something of it is no longer there.")})
    ticked = [known[name] for name in known if name in wanted]
    days = (consent.ends_at - timezone.now()) // dt.timedelta(days=1)
    request.consent = consent_to_share(
        request.enterprise,
        by=by,
        receiver=request.financier,
        scopes=[*consent.scopes, *(each.name for each in ticked)],
        days=max(1, days),
        instead_of=consent,
    )
    request.save(update_fields=["consent"])
    _keep(request, ticked)


def _keep(request: FinancingRequest, ticked: Iterable[Shown]) -> None:
    for each in ticked:
        is_paper = each.name.startswith(SHARED_PAPER)
        SharedValue.objects.create(
            request=request,
            field=each.name,
            value=None if each.live else each.value,
            document_id=int(each.name.removeprefix(SHARED_PAPER)) if is_paper else None,
        )
