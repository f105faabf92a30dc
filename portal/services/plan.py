"""What came of a business plan, quarter by quarter."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.flow import MoveNotAllowed, NotPermitted, status_label
from portal.models import Enterprise, PlanProgress, PlanTarget, User
from portal.selectors.plan import has_begun, progress_in


@transaction.atomic
def report_progress(target: PlanTarget, quarter: int, *, actual: Decimal, note: str = "", by: User) -> PlanProgress:
    """Write down what was reached. A correction is another entry; the same again changes nothing.

    Raises NotPermitted, MoveNotAllowed for a quarter that has not begun, and ValidationError by field.
    """
    # A plan that is changed in the same moment waits here, or has the target moved already.
    locked = (
        Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=target.enterprise_id)
    )
    if not by.has_perm("portal.report_progress", locked):
        raise NotPermitted(
            _("The data cannot be changed now: they are “%(status)s”.") % {"status": status_label(locked)},
            move="report_progress",
            status=locked.status,
            code="not_permitted",
        )
    target = PlanTarget.objects.select_related("enterprise").get(pk=target.pk)
    aim = target.target_of(quarter)
    if aim is None:
        raise ValidationError(
            {"quarter": ValidationError(_("The plan has no target for this quarter."), code="no_target")}
        )
    if not has_begun(target.year, quarter):
        raise MoveNotAllowed(
            _("This quarter has not begun yet."), move="report_progress", status=locked.status, code="not_begun"
        )
    if actual < 0:
        raise ValidationError({"actual": ValidationError(_("The number cannot be negative"), code="negative")})
    before = progress_in(target, quarter).newest
    note = note.strip()
    if before is not None and (before.actual, before.note) == (actual, note):
        return before
    entry = PlanProgress(
        enterprise=locked,
        indicator=target.indicator,
        unit=target.unit,
        year=target.year,
        quarter=quarter,
        target=aim,
        actual=actual,
        note=note,
        reported_by=by,
    )
    entry.full_clean()
    entry.save()
    audit.record(
        locked,
        "report_progress",
        by=by,
        payload={"indicator": target.indicator, "year": target.year, "quarter": quarter, "entry": entry.pk},
        personal={"before": before and before.actual, "after": actual},
    )
    return entry
