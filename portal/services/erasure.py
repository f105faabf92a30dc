"""Erasing a person, and the businesses that were theirs alone. What the law obliges to keep is named and stays.

The rows of people and businesses stay, empty, because decisions, signatures and audit entries point to them. Entries of the
audit trail keep the salted digests of personal values; the values beside them go, and every chain still verifies.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import ConsentEnd, DataRequestStatus, EnterpriseStatus, Role
from portal.flows import DATA_REQUEST, ENTERPRISE
from portal.jobs import enqueue
from portal.models import (
    ApiToken,
    Appointment,
    Assignment,
    AuditPersonal,
    CompanionRequest,
    Consent,
    DataRequest,
    Document,
    Enterprise,
    FormSubmission,
    IdempotencyKey,
    ImportProblem,
    Invitation,
    Membership,
    Notification,
    Photo,
    PlanProgress,
    PlanTarget,
    Product,
    ProductImport,
    SectionDraft,
    User,
    Visit,
    VisitKit,
)
from portal.personal_data import ERASERS, Kept, Subject, kept
from portal.sections import TABLES
from portal.selectors.personal_data import streams_of
from portal.services.completeness import measure_completeness
from portal.services.rows import replace_rows

MAIL_JOB = "portal.mail_erased"
NOWHERE = "akun.invalid"
# Of a business: everything but what its class rests on in name (class, status, village's regency are figures of the country).
TEXTS = (
    "npwp", "npwp_hash", "owner_nik", "owner_nik_hash", "address", "postal_code", "phone", "email", "website",
    "description", "flagship_description", "business_plan", "technology_level", "capacity_unit",
)  # fmt: skip
NUMBERS = (
    "established_on", "women_led", "latitude", "longitude", "point_fits", "workforce", "workforce_women",
    "workforce_permanent", "workforce_with_disability", "workforce_trained", "capital", "full_year_of_sales",
    "annual_sales", "sales_year", "investment", "shifts", "monthly_capacity", "quality_practices", "digital_readiness",
    "registered_innovations", "exports", "flagship_product", "funding_needed", "plan_parts",
)  # fmt: skip


@transaction.atomic
def erase(subject: Subject) -> list[dict[str, Any]]:
    """Returns what was kept, with its grounds, in Indonesian, the language of the law that is named."""
    keeping = kept(subject)
    names = {name for one in keeping for name in one.names}
    streams = streams_of(subject)
    for enterprise in subject.enterprises:
        _close(enterprise, subject.person)
    for each in ERASERS:
        each(subject)
    for enterprise in subject.enterprises:
        _empty_business(enterprise, keep_name="business" in names)
    _empty_account(subject.person, keep_name="person" in names)
    audit.record(subject.person, "erase", by=None, payload={"businesses": [each.pk for each in subject.enterprises]})
    AuditPersonal.objects.filter(entry_stream__in=streams).delete()
    return as_recorded(keeping)


def as_recorded(keeping: list[Kept]) -> list[dict[str, Any]]:
    with translation.override("id"):
        return [{"what": str(one.what), "ground": str(one.ground), "count": one.count} for one in keeping]


def _close(enterprise: Enterprise, owner: User) -> None:
    """By its owner, as they could have done before they asked."""
    acting = Membership.objects.active().filter(user=owner, organisation=enterprise.organisation_id, role=Role.OWNER)
    by = User.objects.get(pk=owner.pk).act_as(acting.select_related("organisation").get())
    if enterprise.status not in (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED):
        ENTERPRISE.make("close", enterprise, by=by)


def _empty_business(enterprise: Enterprise, *, keep_name: bool) -> None:
    _remove_papers(enterprise)
    _end_ties(enterprise)
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    for table in TABLES.values():
        if table.name != "plan_targets":
            replace_rows(locked, table, [])
    _forget_plan(locked)
    _empty_products(locked, keep_name=keep_name)
    for name in TEXTS:
        setattr(locked, name, "")
    for name in NUMBERS:
        setattr(locked, name, None)
    # Of a business that signed a contract, the contract names it by both.
    if not keep_name:
        locked.nib = ""
        locked.organisation.name = f"Usaha terhapus {locked.pk}"
        locked.organisation.short_name = ""
        locked.organisation.save(update_fields=["name", "short_name"])
    locked.return_reasons = []
    locked.save()
    measure_completeness(locked)
    audit.record(locked, "erase", by=None, payload={"name_kept": keep_name})


def _empty_products(enterprise: Enterprise, *, keep_name: bool) -> None:
    """Applications and contracts point to the rows, which stay; a contract names what it is about by its name."""
    mine = Product.objects.filter(enterprise=enterprise)
    mine.update(description="")
    if not keep_name:
        mine.update(name="Produk terhapus", code=Cast("pk", CharField()))


def _forget_plan(enterprise: Enterprise) -> None:
    """A target that was measured against stays (the database says so); what was written about it goes."""
    measured = PlanProgress.objects.filter(enterprise=enterprise)
    measured.update(note="")
    kept = [
        Q(indicator=indicator, year=year) for indicator, year in measured.values_list("indicator", "year").distinct()
    ]
    targets = PlanTarget.objects.filter(enterprise=enterprise)
    for each in kept:
        targets = targets.exclude(each)
    targets.delete()


def _remove_papers(enterprise: Enterprise) -> None:
    # The newer names the older that it replaced.
    for document in Document.objects.filter(enterprise=enterprise).order_by("-pk"):
        _remove_later(document.file)
        audit.record(document, "erase", by=None, payload={"kind": document.kind})
        document.delete()
    for photo in Photo.objects.filter(product__enterprise=enterprise):
        _remove_later(photo.file)
        _remove_later(photo.thumbnail)
        photo.delete()
    for done in ProductImport.objects.filter(enterprise=enterprise):
        _remove_later(done.file)
    ProductImport.objects.filter(enterprise=enterprise).update(file="", file_name="")
    # Each holds a cell of the list as it was typed.
    ImportProblem.objects.filter(product_import__enterprise=enterprise).delete()
    now = timezone.now()
    Product.objects.filter(enterprise=enterprise, withdrawn_at=None).update(withdrawn_at=now, updated_at=now)


def _end_ties(enterprise: Enterprise) -> None:
    now = timezone.now()
    for consent in Consent.objects.select_for_update(of=("self",)).filter(enterprise=enterprise, ended_at=None):
        consent.ended_at, consent.end_reason = now, ConsentEnd.WITHDRAWN
        consent.save(update_fields=["ended_at", "end_reason"])
    Assignment.objects.filter(enterprise=enterprise, ended_at=None).update(ended_at=now)
    CompanionRequest.objects.filter(enterprise=enterprise, answered_at=None).delete()
    CompanionRequest.objects.filter(enterprise=enterprise).update(message="")
    Appointment.objects.filter(enterprise=enterprise).update(purpose="")
    Appointment.objects.filter(enterprise=enterprise, called_off_at=None).update(called_off_at=now)
    Visit.objects.filter(enterprise=enterprise).update(place="", notes="", latitude=None, longitude=None)
    SectionDraft.objects.filter(enterprise=enterprise).delete()
    VisitKit.objects.filter(enterprise=enterprise).delete()
    Invitation.objects.filter(organisation=enterprise.organisation_id).delete()


def _empty_account(person: User, *, keep_name: bool) -> None:
    """Signing in ends: no password, no address, no session, no token."""
    now = timezone.now()
    address = f"terhapus-{person.pk}@{NOWHERE}"
    _mail_farewell(person)
    ApiToken.objects.filter(membership__user=person, revoked_at=None).update(revoked_at=now)
    ApiToken.objects.filter(membership__user=person).update(name="")
    Membership.objects.filter(user=person, ended_at=None).update(ended_at=now)
    Invitation.objects.filter(email__iexact=person.email).update(email=address)
    keys = list(UserSession.objects.filter(user=person).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    for model in (UserSession, EmailAddress, Authenticator, Notification):
        model.objects.filter(user=person).delete()
    SectionDraft.objects.filter(saved_by=person).delete()
    IdempotencyKey.objects.filter(user=person).delete()
    FormSubmission.objects.filter(user=person).delete()
    for request in DataRequest.objects.filter(person=person, status=DataRequestStatus.READY):
        _remove_later(request.file)
        DATA_REQUEST.make("end", request, by=None, file="")
    DataRequest.objects.filter(person=person).update(wanted="", explanation="")
    person.email, person.phone = address, ""
    if not keep_name:
        person.full_name = ""
    person.set_unusable_password()
    person.is_active, person.erased_at = False, now
    person.save()


def _mail_farewell(person: User) -> None:
    """The last message goes to the address that is about to be forgotten; the job forgets it once it is sent."""
    enqueue(MAIL_JOB, str(person.pk), payload={"email": person.email, "language": person.language})


def farewell(language: str) -> tuple[str, str]:
    with translation.override(language):
        return _("Your data at MitraPasok were erased"), _(
            "As you asked, your account and your personal data were erased, and you can no longer sign in. What the law obliges "
            "to keep, such as signed contracts and the digests of the audit trail, stays, and nothing else. If you did not ask "
            "for this, answer this message."
        )


def _remove_later(stored: Any) -> None:
    """After the commit: a rollback must not leave a row without its file."""
    if stored:
        transaction.on_commit(partial(stored.storage.delete, str(stored.name)))
