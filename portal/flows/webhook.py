from django.utils.translation import gettext_lazy as _

from portal.enums import WebhookStatus as S
from portal.flow import Flow, Move

WEBHOOK = Flow(
    # The job's after a day of failures.
    Move("pause", from_={S.ACTIVE}, to=S.PAUSED, permission="portal.manage_webhook", label=_("Pause"), by_job=True),
    Move("resume", from_={S.PAUSED}, to=S.ACTIVE, permission="portal.manage_webhook", label=_("Resume")),
    Move("remove", from_={S.ACTIVE, S.PAUSED}, to=S.REMOVED, permission="portal.manage_webhook", label=_("Remove")),
)
