"""Consents: given by the owner in the portal, recorded from a signed paper, withdrawn at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.consents import scope_choices, text_in_use
from portal.enums import ConsentEnd, ConsentMeans, ConsentPurpose, Role
from portal.models import Assignment, Consent, Enterprise, Organisation, User
from portal.notifications import notify, notify_organisation
from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused

MOST_DAYS = 365


@transaction.atomic
def give_consent(
    enterprise: Enterprise,
    *,
    by: User,
    scopes: Iterable[str],
    days: int,
    companion: User | None = None,
    partner: Organisation | None = None,
) -> Consent:
    """The owner's word, in the portal. To the companion who looks after the enterprise, or to a partner organisation."""
    if not by.has_perm("portal.give_consent", enterprise):
        raise PermissionDenied
    if (companion is None) == (partner is None):
        raise ValidationError(_("Choose who may fill in for you."), code="nobody")
    organisation = partner or _centre_of(enterprise, companion)
    purpose = ConsentPurpose.PARTNER if partner else ConsentPurpose.ASSISTANCE
    consent = _made(
        Consent(
            enterprise=enterprise,
            purpose=purpose,
            organisation=organisation,
            companion=companion,
            means=ConsentMeans.PORTAL,
            given_by=by,
        ),
        scopes,
        days,
        by,
    )
    audit.record(enterprise, "give_consent", by=by, payload=_recorded(consent))
    receivers = [companion] if companion else _people_of(organisation)
    notify(receivers, "consent.given", path=reverse("home"), organisation=organisation, name=str(enterprise))
    return consent


@transaction.atomic
def record_paper_consent(
    enterprise: Enterprise, *, by: User, scopes: Iterable[str], days: int, signed_name: str, file: UploadedFile
) -> Consent:
    """What the owner signed at a visit, with its photo. The enterprise's people are told and can withdraw it at once."""
    if not by.has_perm("portal.record_consent", enterprise):
        raise PermissionDenied
    try:
        paper = read_paper(file, file.size)
    except Refused as refused:
        raise ValidationError({"file": ValidationError(str(refused), code=refused.code)}) from refused
    consent = Consent(
        enterprise=enterprise,
        purpose=ConsentPurpose.ASSISTANCE,
        organisation=_centre_of(enterprise, by),
        companion=by,
        means=ConsentMeans.PAPER,
        signed_name=signed_name.strip(),
        paper_sha256=paper.sha256,
    )
    consent.paper.save(f"consent{paper.suffix}", ContentFile(paper.data), save=False)
    _made(consent, scopes, days, by)
    audit.record(
        enterprise,
        "record_consent",
        by=by,
        payload={**_recorded(consent), "sha256": consent.paper_sha256},
        personal={"signed_name": consent.signed_name},
    )
    notify_organisation(
        enterprise.organisation,
        "consent.recorded",
        path=reverse("consent_detail", args=[consent.pk]),
        who=str(by),
        centre=consent.organisation.label,
        name=consent.signed_name,
    )
    return consent


@transaction.atomic
def consent_to_share(
    enterprise: Enterprise,
    *,
    by: User,
    receiver: Organisation,
    scopes: Iterable[str],
    days: int = MOST_DAYS,
    instead_of: Consent | None = None,
) -> Consent:
    """The owner's word that `receiver` may read these values for one request; the caller knows which can be named.

    `instead_of`: the consent of the same request that named less.
    """
    if not by.has_perm("portal.give_consent", enterprise):
        raise PermissionDenied
    if instead_of is not None:
        _end(instead_of, ConsentEnd.REPLACED, by)
    now = timezone.now()
    consent = Consent.objects.create(
        enterprise=enterprise,
        purpose=ConsentPurpose.SHARING,
        organisation=receiver,
        scopes=list(scopes),
        text_version=text_in_use(ConsentPurpose.SHARING).version,
        means=ConsentMeans.PORTAL,
        given_by=by,
        recorded_by=by,
        starts_at=now,
        ends_at=now + dt.timedelta(days=days),
    )
    audit.record(enterprise, "give_consent", by=by, payload=_recorded(consent))
    return consent


