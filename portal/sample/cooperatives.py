"""Members of the sample's cooperatives: most said yes, one is still asked, one is not registered here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.enums import CooperativeMemberStatus, EnterpriseStatus, LegalForm
from portal.models import CooperativeMember, Enterprise
from portal.sample.enterprises import Made
from portal.sample.trades import recipes

S = CooperativeMemberStatus
MOST = 4
UNREGISTERED = "Usaha Bersama Dusun Wetan"


def add_cooperative_members(made: list[Made]) -> None:
    """Verified firms of the same trade, from the named regency if there is one, else from the same province."""
    rows: list[CooperativeMember] = []
    for each in made:
        if each.plan.form == LegalForm.COOPERATIVE and each.plan.status == EnterpriseStatus.VERIFIED:
            rows += _list_of(each, list(_near(each, made))[:MOST])
    CooperativeMember.objects.bulk_create(rows)


def _near(each: Made, made: list[Made]) -> Iterator[Enterprise]:
    wanted = each.plan.lead.members_from if each.plan.lead else each.plan.village[:2]
    for other in made:
        if (
            other.plan.trade == each.plan.trade
            and other.plan.status == EnterpriseStatus.VERIFIED
            and other.plan.form != LegalForm.COOPERATIVE
            and other.plan.village.startswith(wanted)
        ):
            yield other.enterprise


def _list_of(each: Made, near: list[Enterprise]) -> Iterator[CooperativeMember]:
    main = recipes(each.plan.trade)[0]
    gives = {"cooperative": each.enterprise, "product": main.variants()[0], "unit": main.unit, "listed_by": each.owner}
    for place, member in enumerate(near):
        asked = place == MOST - 1
        yield CooperativeMember(
            **gives,
            status=S.INVITED if asked else S.ACCEPTED,
            invited=member,
            member=None if asked else member,
            name=member.organisation.name,
            nib=member.nib,
            capacity=Decimal(main.capacity[0] * (2 + place)),
        )
    yield CooperativeMember(
        **gives, status=S.LISTED, name=UNREGISTERED, village_id=each.plan.village, capacity=Decimal(main.capacity[0])
    )
