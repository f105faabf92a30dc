from django.utils.translation import gettext_lazy as _

from portal.enums import EnterpriseStatus as S
from portal.flow import Flow, Move

ENTERPRISE = Flow(
    Move(
        "submit",
        from_={S.DRAFT, S.RETURNED},
        to=S.SUBMITTED,
        permission="portal.submit_enterprise",
        label=_("Send for checking"),
    ),
    Move("verify", from_={S.SUBMITTED}, to=S.VERIFIED, permission="portal.verify_enterprise", label=_("Verify")),
    Move(
        "return",
        from_={S.SUBMITTED},
        to=S.RETURNED,
        permission="portal.verify_enterprise",
        label=_("Return with reasons"),
    ),
    Move("suspend", from_={S.VERIFIED}, to=S.SUSPENDED, permission="portal.verify_enterprise", label=_("Suspend")),
    Move("restore", from_={S.SUSPENDED}, to=S.VERIFIED, permission="portal.verify_enterprise", label=_("Restore")),
    Move(
        "close",
        from_={S.DRAFT, S.RETURNED, S.VERIFIED, S.SUSPENDED},
        to=S.CLOSED,
        permission="portal.close_enterprise",
        label=_("Close the business"),
    ),
    # One that was registered twice, at whichever point it was noticed: see decisions/0009.
    Move(
        "merge",
        from_={S.DRAFT, S.SUBMITTED, S.RETURNED, S.VERIFIED},
        to=S.MERGED,
        permission="portal.verify_enterprise",
        label=_("Merge"),
    ),
)
