"""What a buyer does with its needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus
from curation.models import Need
from curation.services.telling import tell_of_withdrawn_need, tell_whom_it_fits
from portal import audit
from portal.enums import DocumentKind
from portal.flow import permit
from portal.meanwhile import check_unchanged
from portal.models import Organisation, User
from portal.models.confirmation import confirmed_now

OPEN_ROUNDS = (ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED)
# Papers of the business itself are asked of everybody; these are what a buyer may ask of the goods and their maker.
CERTIFICATES = (
    DocumentKind.SNI,
    DocumentKind.HALAL,
    DocumentKind.BPOM,
    DocumentKind.PIRT,
    DocumentKind.ISO_9001,
    DocumentKind.TKDN,
    DocumentKind.LAB_TEST,
)


def check_delivery(deliver_from: dt.date, deliver_until: dt.date | None) -> None:
    if deliver_until is not None and deliver_until < deliver_from:
        raise ValidationError({"deliver_until": _("The last day of delivery lies before the first one.")})


def check_need(need: Need) -> None:
    """Everything a need must be, wherever it was entered. Raises ValidationError by field."""
    check_delivery(need.deliver_from, need.deliver_until)
    if need.quantity_per_month <= 0:
        raise ValidationError({"quantity_per_month": _("Enter a number above zero")})
    if need.ceiling_price <= 0:
        raise ValidationError({"ceiling_price": _("Enter an amount above zero")})
    if not set(need.required_certificates) <= set(CERTIFICATES):
        raise ValidationError({"required_certificates": _("A buyer cannot ask for this paper here.")})
    check_reference(need)
    need.full_clean()


def check_reference(need: Need) -> None:
    others = Need.objects.filter(buyer=need.buyer_id, reference=need.reference, withdrawn_at=None).exclude(pk=need.pk)
    if need.reference and (other := others.first()):
        said = _("Your organisation uses this number for %(number)s already.") % {"number": other.number}
        raise ValidationError({"reference": ValidationError(said, code="reference_once")})


@transaction.atomic
def add_need(buyer: Organisation, *, by: User, **values: Any) -> Need:
    """Keep a need as a draft: the public sees it when it is published."""
    permit(by, "curation.add_need")
    need = Need(buyer=buyer, created_by=by, **values)
    permit(by, "curation.manage_need", need)
    check_need(need)
    need.save()
    audit.record(need, "add", by=by, payload={"item": need.item})
    return need


@transaction.atomic
def change_need(need: Need, *, by: User, seen: str = "", **values: Any) -> None:
    """A need that a published programme is about stays as it is: scores are computed against its quantity, price and place.

    `seen`: the fingerprint of the fields as the person had them before; raises ChangedMeanwhile.
    """
    locked = _locked(need, by)
    check_unchanged(locked, values, seen)
    if locked.programmes.filter(status__in=OPEN_ROUNDS).exists():
        raise ValidationError(
            _("A published programme is about this need, so it can no longer be changed."), code="in_round"
        )
    if locked.withdrawn_at:
        raise ValidationError(_("This need was withdrawn. Enter it anew."), code="withdrawn")
    changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
    for name, value in values.items():
        setattr(locked, name, value)
    check_need(locked)
    # Whoever changes it has looked at it.
    confirmed = confirmed_now() if locked.published_at else {}
    for name, value in confirmed.items():
        setattr(locked, name, value)
    locked.save(update_fields=[*values, *confirmed])
    audit.record(locked, "change", by=by, payload={"fields": changed})


@transaction.atomic
def publish_need(need: Need, *, by: User) -> None:
    """From now on everybody can find it. Publishing twice changes nothing."""
    locked = _locked(need, by)
    if locked.withdrawn_at:
        raise ValidationError(_("This need was withdrawn. Enter it anew."), code="withdrawn")
    if locked.deliver_until and locked.deliver_until < timezone.localdate():
        raise ValidationError(_("The delivery period is over. Change the dates first."), code="over")
    if locked.published_at:
        return
    locked.published_at = timezone.now()
    locked.save(update_fields=["published_at"])
    need.published_at = locked.published_at
    audit.record(locked, "publish", by=by)
    tell_whom_it_fits(locked)


@transaction.atomic
def withdraw_need(need: Need, *, by: User) -> None:
    locked = _locked(need, by)
    if locked.programmes.filter(status=ProgrammeStatus.PUBLISHED).exists():
        raise ValidationError(
            _("An open programme is about this need. Close the programme first."), code="in_open_round"
        )
    if locked.withdrawn_at or not locked.published_at:
        return
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    need.withdrawn_at = locked.withdrawn_at
    audit.record(locked, "withdraw", by=by)
    tell_of_withdrawn_need(locked)


def _locked(need: Need, by: User) -> Need:
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    permit(by, "curation.manage_need", locked)
    return locked
