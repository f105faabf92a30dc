"""The moves of programmes and applications, as domain.md tells them."""

from django.utils.translation import gettext_lazy as _

from curation.enums import ApplicationStatus as A
from curation.enums import ConsortiumStatus as C
from curation.enums import InterestStatus as I
from curation.enums import MemberStatus as M
from curation.enums import ProgrammeStatus as P
from curation.enums import ReviewStatus as R
from portal.flow import Flow, Move

PROGRAMME = Flow(
    Move("publish", from_={P.DRAFT}, to=P.PUBLISHED, permission="curation.manage_programme", label=_("Publish")),
    Move(
        "close", from_={P.PUBLISHED}, to=P.CLOSED, permission="curation.manage_programme", label=_("Close"), by_job=True
    ),
    Move(
        "archive",
        from_={P.CLOSED},
        to=P.ARCHIVED,
        permission="curation.manage_programme",
        label=_("Archive"),
        by_job=True,
    ),
)

APPLICATION = Flow(
    Move("submit", from_={A.DRAFT}, to=A.SUBMITTED, permission="curation.apply", label=_("Send application")),
    # On another buyer's mark: a person decides, without a run.
    Move("send_recognised", from_={A.DRAFT}, to=A.IN_REVIEW, permission="curation.apply", label=_("Send application")),
    # The buyer no longer asks for what it would have recognised a mark on; nothing was sent.
    Move(
        "take_request_back",
        from_={A.DRAFT},
        to=A.WITHDRAWN,
        permission="curation.take_request_back",
        label=_("Withdraw the request"),
    ),
    # The official run marks; a person may decide otherwise, with a written reason.
    Move("mark_curated", from_={A.SUBMITTED}, to=A.CURATED, permission=None),
    Move("mark_in_review", from_={A.SUBMITTED}, to=A.IN_REVIEW, permission=None),
    Move("mark_waitlisted", from_={A.SUBMITTED}, to=A.WAITLISTED, permission=None),
    Move("mark_declined", from_={A.SUBMITTED}, to=A.DECLINED, permission=None),
    Move("take_place", from_={A.WAITLISTED}, to=A.CURATED, permission=None),
    Move("end_waiting", from_={A.WAITLISTED}, to=A.DECLINED, permission=None),
    Move("curate", from_={A.IN_REVIEW}, to=A.CURATED, permission="curation.decide_application", label=_("Curate")),
    Move(
        "waitlist",
        from_={A.IN_REVIEW},
        to=A.WAITLISTED,
        permission="curation.decide_application",
        label=_("Put on the waiting list"),
    ),
    Move(
        "request_changes",
        from_={A.IN_REVIEW},
        to=A.CHANGES_REQUESTED,
        permission="curation.decide_application",
        label=_("Ask for changes"),
    ),
    Move(
        "decline",
        from_={A.IN_REVIEW},
        to=A.DECLINED,
        permission="curation.decide_application",
        label=_("Do not select"),
    ),
    Move(
        "answer_changes",
        from_={A.CHANGES_REQUESTED},
        to=A.IN_REVIEW,
        permission="curation.apply",
        label=_("Send the changes"),
    ),
    Move("lapse", from_={A.CHANGES_REQUESTED}, to=A.DECLINED, permission=None),
    Move("appeal", from_={A.DECLINED}, to=A.APPEALED, permission="curation.apply", label=_("Appeal")),
    Move(
        "uphold_appeal",
        from_={A.APPEALED},
        to=A.CURATED,
        permission="curation.decide_appeal",
        label=_("Curate after the appeal"),
    ),
    # Right, but no place is free: it waits for one like everybody who qualifies.
    Move(
        "uphold_waiting",
        from_={A.APPEALED},
        to=A.WAITLISTED,
        permission="curation.decide_appeal",
        label=_("Put on the waiting list after the appeal"),
    ),
    Move(
        "reject_appeal",
        from_={A.APPEALED},
        to=A.DECLINED,
        permission="curation.decide_appeal",
        label=_("Keep the decision"),
    ),
    # Of two applications of an enterprise that was registered twice, the one that had not come as far.
    Move(
        "give_way",
        from_={A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.WAITLISTED},
        to=A.WITHDRAWN,
        permission=None,
    ),
    Move(
        "withdraw",
        from_={A.SUBMITTED, A.IN_REVIEW, A.CHANGES_REQUESTED, A.WAITLISTED},
        to=A.WITHDRAWN,
        permission="curation.apply",
        label=_("Withdraw"),
    ),
)

