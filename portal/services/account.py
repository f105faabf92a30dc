"""A person's own account: what they change by themselves."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal import audit
from portal.models import User


@transaction.atomic
def change_account(person: User, *, full_name: str, phone: str, by: User) -> None:
    """Name and phone. The e-mail address is changed through a letter to the new one (allauth)."""
    if by.pk != person.pk:
        raise PermissionDenied
    locked = User.objects.select_for_update().get(pk=person.pk)
    wanted = {"full_name": full_name.strip(), "phone": phone.strip()}
    changed = {name: value for name, value in wanted.items() if getattr(locked, name) != value}
    if not changed:
        return
    before = {name: getattr(locked, name) for name in changed}
    User.objects.filter(pk=person.pk).update(**changed)
    audit.record(
        person,
        "change_account",
        by=by,
        payload={"changed": sorted(changed)},
        personal={"before": before, "after": changed},
    )
    for name, value in changed.items():
        setattr(person, name, value)
