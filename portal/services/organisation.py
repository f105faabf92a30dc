from __future__ import annotations

from typing import Any

from django.db import transaction

from portal import audit
from portal.models import Organisation, User
from portal.services.membership import invite


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


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Organisation) else str(value) if value is not None else None
