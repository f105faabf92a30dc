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
