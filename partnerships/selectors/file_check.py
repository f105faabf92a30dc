"""What is said of an uploaded PDF: whether it is a contract's signed file, whole, and what has become of the contract.

Only the holder of a file that is ours to the byte is told anything of a contract. Of any other file nothing is said but what stands in
itself: a copy that was changed, however little, opens nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, SignedPart
from partnerships.models.partnership import PUBLIC_STATES
from partnerships.selectors.amendments import text_in_force
from partnerships.signatures.checking import read_apart
from partnerships.signatures.loops import in_own_thread
from partnerships.signatures.provider import is_configured, provider
from partnerships.signatures.reading import Found, Unreadable, read
from portal.uploads.papers import check_pdf
from portal.uploads.refusals import Refused


class Verdict(TextChoices):
    """The one word for a file. `in_force` alone is a contract to rely on today."""

    IN_FORCE = "in_force", _("This is the contract as everybody signed it, and it is in force.")
    ENDED = "ended", _("This is the contract as everybody signed it. It is no longer in force.")
    UNFINISHED = "unfinished", _("This is a contract of this portal that not everybody has signed yet.")
    OLDER_COPY = "older_copy", _("This is an earlier copy: others have signed since. Ask for the newest file.")
    REPLACED = "replaced", _("This is a text as everybody signed it. An amendment has replaced it since.")
    SUPERSEDED = "superseded", _("This text was replaced or returned. The signatures under it are void.")
    UNSIGNED = "unsigned", _("Nobody has signed this file.")
    ADDED_TO = "added_to", _("Something was added to this file after the last signature. Do not rely on it.")
    CHANGED = "changed", _("This file was changed after it was signed. Do not rely on it.")
    FOREIGN = "foreign", _("The signatures in this file do not come from this portal.")
    UNKNOWN = "unknown", _("This is not a file of this portal, although its signatures come from here.")


BAD = frozenset({Verdict.ADDED_TO, Verdict.CHANGED, Verdict.FOREIGN, Verdict.UNKNOWN, Verdict.SUPERSEDED})
REPLACEABLE = frozenset({PartnershipStatus.ACTIVE, PartnershipStatus.APPLIED})
ENDED = frozenset({PartnershipStatus.COMPLETED, PartnershipStatus.TERMINATED})


@dataclass(frozen=True)
class Contract:
    """What the file itself says, and where the contract stands today."""

    number: str
    title: str
    revision: int
    partnership: Partnership

    @property
    def public(self) -> Partnership | None:
        """Whose public page tells of it: an amendment stands on its contract's."""
        if self.partnership.status == PartnershipStatus.APPLIED:
            return self.partnership.amends
        return self.partnership if self.partnership.status in PUBLIC_STATES else None


@dataclass(frozen=True)
class Checked:
    verdict: Verdict
    sha256: str
    signatures: list[Found]
    contract: Contract | None = None

    @property
    def state(self) -> str:
        if self.verdict == Verdict.IN_FORCE:
            return "ok"
        return "fail" if self.verdict in BAD else "warn"


def check_file(data: bytes) -> Checked:
    """Raises Refused for what is no PDF to be read."""
    digest = hashlib.sha256(data).hexdigest()
    roots = [root.dump() for root in provider().trusted()] if is_configured() else []
    part = SignedPart.objects.defer("data").filter(sha256=digest).first()
    if part is not None:
        # To the byte what we made ourselves: read here, and nothing is taken on trust all the same.
        found = in_own_thread(read, data, roots)
        verdict = _verdict_of_ours(part) if _all_stand(found, data) else _verdict_of_other(found, data)
        return Checked(verdict, digest, found, _contract(part))
    check_pdf(data)
    try:
        found = read_apart(data, roots)
    except Unreadable as error:
        raise Refused("pdf_damaged") from error
    return Checked(_verdict_of_other(found, data), digest, found)


def _verdict_of_ours(part: SignedPart) -> Verdict:
    text = part.revision
    partnership = text.partnership
    if part.position == 0:
        return Verdict.UNSIGNED
    contract = partnership.amends or partnership
    given_up = (PartnershipStatus.RETURNED, PartnershipStatus.REFUSED, PartnershipStatus.DROPPED)
    if text.number != partnership.revision or partnership.status in given_up:
        return Verdict.SUPERSEDED
    if partnership.status in REPLACEABLE and text_in_force(contract) != text:
        return Verdict.REPLACED
    if part.position != text.newest_part.position:
        return Verdict.OLDER_COPY
    if contract.status in ENDED:
        return Verdict.ENDED
    return Verdict.IN_FORCE if partnership.status in REPLACEABLE else Verdict.UNFINISHED


def _verdict_of_other(found: list[Found], data: bytes) -> Verdict:
    if not found:
        return Verdict.UNSIGNED
    if not all(each.intact for each in found):
        return Verdict.CHANGED
    if not all(each.trusted for each in found):
        return Verdict.FOREIGN
    return Verdict.UNKNOWN if found[-1].covers == len(data) else Verdict.ADDED_TO


def _all_stand(found: list[Found], data: bytes) -> bool:
    return all(each.intact and each.trusted for each in found) and (not found or found[-1].covers == len(data))


def _contract(part: SignedPart) -> Contract:
    text = part.revision
    return Contract(text.partnership.number, text.content["title"], text.number, text.partnership)
