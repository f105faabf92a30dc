"""The contract's path: draft → offered → accepted → signed by the buyer → authorities → in force; and what is ordered under it."""

from django.utils.translation import gettext_lazy as _

from partnerships.enums import DeliveryStatus as D
from partnerships.enums import FinancingStatus as F
from partnerships.enums import IncidentStatus as N
from partnerships.enums import InvoiceStatus as I
from partnerships.enums import KnowledgeStatus as K
from partnerships.enums import OrderStatus as P
from partnerships.enums import PartnershipStatus as S
from partnerships.enums import PaymentStatus as Y
from partnerships.enums import SignOffStatus as O
from partnerships.models.partnership import UNDER_WAY
from portal.flow import Flow, Move

PARTNERSHIP = Flow(
    Move("offer", from_={S.DRAFT}, to=S.OFFERED, permission="partnerships.draft_partnership", label=_("Offer")),
    Move(
        "withdraw_offer",
        from_={S.OFFERED},
        to=S.DRAFT,
        permission="partnerships.draft_partnership",
        label=_("Take back"),
    ),
    Move("accept", from_={S.OFFERED}, to=S.ACCEPTED, permission="partnerships.answer_offer", label=_("Accept")),
    Move("refuse", from_={S.OFFERED}, to=S.REFUSED, permission="partnerships.answer_offer", label=_("Refuse")),
    Move(
        "sign_for_buyer", from_={S.ACCEPTED}, to=S.SOE_SIGNED, permission="partnerships.sign_for_buyer", label=_("Sign")
    ),
    Move("send_to_authorities", from_={S.SOE_SIGNED}, to=S.AUTHORITY_REVIEW, permission=None),
    Move(
        "return",
        from_={S.AUTHORITY_REVIEW},
        to=S.RETURNED,
        permission="partnerships.sign_off",
        label=_("Return with reasons"),
    ),
    Move("activate", from_={S.AUTHORITY_REVIEW}, to=S.ACTIVE, permission="partnerships.sign_off"),
    Move("revise", from_={S.RETURNED}, to=S.DRAFT, permission="partnerships.draft_partnership", label=_("Revise")),
    Move(
        "complete",
        from_={S.ACTIVE},
        to=S.COMPLETED,
        permission="partnerships.end_partnership",
        label=_("Complete"),
        by_job=True,
    ),
    Move(
        "terminate", from_={S.ACTIVE}, to=S.TERMINATED, permission="partnerships.end_partnership", label=_("Terminate")
    ),
    # Of amendments: with the last sign-off the amended contract takes over its terms, lines and clauses.
    Move("apply", from_={S.AUTHORITY_REVIEW}, to=S.APPLIED, permission="partnerships.sign_off"),
    Move(
        "drop",
        from_={S.DRAFT, S.RETURNED},
        to=S.DROPPED,
        permission="partnerships.drop_amendment",
        label=_("Give the amendment up"),
    ),
    # The contract ended while its amendment was under way.
    Move("lapse", from_=UNDER_WAY, to=S.DROPPED, permission=None),
)

SIGN_OFF = Flow(
    Move("sign", from_={O.PENDING}, to=O.SIGNED, permission="partnerships.decide_sign_off", label=_("Sign off")),
    Move(
        "return",
        from_={O.PENDING},
        to=O.RETURNED,
        permission="partnerships.decide_sign_off",
        label=_("Return with reasons"),
    ),
)

ORDER = Flow(
    Move("confirm", from_={P.PLACED}, to=P.CONFIRMED, permission="partnerships.supply", label=_("Confirm")),
    Move("refuse", from_={P.PLACED}, to=P.REFUSED, permission="partnerships.supply", label=_("Refuse")),
    # The job's when the contract is terminated before the enterprise answered.
    Move(
        "withdraw",
        from_={P.PLACED},
        to=P.WITHDRAWN,
        permission="partnerships.buy",
        label=_("Take back"),
        by_job=True,
    ),
    Move("settle", from_={P.CONFIRMED}, to=P.SETTLED, permission=None),
    # A payment turned out not to have come.
    Move("reopen", from_={P.SETTLED}, to=P.CONFIRMED, permission=None),
)

DELIVERY = Flow(
    Move("accept", from_={D.DELIVERED}, to=D.ACCEPTED, permission="partnerships.buy", label=_("Answer the delivery")),
    Move("accept_part", from_={D.DELIVERED}, to=D.PARTLY_ACCEPTED, permission="partnerships.buy"),
    Move("not_accept", from_={D.DELIVERED}, to=D.NOT_ACCEPTED, permission="partnerships.buy"),
    Move("deem", from_={D.DELIVERED}, to=D.DEEMED_ACCEPTED, permission=None),
    Move("withdraw", from_={D.DELIVERED}, to=D.WITHDRAWN, permission="partnerships.supply", label=_("Take back")),
)

INVOICE = Flow(
    Move("return", from_={I.SENT}, to=I.RETURNED, permission="partnerships.buy", label=_("Return the invoice")),
    Move("withdraw", from_={I.SENT}, to=I.WITHDRAWN, permission="partnerships.supply", label=_("Take back")),
    Move("settle", from_={I.SENT}, to=I.PAID, permission=None),
    Move("reopen", from_={I.PAID}, to=I.SENT, permission=None),
)

