from django.utils.translation import gettext_lazy as _

from portal.enums import DataRequestStatus as S
from portal.flow import Flow, Move

DATA_REQUEST = Flow(
    # A copy: made by a job, taken away when its link ends.
    Move("make_ready", from_={S.RECEIVED}, to=S.READY, permission=None),
    Move("end", from_={S.READY}, to=S.ENDED, permission=None),
    # A correction: a ministry's answer.
    Move("carry_out", from_={S.RECEIVED}, to=S.DONE, permission="portal.answer_data_request", label=_("Correct it")),
    Move("decline", from_={S.RECEIVED}, to=S.DECLINED, permission="portal.answer_data_request", label=_("Say why not")),
    Move(
        "withdraw",
        from_={S.RECEIVED},
        to=S.WITHDRAWN,
        permission="portal.withdraw_data_request",
        label=_("Take back"),
    ),
    # Erasure: by a job, which finds out once more whether anything stands in its way.
    Move("erased", from_={S.RECEIVED}, to=S.DONE, permission=None),
    Move("stopped", from_={S.RECEIVED}, to=S.DECLINED, permission=None),
)
