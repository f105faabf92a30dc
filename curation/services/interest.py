"""An enterprise and a need that found each other: interested, invited, accepted – or not, with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION, STANDING_INTEREST, InterestStatus
from curation.enums import ApplicationStatus as A
from curation.flow import INTEREST
from curation.models import Application, Interest, Need, Programme
from curation.selectors.invitation_terms import latest_term, usual_term
from curation.services.application import start_application
from portal import audit
from portal.enums import SME_ROLES, EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, permit, status_label
from portal.jobs import enqueue
from portal.models import Enterprise, Product, User
from portal.notifications import day, notify_organisation
from portal.presentation.dates import tanggal

LAPSE_JOB = "curation.lapse_interests"


@transaction.atomic
def express_interest(
    need: Need, enterprise: Enterprise, *, by: User, product: Product | None = None, note: str = ""
) -> Interest:
    """Tell the buyer. Once: what stands already is said, and so is what the buyer has answered."""
    need, enterprise = _held(need, enterprise)
    permit(by, "curation.express_interest", enterprise)
    _check_open(need, "express")
    _check_verified(enterprise)
    _check_product(product, enterprise)
    before = need.interests.filter(enterprise=enterprise).order_by("-pk").first()
    if before is not None and before.status in (*STANDING_INTEREST, InterestStatus.DECLINED):
        raise MoveNotAllowed(_why_not_again(before), move="express", status=before.status, code="already")
    made = Interest.objects.create(
        need=need,
        enterprise=enterprise,
        product=product,
        status=InterestStatus.EXPRESSED,
        note=note.strip(),
        expressed_at=timezone.now(),
        expressed_by=by,
        is_sample=enterprise.is_sample,
    )
    audit.record(made, "express", by=by, payload=_about(made))
    _tell_buyer(made, "interest.expressed", once_a_day=True)
    return made


@transaction.atomic
def invite_enterprise(
    need: Need,
    enterprise: Enterprise,
    *,
    by: User,
    product: Product | None = None,
    message: str = "",
    programme: Programme | None = None,
    answer_by: dt.date | None = None,
) -> Interest:
    """Ask it to apply, whether it said that it is interested or not. Of two officers at once the second reads who was first.

    `answer_by`: the last day for its answer, else the usual one. Who let an earlier one lapse may be asked again.
    """
    need, enterprise = _held(need, enterprise)
    standing = need.interests.standing().filter(enterprise=enterprise).select_related("invited_by").first()
    subject = standing or Interest(need=need, enterprise=enterprise)
    permit(by, "curation.manage_interest", subject)
    _check_open(need, "invite")
    if standing is not None and standing.status != InterestStatus.EXPRESSED:
        raise MoveNotAllowed(_already_invited(standing), move="invite", status=standing.status, code="already_invited")
    last = need.interests.filter(enterprise=enterprise).order_by("-pk").first()
    if standing is None and last is not None and last.status == InterestStatus.REFUSED:
        raise MoveNotAllowed(
            _("%(enterprise)s has declined an invitation to this need: %(reason)s")
            % {"enterprise": enterprise.name, "reason": last.reason},
            move="invite",
            status=last.status,
            code="refused",
        )
    if applied := _named_application(need, enterprise):
        raise MoveNotAllowed(
            _("%(enterprise)s has already applied: %(number)s.")
            % {"enterprise": enterprise.name, "number": applied.number},
            move="invite",
            status=applied.status,
            code="already_applied",
        )
    _check_verified(enterprise, of_others=True)
    _check_product(product, enterprise)
    programme = _programme(need, programme)
    given = {
        "message": message.strip(),
        "programme": programme,
        "invited_at": timezone.now(),
        "invited_by": by,
        "answer_by": _term(need, programme, answer_by),
    }
    if standing is not None:
        INTEREST.make("invite", standing, by=by, payload=_about(standing), **given)
    else:
        standing = Interest.objects.create(
            need=need,
            enterprise=enterprise,
            product=product,
            status=InterestStatus.INVITED,
            is_sample=enterprise.is_sample,
            **given,
        )
        audit.record(standing, "invite", by=by, payload=_about(standing))
    _tell_enterprise(standing, "interest.invited_until", until=day(standing.answer_by))
    return standing


@transaction.atomic
def extend_invitation(interest: Interest, *, by: User, answer_by: dt.date | None = None) -> None:
    """More time to answer: until that day, else the usual time from today. Of two officers at once the second reads the new day."""
    locked = _locked(interest)
    permit(by, "curation.manage_interest", locked)
    if locked.status != InterestStatus.INVITED:
        raise MoveNotAllowed(_not_waiting(locked), move="extend", status=locked.status, code="not_waiting")
    _check_open(locked.need, "extend")
    open_round = locked.need.programmes.open().filter(pk=locked.programme_id).first()
    until = _term(locked.need, open_round, answer_by)
    if locked.answer_by is not None and until <= locked.answer_by:
        said = _("It is open until %(day)s already. Choose a later day.") % {"day": tanggal(locked.answer_by)}
        raise ValidationError({"answer_by": said}, code="not_later")
    before, locked.answer_by = locked.answer_by, until
    locked.save(update_fields=["answer_by"])
    interest.answer_by = until
    audit.record(locked, "extend", by=by, payload=_about(locked) | {"from": before, "to": until})
    _tell_enterprise(locked, "interest.extended", until=day(until))


@transaction.atomic
def accept_invitation(interest: Interest, *, by: User, product: Product | None = None) -> Application | None:
    """Yes – and where a round about the need stands open, the draft of an application with everything the portal knows.

    Without an open round it is told of the next one. Twice changes nothing.
    """
    locked = _locked(interest)
    permit(by, "curation.answer_invitation", locked)
    if locked.status == InterestStatus.ACCEPTED:
        _take_over(interest, locked)
        return locked.application
    _check_open(locked.need, "accept")
    if locked.answer_by is not None and locked.answer_by < timezone.localdate():
        raise MoveNotAllowed(
            _("The time to answer is over. Tell the buyer that you are interested, and it can invite you again."),
            move="accept",
            status=locked.status,
            code="too_late",
        )
    _check_verified(locked.enterprise)
    product = product or locked.product
    _check_product(product, locked.enterprise)
    programme = _open_round(locked)
    application = _draft(programme, locked.enterprise, product, by=by) if programme is not None else None
    INTEREST.make(
        "accept",
        interest,
        by=by,
        payload=_about(locked),
        product=product,
        application=application,
        answered_at=timezone.now(),
        answered_by=by,
    )
    _tell_buyer(locked, "interest.accepted")
    return application


@transaction.atomic
def refuse_invitation(interest: Interest, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that the buyer can look for somebody else.")})
    locked = _locked(interest)
    INTEREST.make("refuse", interest, by=by, **_answer(locked, reason, by))
    _tell_buyer(locked, "interest.refused")


@transaction.atomic
def withdraw_interest(interest: Interest, *, by: User) -> None:
    locked = _locked(interest)
    INTEREST.make("withdraw", interest, by=by, payload=_about(locked), answered_at=timezone.now(), answered_by=by)


@transaction.atomic
def decline_interest(interest: Interest, *, by: User, reason: str) -> None:
    """The buyer does not invite it; it reads why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: the business reads it.")})
    locked = _locked(interest)
    INTEREST.make("decline", interest, by=by, **_answer(locked, reason, by))
    _tell_enterprise(locked, "interest.declined")