PAYMENT = Flow(
    Move(
        "confirm",
        from_={Y.RECORDED, Y.DISPUTED},
        to=Y.CONFIRMED,
        permission="partnerships.supply",
        label=_("The money came"),
    ),
    Move("dispute", from_={Y.RECORDED}, to=Y.DISPUTED, permission="partnerships.supply", label=_("It did not come")),
    Move(
        "withdraw",
        from_={Y.RECORDED, Y.DISPUTED},
        to=Y.WITHDRAWN,
        permission="partnerships.buy",
        label=_("Take back"),
    ),
)

# Reported by one side; the other one answers in its term, and both agree, or the authority decides.
INCIDENT = Flow(
    Move(
        "release",
        from_={N.CONFIDENTIAL},
        to=N.OPEN,
        permission="partnerships.release_incident",
        label=_("Pass it on to the buyer"),
    ),
    Move("answer", from_={N.OPEN}, to=N.ANSWERED, permission="partnerships.answer_incident", label=_("Answer")),
    Move(
        "answer_late",
        from_={N.ESCALATED},
        to=N.ESCALATED,
        permission="partnerships.answer_incident",
        label=_("Answer"),
    ),
    # The job's when the opener says nothing to the answer.
    Move(
        "settle",
        from_={N.ANSWERED, N.ESCALATED},
        to=N.SETTLED,
        permission="partnerships.settle_incident",
        label=_("Agree with the answer"),
        by_job=True,
    ),
    # The job's when no answer came in the term.
    Move(
        "escalate",
        from_={N.OPEN, N.ANSWERED},
        to=N.ESCALATED,
        permission="partnerships.escalate_incident",
        label=_("Take it to the ministry"),
        by_job=True,
    ),
    Move(
        "withdraw",
        from_={N.CONFIDENTIAL, N.OPEN, N.ANSWERED, N.ESCALATED},
        to=N.WITHDRAWN,
        permission="partnerships.withdraw_incident",
        label=_("Take back"),
    ),
    Move(
        "uphold",
        from_={N.ESCALATED},
        to=N.UPHELD,
        permission="partnerships.find_incident",
        label=_("The report is justified"),
    ),
    Move(
        "not_uphold",
        from_={N.ESCALATED},
        to=N.NOT_UPHELD,
        permission="partnerships.find_incident",
        label=_("The report is not justified"),
    ),
    Move(
        "close",
        from_={N.CONFIDENTIAL, N.ESCALATED},
        to=N.CLOSED,
        permission="partnerships.find_incident",
        label=_("Close with advice"),
    ),
)


FINANCING = Flow(
    Move("take_up", from_={F.SENT}, to=F.TAKEN_UP, permission="partnerships.finance", label=_("Take up")),
    Move("ask", from_={F.SENT, F.TAKEN_UP}, to=F.ASKED, permission="partnerships.finance", label=_("Ask for more")),
    Move("answer", from_={F.ASKED}, to=F.TAKEN_UP, permission="partnerships.seek_finance", label=_("Answer")),
    Move(
        "offer", from_={F.SENT, F.TAKEN_UP}, to=F.OFFERED, permission="partnerships.finance", label=_("Make an offer")
    ),
    Move(
        "accept", from_={F.OFFERED}, to=F.ACCEPTED, permission="partnerships.seek_finance", label=_("Accept the offer")
    ),
    Move(
        "disburse",
        from_={F.ACCEPTED},
        to=F.DISBURSED,
        permission="partnerships.finance",
        label=_("Record the payment"),
    ),
    Move(
        "decline",
        from_={F.SENT, F.TAKEN_UP, F.ASKED, F.OFFERED, F.ACCEPTED},
        to=F.DECLINED,
        permission="partnerships.finance",
        label=_("Do not grant it"),
    ),
    Move(
        "withdraw",
        from_={F.SENT, F.TAKEN_UP, F.ASKED, F.OFFERED, F.ACCEPTED},
        to=F.WITHDRAWN,
        permission="partnerships.withdraw_financing",
        label=_("Take back"),
    ),
    Move("lapse", from_={F.SENT, F.TAKEN_UP, F.ASKED, F.OFFERED}, to=F.LAPSED, permission=None),
)

KNOWLEDGE = Flow(
    Move("agree", from_={K.PROPOSED}, to=K.AGREED, permission="partnerships.answer_knowledge", label=_("Agree")),
    Move(
        "refuse", from_={K.PROPOSED}, to=K.REFUSED, permission="partnerships.answer_knowledge", label=_("Do not agree")
    ),
    Move(
        "withdraw",
        from_={K.PROPOSED},
        to=K.WITHDRAWN,
        permission="partnerships.withdraw_knowledge",
        label=_("Take back"),
    ),
    Move(
        "call_off",
        from_={K.AGREED},
        to=K.CALLED_OFF,
        permission="partnerships.take_part_in_knowledge",
        label=_("Call it off"),
    ),
    Move(
        "report",
        from_={K.AGREED},
        to=K.REPORTED,
        permission="partnerships.take_part_in_knowledge",
        label=_("Report what was done"),
    ),
    Move(
        "confirm",
        from_={K.REPORTED},
        to=K.DONE,
        permission="partnerships.confirm_knowledge",
        label=_("It was done so"),
    ),
    Move(
        "return",
        from_={K.REPORTED},
        to=K.AGREED,
        permission="partnerships.confirm_knowledge",
        label=_("It was not done so"),
    ),
)
