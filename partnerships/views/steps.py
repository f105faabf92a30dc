"""What every page of a contract does alike: find it, try a step, say why it was refused."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership
from portal.flow import MoveNotAllowed, status_label


def find(request: HttpRequest, pk: int) -> Partnership:
    found = (
        Partnership.objects.visible_to(request.user).select_related("buyer", "agreement", "need").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def find_draft(request: HttpRequest, pk: int) -> Partnership | None:
    """The draft this officer may change; None (with a message) when its text is not open any more."""
    partnership = find(request, pk)
    if not request.user.has_perm("partnerships.draft_partnership", partnership):
        raise PermissionDenied
    if partnership.status != PartnershipStatus.DRAFT:
        messages.warning(
            request,
            _("The text of a contract changes only while it is a draft. It is now “%(status)s”.")
            % {"status": status_label(partnership)},
        )
        return None
    return partnership


def attempt(request: HttpRequest, step: Callable[[], object]) -> bool:
    """Do it; when it is refused, the reason becomes a message and nothing was written."""
    try:
        step()
    except MoveNotAllowed as refusal:
        messages.error(request, refusal.message)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        return True
    return False
