from django.utils.translation import gettext_lazy as _

from portal.enums import KitStatus as S
from portal.flow import Flow, Move

KIT = Flow(
    Move(
        "bring_back_kit",
        from_={S.HANDED_OUT, S.BROUGHT_BACK},
        to=S.BROUGHT_BACK,
        permission="portal.bring_back_kit",
        label=_("Upload the filled kit"),
    ),
    Move("merge_kit", from_={S.BROUGHT_BACK}, to=S.MERGED, permission="portal.merge_kit", label=_("Merge")),
    Move(
        "call_back_kit",
        from_={S.HANDED_OUT, S.BROUGHT_BACK},
        to=S.CALLED_BACK,
        permission="portal.call_back_kit",
        label=_("Call it back"),
    ),
    # Also when the enterprise became part of another: what was brought back is compared with a dossier that is no more.
    Move("expire_kit", from_={S.HANDED_OUT, S.BROUGHT_BACK}, to=S.EXPIRED, permission=None),
)
