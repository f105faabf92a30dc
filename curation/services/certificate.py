"""The mark after it was given: revoking it, with a reason that everybody who checks it reads."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.models import Curation, Programme
from curation.services.marking import fill_places
from portal import audit
from portal.enums import SME_ROLES, Role
from portal.flow import MoveNotAllowed, permit
from portal.models import User
from portal.notifications import notify_organisation


@transaction.atomic
def revoke_curation(curation: Curation, *, reason: str, by: User) -> None:
    """Its place goes to the first on the waiting list."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write why the mark is revoked.")}, code="no_reason")
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=curation.programme_id)
    locked = (
        Curation.objects.select_for_update(of=("self",))
        .select_related("programme__buyer", "enterprise__organisation")
        .get(pk=curation.pk)
    )
    permit(by, "curation.revoke_curation", locked)
    if locked.revoked_at is not None:
        raise MoveNotAllowed(_("This mark was revoked already."), move="revoke", status="revoked", code="revoked")
    locked.revoked_at, locked.revoked_by, locked.revoked_reason = timezone.now(), by, reason
    locked.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    audit.record(
        locked.application, "revoke_curation", by=by, payload={"curation": locked.pk}, personal={"reason": reason}
    )
    notify_organisation(
        locked.enterprise.organisation,
        "curation.revoked",
        path=reverse("certificate", args=[locked.application_id]),
        roles=SME_ROLES,
        programme=programme.name,
        buyer=locked.programme.buyer.label,
    )
    _tell_who_recognised(locked)
    fill_places(programme)


def _tell_who_recognised(curation: Curation) -> None:
    """Their marks are their own and stand; whether they still should is for them to look at."""
    given = Curation.objects.filter(application__recognises=curation, revoked_at=None)
    for other in given.select_related("programme__buyer", "enterprise__organisation"):
        notify_organisation(
            other.programme.buyer,
            "recognition.base_revoked",
            path=reverse("certificate", args=[other.application_id]),
            roles=[Role.OFFICER],
            programme=other.programme.name,
            enterprise=str(other.enterprise),
            other=curation.programme.buyer.label,
        )
