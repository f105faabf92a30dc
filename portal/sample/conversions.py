"""Some sample firms still carry a second activity of KBLI 2020: a few have chosen what stands for it, a few were reviewed."""

from __future__ import annotations

from django.utils import timezone

from portal import audit
from portal.enums import ConversionOutcome, EnterpriseStatus
from portal.models import Activity, ActivityConversion, KbliClass, KbliConversion, User
from portal.sample.enterprises import Made
from portal.selectors.conversion import Candidate, candidates

# What firms of a trade registered beside their main activity, by the codes of 2020.
SECOND = {
    "metal_casting": "25920",
    "mechanical_parts": "28299",
    "food_and_drink": "10794",
    "fashion": "14111",
    "crafts": "31001",
    "agriculture": "01111",
    "tourism": "56101",
}
OLD, NEW = KbliClass.Edition.KBLI_2020, KbliClass.Edition.KBLI_2025
FIRMS = 14


def add_conversions(made: list[Made], checker: User) -> None:
    found = [each for each in made if each.plan.status == EnterpriseStatus.VERIFIED and each.plan.trade in SECOND]
    known = {each.code: each for each in KbliClass.objects.filter(edition=OLD, code__in=SECOND.values())}
    ranked: dict[str, list[Candidate]] = {code: candidates(kbli, NEW) for code, kbli in known.items()}
    for place, each in enumerate(found[:: max(1, len(found) // FIRMS)][:FIRMS]):
        code = SECOND[each.plan.trade]
        best = ranked[code][0]
        if place % 3 == 2:
            _reviewed(each, known[code], best, checker)
            continue
        Activity.objects.create(enterprise=each.enterprise, kbli=known[code])
        if place % 3 == 0:
            _proposed(each, known[code], best)


def _proposed(each: Made, older: KbliClass, best: Candidate) -> ActivityConversion:
    conversion = ActivityConversion.objects.create(
        enterprise=each.enterprise, older=older, newer=best.kbli, reasons=best.as_json(), proposed_by=each.owner
    )
    payload = {"older": older.code, "newer": best.kbli.code}
    audit.record(each.enterprise, "propose_conversion", by=each.owner, payload=payload)
    return conversion


def _reviewed(each: Made, older: KbliClass, best: Candidate, checker: User) -> None:
    conversion = _proposed(each, older, best)
    conversion.outcome, conversion.decided_by, conversion.decided_at = (
        ConversionOutcome.ACCEPTED,
        checker,
        timezone.now(),
    )
    conversion.save()
    KbliConversion.objects.get_or_create(older=older, newer=best.kbli, defaults={"reviewed_by": checker})
    Activity.objects.get_or_create(enterprise=each.enterprise, kbli=best.kbli)
    payload = {"older": older.code, "newer": best.kbli.code}
    audit.record(each.enterprise, "accept_conversion", by=checker, payload=payload)
