"""KBLI 2020 → 2025: an enterprise proposes, the ministry or a companion reviews, and what was reviewed is kept for scoring."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import ConversionOutcome
from portal.models import ActivityConversion, Enterprise, KbliClass, KbliConversion, User
from portal.notifications import notify_organisation
from portal.rules.kbli import kbli_edition
from portal.selectors.conversion import candidates
from portal.services.dossier import locked_for_change, replace_activity

SECTION = "activities"


@transaction.atomic
def propose_conversion(enterprise: Enterprise, older: KbliClass, newer: KbliClass, *, by: User) -> ActivityConversion:
    """Say which class of the edition in force stands for an older one. A later choice takes the place of an open one."""
    locked = locked_for_change(enterprise, by, SECTION)
    edition = kbli_edition(timezone.localdate())
    if not locked.activities.filter(kbli=older).exists() or older.edition == edition:
        raise ValidationError({"older": [_("This is none of your activities of an older edition.")]})
    if newer.edition != edition or newer.level != 5:
        raise ValidationError(
            {"newer": [_("Choose a class of five digits of KBLI %(edition)s.") % {"edition": edition}]}
        )
    locked.conversions.open().filter(older=older).update(
        outcome=ConversionOutcome.WITHDRAWN, decided_by=by, decided_at=timezone.now()
    )
    found = next((each for each in candidates(older, edition) if each.kbli.pk == newer.pk), None)
    made = ActivityConversion.objects.create(
        enterprise=locked, older=older, newer=newer, reasons=found.as_json() if found else [], proposed_by=by
    )
    audit.record(locked, "propose_conversion", by=by, payload={"older": older.code, "newer": newer.code})
    return made


@transaction.atomic
def withdraw_conversion(conversion: ActivityConversion, *, by: User) -> None:
    locked_for_change(conversion.enterprise, by, SECTION)
    open_one = _open(conversion)
    _decide(open_one, ConversionOutcome.WITHDRAWN, by)
    audit.record(open_one.enterprise, "withdraw_conversion", by=by, payload=_codes(open_one))


@transaction.atomic
def accept_conversion(conversion: ActivityConversion, *, by: User) -> None:
    """The activity becomes the newer class, the class and IKM are derived again, and scoring knows the pair from now on."""
    locked = _reviewed_by(conversion, by)
    open_one = _open(conversion)
    _decide(open_one, ConversionOutcome.ACCEPTED, by)
    replace_activity(locked, open_one.older, open_one.newer, by=by)
    KbliConversion.objects.get_or_create(
        older=open_one.older, newer=open_one.newer, defaults={"reviewed_by": by, "source": ""}
    )
    audit.record(locked, "accept_conversion", by=by, payload=_codes(open_one))
    _tell(open_one, "conversion.accepted")


@transaction.atomic
def decline_conversion(conversion: ActivityConversion, reason: str, *, by: User) -> None:
    """With a reason that the enterprise reads; it chooses again."""
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Write a reason: the business reads it."), code="required")})
    locked = _reviewed_by(conversion, by)
    open_one = _open(conversion)
    _decide(open_one, ConversionOutcome.DECLINED, by, reason=reason.strip())
    audit.record(locked, "decline_conversion", by=by, payload=_codes(open_one), personal={"reason": reason.strip()})
    _tell(open_one, "conversion.declined", reason=reason.strip())


@dataclass
class TableLoaded:
    """What a loaded table did: rows read, pairs that are new, and rows whose codes no edition has."""

    rows: int = 0
    new: int = 0
    unknown: list[str] = field(default_factory=list)


@transaction.atomic
def load_conversions(lines: Iterable[str], *, source: str) -> TableLoaded:
    """A published table as CSV with columns kbli2020 and kbli2025. A second load changes nothing."""
    if not source.strip():
        raise ValidationError(_("Name the table's source."))
    known = {(each.edition, each.code): each for each in KbliClass.objects.filter(level=5)}
    loaded = TableLoaded()
    for number, row in enumerate(csv.DictReader(lines), 2):
        loaded.rows += 1
        pair = [known.get((edition, (row.get(f"kbli{edition}") or "").strip())) for edition in (2020, 2025)]
        if None in pair:
            loaded.unknown.append(f"{number}: {row.get('kbli2020')} → {row.get('kbli2025')}")
            continue
        _made, new = KbliConversion.objects.get_or_create(
            older=pair[0], newer=pair[1], defaults={"source": source.strip()}
        )
        loaded.new += new
    return loaded


def _reviewed_by(conversion: ActivityConversion, by: User) -> Enterprise:
    locked = (
        Enterprise.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=conversion.enterprise_id)
    )
    if not by.has_perm("portal.review_conversion", locked):
        raise PermissionDenied
    if conversion.proposed_by_id == by.pk:
        raise ValidationError(_("Another person reviews what you proposed."), code="own_proposal")
    return locked


def _open(conversion: ActivityConversion) -> ActivityConversion:
    found = (
        ActivityConversion.objects.select_for_update(of=("self",))
        .select_related("older", "newer")
        .get(pk=conversion.pk)
    )
    if not found.is_open:
        raise ValidationError(
            _("This was already reviewed: “%(outcome)s”.") % {"outcome": found.get_outcome_display()}, code="decided"
        )
    return found


def _decide(conversion: ActivityConversion, outcome: ConversionOutcome, by: User, *, reason: str = "") -> None:
    conversion.outcome, conversion.decided_by, conversion.decided_at = outcome, by, timezone.now()
    conversion.reason = reason
    conversion.save(update_fields=["outcome", "decided_by", "decided_at", "reason"])


def _codes(conversion: ActivityConversion) -> dict[str, str]:
    return {"older": conversion.older.code, "newer": conversion.newer.code}


def _tell(conversion: ActivityConversion, kind: str, **words: str) -> None:
    organisation = conversion.enterprise.organisation
    notify_organisation(
        organisation,
        kind,
        path=reverse("conversion_propose"),
        name=organisation.name,
        **_codes(conversion),
        **words,
    )
