"""Why somebody may not sign, in words: the separation of duties that permissions decide on, explained."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.models import Partnership, SignOff
from partnerships.permissions import (
    acts_for_the_authority,
    acts_for_the_buyer,
    belongs_to_a_party,
    decided_on_its_enterprise,
    drafted_it,
    is_approver,
    is_ministry_admin,
)
from partnerships.selectors.signatories import in_office
from partnerships.signatures.provider import is_configured, not_set_up
from portal.enums import EnterpriseStatus
from portal.models import User
from portal.presentation.dates import tanggal


def obstacle_to_accept(user: User, partnership: Partnership) -> str:
    """Empty when the person's enterprise may accept the offer. To refuse it stays open to a suspended one."""
    if not is_configured():
        return not_set_up()
    standing = partnership.shares.filter(
        enterprise__organisation=user.organisation_id, enterprise__status=EnterpriseStatus.VERIFIED
    )
    return "" if standing.exists() else _("Only an active business can accept an offer.")


def obstacle_to_sign(user: User, partnership: Partnership) -> str:
    """Empty when the person may sign for the buyer."""
    if user.has_perm("partnerships.sign_for_buyer", partnership):
        return ""
    if not is_approver(user) or not acts_for_the_buyer(user, partnership):
        return _("Only an approver of %(buyer)s signs here.") % {"buyer": partnership.buyer.name}
    if drafted_it(user, partnership):
        return _("You had a hand in drafting this contract. Another approver must sign it.")
    if decided_on_its_enterprise(user, partnership):
        return _("You decided on the application of an enterprise in this contract. Another approver must sign it.")
    if belongs_to_a_party(user, partnership):
        return _("You belong to an enterprise in this contract. Another person must decide.")
    return _("You may not do this.")


def obstacle_to_sign_off(user: User, sign_off: SignOff) -> str:
    """Empty when the person may decide this sign-off."""
    authority = sign_off.authority
    if user.has_perm("partnerships.decide_sign_off", sign_off):
        if _signed_already(user, sign_off):
            return _("One person signs once under a text. Another person must sign here.")
        return ""
    if not is_ministry_admin(user) or not acts_for_the_authority(user, sign_off):
        return _("Only people of %(authority)s decide this sign-off.") % {"authority": authority.name}
    today = timezone.localdate()
    if not authority.is_valid_on(today):
        heir = in_office(authority, today)
        if heir is not None and authority.valid_until is not None:
            return _("%(authority)s ended on %(day)s. %(heir)s decides in its place.") % {
                "authority": authority.name,
                "day": tanggal(authority.valid_until),
                "heir": heir.name,
            }
        return _("%(authority)s does not exist today.") % {"authority": authority.name}
    if belongs_to_a_party(user, sign_off):
        return _("You belong to an enterprise in this contract. Another person must decide.")
    return _("Another authority signs before yours.")


def _signed_already(user: User, sign_off: SignOff) -> bool:
    partnership = sign_off.partnership
    return (
        partnership.signatures.filter(revision=sign_off.revision, signed_by=user).exists()
        or partnership.sign_offs.filter(revision=sign_off.revision, decided_by=user).exists()
    )
