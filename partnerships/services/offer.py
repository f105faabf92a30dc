"""Offering a contract to its enterprises, taking it back, and their answers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.enums import PartnershipStatus, Party, SigningMethod
from partnerships.flow import PARTNERSHIP
from partnerships.models import Partnership, Signature
from partnerships.selectors.duties import obstacle_to_accept
from partnerships.services import signed_file, telling
from partnerships.services.document import freeze
from partnerships.services.lint import failures, lint, newest_mark
from partnerships.services.walls import locked, require_text, walls
from portal import audit
from portal.flow import MoveNotAllowed, NotPermitted, status_label
from portal.models import Enterprise, User


@transaction.atomic
def offer(partnership: Partnership, *, by: User) -> None:
    """Freeze the text and put it before every enterprise in it. Raises ValidationError naming what the checks block on."""
    draft = locked(partnership)
    if draft.status != PartnershipStatus.DRAFT or not by.has_perm("partnerships.draft_partnership", draft):
        # The flow says why, in its own words.
        PARTNERSHIP.make("offer", draft, by=by)
    # One that closes or is suspended in the same moment waits here, or is seen by the checks.
    list(
        Enterprise.objects.filter(shares__partnership=draft).order_by("pk").select_for_update(no_key=True, of=("self",))
    )
    blocked = failures(lint(draft))
    if blocked:
        raise ValidationError([check.text for check in blocked], code="lint")
    with walls("offer", draft):
        # The marks as they stand today: an enterprise may have gained a newer one since the draft began.
        for share in draft.shares.select_related("enterprise"):
            share.curation = newest_mark(share.enterprise, draft, timezone.localdate())
            share.save(update_fields=["curation"])
        frozen = freeze(draft, by=by)
        signed_file.begin(frozen)
        PARTNERSHIP.make(
            "offer",
            partnership,
            by=by,
            payload={"revision": draft.revision, "document_hash": frozen.document_hash, "value": draft.value},
            document_hash=frozen.document_hash,
            offered_at=timezone.now(),
            reason="",
        )
    kind = "partnership.offered" if draft.amends_id is None else "amendment.offered"
    telling.tell_enterprises(partnership, kind)


@transaction.atomic
def withdraw_offer(partnership: Partnership, *, by: User) -> None:
    """The buyer takes the offer back. What some may have accepted already is void: the next offer is the next revision."""
    current = locked(partnership)
    PARTNERSHIP.make(
        "withdraw_offer",
        partnership,
        by=by,
        payload={"revision": current.revision + 1},
        revision=current.revision + 1,
        document_hash="",
    )
    telling.tell_enterprises(partnership, "partnership.offer_withdrawn")


@transaction.atomic
def accept(partnership: Partnership, *, document_hash: str, method: SigningMethod, by: User) -> None:
    """One enterprise accepts the text it read; the last one moves the contract on to the buyer's approver.

    Twice by the same enterprise changes nothing. Who calls has proved the person by `method` before.
    """
    current = locked(partnership)
    if _accepted_by(current, by):
        partnership.refresh_from_db()
        return
    _require_open_offer(current, by)
    if obstacle := obstacle_to_accept(by, current):
        raise MoveNotAllowed(obstacle, move="accept", status=current.status, code="not_verified")
    require_text(current, document_hash, move="accept")
    with walls("accept", current):
        signature = Signature.objects.create(
            partnership=current,
            revision=current.revision,
            party=Party.ENTERPRISE,
            organisation=by.organisation,
            signed_by=by,
            document_hash=document_hash,
            method=method,
        )
        part = signed_file.add_signature(current, signature)
        payload = _signed(current, method) | {"file_sha256": part.sha256}
        audit.record(current, "enterprise_accepts", by=by, payload=payload)
        missing = _not_yet_accepted(current)
        if missing:
            telling.tell_officers(current, "partnership.one_accepted", enterprise=by.organisation.name, waiting=missing)
        else:
            PARTNERSHIP.make("accept", current, by=by, payload=payload)
            telling.tell_approvers(current, "partnership.accepted")
            telling.tell_officers(current, "partnership.all_accepted")
    partnership.refresh_from_db()


@transaction.atomic
def refuse(partnership: Partnership, *, reason: str, by: User) -> None:
    """One enterprise says no: the offer ends, with the reason for the buyer to read."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that the buyer can offer better.")})
    current = locked(partnership)
    _require_open_offer(current, by)
    PARTNERSHIP.make(
        "refuse",
        partnership,
        by=by,
        payload={"revision": current.revision, "organisation": by.organisation_id},
        personal={"reason": reason},
        reason=reason,
    )
    telling.tell_officers(partnership, "partnership.refused", enterprise=by.organisation.name)


def _require_open_offer(current: Partnership, by: User) -> None:
    if current.status != PartnershipStatus.OFFERED:
        raise MoveNotAllowed(
            _("This offer is not open any more. It is now “%(status)s”.") % {"status": status_label(current)},
            move="accept",
            status=current.status,
        )
    if not by.has_perm("partnerships.answer_offer", current):
        raise NotPermitted(
            _("Only the enterprises in the contract answer its offer."),
            move="accept",
            status=current.status,
            code="not_permitted",
        )


def _accepted_by(current: Partnership, by: User) -> bool:
    return current.signatures.filter(
        revision=current.revision, party=Party.ENTERPRISE, organisation=by.organisation_id
    ).exists()


def _not_yet_accepted(current: Partnership) -> int:
    accepted = current.signatures.filter(revision=current.revision, party=Party.ENTERPRISE)
    return current.shares.exclude(enterprise__organisation__in=accepted.values("organisation")).count()


def _signed(current: Partnership, method: SigningMethod) -> dict[str, object]:
    return {"revision": current.revision, "document_hash": current.document_hash, "method": str(method)}
