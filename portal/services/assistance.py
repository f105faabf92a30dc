"""Who looks after which enterprise: asked for by the enterprise, assigned and reassigned by the PLUT centre's manager."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import Capability, Role
from portal.models import Appointment, Assignment, CompanionRequest, Enterprise, Membership, Organisation, User
from portal.notifications import notify, notify_organisation
from portal.services.consent import end_consents_of

Outcome = CompanionRequest.Outcome


@transaction.atomic
def ask_for_companion(enterprise: Enterprise, plut: Organisation, *, message: str, by: User) -> CompanionRequest:
    """One request at a time; the centre's managers are told."""
    if not by.has_perm("portal.ask_for_companion", enterprise):
        raise PermissionDenied
    if not plut.can(Capability.PLUT):
        raise ValidationError({"plut": [_("Choose a PLUT centre.")]})
    if enterprise.assignments.open().exists():
        raise ValidationError(_("A companion looks after your business already."), code="has_companion")
    try:
        with transaction.atomic():
            asked = CompanionRequest.objects.create(
                enterprise=enterprise, plut=plut, message=message.strip(), asked_by=by
            )
    except IntegrityError as error:
        if "companion_asked_once" not in str(error):
            raise
        raise ValidationError(_("You have asked already; the centre will answer."), code="asked") from error
    audit.record(enterprise, "ask_for_companion", by=by, payload={"plut": plut.pk}, personal={"message": asked.message})
    notify_organisation(plut, "companion.asked", path=reverse("home"), roles=[Role.PLUT_MANAGER], name=str(enterprise))
    return asked


@transaction.atomic
def take_back_request(request: CompanionRequest, *, by: User) -> None:
    locked = _open_request(request)
    if not by.has_perm("portal.ask_for_companion", locked.enterprise):
        raise PermissionDenied
    _answer(locked, Outcome.TAKEN_BACK, by)


@transaction.atomic
def refuse_request(request: CompanionRequest, *, answer: str, by: User) -> None:
    """With a reason, which the enterprise reads."""
    locked = _open_request(request)
    if not by.has_perm("portal.assign_companions", locked.plut):
        raise PermissionDenied
    if not answer.strip():
        raise ValidationError({"answer": [_("Say why, and where else the business can ask.")]})
    _answer(locked, Outcome.REFUSED, by, answer.strip())
    notify_organisation(
        locked.enterprise.organisation,
        "companion.refused",
        path=reverse("companion_ask"),
        centre=locked.plut.label,
        reason=locked.answer,
    )


@transaction.atomic
def assign_companion(enterprise: Enterprise, companion: User, *, plut: Organisation, by: User) -> Assignment:
    """The centre's one companion of this enterprise from now on. Another one's assignment ends, and their consent with it."""
    if not by.has_perm("portal.assign_companions", plut):
        raise PermissionDenied
    if not Membership.objects.active().filter(user=companion, organisation=plut, role=Role.COMPANION).exists():
        raise ValidationError({"companion": [_("Choose a companion of your centre.")]})
    # One at a time for each enterprise: two managers leave one companion, not two.
    enterprise = Enterprise.objects.select_for_update(no_key=True, of=("self",)).get(pk=enterprise.pk)
    if not _known_to(plut, enterprise):
        raise PermissionDenied
    present = list(enterprise.assignments.open().filter(plut=plut).select_related("companion"))
    if [each.companion_id for each in present] == [companion.pk]:
        return present[0]
    for each in present:
        _end(each, by)
    made = Assignment.objects.create(plut=plut, companion=companion, enterprise=enterprise, assigned_by=by)
    for asked in CompanionRequest.objects.open().select_for_update().filter(enterprise=enterprise, plut=plut):
        _answer(asked, Outcome.ASSIGNED, by)
    audit.record(enterprise, "assign_companion", by=by, payload={"plut": plut.pk, "companion": companion.pk})
    notify(
        [companion],
        "companion.assigned",
        path=reverse("assisted_enterprise", args=[enterprise.pk]),
        organisation=plut,
        name=str(enterprise),
    )
    notify_organisation(
        enterprise.organisation, "companion.yours", path=reverse("home"), who=str(companion), centre=plut.label
    )
    return made


@transaction.atomic
def end_assignment(assignment: Assignment, *, by: User) -> None:
    """The business is told, and can ask again."""
    locked = Assignment.objects.open().select_for_update(of=("self",)).filter(pk=assignment.pk).first()
    if locked is None:
        return
    if not by.has_perm("portal.assign_companions", locked.plut):
        raise PermissionDenied
    _end(locked, by)
    notify_organisation(
        locked.enterprise.organisation, "companion.ended", path=reverse("companion_ask"), centre=locked.plut.label
    )


def _known_to(plut: Organisation, enterprise: Enterprise) -> bool:
    """It asked this centre, or the centre looks after it. A centre doesn't take businesses that never came to it."""
    return (
        CompanionRequest.objects.open().filter(enterprise=enterprise, plut=plut).exists()
        or enterprise.assignments.filter(plut=plut).exists()
    )


@transaction.atomic
def make_appointment(
    enterprise: Enterprise, *, on: dt.date, at: dt.time | None = None, purpose: str = "", by: User
) -> Appointment:
    """The business is told. A second one on the same day changes the first."""
    if not by.has_perm("portal.record_visit", enterprise):
        raise PermissionDenied
    today = timezone.localdate()
    if not today <= on <= today + dt.timedelta(days=365):
        raise ValidationError({"on": [_("Choose a day within a year from today.")]})
    made, _created = Appointment.objects.update_or_create(
        enterprise=enterprise,
        companion=by,
        on=on,
        called_off_at=None,
        defaults={"at": at, "purpose": purpose.strip()},
    )
    audit.record(enterprise, "make_appointment", by=by, payload={"appointment": made.pk, "on": on})
    notify_organisation(
        enterprise.organisation,
        "companion.comes",
        path=reverse("companion_ask"),
        who=str(by),
        day=date_format(on, "DATE_FORMAT"),
        purpose=made.purpose,
    )
    return made


@transaction.atomic
def call_off(appointment: Appointment, *, by: User) -> None:
    if appointment.companion_id != by.pk:
        raise PermissionDenied
    if Appointment.objects.filter(pk=appointment.pk, called_off_at=None).update(called_off_at=timezone.now()):
        audit.record(appointment.enterprise, "call_off", by=by, payload={"appointment": appointment.pk})
        notify_organisation(
            appointment.enterprise.organisation,
            "companion.not_coming",
            path=reverse("companion_ask"),
            who=str(by),
            day=date_format(appointment.on, "DATE_FORMAT"),
        )


def _end(assignment: Assignment, by: User) -> None:
    assignment.ended_at = timezone.now()
    assignment.save(update_fields=["ended_at"])
    end_consents_of(assignment, by=by)
    audit.record(
        assignment.enterprise,
        "end_assignment",
        by=by,
        payload={"plut": assignment.plut_id, "companion": assignment.companion_id},
    )


def _open_request(request: CompanionRequest) -> CompanionRequest:
    found = CompanionRequest.objects.open().select_for_update(of=("self",)).filter(pk=request.pk)
    locked = found.select_related("enterprise__organisation", "plut").first()
    if locked is None:
        raise ValidationError(_("This request has been answered already."), code="answered")
    return locked


def _answer(request: CompanionRequest, outcome: str, by: User, answer: str = "") -> None:
    request.outcome, request.answer, request.answered_by, request.answered_at = outcome, answer, by, timezone.now()
    request.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    audit.record(request.enterprise, "answer_companion_request", by=by, payload={"outcome": outcome})