@transaction.atomic
def take_invitation_back(interest: Interest, *, by: User) -> None:
    locked = _locked(interest)
    INTEREST.make("take_back", interest, by=by, payload=_about(locked), answered_at=timezone.now(), answered_by=by)
    _tell_enterprise(locked, "interest.taken_back")


def queue_lapses() -> None:
    """A job for each need that closed, or whose invitation ran out, while somebody waited for an answer. Safe to run twice."""
    closed = Need.objects.exclude(pk__in=Need.objects.standing().values("pk"))
    late = Q(status=InterestStatus.INVITED, answer_by__lt=timezone.localdate())
    waiting = Interest.objects.waiting().filter(Q(need__in=closed) | late)
    for need in waiting.order_by("need").values_list("need", flat=True).distinct():
        enqueue(LAPSE_JOB, str(need), payload={"need": need})


@transaction.atomic
def lapse_interests(need: Need) -> None:
    """Nobody answers any more, or nobody did in time: then both are told. Safe to run twice."""
    closed = not Need.objects.standing().filter(pk=need.pk).exists()
    today = timezone.localdate()
    for interest in _with_both(need.interests.waiting()).select_for_update(of=("self",)).order_by("pk"):
        if closed:
            INTEREST.make("lapse", interest, by=None, payload=_about(interest), answer_by=None)
            _tell_enterprise(interest, "interest.lapsed")
        elif interest.status == InterestStatus.INVITED and interest.answer_by < today:
            INTEREST.make("lapse", interest, by=None, payload=_about(interest) | {"answer_by": interest.answer_by})
            _tell_enterprise(interest, "interest.ran_out")
            _tell_buyer(interest, "interest.unanswered")


