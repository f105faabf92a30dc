"""What people are told about applications, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.notifications import register

register(
    "application.curated",
    subject=_("Curated: %(programme)s"),
    body=_("%(enterprise)s passed the curation of %(programme)s. Next: a contract draft from %(buyer)s."),
)
register(
    "application.waitlisted",
    subject=_("On the waiting list: %(programme)s"),
    body=_("%(enterprise)s qualifies for %(programme)s, but the quota is full. Place %(place)s."),
)
register(
    "application.in_review",
    subject=_("In review: %(programme)s"),
    body=_("%(buyer)s looks at the application of %(enterprise)s for %(programme)s in person."),
)
register(
    "application.declined",
    subject=_("The result of %(programme)s"),
    body=_(
        "%(enterprise)s was not selected for %(programme)s this time. Read which criteria were not met and how to mend them."
    ),
)
register(
    "application.submitted",
    subject=_("Application %(number)s received"),
    body=_("Your application in “%(programme)s” is received. The provisional score follows in a few minutes."),
)
register(
    "application.changes_requested",
    subject=_("%(buyer)s asks for changes"),
    body=_("Open your application in “%(programme)s” to see what is asked for and until when. It goes on."),
)
register(
    "application.answered",
    subject=_("%(enterprise)s sent the changes"),
    body=_("Application %(number)s in “%(programme)s” is back in review."),
)
register(
    "application.appealed",
    subject=_("%(enterprise)s appeals"),
    body=_("Application %(number)s in “%(programme)s” is to be decided by another person than before."),
)
register(
    "curation.revoked",
    subject=_("Your mark was revoked"),
    body=_("%(buyer)s revoked your mark from “%(programme)s”. Open the certificate to read why."),
)
