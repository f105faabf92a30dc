"""The buyer's signature, and the authorities' sign-offs. Every step holds the contract's row first, so no two ever cross.

Who calls has asked the person's second factor again; what is written here is bound to the hash of the text they saw.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus, Party, SigningMethod, SignOffStatus, SignOrder
from partnerships.flow import PARTNERSHIP, SIGN_OFF
from partnerships.models import Partnership, Signature, SignOff
from partnerships.selectors.duties import obstacle_to_sign, obstacle_to_sign_off
from partnerships.selectors.signatories import required_authorities
from partnerships.services import signed_file, telling
from partnerships.services.amending import apply_amendment
from partnerships.services.capacity import promise_lines
from partnerships.services.lint import before_signing, failures
from partnerships.services.track_record import measure_track_record
from partnerships.services.walls import locked, require_text, walls
from portal import audit
from portal.flow import MoveNotAllowed, NotPermitted, status_label
from portal.models import User
from portal.working_days import WorkingDays

SIGN_OFF_DAYS = 5


@transaction.atomic
def sign_for_buyer(partnership: Partnership, *, document_hash: str, by: User) -> None:
    """The approver signs what somebody else drafted, and the contract goes to the authorities. Twice changes nothing."""
    current = locked(partnership)
    if current.signatures.filter(revision=current.revision, party=Party.BUYER, signed_by=by).exists():
        partnership.refresh_from_db()
        return
    _require_state(current, PartnershipStatus.ACCEPTED, "sign_for_buyer")
    if obstacle := obstacle_to_sign(by, current):
        raise NotPermitted(obstacle, move="sign_for_buyer", status=current.status, code="not_permitted")
    require_text(current, document_hash, move="sign_for_buyer")
    _require_facts(current, "sign_for_buyer")
    payload = {
        "revision": current.revision,
        "document_hash": document_hash,
        "method": SigningMethod.SECOND_FACTOR.value,
    }
    with walls("sign_for_buyer", current):
        signature = Signature.objects.create(
            partnership=current,
            revision=current.revision,
            party=Party.BUYER,
            organisation=current.buyer,
            signed_by=by,
            document_hash=document_hash,
            method=SigningMethod.SECOND_FACTOR,
        )
        payload["file_sha256"] = signed_file.add_signature(current, signature).sha256
        PARTNERSHIP.make("sign_for_buyer", current, by=by, payload=payload)
        for tell in (telling.tell_enterprises, telling.tell_officers):
            tell(current, "partnership.buyer_signed", signer=str(by))
        _send_to_authorities(current)
    partnership.refresh_from_db()


@transaction.atomic
def sign_off(place: SignOff, *, document_hash: str, by: User) -> None:
    """One authority signs off; the last one brings the contract into force. Twice by the same person changes nothing."""
    current = locked(place.partnership)
    row = _own_row(place, current)
    if row.status == SignOffStatus.SIGNED and row.decided_by_id == by.pk:
        place.refresh_from_db()
        return
    _require_decidable(row, current, by)
    require_text(current, document_hash, move="sign")
    _require_facts(current, "sign")
    payload = {
        "authority": row.authority_id,
        "revision": row.revision,
        "document_hash": document_hash,
        "method": SigningMethod.SECOND_FACTOR.value,
    }
    with walls("sign", current):
        SIGN_OFF.make(
            "sign",
            row,
            by=by,
            payload=payload,
            decided_by=by,
            decided_at=timezone.now(),
            document_hash=document_hash,
        )
        payload["file_sha256"] = signed_file.add_signature(current, row).sha256
        audit.record(current, "sign_off", by=by, payload=payload)
        waiting = list(
            current.sign_offs.filter(revision=current.revision, status=SignOffStatus.PENDING).order_by("position", "pk")
        )
        if not waiting:
            kind = "partnership.active"
            if current.amends_id is not None:
                apply_amendment(current, by=by, payload=payload)
                kind = "amendment.applied"
            else:
                promise_lines(current)
                PARTNERSHIP.make("activate", current, by=by, payload=payload, active_at=timezone.now())
                for share in current.shares.select_related("enterprise").order_by("enterprise"):
                    measure_track_record(share.enterprise)
            for tell in (
                telling.tell_enterprises,
                telling.tell_officers,
                telling.tell_approvers,
                telling.tell_authorities,
            ):
                tell(current, kind)
        else:
            for tell in (telling.tell_enterprises, telling.tell_officers):
                tell(current, "sign_off.signed", authority=row.authority.name, waiting=len(waiting))
            if waiting[0].opened_at is None:
                _open(waiting[0])
    place.refresh_from_db()


@transaction.atomic
def return_with_reasons(place: SignOff, *, document_hash: str, reason: str, by: User) -> None:
    """One authority returns the text: the contract goes back to the buyer, whatever the others have signed."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what must change before you can sign off.")})
    current = locked(place.partnership)
    row = _own_row(place, current)
    _require_decidable(row, current, by)
    require_text(current, document_hash, move="return")
    payload = {"authority": row.authority_id, "revision": row.revision, "document_hash": document_hash}
    with walls("return", current):
        SIGN_OFF.make(
            "return",
            row,
            by=by,
            payload=payload,
            decided_by=by,
            decided_at=timezone.now(),
            document_hash=document_hash,
            reason=reason,
        )
        PARTNERSHIP.make("return", current, by=by, payload=payload, personal={"reason": reason}, reason=reason)
    for tell in (telling.tell_officers, telling.tell_approvers, telling.tell_enterprises):
        tell(current, "partnership.returned", authority=row.authority.name)
    telling.tell_authorities(current, "partnership.returned", but=row.authority, authority=row.authority.name)
    place.refresh_from_db()


