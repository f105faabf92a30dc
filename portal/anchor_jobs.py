"""How long the audit trail has waited to be written down outside the database."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.gauges import Reading, gauge, in_words
from portal.services.anchoring import oldest_unanchored

# Beat anchors twice within it.
LATE = dt.timedelta(minutes=10)


@gauge
def unanchored() -> list[Reading]:
    since = oldest_unanchored()
    waits = timezone.now() - since if since else dt.timedelta()
    said = in_words(waits.total_seconds(), _("%(count)s seconds behind"), _("%(count)s minutes behind"))
    return [Reading(_("Audit trail outside the database"), said if since else _("Up to date"), late=waits > LATE)]
