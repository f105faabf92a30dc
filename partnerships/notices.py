"""The words of what this app tells people. Params are plain values; whoever reads it gets it in their language."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import register

register(
    "partnership.offered",
    subject=_("%(buyer)s offers you a partnership"),
    body=_(
        "%(buyer)s offers the partnership “%(title)s” (%(number)s, text %(revision)s). Read the text, then accept or refuse it."
    ),
)
register(
    "partnership.offer_withdrawn",
    subject=_("%(buyer)s took an offer back"),
    body=_("The offer “%(title)s” (%(number)s) was taken back and will be revised. You need not do anything now."),
)
register(
    "partnership.one_accepted",
    subject=_("%(enterprise)s accepted %(number)s"),
    body=_("%(enterprise)s accepted “%(title)s”. %(waiting)s more must accept."),
)
register(
    "partnership.accepted",
    subject=_("%(number)s awaits your signature"),
    body=_(
        "Every enterprise accepted “%(title)s” (%(number)s, text %(revision)s). An approver who did not draft it signs next."
    ),
)
register(
    "partnership.all_accepted",
    subject=_("Every enterprise accepted %(number)s"),
    body=_("Every enterprise accepted “%(title)s” (text %(revision)s). An approver who did not draft it signs next."),
)
register(
    "partnership.refused",
    subject=_("%(enterprise)s did not take the offer %(number)s"),
    body=_("%(enterprise)s did not take the offer “%(title)s”. The reason they gave is on its page."),
)
register(
    "sign_off.opened",
    subject=_("%(number)s awaits your authority’s sign-off"),
    body=_("“%(title)s” (%(number)s, text %(revision)s) waits in your queue. Please decide by %(due)s."),
)
register(
    "partnership.returned",
    subject=_("%(authority)s returned %(number)s"),
    body=_("%(authority)s returned “%(title)s” with reasons. A new text voids earlier signatures."),
)
register(
    "partnership.active",
    subject=_("%(number)s is in force"),
    body=_("Everybody signed “%(title)s” (%(number)s, text %(revision)s). The partnership is in force."),
)
register(
    "partnership.terminated",
    subject=_("%(number)s was terminated"),
    body=_("%(side)s terminated “%(title)s” (%(number)s). The reason is on its page."),
)
register(
    "partnership.completed",
    subject=_("%(number)s is completed"),
    body=_("The term of “%(title)s” (%(number)s) has ended and nothing is open."),
)
register(
    "partnership.buyer_signed",
    subject=_("%(buyer)s signed %(number)s"),
    body=_("%(signer)s signed “%(title)s” (text %(revision)s) for %(buyer)s. The authorities decide next."),
)
register(
    "partnership.revised",
    subject=_("%(number)s is being revised"),
    body=_(
        "%(buyer)s works on the next text of “%(title)s”. Earlier signatures are void; you are asked again when it is offered."
    ),
)
register(
    "sign_off.signed",
    subject=_("%(authority)s signed %(number)s off"),
    body=_("%(authority)s signed “%(title)s” (%(number)s, text %(revision)s) off. Still awaited: %(waiting)s."),
)
register(
    "sign_off.inherited",
    subject=_("%(number)s passes to your authority"),
    body=_(
        "%(earlier)s no longer exists; your authority decides on “%(title)s” (%(number)s, text %(revision)s) in its place. "
        "Please decide by %(due)s."
    ),
)
register(
    "order.placed",
    subject=_("%(buyer)s orders: %(order)s"),
    body=_("%(buyer)s sent the order %(order)s under “%(title)s”, to be delivered by %(due)s. Confirm or refuse it."),
)
register(
    "order.confirmed",
    subject=_("%(enterprise)s confirmed %(order)s"),
    body=_("%(enterprise)s confirmed the order %(order)s under “%(title)s” and delivers by %(due)s."),
)
register(
    "order.refused",
    subject=_("%(enterprise)s did not take %(order)s"),
    body=_("%(enterprise)s did not take the order %(order)s under “%(title)s”. The reason is on its page."),
)
register(
    "order.withdrawn",
    subject=_("%(buyer)s took %(order)s back"),
    body=_("The order %(order)s under “%(title)s” was taken back. You need not answer it any more."),
)
register(
    "order.rest_asked",
    subject=_("%(side)s asks to end the rest of %(order)s"),
    body=_("%(side)s asks that what was not delivered of %(order)s shall not come any more. Read why, then answer."),
)
register(
    "order.rest_ended",
    subject=_("The rest of %(order)s was ended"),
    body=_("%(side)s agrees: what was not delivered of %(order)s does not come any more."),
)
register(
    "order.rest_kept",
    subject=_("%(order)s goes on in full"),
    body=_("%(side)s does not end the rest of %(order)s: everything is still to be delivered."),
)
register(
    "delivery.recorded",
    subject=_("%(enterprise)s delivered: %(order)s"),
    body=_(
        "%(enterprise)s recorded the handover %(bast)s under %(order)s. Check it line by line by %(due)s; "
        "what is not answered by then is deemed accepted."
    ),
)
register(
    "delivery.withdrawn",
    subject=_("%(enterprise)s took the delivery %(bast)s back"),
    body=_("The handover %(bast)s under %(order)s was entered by mistake. You need not answer it."),
)
register(
    "delivery.accept",
    subject=_("%(buyer)s accepted the delivery %(bast)s"),
    body=_("%(buyer)s accepted what was ordered of the handover %(bast)s under %(order)s."),
)
register(
    "delivery.accept_part",
    subject=_("%(buyer)s accepted a part of the delivery %(bast)s"),
    body=_("A part of the handover %(bast)s under %(order)s was not accepted. The reasons are on its page."),
)
register(
    "delivery.not_accept",
    subject=_("%(buyer)s did not accept the delivery %(bast)s"),
    body=_("Nothing of the handover %(bast)s under %(order)s was accepted. The reasons are on its page."),
)
register(
    "delivery.deemed",
    subject=_("The delivery %(bast)s is deemed accepted"),
    body=_(
        "No answer to the handover %(bast)s under %(order)s came within %(days)s working days. As agreed, "
        "it counts as accepted."
    ),
)
register(
    "order.settled",
    subject=_("%(order)s is settled"),
    body=_("Everything under the order %(order)s of “%(title)s” is accepted, invoiced and paid."),
)
register(
    "invoice.sent",
    subject=_("%(enterprise)s sent the invoice %(invoice)s"),
    body=_("%(enterprise)s invoices %(total)s under %(order)s, to be paid by %(due)s."),
)
register(
    "invoice.returned",
    subject=_("%(buyer)s returned the invoice %(invoice)s"),
    body=_("%(buyer)s returned the invoice %(invoice)s under %(order)s. Read the reason, then send another."),
)
register(
    "invoice.withdrawn",
    subject=_("%(enterprise)s took the invoice %(invoice)s back"),
    body=_("The invoice %(invoice)s under %(order)s was taken back. You need not pay it."),
)
register(
    "invoice.late",
    subject=_("The invoice %(invoice)s is overdue"),
    body=_(
        "The invoice %(invoice)s under %(order)s was to be paid by %(due)s. The days since are counted on its page."
    ),
)
register(
    "payment.recorded",
    subject=_("%(buyer)s paid %(amount)s"),
    body=_("%(buyer)s recorded a payment of %(amount)s for the invoice %(invoice)s. Confirm it once it has come."),
)
register(
    "payment.confirmed",
    subject=_("%(enterprise)s confirmed the payment %(reference)s"),
    body=_("%(enterprise)s confirmed that the payment %(reference)s under %(order)s has come."),
)
register(
    "payment.disputed",
    subject=_("%(enterprise)s disputes the payment %(reference)s"),
    body=_("%(enterprise)s says that the payment %(reference)s under %(order)s did not come as recorded. Read why."),
)
register(
    "payment.withdrawn",
    subject=_("%(buyer)s took the payment %(reference)s back"),
    body=_("The payment %(reference)s under %(order)s was recorded by mistake. The reason is on its page."),
)
register(
    "completion.asked",
    subject=_("%(side)s says that %(number)s is done"),
    body=_("%(side)s confirmed that nothing is open under “%(title)s” (%(number)s). Confirm it, too, to complete it."),
)
register(
    "partnership.completed_by_all",
    subject=_("%(number)s is completed"),
    body=_("Every side confirmed that all orders under “%(title)s” (%(number)s) are settled."),
)
register(
    "incident.opened",
    subject=_("%(side)s reports a problem: %(incident)s"),
    body=_(
        "%(side)s reports a problem under “%(title)s”. Read it and answer by %(due)s; without an answer it goes to %(authority)s."
    ),
)
register(
    "incident.in_confidence",
    subject=_("A supplier reports a problem in confidence: %(incident)s"),
    body=_("%(side)s reports a problem under “%(title)s” to you alone. The buyer does not know of it."),
)
register(
    "incident.released",
    subject=_("%(incident)s was passed on to the buyer"),
    body=_("%(other)s now reads your report %(incident)s and answers by %(due)s."),
)
register(
    "incident.due",
    subject=_("%(incident)s waits for you until %(due)s"),
    body=_("The problem report %(incident)s under “%(title)s” waits for you. The last day is %(due)s."),
)
register(
    "incident.answered",
    subject=_("%(other)s answered %(incident)s"),
    body=_(
        "Read the answer to %(incident)s. Agree with it, or take it to %(authority)s, by %(due)s; "
        "if you say nothing, the report ends there."
    ),
)
register(
    "incident.answered_late",
    subject=_("%(other)s answered %(incident)s"),
    body=_("Read the answer to %(incident)s. If you agree with it, the report ends; else %(authority)s decides."),
)
register(
    "incident.settled",
    subject=_("%(incident)s is settled"),
    body=_("%(side)s agrees with the answer to %(incident)s. The report has ended."),
)
register(
    "incident.settled_silently",
    subject=_("%(incident)s has ended"),
    body=_("Nothing was said to the answer to %(incident)s in its term. The report has ended."),
)
register(
    "incident.unanswered",
    subject=_("%(incident)s went to %(authority)s without an answer"),
    body=_("%(other)s did not answer %(incident)s in its term. %(authority)s now reads it."),
)
register(
    "incident.escalated",
    subject=_("%(side)s took %(incident)s to %(authority)s"),
    body=_("%(side)s is not satisfied with the answer to %(incident)s. %(authority)s now reads it."),
)
register(
    "incident.withdrawn",
    subject=_("%(side)s took %(incident)s back"),
    body=_("The problem report %(incident)s under “%(title)s” was taken back. Nothing more is to be done."),
)
register(
    "incident.upheld",
    subject=_("%(authority)s finds %(incident)s justified"),
    body=_("%(authority)s has decided on %(incident)s: the report is justified. Read its reasons and advice."),
)
register(
    "incident.not_upheld",
    subject=_("%(authority)s finds %(incident)s not justified"),
    body=_("%(authority)s has decided on %(incident)s: the report is not justified. Read its reasons."),
)
register(
    "incident.closed",
    subject=_("%(authority)s closed %(incident)s"),
    body=_("%(authority)s closed %(incident)s with advice. Read it on its page."),
)
register(
    "incident.passed_on",
    subject=_("%(incident)s passes to your authority"),
    body=_("The authority that had the problem report %(incident)s no longer exists. It is yours now."),
)
register(
    "financing.sent",
    subject=_("%(enterprise)s asks for finance: %(amount)s"),
    body=_("%(enterprise)s sent the request %(number)s. As you state it, you answer by %(due)s."),
)
register(
    "financing.taken_up",
    subject=_("%(financier)s checks your request %(number)s"),
    body=_("%(financier)s has taken up your request. It answers by %(due)s."),
)
register(
    "financing.asked",
    subject=_("%(financier)s asks for more: %(number)s"),
    body=_("%(financier)s needs to know more before it can answer. Answer by %(due)s, else the request lapses."),
)
register(
    "financing.answered",
    subject=_("%(enterprise)s answered: %(number)s"),
    body=_("%(enterprise)s answered what you asked. As you state it, you answer by %(due)s."),
)
register(
    "financing.offered",
    subject=_("%(financier)s offers you %(amount)s"),
    body=_("Read the rate, the term and the conditions of %(number)s. The offer stands until %(due)s."),
)
register(
    "financing.accepted",
    subject=_("%(enterprise)s accepted your offer %(number)s"),
    body=_("%(enterprise)s accepted %(amount)s. Record the payment once it has gone out."),
)
register(
    "financing.disbursed",
    subject=_("%(financier)s paid out %(amount)s"),
    body=_("%(financier)s recorded on %(number)s that %(amount)s were paid out on %(on)s."),
)
register(
    "financing.declined",
    subject=_("%(financier)s did not grant %(number)s"),
    body=_("Read the reason. What you shared can no longer be read there. You can ask somebody else."),
)
register(
    "financing.withdrawn",
    subject=_("%(enterprise)s took %(number)s back"),
    body=_("The request was taken back. You need not do anything, and what was shared can no longer be read."),
)
register(
    "financing.due_soon",
    subject=_("%(number)s: to be answered by %(due)s"),
    body=_("The request of %(enterprise)s to %(financier)s waits for you until %(due)s."),
)
register(
    "financing.late",
    subject=_("%(number)s was not answered in time"),
    body=_(
        "%(financier)s was to answer the request of %(enterprise)s by %(due)s. Without an answer by %(over)s it lapses."
    ),
)
register(
    "financing.lapsed",
    subject=_("%(number)s has lapsed"),
    body=_("Its last day passed without an answer of %(enterprise)s. What was shared can no longer be read."),
)
register(
    "financing.lapsed_unanswered",
    subject=_("%(number)s has lapsed without an answer"),
    body=_(
        "%(financier)s did not answer the request of %(enterprise)s. What was shared can no longer be read. The business "
        "can ask somebody else."
    ),
)
register(
    "knowledge.proposed",
    subject=_("Knowledge transfer proposed: %(step)s"),
    body=_("Under %(number)s of %(buyer)s and %(enterprise)s. Agree to it, or say why not."),
)
register(
    "knowledge.agreed",
    subject=_("Agreed: %(step)s"),
    body=_("The other side of %(number)s agreed. Report it with what shows it once it is done."),
)
register(
    "knowledge.refused",
    subject=_("Not agreed: %(step)s"),
    body=_("The other side of %(number)s did not agree. Read why; you can propose something else."),
)
register(
    "knowledge.withdrawn",
    subject=_("Taken back: %(step)s"),
    body=_("The proposal under %(number)s was taken back. You need not do anything."),
)
register(
    "knowledge.called_off",
    subject=_("Called off: %(step)s"),
    body=_("What was agreed under %(number)s will not take place. The reason is on its page."),
)
register(
    "knowledge.reported",
    subject=_("Reported as done: %(step)s"),
    body=_("Under %(number)s there is a report with what shows it. It counts once %(enterprise)s has confirmed it."),
)
register(
    "knowledge.returned",
    subject=_("Not confirmed: %(step)s"),
    body=_("%(enterprise)s says that it was not done so. Read why, and report it anew."),
)
register(
    "knowledge.done",
    subject=_("Confirmed: %(step)s"),
    body=_("%(enterprise)s confirmed under %(number)s that it was done."),
)
register(
    "knowledge.overdue",
    subject=_("Overdue: %(step)s"),
    body=_("Under %(number)s it was to be done by %(until)s. Report what was done, or call it off."),
)
register(
    "amendment.offered",
    subject=_("%(buyer)s proposes an amendment: %(number)s"),
    body=_(
        "%(buyer)s proposes to amend “%(title)s” (%(number)s, text %(revision)s). Read what changes, then accept or refuse it. "
        "Until everybody has signed, the contract stays as it is."
    ),
)
register(
    "amendment.applied",
    subject=_("The amendment %(number)s is in force"),
    body=_("Everybody signed the amendment of “%(title)s” (%(number)s, text %(revision)s). It holds from now on."),
)
register(
    "amendment.dropped",
    subject=_("%(buyer)s gave the amendment %(number)s up"),
    body=_("The amendment of “%(title)s” (%(number)s) does not come. The contract goes on as it is."),
)
register(
    "amendment.lapsed",
    subject=_("The amendment %(number)s has ended"),
    body=_("The contract “%(title)s” ended before its amendment %(number)s was signed by everybody."),
)