def _send_to_authorities(current: Partnership) -> None:
    """One place in the queue for each authority that is in office today; all open at once, or one after the other."""
    authorities = required_authorities(current)
    if not authorities:
        raise MoveNotAllowed(
            _("No authority of this agreement exists today."), move="send_to_authorities", status=current.status
        )
    places = [
        SignOff.objects.create(partnership=current, revision=current.revision, authority=authority, position=position)
        for position, authority in enumerate(authorities, 1)
    ]
    PARTNERSHIP.make(
        "send_to_authorities",
        current,
        by=None,
        payload={"revision": current.revision, "authorities": [authority.pk for authority in authorities]},
    )
    sequential = current.agreement.order == SignOrder.SEQUENTIAL
    for place in places[:1] if sequential else places:
        _open(place)


def _open(place: SignOff) -> None:
    place.opened_at = timezone.now()
    place.due_on = WorkingDays().after(timezone.localdate(place.opened_at), SIGN_OFF_DAYS)
    place.save(update_fields=["opened_at", "due_on"])
    telling.tell_authority(place)


def _own_row(place: SignOff, current: Partnership) -> SignOff:
    return current.sign_offs.select_for_update(of=("self",)).select_related("authority__successor").get(pk=place.pk)


def _require_decidable(row: SignOff, current: Partnership, by: User) -> None:
    if row.status != SignOffStatus.PENDING:
        raise MoveNotAllowed(
            _("This sign-off was already decided: it is now “%(status)s”.") % {"status": status_label(row)},
            move="sign",
            status=row.status,
        )
    if row.revision != current.revision:
        raise MoveNotAllowed(
            _("This sign-off belongs to an earlier text, which is void."),
            move="sign",
            status=row.status,
            code="stale_revision",
        )
    _require_state(current, PartnershipStatus.AUTHORITY_REVIEW, "sign")
    if obstacle := obstacle_to_sign_off(by, row):
        raise NotPermitted(obstacle, move="sign", status=row.status, code="not_permitted")


def _require_state(current: Partnership, status: PartnershipStatus, move: str) -> None:
    if current.status != status:
        raise MoveNotAllowed(
            _("This was already changed: it is now “%(status)s”.") % {"status": status_label(current)},
            move=move,
            status=current.status,
        )


def _require_facts(current: Partnership, move: str) -> None:
    failed = failures(before_signing(current))
    if failed:
        raise MoveNotAllowed(failed[0].text, move=move, status=current.status, code="check_failed")