def _held(need: Need, enterprise: Enterprise) -> tuple[Need, Enterprise]:
    """One at a time for each need, so that the second finds what the first has written; and nothing is suspended meanwhile."""
    held = Need.objects.select_for_update(no_key=True, of=("self",)).select_related("buyer").get(pk=need.pk)
    firms = Enterprise.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    return held, firms.get(pk=enterprise.pk)


def _locked(interest: Interest) -> Interest:
    return _with_both(Interest.objects.all()).select_for_update(of=("self",)).get(pk=interest.pk)


def _with_both(interests: Any) -> Any:
    return interests.select_related("need__buyer", "enterprise__organisation", "product", "programme", "application")


def _take_over(interest: Interest, locked: Interest) -> None:
    interest.status, interest.application, interest.product = locked.status, locked.application, locked.product


def _check_open(need: Need, move: str) -> None:
    said = ""
    if need.withdrawn_at is not None:
        said = _("The need was withdrawn.")
    elif need.published_at is None:
        said = _("The need is not published yet.")
    elif need.deliver_until is not None and need.deliver_until < timezone.localdate():
        said = _("The delivery period of the need is over.")
    elif need.unconfirmed_since is not None and move != "accept":
        said = _("The need is paused until its buyer confirms that it still stands.")
    if said:
        raise MoveNotAllowed(said, move=move, status="", code="need_closed")


def _term(need: Need, programme: Programme | None, wanted: dt.date | None) -> dt.date:
    if wanted is None:
        return usual_term(need, programme)
    latest = latest_term(need)
    if not timezone.localdate() <= wanted <= latest:
        said = _("Choose a day from today to %(day)s.") % {"day": tanggal(latest)}
        raise ValidationError({"answer_by": said}, code="term")
    return wanted


def _not_waiting(interest: Interest) -> str:
    if interest.ran_out:
        return _("The time to answer is over. Invite the business again.")
    return _("No invitation waits for an answer: it is “%(status)s”.") % {"status": status_label(interest)}


def _check_verified(enterprise: Enterprise, *, of_others: bool = False) -> None:
    if enterprise.status == EnterpriseStatus.VERIFIED:
        return
    if of_others:
        raise ValidationError(_("Only active businesses can be invited."), code="not_verified")
    if enterprise.status == EnterpriseStatus.SUSPENDED:
        said = _("Your business is suspended, so it cannot apply until the ministry restores it.")
        raise ValidationError(said, code="suspended")
    raise ValidationError(_("Only active businesses can apply. Complete your registration first."), code="not_verified")


