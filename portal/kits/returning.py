"""A filled workbook is uploaded: whose it is, and whether it still counts."""

from __future__ import annotations

from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.kits.answers import Answers
from portal.kits.reading import answers_in, read_returned
from portal.models import User, VisitKit
from portal.services import kit as service


def bring_back(file: BinaryIO, size: int, *, name: str, by: User) -> VisitKit:
    """Raises ValidationError with everything that speaks against it, or AlreadyMerged."""
    returned = read_returned(file, size)
    kit = (
        VisitKit.objects.visible_to(by)
        .filter(number=returned.number)
        .select_related("enterprise__organisation", "plut")
        .first()
    )
    if kit is None:
        raise ValidationError(_not_yours(returned.number, by), code="not_yours")
    return service.bring_back_kit(kit, answers_in(returned, kit).as_json(), file_name=name, by=by)


@transaction.atomic
def correct(kit: VisitKit, written: dict[str, str], *, by: User) -> VisitKit:
    """`written`: texts by the address of their cell. An address that was never filled in is refused."""
    # Of now: what a colleague corrected a moment ago stays corrected.
    kit = VisitKit.objects.select_for_update().get(pk=kit.pk)
    answers = Answers.of(kit)
    unknown = written.keys() - {cell.address for cell in answers}
    if unknown:
        raise ValidationError({address: [_("This kit has no such cell.")] for address in sorted(unknown)})
    return service.correct_kit(kit, answers.corrected(written).as_json(), by=by)


def _not_yours(number: str, by: User) -> str:
    if VisitKit.objects.taken_by(by).filter(number=number).exists():
        text = _(
            "%(number)s is of a business that is no longer assigned to you. Give the file to whoever looks after it."
        )
    else:
        text = _("%(number)s is no kit of a business that is assigned to you.")
    return text % {"number": number[:30]}
