"""A cooperative lists its members; each says for itself whether it is one."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import CooperativeMemberStatus as S
from portal.enums import LegalForm
from portal.flow import MoveNotAllowed
from portal.flows import COOPERATIVE_MEMBER
from portal.models import CooperativeMember, Enterprise, Region, User
from portal.models.cooperative import ON_THE_LIST
from portal.notifications import notify_organisation
from portal.sections import MEMBERS
from portal.selectors.cooperative import given, registered_with
from portal.services.completeness import measure_completeness
from portal.services.dossier import locked_for_change

MOST_MEMBERS = 500


@transaction.atomic
def list_member(
    cooperative: Enterprise,
    *,
    by: User,
    name: str,
    nib: str = "",
    village: Region | None = None,
    product: str,
    capacity: Decimal,
    unit: str,
) -> CooperativeMember:
    """Put an enterprise on the list. One that is registered with this NIB is asked, and is a member when it says yes."""
    locked = locked_for_change(cooperative, by, MEMBERS)
    if locked.legal_form != LegalForm.COOPERATIVE:
        raise MoveNotAllowed(
            _("Only a cooperative lists members."), move="list_member", status=locked.status, code="no_cooperative"
        )
    if locked.member_enterprises.on_the_list().count() >= MOST_MEMBERS:
        raise ValidationError(
            _("At most %(n)d members. Take one off the list first.") % {"n": MOST_MEMBERS}, code="too_many"
        )
    enterprise = registered_with(nib)
    _refuse_twice(locked, enterprise, nib)
    if enterprise is None and village is None:
        raise ValidationError(
            {
                "village": ValidationError(
                    _("Choose the village of a member that is not registered here"), code="required"
                )
            }
        )
    listed = CooperativeMember(
        cooperative=locked,
        status=S.INVITED if enterprise else S.LISTED,
        invited=enterprise,
        name=name.strip(),
        nib=nib,
        village=village,
        product=product.strip(),
        capacity=capacity,
        unit=unit,
        listed_by=by,
    )
    listed.full_clean()
    listed.save()
    audit.record(
        locked,
        "list_member",
        by=by,
        payload={"listed": listed.pk, "asked": enterprise and enterprise.pk},
        personal={"name": listed.name, "nib": nib},
    )
    measure_completeness(locked)
    if enterprise is not None:
        _ask(listed, enterprise)
    return listed


@transaction.atomic
def change_given(
    listed: CooperativeMember, *, by: User, product: str, capacity: Decimal, unit: str
) -> CooperativeMember:
    """What the member gives, and how much. Who it is, and what it answered, stay. The same again changes nothing."""
    cooperative = locked_for_change(listed.cooperative, by, MEMBERS)
    row = CooperativeMember.objects.select_for_update(of=("self",)).get(pk=listed.pk)
    if row.status not in ON_THE_LIST:
        raise MoveNotAllowed(
            _("This member is no longer on the list."), move="change_given", status=row.status, code="not_listed"
        )
    before = {"product": row.product, "capacity": row.capacity, "unit": row.unit}
    after = {"product": product.strip(), "capacity": capacity, "unit": unit}
    if before == after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(after))
    audit.record(cooperative, "change_member", by=by, payload={"listed": row.pk, "before": before, "after": after})
    if row.enterprise is not None:
        notify_organisation(
            row.enterprise.organisation,
            "cooperative.changed",
            path=reverse("cooperative_list"),
            cooperative=cooperative.name,
            given=given(row),
        )
    return row


@transaction.atomic
def invite_listed(listed: CooperativeMember, *, by: User) -> None:
    """Who stood there with a name only has registered meanwhile: ask it."""
    cooperative = locked_for_change(listed.cooperative, by, MEMBERS)
    enterprise = registered_with(listed.nib)
    if enterprise is None:
        raise MoveNotAllowed(
            _("Nobody with this NIB is registered here yet."),
            move="invite",
            status=listed.status,
            code="not_registered",
        )
    if cooperative.member_enterprises.on_the_list().filter(invited=enterprise).exists():
        raise MoveNotAllowed(
            _("This business is on your list already."), move="invite", status=listed.status, code="listed_already"
        )
    COOPERATIVE_MEMBER.make("invite", listed, by=by, invited=enterprise)
    _ask(listed, enterprise)


@transaction.atomic
def accept_cooperative(listed: CooperativeMember, *, by: User) -> None:
    """From now on it counts as a member, with the capacity that is named."""
    COOPERATIVE_MEMBER.make("accept", listed, by=by, member=listed.invited, answered_at=timezone.now())
    _answer(listed, "cooperative.accepted")


@transaction.atomic
def refuse_cooperative(listed: CooperativeMember, *, by: User) -> None:
    COOPERATIVE_MEMBER.make("refuse", listed, by=by, answered_at=timezone.now())
    _answer(listed, "cooperative.refused")


@transaction.atomic
def leave_cooperative(listed: CooperativeMember, *, by: User) -> None:
    COOPERATIVE_MEMBER.make("leave", listed, by=by, invited=listed.enterprise, member=None, answered_at=timezone.now())
    measure_completeness(listed.cooperative)
    _answer(listed, "cooperative.left")


@transaction.atomic
def remove_member(listed: CooperativeMember, *, by: User) -> None:
    cooperative = locked_for_change(listed.cooperative, by, MEMBERS)
    was = listed.enterprise
    COOPERATIVE_MEMBER.make("remove", listed, by=by, invited=was, member=None)
    measure_completeness(cooperative)
    if was is not None:
        notify_organisation(
            was.organisation, "cooperative.removed", path=reverse("cooperative_list"), cooperative=cooperative.name
        )


def _refuse_twice(cooperative: Enterprise, enterprise: Enterprise | None, nib: str) -> None:
    on_the_list = cooperative.member_enterprises.on_the_list()
    if enterprise is not None and enterprise.pk == cooperative.pk:
        raise ValidationError({"nib": ValidationError(_("This is your own NIB"), code="own")})
    if enterprise is not None:
        earlier = on_the_list.filter(invited=enterprise).first() or on_the_list.filter(member=enterprise).first()
    else:
        earlier = on_the_list.filter(nib=nib).first() if nib else None
    if earlier is None:
        return
    if earlier.status == S.REFUSED:
        text = _("This business refused. It can still say yes by itself; you cannot ask it again.")
    else:
        text = _("This business is on your list already.")
    raise ValidationError({"nib": ValidationError(text, code="listed_already")})


def _ask(listed: CooperativeMember, enterprise: Enterprise) -> None:
    notify_organisation(
        enterprise.organisation,
        "cooperative.asks",
        path=reverse("cooperative_list"),
        cooperative=listed.cooperative.name,
        given=given(listed),
    )


def _answer(listed: CooperativeMember, kind: str) -> None:
    notify_organisation(
        listed.cooperative.organisation, kind, path=reverse("dossier_section", args=[MEMBERS]), member=str(listed)
    )
