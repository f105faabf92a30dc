"""Merging a kit: one transaction, through the services that every page uses, under the consent, and once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.flow import TooLate
from portal.kits.answers import Answers, Typed
from portal.kits.checking import Values, check
from portal.kits.comparing import Comparison, Item, Side, State
from portal.models import Enterprise, User, VisitKit
from portal.selectors.kit import consent_held
from portal.services import dossier
from portal.services import kit as service
from portal.services.cooperative import change_given, list_member
from portal.services.product import add_product, change_product
from portal.services.visit import record_visit

LEAVE_OUT = "leave_out"


def compared(kit: VisitKit, *, by: User) -> Comparison:
    """As a page shows it: every answer that the kit changes, checked."""
    comparison = Comparison(kit, kit.enterprise, consent_held(by, kit.enterprise))
    check(comparison)
    return comparison


@transaction.atomic
def merge_kit(
    kit: VisitKit, choices: Mapping[str, str], *, by: User, seen: str = "", leave_out: bool = False
) -> VisitKit:
    """`choices` by path; what is proposed is taken unless one says otherwise, a conflict needs one.

    `seen`: of the comparison that was looked at. `leave_out`: merge without what can't be read. Raises AlreadyMerged (the
    first merge counts), TooLate, NotPermitted, or ValidationError by path; then nothing was written.
    """
    kit, enterprise = service.lock_for_merging(kit, by=by)
    with service.under_consent(enterprise, by=by) as consent:
        comparison = Comparison(kit, enterprise, consent)
        check(comparison)
        if seen and seen != comparison.seen:
            raise TooLate(
                _("Something was changed since you looked at this page. Look at it again before you merge."),
                move="merge_kit",
                status=kit.status,
                code="changed_meanwhile",
            )
        taken = _chosen(comparison, choices, leave_out)
        values = check(comparison, taken)
        if refused := {item.path: _texts(item) for item in taken if item.state == State.UNREADABLE}:
            raise ValidationError(refused)
        _write(enterprise, values, kit, by)
        service.finish_merging(kit, {**_outcome(comparison, taken), "consent": consent.pk}, by=by)
    return kit


def left_out(kit: VisitKit) -> list[Typed]:
    """What was typed in a merged kit and could not be saved: kept, to be entered by hand."""
    addresses = set(kit.outcome.get("cells", ()))
    return [cell for cell in Answers.of(kit) if cell.address in addresses]


def _chosen(comparison: Comparison, choices: Mapping[str, str], leave_out: bool) -> list[Item]:
    known = {item.path: item for item in comparison.items}
    problems: dict[str, list[Any]] = {
        path: [_("There is nothing of this name to choose.")] for path in choices if path not in known
    }
    taken = []
    for path, item in known.items():
        side = choices.get(path, Side.KIT if item.state == State.PROPOSED else "")
        if side not in (Side.KIT, Side.NOW, ""):
            problems[path] = [_("Choose “kit” or “now”.")]
        elif item.state == State.CONFLICT and not side:
            problems[path] = [_("Changed on both sides: choose which one stays.")]
        elif side == Side.KIT and item.can_be_taken:
            taken.append(item)
        elif path in choices and side == Side.KIT:
            problems[path] = [*map(str, _texts(item))]
    if comparison.of(State.UNREADABLE) and not leave_out:
        problems[LEAVE_OUT] = [_("Correct what cannot be read, or say that it is left out.")]
    if problems:
        raise ValidationError(problems)
    return taken


def _texts(item: Item) -> list[str]:
    return [*item.why, *(wrong.text for wrong in item.wrong)]


def _write(enterprise: Enterprise, values: Values, kit: VisitKit, by: User) -> None:
    for section, answers in values.sections.items():
        dossier.save_section(enterprise, section, answers, by=by)
    if values.activities is not None:
        dossier.replace_activities(enterprise, _with_a_main(values.activities), by=by)
    for product, changed, items in values.changed:
        _at(items[0], change_product, product, by=by, **changed)
    for added, item in values.added:
        _at(item, add_product, enterprise, by=by, **added)
    for listed, given, item in values.given:
        _at(item, change_given, listed, by=by, **given)
    for member, item in values.listed:
        _at(item, list_member, enterprise, by=by, **member)
    if values.visit:
        record_visit(enterprise, by=by, key=kit.visit_key, **values.visit)


def _with_a_main(wanted: list[Any]) -> list[Any]:
    if any(main for _kbli, main in wanted) or not wanted:
        return wanted
    return [(wanted[0][0], True), *wanted[1:]]


def _at(item: Item, write: Any, subject: Any, **values: Any) -> None:
    """What only the service could know, told at the item."""
    try:
        write(subject, **values)
    except ValidationError as error:
        raise ValidationError({item.path: error.messages}) from error


def _outcome(comparison: Comparison, taken: list[Item]) -> dict[str, list[str]]:
    took = {item.path for item in taken}
    return {
        "taken": sorted(took),
        "left": sorted(item.path for item in comparison.items if item.can_be_taken and item.path not in took),
        "left_out": sorted(item.path for item in comparison.items if not item.can_be_taken),
        "cells": sorted(
            cell.address for item in comparison.items if not item.can_be_taken for cell in item.cells if cell.text
        ),
    }
