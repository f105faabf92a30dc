"""The end of an enterprise on the portal, by its own wish, once nobody relies on it any more."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.selectors.closing import obstacles_to_closing
from portal.flow import permit
from portal.flows import ENTERPRISE
from portal.models import Enterprise, User
from portal.notifications import notify_organisation


@transaction.atomic
def close_enterprise(enterprise: Enterprise, *, reason: str, by: User) -> None:
    """For good. Raises ValidationError naming every application and contract that is still open.

    Applying and offering lock the enterprise, too: what they began first is seen here, what begins later finds it closed.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the business closes.")})
    locked = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    permit(by, "portal.close_enterprise", locked)
    if obstacles := obstacles_to_closing(locked):
        raise ValidationError(obstacles, code="unsettled")
    ENTERPRISE.make("close", enterprise, by=by, personal={"reason": reason.strip()})
    name = enterprise.organisation.name
    notify_organisation(enterprise.organisation, "enterprise.closed", path=reverse("dossier"), name=name)
