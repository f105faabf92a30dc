"""What the database refuses, said as a sentence. The checks before it are for people; the walls are for races and raw SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Partnership
from portal.flow import MoveNotAllowed, TooLate

SENTENCES: dict[str, Any] = {
    "signature_once": gettext_lazy("This was already signed for your organisation."),
    "sign_off_decided_once": gettext_lazy("This sign-off was already decided."),
    "signature_one_per_person": gettext_lazy("One person signs once under a text. Another person must sign here."),
    "sign_off_one_per_person": gettext_lazy("One person signs once under a text. Another person must sign here."),
    "signature_of_current_text": gettext_lazy("The text has changed since you opened it. Read the current one first."),
    "sign_off_of_current_text": gettext_lazy("The text has changed since you opened it. Read the current one first."),
    "signature_not_by_drafter": gettext_lazy("Who drafted a contract does not sign it."),
    "signature_not_by_decider": gettext_lazy("Who decided on an enterprise’s application does not sign its contract."),
    "signature_by_outsider": gettext_lazy("You belong to an enterprise in this contract. Another person must decide."),
    "sign_off_by_outsider": gettext_lazy("You belong to an enterprise in this contract. Another person must decide."),
    "signature_by_verified": gettext_lazy("Only an active business can accept an offer."),
    "sign_off_in_order": gettext_lazy("Another authority signs before yours."),
    "sign_off_by_existing_authority": gettext_lazy("An authority that no longer exists signs nothing off."),
    "signed_part_once": gettext_lazy("Somebody else signed at the same moment. Try again."),
    "signed_part_in_turn": gettext_lazy("Somebody else signed at the same moment. Try again."),
    "line_holds_its_orders": gettext_lazy("More was ordered already than the amendment has."),
    "amended_above_invoiced": gettext_lazy("More was invoiced already than the amendment is worth."),
    "amendment_one_open": gettext_lazy("Another amendment of this contract is under way."),
    "ordered_within_contract": gettext_lazy("More would be ordered than the contract has."),
    "accepted_within_order": gettext_lazy("More would be accepted than was ordered."),
    "receipt_within_delivery": gettext_lazy("More would be accepted than was delivered."),
    "invoiced_within_accepted": gettext_lazy("More would be invoiced than was accepted and agreed as an advance."),
    "advance_settled_within_it": gettext_lazy(
        "An advance is settled by later invoices, and not more of it than was invoiced."
    ),
    "invoiced_once": gettext_lazy("This was invoiced already."),
    "paid_within_invoice": gettext_lazy("More would be paid than was invoiced."),
    "payment_reference_once": gettext_lazy("This transfer was recorded already."),
    "order_reference_once": gettext_lazy("Your organisation used this number for another order already."),
    "receipt_reference_once": gettext_lazy("Your organisation used this number for another receipt already."),
    "payment_to_one_business": gettext_lazy("One transfer goes to one business: this one was recorded for another."),
    "invoice_reference_once": gettext_lazy("An invoice with this number was sent already."),
    "incident_escalated_after_term": gettext_lazy("The other side still has time to answer."),
    "incident_found_by_authority": gettext_lazy(
        "You belong to an enterprise in this contract. Another person must decide."
    ),
    "financing_asked_once": gettext_lazy("You have asked this organisation on the strength of this already."),
    "financing_within_paper": gettext_lazy("More would be financed than this is worth today."),
    "financing_on_paper_in_force": gettext_lazy("Finance is asked for on the strength of a partnership in force."),
    "financing_by_financier": gettext_lazy("This organisation gives no finance here any more."),
    "financing_by_outsider": gettext_lazy("You belong to the business that asks. Another person must decide."),
    "delivery_bast_once": gettext_lazy("This handover record was entered already."),
}


class StaleText(TooLate):
    """Somebody signs what is no longer the current text: a second tab, an old page. API: 412."""


@contextmanager
def walls(move: str, subject: models.Model) -> Iterator[None]:
    """Turn a refusal by the database into a MoveNotAllowed; nothing inside the block is kept then."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        raise MoveNotAllowed(
            str(SENTENCES.get(name) or _("The rules of partnerships do not allow this.")),
            move=move,
            status=getattr(subject, "status", ""),
            code=name or "refused",
        ) from error


def locked(partnership: Partnership) -> Partnership:
    """The row, held until the transaction ends: every step of a contract begins here, so steps never cross.

    Of an amendment the contract is held first, and comes with it.
    """
    rows = Partnership.objects.select_for_update(of=("self",)).select_related("agreement", "buyer")
    if partnership.amends_id is None:
        return rows.get(pk=partnership.pk)
    contract = rows.get(pk=partnership.amends_id)
    amendment = rows.get(pk=partnership.pk)
    amendment.amends = contract
    return amendment


def require_text(partnership: Partnership, document_hash: str, *, move: str) -> None:
    """What the signer saw must be what stands in the contract now."""
    if not document_hash or document_hash != partnership.document_hash:
        raise StaleText(
            _("The text has changed since you opened it. Read the current one first."),
            move=move,
            status=partnership.status,
            code="stale_revision",
        )
