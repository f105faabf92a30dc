"""Who is told at each step: whoever acts next, and whoever must know. Written in the transaction of the step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format

from partnerships.models import Partnership, SignOff
from portal.enums import SME_ROLES, Role
from portal.models import Organisation
from portal.notifications import notify_organisation


def tell_enterprises(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([share.enterprise.organisation for share in _shares(partnership)], SME_ROLES, partnership, kind, params)


def tell_officers(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([partnership.buyer], (Role.OFFICER,), partnership, kind, params)


def tell_approvers(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([partnership.buyer], (Role.APPROVER,), partnership, kind, params)


def tell_authority(sign_off: SignOff) -> None:
    """Its turn has come. The day is written out, because a notification's params are plain values."""
    notify_organisation(
        sign_off.authority,
        "sign_off.opened",
        path=reverse("sign_off", args=[sign_off.pk]),
        roles=(Role.MINISTRY_ADMIN,),
        due=date_format(sign_off.due_on, "SHORT_DATE_FORMAT"),
        **_params(sign_off.partnership),
    )


def _tell(
    organisations: Iterable[Organisation], roles: Iterable[Role], partnership: Partnership, kind: str, params: dict
) -> None:
    for organisation in organisations:
        notify_organisation(
            organisation,
            kind,
            path=reverse("partnership_detail", args=[partnership.pk]),
            roles=roles,
            **_params(partnership),
            **params,
        )


def _params(partnership: Partnership) -> dict[str, Any]:
    return {
        "number": partnership.number,
        "title": partnership.title,
        "buyer": partnership.buyer.label,
        "revision": partnership.revision,
    }


def _shares(partnership: Partnership) -> Iterable[Any]:
    return partnership.shares.select_related("enterprise__organisation")
