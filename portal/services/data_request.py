"""What people ask about their own data: a copy, a correction, erasure; and the answers, within the term of the law."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import DataRequestKind, DataRequestStatus, EnterpriseStatus, LegalForm, Role
from portal.flows import DATA_REQUEST
from portal.identity import check_nib, check_nik, check_npwp, masked, normal_npwp
from portal.jobs import enqueue
from portal.models import DataRequest, Enterprise, Membership, User
from portal.notifications import day, notify, notify_members
from portal.personal_data import Subject, obstacles
from portal.rules.data_requests import answer_by
from portal.sections import IDENTITY_FACTS, SECRET_FIELDS
from portal.selectors.enterprise import nib_is_taken
from portal.selectors.personal_data import owned_alone, owned_now
from portal.services.data_export import write_copy
from portal.services.dossier import correct_fact
from portal.services.erasure import erase

EXPORT_JOB, ERASE_JOB, DAY_JOB = "portal.export_personal_data", "portal.erase_person", "portal.data_requests_of_day"
# How long a copy can be fetched.
LINK_DAYS = 7
# What can be wrong beside the facts that were verified.
ACCOUNT, DOCUMENT, OTHER = "account", "document", "other"
IN_FORCE = (EnterpriseStatus.VERIFIED, EnterpriseStatus.SUSPENDED)


@transaction.atomic
def ask_for_copy(person: User, *, with_business: bool, by: User) -> DataRequest:
    """A second call while one is being made gives that one."""
    _is_own(person, by)
    enterprise = owned_now(by) if with_business else None
    found = DataRequest.objects.open().filter(person=person, kind=DataRequestKind.EXPORT).first()
    if found is not None:
        return found
    made = _received(DataRequest(person=person, enterprise=enterprise, kind=DataRequestKind.EXPORT), by)
    enqueue(
        EXPORT_JOB,
        str(made.pk),
        payload={"request": made.pk},
        user_id=by.pk,
        organisation_id=by.organisation_id,
    )
    return made


@transaction.atomic
def make_copy(request: DataRequest) -> None:
    """The job's work."""
    if not request.is_open:
        return
    subject = Subject(request.person, (request.enterprise,) if request.enterprise else ())
    with write_copy(subject) as written:
        request.file.save("data.zip", File(written), save=False)
        size = written.seek(0, 2)
    ends_at = timezone.now() + dt.timedelta(days=LINK_DAYS)
    DATA_REQUEST.make(
        "make_ready",
        request,
        by=None,
        file=request.file.name,
        file_size=size,
        ends_at=ends_at,
        answered_at=timezone.now(),
    )
    notify(
        [request.person],
        "data_request.ready",
        path=reverse("my_data"),
        number=request.number,
        until=day(timezone.localdate(ends_at)),
    )


def note_fetched(request: DataRequest, *, by: User) -> None:
    audit.record(request, "fetch", by=by)


@transaction.atomic
def ask_for_correction(person: User, *, about: str, wanted: str = "", explanation: str, by: User) -> DataRequest:
    """Of what the person cannot change alone: facts that were verified, papers that were checked, what others wrote."""
    _is_own(person, by)
    enterprise = owned_now(by)
    if about in IDENTITY_FACTS:
        if enterprise is None or enterprise.status not in IN_FORCE:
            raise ValidationError({"about": [_("This can be changed in the business profile at once.")]})
        wanted = _checked(enterprise, about, wanted)
    elif about not in (ACCOUNT, DOCUMENT, OTHER):
        raise ValidationError({"about": [_("Choose what is wrong.")]})
    if not explanation.strip():
        raise ValidationError({"explanation": [_("Say what is wrong and how it can be seen.")]})
    request = DataRequest(
        person=person,
        enterprise=enterprise,
        kind=DataRequestKind.CORRECT,
        about=about,
        wanted=wanted.strip(),
        explanation=explanation.strip(),
    )
    _received(request, by)
    notify_members(
        _ministry(),
        "data_request.to_answer",
        path=reverse("data_request", args=[request.pk]),
        most_a_day=3,
        number=request.number,
        due=day(request.due_on),
    )
    return request


@transaction.atomic
def carry_out(request: DataRequest, answer: str, *, by: User) -> None:
    """A ministry found it so. A verified fact is put right with it; other things were put right by whoever answers."""
    locked = _locked(request)
    DATA_REQUEST.make("carry_out", request, by=by, answer=answer.strip(), answered_at=timezone.now(), answered_by=by)
    if locked.about in IDENTITY_FACTS and locked.enterprise is not None:
        wanted = _checked(locked.enterprise, locked.about, locked.wanted)
        correct_fact(locked.enterprise, locked.about, wanted, by=by, request=locked.number)
    _tell_answer(request, "data_request.done")


@transaction.atomic
def decline(request: DataRequest, answer: str, *, by: User) -> None:
    if not answer.strip():
        raise ValidationError({"answer": [_("Say why: the person reads it.")]})
    DATA_REQUEST.make("decline", request, by=by, answer=answer.strip(), answered_at=timezone.now(), answered_by=by)
    _tell_answer(request, "data_request.declined")


