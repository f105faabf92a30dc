"""What a buyer does with its needs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus
from curation.models import Need
from portal import audit
from portal.flow import NotPermitted
from portal.models import Organisation, User

OPEN_ROUNDS = (ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED)


@transaction.atomic
def add_need(buyer: Organisation, *, by: User, **values: Any) -> Need:
    """Keep a need as a draft: the public sees it when it is published."""
    _ask(by, "curation.add_need", None)
    need = Need(buyer=buyer, created_by=by, **values)
    _ask(by, "curation.manage_need", need)
    need.full_clean()
    need.save()
    audit.record(need, "add", by=by, payload={"item": need.item})
    return need


@transaction.atomic
def change_need(need: Need, *, by: User, **values: Any) -> None:
    """A need that a published programme is about stays as it is: scores are computed against its quantity, price and place."""
    locked = _locked(need, by)
    if locked.programmes.filter(status__in=OPEN_ROUNDS).exists():
        raise ValidationError(
            _("A published programme is about this need, so it can no longer be changed."), code="in_round"
        )
    if locked.withdrawn_at:
        raise ValidationError(_("This need was withdrawn. Enter it anew."), code="withdrawn")
    changed = sorted(name for name, value in values.items() if getattr(locked, name) != value)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.full_clean()
    locked.save(update_fields=list(values))
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


def _locked(need: Need, by: User) -> Need:
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    _ask(by, "curation.manage_need", locked)
    return locked


def _ask(by: User, permission: str, subject: Need | None) -> None:
    if not by.has_perm(permission, subject):
        raise NotPermitted(_("You may not do this."), move=permission, status="", code="not_permitted")
