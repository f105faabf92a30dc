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