@transaction.atomic
def withdraw(request: DataRequest, *, by: User) -> None:
    DATA_REQUEST.make("withdraw", request, by=by, answered_at=timezone.now())


@transaction.atomic
def ask_for_erasure(person: User, *, by: User) -> DataRequest:
    """Refused with everything that stands in the way; else carried out within minutes."""
    _is_own(person, by)
    found = DataRequest.objects.open().filter(person=person, kind=DataRequestKind.ERASE).first()
    if found is not None:
        return found
    if reasons := obstacles(Subject(person, tuple(owned_alone(person)))):
        raise ValidationError([each.text for each in reasons], code="obstacles")
    made = _received(DataRequest(person=person, kind=DataRequestKind.ERASE), by)
    enqueue(ERASE_JOB, str(made.pk), payload={"request": made.pk}, user_id=by.pk, organisation_id=by.organisation_id)
    return made


@transaction.atomic
def carry_out_erasure(request: DataRequest) -> None:
    """The job's work. Something may have come up since it was asked."""
    if not request.is_open:
        return
    person = User.objects.select_for_update().get(pk=request.person_id)
    subject = Subject(person, tuple(owned_alone(person)))
    if reasons := obstacles(subject):
        DATA_REQUEST.make(
            "stopped", request, by=None, answer=" ".join(map(str, reasons))[:2000], answered_at=timezone.now()
        )
        _tell_answer(request, "data_request.declined")
        return
    kept = erase(subject)
    DATA_REQUEST.make("erased", request, by=None, kept=kept, answered_at=timezone.now(), wanted="", explanation="")


@transaction.atomic
def end_copies() -> int:
    """Links that ended: the file goes with them."""
    over = DataRequest.objects.filter(status=DataRequestStatus.READY, ends_at__lte=timezone.now())
    count = 0
    for request in over:
        take_file_away(request)
        DATA_REQUEST.make("end", request, by=None, file="")
        count += 1
    return count


def take_file_away(request: DataRequest) -> None:
    """After the commit: a rollback must not leave a link without its file."""
    if request.file:
        transaction.on_commit(partial(request.file.storage.delete, str(request.file.name)))


@transaction.atomic
def remind_of_terms(today: dt.date) -> None:
    """Whoever answers hears of what is due today or is late; the operators, too, who see to the terms."""
    due = DataRequest.objects.open().filter(due_on__lte=today).order_by("due_on")
    oldest = due.first()
    if oldest is None:
        return
    readers = Membership.objects.active().filter(role__in=[Role.MINISTRY_ADMIN, Role.OPERATOR])
    notify_members(
        readers,
        "data_request.due",
        path=reverse("data_request_list"),
        most_a_day=1,
        n=due.count(),
        due=day(oldest.due_on),
    )


def _received(request: DataRequest, by: User) -> DataRequest:
    request.due_on = answer_by(timezone.localdate())
    request.save()
    words = {name: value for name in ("wanted", "explanation") if (value := getattr(request, name))}
    if request.about in SECRET_FIELDS and "wanted" in words:
        words["wanted"] = masked(words["wanted"])
    audit.record(
        request,
        "ask",
        by=by,
        payload={"kind": request.kind, "about": request.about, "enterprise": request.enterprise_id},
        personal=words or None,
    )
    return request


def _checked(enterprise: Enterprise, name: str, text: str) -> str:
    """The right value as it is stored, or what is wrong with it."""
    given = text.strip()
    if not given:
        raise ValidationError({"wanted": [_("Enter what is right")]})
    try:
        match name:
            case "nib":
                given = check_nib(given).or_refuse()
                if nib_is_taken(given, besides=enterprise):
                    raise ValidationError(_("Another business is registered with this NIB. Say so in the explanation."))
            case "npwp":
                given = normal_npwp(check_npwp(given).or_refuse())
            case "owner_nik":
                given = check_nik(given).or_refuse()
            case "legal_form" if given not in LegalForm.values:
                raise ValidationError(_("Choose one of: %(forms)s") % {"forms": ", ".join(LegalForm.values)})
            case "name" if len(given) > 200:
                raise ValidationError(_("At most 200 letters"))
    except ValidationError as error:
        raise ValidationError({"wanted": error.messages}) from error
    return given


def _locked(request: DataRequest) -> DataRequest:
    found = DataRequest.objects.select_for_update(of=("self",)).select_related("enterprise__organisation", "person")
    return found.get(pk=request.pk)


def _tell_answer(request: DataRequest, kind: str) -> None:
    words: dict[str, Any] = {"number": request.number, "answer": request.answer}
    notify([request.person], kind, path=reverse("my_data"), **words)


def _ministry() -> Any:
    return Membership.objects.active().filter(role=Role.MINISTRY_ADMIN)


def _is_own(person: User, by: User) -> None:
    if person.pk != by.pk or by.on_behalf is not None:
        raise PermissionDenied