REVIEW = Flow(
    Move(
        "send_review", from_={R.ASSIGNED}, to=R.SUBMITTED, permission="curation.write_review", label=_("Send my review")
    ),
    # What was reviewed has changed: whoever looked at it looks again.
    Move("reopen_review", from_={R.SUBMITTED}, to=R.ASSIGNED, permission=None),
    Move("recuse", from_={R.ASSIGNED, R.SUBMITTED}, to=R.RECUSED, permission="curation.is_reviewer"),
    Move(
        "release",
        from_={R.ASSIGNED},
        to=R.RELEASED,
        permission="curation.assign_reviewers",
        label=_("Take off"),
        by_job=True,
    ),
    Move("assign_again", from_={R.RELEASED}, to=R.ASSIGNED, permission="curation.assign_reviewers"),
)

CONSORTIUM = Flow(
    Move(
        "invite", from_={C.DRAFT}, to=C.INVITING, permission="curation.manage_consortium", label=_("Invite the members")
    ),
    # With the acceptance that makes the quantity whole, or with the share taken back that leaves it short.
    Move("complete", from_={C.INVITING}, to=C.COMPLETE, permission="curation.answer_consortium"),
    Move("reopen", from_={C.COMPLETE}, to=C.INVITING, permission="curation.answer_consortium", by_job=True),
    Move("fail", from_={C.INVITING}, to=C.FAILED, permission=None),
    Move(
        "cancel",
        from_={C.DRAFT, C.INVITING, C.COMPLETE},
        to=C.CANCELLED,
        permission="curation.manage_consortium",
        label=_("Cancel the consortium"),
    ),
)

CONSORTIUM_MEMBER = Flow(
    Move("invite", from_={M.PROPOSED}, to=M.INVITED, permission="curation.manage_member"),
    Move("accept", from_={M.INVITED}, to=M.ACCEPTED, permission="curation.answer_part", label=_("Accept my share")),
    Move("decline", from_={M.INVITED}, to=M.DECLINED, permission="curation.answer_part", label=_("Decline")),
    Move(
        "give_back", from_={M.ACCEPTED}, to=M.DECLINED, permission="curation.answer_part", label=_("Give my share back")
    ),
    Move("expire", from_={M.INVITED}, to=M.EXPIRED, permission=None),
    Move(
        "release",
        from_={M.PROPOSED, M.INVITED, M.ACCEPTED},
        to=M.RELEASED,
        permission="curation.manage_member",
        label=_("Take off"),
        by_job=True,
    ),
)

INTEREST = Flow(
    Move("invite", from_={I.EXPRESSED}, to=I.INVITED, permission="curation.manage_interest", label=_("Invite")),
    Move("decline", from_={I.EXPRESSED}, to=I.DECLINED, permission="curation.manage_interest", label=_("Decline")),
    Move(
        "take_back",
        from_={I.INVITED},
        to=I.WITHDRAWN,
        permission="curation.manage_interest",
        label=_("Take the invitation back"),
    ),
    Move("accept", from_={I.INVITED}, to=I.ACCEPTED, permission="curation.answer_invitation", label=_("Accept")),
    Move("refuse", from_={I.INVITED}, to=I.REFUSED, permission="curation.answer_invitation", label=_("Decline")),
    Move(
        "withdraw",
        from_={I.EXPRESSED},
        to=I.WITHDRAWN,
        permission="curation.answer_invitation",
        label=_("No longer interested"),
    ),
    # The need closed before anybody answered; or of a business that was registered twice, the other one stands.
    Move("lapse", from_={I.EXPRESSED, I.INVITED}, to=I.LAPSED, permission=None),
)