def _check_product(product: Product | None, enterprise: Enterprise) -> None:
    if product is not None and (product.enterprise_id != enterprise.pk or product.withdrawn_at is not None):
        raise ValidationError({"product": _("This business does not sell this product.")}, code="product")


def _programme(need: Need, chosen: Programme | None) -> Programme | None:
    rounds = need.programmes.open().order_by("closes_at", "pk")
    if chosen is None:
        return rounds.first()
    found = rounds.filter(pk=chosen.pk).first()
    if found is None:
        raise ValidationError({"programme": _("This programme is not open for this need.")}, code="programme")
    return found


def _open_round(interest: Interest) -> Programme | None:
    """The one it was invited to, else whichever is open about the need now."""
    rounds = interest.need.programmes.open().order_by("closes_at", "pk")
    return rounds.filter(pk=interest.programme_id).first() or rounds.first()


def _draft(programme: Programme, enterprise: Enterprise, product: Product | None, *, by: User) -> Application:
    """What stands there already is taken as it is."""
    standing = programme.applications.filter(enterprise=enterprise, status__in=[*OPEN_APPLICATION, A.CURATED]).first()
    if standing is not None:
        return standing
    if product is None:
        raise ValidationError({"product": _("Choose one of your products.")}, code="product")
    return start_application(programme, enterprise, product=product, by=by)


def _named_application(need: Need, enterprise: Enterprise) -> Application | None:
    """One that the desk knows by name: who applied without it is told of by nothing."""
    sent = Application.objects.filter(programme__needs=need, enterprise=enterprise).sent().named()
    return sent.filter(status__in=[*OPEN_APPLICATION, A.CURATED]).first()


def _why_not_again(before: Interest) -> str:
    match before.status:
        case InterestStatus.INVITED:
            return _("The buyer has invited you already. Answer the invitation.")
        case InterestStatus.ACCEPTED:
            return _("You have accepted the invitation of the buyer already.")
        case InterestStatus.DECLINED:
            return _("The buyer has answered already: %(reason)s") % {"reason": before.reason}
    return _("You have told the buyer already.")


def _already_invited(standing: Interest) -> str:
    if standing.status == InterestStatus.ACCEPTED:
        return _("%(enterprise)s has accepted an invitation already.") % {"enterprise": standing.enterprise.name}
    return _("Already invited by %(who)s on %(day)s. Status: %(status)s.") % {
        "who": standing.invited_by,
        "day": tanggal(standing.invited_at),
        "status": status_label(standing),
    }


def _answer(interest: Interest, reason: str, by: User) -> dict[str, Any]:
    return {
        "payload": _about(interest),
        "personal": {"reason": reason.strip()},
        "reason": reason.strip(),
        "answered_at": timezone.now(),
        "answered_by": by,
    }


def _about(interest: Interest) -> dict[str, Any]:
    return {"need": interest.need_id, "enterprise": interest.enterprise_id}


def _tell_enterprise(interest: Interest, kind: str, **params: Any) -> None:
    path = reverse("my_interest", args=[interest.pk])
    _tell(interest, kind, path, interest.enterprise.organisation, SME_ROLES, **params)


def _tell_buyer(interest: Interest, kind: str, *, once_a_day: bool = False) -> None:
    path = reverse("need_interests", args=[interest.need_id])
    _tell(interest, kind, path, interest.need.buyer, [Role.OFFICER], once_a_day=once_a_day)


def _tell(
    interest: Interest,
    kind: str,
    path: str,
    whom: Any,
    roles: Iterable[Role],
    *,
    once_a_day: bool = False,
    **params: Any,
) -> None:
    notify_organisation(
        whom,
        kind,
        path=path,
        roles=roles,
        once_a_day=once_a_day,
        item=interest.need.item,
        buyer=interest.need.buyer.label,
        enterprise=interest.enterprise.name,
        **params,
    )