def end_fulfilled(consent: Consent, *, by: User | None) -> None:
    """The request it was given for is over. One that has ended stays as it ended."""
    locked = Consent.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=consent.pk)
    if locked.ended_at is None:
        _end(locked, ConsentEnd.FULFILLED, by)


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: User) -> None:
    """From the moment this is committed nothing more is saved under it: the database refuses it. Twice changes nothing."""
    locked = (
        Consent.objects.select_for_update(of=("self",)).select_related("enterprise__organisation").get(pk=consent.pk)
    )
    if not by.has_perm("portal.withdraw_consent", locked.enterprise):
        raise PermissionDenied
    if locked.ended_at is not None:
        return
    _end(locked, ConsentEnd.WITHDRAWN, by)
    if locked.purpose == ConsentPurpose.SHARING:
        notify_organisation(
            locked.organisation,
            "consent.sharing_withdrawn",
            path=reverse("home"),
            roles=(Role.FINANCE_OFFICER,),
            name=str(locked.enterprise),
        )
        return
    receivers = [locked.companion] if locked.companion else _people_of(locked.organisation)
    notify(
        receivers,
        "consent.withdrawn",
        path=reverse("home"),
        organisation=locked.organisation,
        name=str(locked.enterprise),
    )


def end_consents_of(assignment: Assignment, *, by: User) -> None:
    """Whoever no longer looks after an enterprise has no consent of it either."""
    open_ones = Consent.objects.select_for_update(of=("self",)).filter(
        enterprise=assignment.enterprise_id, companion=assignment.companion_id, ended_at=None
    )
    for consent in open_ones.select_related("enterprise"):
        _end(consent, ConsentEnd.UNASSIGNED, by)


def _made(consent: Consent, scopes: Iterable[str], days: int, by: User) -> Consent:
    known, wanted = dict(scope_choices(consent.enterprise)), set(scopes)
    consent.scopes = [scope for scope in known if scope in wanted]
    if not consent.scopes:
        raise ValidationError({"scopes": [_("Choose at least one part.")]})
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": [_("A consent lasts from one day to a year.")]})
    # One at a time for each enterprise: two tabs make one consent and its successor, not two.
    Enterprise.objects.select_for_update(no_key=True).get(pk=consent.enterprise_id)
    earlier = Consent.objects.filter(
        enterprise=consent.enterprise, organisation=consent.organisation, companion=consent.companion, ended_at=None
    )
    for each in earlier:
        _end(each, ConsentEnd.REPLACED, by)
    consent.text_version = text_in_use(ConsentPurpose(consent.purpose)).version
    consent.recorded_by = by
    consent.starts_at = timezone.now()
    consent.ends_at = consent.starts_at + dt.timedelta(days=days)
    consent.save()
    return consent


def _end(consent: Consent, reason: ConsentEnd, by: User | None) -> None:
    consent.ended_at, consent.ended_by, consent.end_reason = timezone.now(), by, reason
    consent.save(update_fields=["ended_at", "ended_by", "end_reason"])
    audit.record(consent.enterprise, "end_consent", by=by, payload={"consent": consent.pk, "reason": reason})


def _centre_of(enterprise: Enterprise, companion: User | None) -> Organisation:
    found = Assignment.objects.open().filter(enterprise=enterprise, companion=companion).select_related("plut").first()
    if found is None:
        raise ValidationError(_("This companion does not look after your business."), code="not_assigned")
    return found.plut


def _people_of(organisation: Organisation) -> list[User]:
    members = organisation.memberships.active().select_related("user")
    return [membership.user for membership in members if membership.role != Role.STAFF]


def _recorded(consent: Consent) -> dict[str, object]:
    return {
        "consent": consent.pk,
        "purpose": consent.purpose,
        "organisation": consent.organisation_id,
        "companion": consent.companion_id,
        "scopes": consent.scopes,
        "text_version": consent.text_version,
        "means": consent.means,
        "until": consent.ends_at,
    }
