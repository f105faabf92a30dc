"""Who is told at each step: whoever acts next, and whoever must know. Written in the transaction of the step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from partnerships.enums import Party
from partnerships.models import (
    Delivery,
    FinancingRequest,
    Incident,
    Invoice,
    KnowledgeStep,
    Partnership,
    PurchaseOrder,
    SignOff,
)
from portal.enums import SME_ROLES, Role
from portal.models import Organisation, User
from portal.notifications import day, notify_organisation


def tell_enterprises(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([share.enterprise.organisation for share in _shares(partnership)], SME_ROLES, partnership, kind, params)


def tell_officers(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([partnership.buyer], (Role.OFFICER,), partnership, kind, params)


def tell_approvers(partnership: Partnership, kind: str, **params: Any) -> None:
    _tell([partnership.buyer], (Role.APPROVER,), partnership, kind, params)


def tell_authority(sign_off: SignOff, *, inherited_from: Organisation | None = None) -> None:
    """Its turn has come, or it has come into the place of one that was dissolved."""
    notify_organisation(
        sign_off.authority,
        "sign_off.inherited" if inherited_from else "sign_off.opened",
        path=reverse("sign_off", args=[sign_off.pk]),
        roles=(Role.MINISTRY_ADMIN,),
        due=day(sign_off.due_on),
        earlier=inherited_from.name if inherited_from else "",
        **_params(sign_off.partnership),
    )


def tell_authorities(partnership: Partnership, kind: str, *, but: Organisation | None = None, **params: Any) -> None:
    """Those in office that have signed off the present text, or have it before them. Not `but`, whose step it was."""
    places = partnership.sign_offs.filter(revision=partnership.revision, opened_at__isnull=False)
    others = [place.authority for place in places.select_related("authority") if place.authority != but]
    _tell(others, (Role.MINISTRY_ADMIN,), partnership, kind, params)


def tell_buyer(order: PurchaseOrder, kind: str, *, path_of: Delivery | Invoice | None = None, **params: Any) -> None:
    """The officers, of what happens under an order."""
    _tell_of_order(order.partnership.buyer, (Role.OFFICER,), order, kind, path_of, params)


def tell_supplier(order: PurchaseOrder, kind: str, *, path_of: Delivery | Invoice | None = None, **params: Any) -> None:
    """The enterprise that the order was sent to, and no other of a consortium."""
    _tell_of_order(order.share.enterprise.organisation, SME_ROLES, order, kind, path_of, params)


def tell_financier(request: FinancingRequest, kind: str, **params: Any) -> None:
    """Its finance officers. Nothing of what was ticked or not stands in a message: it would outlast the consent."""
    _tell_of_finance(request, request.financier, (Role.FINANCE_OFFICER,), kind, params)


def tell_asker(request: FinancingRequest, kind: str, **params: Any) -> None:
    _tell_of_finance(request, request.enterprise.organisation, SME_ROLES, kind, params)


def tell_other_party(step: KnowledgeStep, kind: str, *, by: User, **params: Any) -> None:
    """Whoever of the two did not make the step."""
    to_buyer = by.organisation_id != step.partnership.buyer_id
    _tell_of_knowledge(step, kind, params, to_buyer=to_buyer)


def tell_both_sides(step: KnowledgeStep, kind: str, **params: Any) -> None:
    for to_buyer in (True, False):
        _tell_of_knowledge(step, kind, params, to_buyer=to_buyer)


def _tell_of_knowledge(step: KnowledgeStep, kind: str, params: dict[str, Any], *, to_buyer: bool) -> None:
    notify_organisation(
        step.partnership.buyer if to_buyer else step.share.enterprise.organisation,
        kind,
        path=reverse("knowledge_detail", args=[step.pk]),
        roles=(Role.OFFICER,) if to_buyer else SME_ROLES,
        step=step.title,
        number=step.partnership.number,
        buyer=step.partnership.buyer.label,
        enterprise=step.share.enterprise.name,
        **params,
    )


def _tell_of_finance(
    request: FinancingRequest, organisation: Organisation, roles: Iterable[Role], kind: str, params: dict[str, Any]
) -> None:
    notify_organisation(
        organisation,
        kind,
        path=reverse("financing_detail", args=[request.pk]),
        roles=roles,
        number=request.number,
        enterprise=request.enterprise.name,
        financier=request.financier.label,
        **params,
    )


def _tell_of_order(
    organisation: Organisation,
    roles: Iterable[Role],
    order: PurchaseOrder,
    kind: str,
    path_of: Delivery | Invoice | None,
    params: dict[str, Any],
) -> None:
    match path_of:
        case Delivery():
            path = reverse("delivery_detail", args=[path_of.pk])
        case Invoice():
            path = reverse("invoice_detail", args=[path_of.pk])
        case _:
            path = reverse("order_detail", args=[order.pk])
    notify_organisation(
        organisation,
        kind,
        path=path,
        roles=roles,
        order=order.number,
        title=order.partnership.title,
        buyer=order.partnership.buyer.label,
        enterprise=order.share.enterprise.name,
        **params,
    )


def tell_opener(incident: Incident, kind: str, **params: Any) -> None:
    _tell_of_incident(incident, incident.opener, _roles(incident.side), kind, params)


def tell_other_side(incident: Incident, kind: str, **params: Any) -> None:
    other = Party.BUYER if incident.side == Party.ENTERPRISE else Party.ENTERPRISE
    _tell_of_incident(incident, incident.other_side, _roles(other), kind, params)


def tell_its_authority(incident: Incident, kind: str, **params: Any) -> None:
    _tell_of_incident(incident, incident.authority, (Role.MINISTRY_ADMIN,), kind, params)


def _roles(side: str) -> Iterable[Role]:
    return (Role.OFFICER,) if side == Party.BUYER else SME_ROLES


def _tell_of_incident(
    incident: Incident, organisation: Organisation, roles: Iterable[Role], kind: str, params: dict[str, Any]
) -> None:
    """Nothing of what was said goes into a message: it stands on the page alone."""
    notify_organisation(
        organisation,
        kind,
        path=reverse("incident_detail", args=[incident.pk]),
        roles=roles,
        incident=incident.number,
        title=incident.partnership.title,
        side=incident.opener.label,
        other=incident.other_side.label,
        authority=incident.authority.label,
        **params,
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
