from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.flow import permit
from portal.models import Organisation, User
from portal.services.membership import invite

MOST_ANSWER_DAYS = 60


@transaction.atomic
def add_organisation(*, by: User, first_email: str = "", first_role: Any = None, **fields: Any) -> Organisation:
    """Enter a buyer, an authority, a PLUT centre …, and invite its first person."""
    organisation = Organisation.objects.create(**fields)
    audit.record(
        organisation,
        "add_organisation",
        by=by,
        payload={"name": organisation.name, "capabilities": organisation.capabilities},
    )
    if first_email:
        invite(organisation, first_email, first_role, by=by)
    return organisation


@transaction.atomic
def change_organisation(organisation: Organisation, *, by: User, **fields: Any) -> None:
    """Names and dates change: a ministry is dissolved and has a successor. What it signed stays under its old name."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = {name: _plain(getattr(locked, name)) for name in fields if getattr(locked, name) != fields[name]}
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save()
    if before:
        after = {name: _plain(getattr(locked, name)) for name in before}
        audit.record(locked, "change_organisation", by=by, payload={"before": before, "after": after})


@transaction.atomic
def state_answer_days(organisation: Organisation, days: int, *, by: User) -> None:
    """Within how many working days a financier answers, from today on: requests under way keep the day they were told."""
    permit(by, "portal.state_answer_days", organisation)
    if not 1 <= days <= MOST_ANSWER_DAYS:
        raise ValidationError({"days": [_("Enter from 1 to %(most)d working days.") % {"most": MOST_ANSWER_DAYS}]})
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if locked.answer_days == days:
        return
    before, locked.answer_days, locked.answer_days_since = locked.answer_days, days, timezone.localdate()
    locked.save(update_fields=["answer_days", "answer_days_since"])
    audit.record(locked, "state_answer_days", by=by, payload={"before": before, "after": days})


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Organisation) else str(value) if value is not None else None
