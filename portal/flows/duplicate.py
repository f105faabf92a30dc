from django.utils.translation import gettext_lazy as _

from portal.enums import DuplicateStatus as S
from portal.flow import Flow, Move

DUPLICATE = Flow(
    Move("set_apart", from_={S.OPEN}, to=S.APART, permission="portal.decide_duplicate", label=_("Not the same")),
    Move("merge", from_={S.OPEN, S.APART}, to=S.MERGED, permission="portal.decide_duplicate", label=_("Merge")),
    # Something else equals now.
    Move("reopen", from_={S.APART}, to=S.OPEN, permission=None),
)
