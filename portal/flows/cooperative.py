from django.utils.translation import gettext_lazy as _

from portal.enums import CooperativeMemberStatus as S
from portal.flow import Flow, Move

COOPERATIVE_MEMBER = Flow(
    Move("invite", from_={S.LISTED}, to=S.INVITED, permission="portal.list_members", label=_("Ask it")),
    # A refusal may be thought over; being asked again and again may not.
    Move(
        "accept",
        from_={S.INVITED, S.REFUSED},
        to=S.ACCEPTED,
        permission="portal.answer_cooperative",
        label=_("Yes, we are a member"),
    ),
    Move("refuse", from_={S.INVITED}, to=S.REFUSED, permission="portal.answer_cooperative", label=_("Refuse")),
    Move(
        "leave", from_={S.ACCEPTED}, to=S.LEFT, permission="portal.answer_cooperative", label=_("Leave the cooperative")
    ),
    Move(
        "remove",
        from_={S.LISTED, S.INVITED, S.ACCEPTED},
        to=S.REMOVED,
        permission="portal.list_members",
        label=_("Take off the list"),
    ),
)
