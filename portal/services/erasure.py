"""Erasing a person, and the businesses that were theirs alone. What the law obliges to keep is named and stays.

The rows of people and businesses stay, empty, because decisions, signatures and audit entries point to them. Entries of the
audit trail keep the salted digests of personal values; the values beside them go, and every chain still verifies.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import PROTECT, CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import ConsentEnd, DataRequestStatus, EnterpriseStatus, Role
from portal.flows import DATA_REQUEST, ENTERPRISE
from portal.jobs import enqueue
from portal.models import (
    ActivityConversion,
    ApiToken,
    Appointment,
    Assignment,
    AuditPersonal,
    CompanionRequest,
    Consent,
    CooperativeMember,
    DataRequest,
    Document,
    Enterprise,
    FormSubmission,
    IdempotencyKey,
    IdentityKeys,
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
    StagedProduct,
    SuspectedDuplicate,
    User,
    Visit,
    VisitKit,
    WebhookEndpoint,
)
from portal.models.audit import stream_of
from portal.personal_data import ERASERS, Kept, Subject, kept
from portal.sections import TABLES
from portal.selectors.personal_data import streams_of, suspicions_of
from portal.services.completeness import measure_completeness
from portal.services.rows import replace_rows

MAIL_JOB = "portal.mail_erased"
NOWHERE = "akun.invalid"
# Where the database asks for a reason that was given once.
NOTHING = "–"
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
    streams = streams_of(subject) + suspicions_of(subject)
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
    _forget_likeness(enterprise)
    _take_off_lists(enterprise)
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
        nameless = f"Usaha terhapus {locked.pk}"
        for name in {locked.organisation.name, locked.organisation.short_name} - {""}:
            _rename_in_messages(name, nameless)
        locked.organisation.name = nameless
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
    nameless = _pointed_at_by_nothing(mine) if keep_name else mine
    nameless.update(name="Produk terhapus", code=Cast("pk", CharField()))


def _pointed_at_by_nothing(products: QuerySet[Product]) -> QuerySet[Product]:
    """No application, order or contract, of this app or another."""
    free = products
    for relation in Product._meta.related_objects:
        if relation.on_delete is PROTECT:
            pointing = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": products})
            free = free.exclude(pk__in=pointing.values(relation.field.attname))
    return free


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
    ProductImport.objects.filter(enterprise=enterprise).update(file="", file_name="", columns=[], refusal={})
    StagedProduct.objects.filter(product_import__enterprise=enterprise).delete()
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
    _forget_reasons(CompanionRequest.objects.filter(enterprise=enterprise), "answer")
    CompanionRequest.objects.filter(enterprise=enterprise).update(message="")
    Appointment.objects.filter(enterprise=enterprise).update(purpose="")
    Appointment.objects.filter(enterprise=enterprise, called_off_at=None).update(called_off_at=now)
    Visit.objects.filter(enterprise=enterprise).update(place="", notes="", latitude=None, longitude=None)
    SectionDraft.objects.filter(enterprise=enterprise).delete()
    VisitKit.objects.filter(enterprise=enterprise).delete()
    Invitation.objects.filter(organisation=enterprise.organisation_id).delete()
    WebhookEndpoint.objects.filter(organisation=enterprise.organisation_id).delete()
    _forget_reasons(ActivityConversion.objects.filter(enterprise=enterprise), "reason")
    _forget_requests(DataRequest.objects.filter(enterprise=enterprise))


def _forget_likeness(enterprise: Enterprise) -> None:
    """What it was known again by, and what was written about it and another one."""
    IdentityKeys.objects.filter(enterprise=enterprise).delete()
    pairs = SuspectedDuplicate.objects.filter(Q(first=enterprise) | Q(second=enterprise))
    pairs.update(claim="")
    _forget_reasons(pairs, "reason")


def _take_off_lists(enterprise: Enterprise) -> None:
    """As cooperatives called it; and whom it listed itself, who may not even know of it."""
    CooperativeMember.objects.filter(cooperative=enterprise).delete()
    listed = CooperativeMember.objects.filter(Q(invited=enterprise) | Q(member=enterprise))
    lists = [stream_of(Enterprise(pk=key)) for key in listed.values_list("cooperative", flat=True)]
    called = Q(values__name__in=list(listed.exclude(name="").values_list("name", flat=True)))
    if enterprise.nib:
        called |= Q(values__nib=enterprise.nib)
    AuditPersonal.objects.filter(called, entry_stream__in=lists).delete()
    listed.update(name="", nib="", product="", capacity=None, unit="")


def _forget_requests(requests: QuerySet[DataRequest]) -> None:
    for request in requests.filter(status=DataRequestStatus.READY):
        _remove_later(request.file)
        DATA_REQUEST.make("end", request, by=None, file="")
    requests.update(wanted="", explanation="")
    _forget_reasons(requests, "answer")


def _forget_reasons(rows: QuerySet[Any], name: str) -> None:
    rows.exclude(**{name: ""}).update(**{name: NOTHING})


def _rename_in_messages(name: str, nameless: str) -> None:
    """In what others were told, and in the list of repairs: the line stays with whoever read it."""
    written = json.dumps(name, ensure_ascii=False)
    for line in Notification.objects.filter(params__icontains=written[1:-1]).iterator(chunk_size=500):
        line.params = _renamed(line.params, name, nameless)
        line.save(update_fields=["params"])
    for entry in LogEntry.objects.filter(Q(object_repr__contains=name) | Q(change_message__contains=name)):
        entry.object_repr = _renamed(entry.object_repr, name, nameless)[:200]
        entry.change_message = _renamed(entry.change_message, name, nameless)
        entry.save(update_fields=["object_repr", "change_message"])


def _renamed(value: Any, name: str, nameless: str) -> Any:
    """Whole words alone, and of a name that is one word only a value that is nothing else: "Ani" is in many names."""
    if isinstance(value, dict):
        return {key: _renamed(each, name, nameless) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, name, nameless) for each in value]
    if not isinstance(value, str):
        return value
    if " " not in name:
        return nameless if value == name else value
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _found: nameless, value)


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
    _forget_requests(DataRequest.objects.filter(person=person))
    person.email, person.phone = address, ""
    if not keep_name and person.full_name:
        _rename_in_messages(person.full_name, NOTHING)
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
