"""The life of an enterprise on the portal: registered, sent for checking, verified or returned, suspended, restored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.enums import Capability, ClassCause, LegalForm, Role
from portal.flows import ENTERPRISE
from portal.models import Enterprise, Membership, Organisation, User
from portal.models.confirmation import confirmed_now
from portal.notifications import notify, notify_organisation
from portal.sections import BY_NAME
from portal.selectors.enterprise import Missing, Standing, awaiting_verification, standing_of, still_needed
from portal.services.class_history import derived_fields, record_derivation
from portal.services.duplicates import find_later
from portal.services.membership import add_member


class Incomplete(ValidationError):
    """Sending for checking asks for more: `missing` names it all, section by section."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        self.missing = missing
        super().__init__({each.field: [str(each.text)] for each in missing})


class TooLarge(ValidationError):
    """Above medium is not an SME by the rule of the day. It may take part as a buyer."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(
            {"capital" if standing.business_class.decided_by == "capital" else "sales": [too_large_text()]}
        )


@dataclass(frozen=True)
class Reason:
    """Why the ministry returns or suspends; `section` empty when it is about the whole."""

    text: str
    section: str = ""

    def as_json(self) -> dict[str, str]:
        return {"section": self.section, "reason": self.text}


def too_large_text() -> str:
    return _(
        "By these figures the business is large, and this programme is for micro, small and medium ones. "
        "A large business can take part as a buyer: the portal's operator invites buyers."
    )


@transaction.atomic
def register_enterprise(name: str, legal_form: LegalForm, *, by: User, is_sample: bool = False) -> Enterprise:
    """A new enterprise with `by` as its owner, as a draft. Acting for it is the caller's next step."""
    organisation = Organisation.objects.create(
        name=name.strip(), capabilities=[Capability.ENTERPRISE], is_sample=is_sample
    )
    add_member(by, organisation, Role.OWNER, by=by)
    enterprise = Enterprise.objects.create(
        organisation=organisation, legal_form=legal_form, email=by.email, phone=by.phone, is_sample=is_sample
    )
    audit.record(enterprise, "register", by=by, payload={"legal_form": legal_form}, personal={"name": name.strip()})
    return enterprise


@transaction.atomic
def submit_enterprise(enterprise: Enterprise, *, by: User) -> Standing:
    """Send for checking, with the class as the rules of today derive it. Raises Incomplete or TooLarge."""
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    first_in_queue = not awaiting_verification().exists()
    standing = standing_of(locked)
    if missing := still_needed(locked):
        raise Incomplete(missing)
    if standing.is_large:
        raise TooLarge(standing)
    ENTERPRISE.make(
        "submit",
        enterprise,
        by=by,
        payload=as_recorded(standing),
        submitted_at=timezone.now(),
        return_reasons=[],
        **derived_fields(standing),
    )
    record_derivation(locked, standing, cause=ClassCause.SUBMITTED, by=by)
    find_later(enterprise)
    name = locked.organisation.name
    notify_organisation(locked.organisation, "enterprise.submitted", path=reverse("dossier"), name=name)
    # One line when the queue begins to fill, not one for each of thousands.
    if first_in_queue:
        notify(_verifiers(), "enterprise.to_verify", path=reverse("verification_detail", args=[locked.pk]), name=name)
    return standing


@transaction.atomic
def verify_enterprise(enterprise: Enterprise, *, by: User) -> None:
    """The class is derived again, by the rules of the day of verification."""
    locked = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    standing = standing_of(locked)
    if standing.is_large:
        raise TooLarge(standing)
    derived = derived_fields(standing) if standing.business_class else {}
    changes = {**derived, **confirmed_now()}
    _decide(enterprise, "verify", "enterprise.verified", by=by, payload=as_recorded(standing), **changes)
    if derived:
        record_derivation(locked, standing, cause=ClassCause.VERIFIED, by=by)


def return_enterprise(enterprise: Enterprise, reasons: Iterable[Reason], *, by: User) -> None:
    """Ask for changes, with reasons that the enterprise reads at its sections."""
    _decide(enterprise, "return", "enterprise.returned", by=by, reasons=_given(reasons))


def suspend_enterprise(enterprise: Enterprise, reason: str, *, by: User) -> None:
    _decide(enterprise, "suspend", "enterprise.suspended", by=by, reasons=_given([Reason(reason)]))


def restore_enterprise(enterprise: Enterprise, *, by: User) -> None:
    # While it was suspended it could not confirm its profile: it is asked anew.
    asked_anew = {} if enterprise.unconfirmed_since else {"confirmation_asked_on": None, "confirmation_asked": 0}
    _decide(enterprise, "restore", "enterprise.restored", by=by, **asked_anew)


@transaction.atomic
def _decide(
    enterprise: Enterprise,
    move: str,
    notice: str,
    *,
    by: User,
    reasons: list[Reason] | None = None,
    payload: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    given = reasons or []
    ENTERPRISE.make(
        move,
        enterprise,
        by=by,
        payload={**(payload or {}), **({"sections": [each.section for each in given]} if given else {})},
        # Free text about a person's business: outside the chain, so that it can be erased.
        personal={"reasons": [each.as_json() for each in given]} if given else None,
        decided_at=timezone.now(),
        decided_by=by,
        return_reasons=[each.as_json() for each in given],
        **changes,
    )
    organisation = enterprise.organisation
    words = {"reasons": " · ".join(_worded(each) for each in given)} if given else {}
    notify_organisation(organisation, notice, path=reverse("dossier"), name=organisation.name, **words)


def _given(reasons: Iterable[Reason]) -> list[Reason]:
    given = [reason for reason in reasons if reason.text.strip()]
    if not given:
        raise ValidationError({"reasons": [_("Write at least one reason: the enterprise reads it.")]})
    return given


def _worded(reason: Reason) -> str:
    return f"{BY_NAME[reason.section].title}: {reason.text}" if reason.section in BY_NAME else reason.text


def as_recorded(standing: Standing) -> dict[str, Any]:
    """For the audit entry: which class, why, by which rule. The history itself is in ClassDerivation."""
    found = standing.business_class
    return {
        "class": found.business_class if found else None,
        "decided_by": found.decided_by if found else None,
        "rule": str(found.rule) if found else None,
        "ikm": standing.ikm.size if standing.ikm else None,
    }


def _verifiers() -> list[User]:
    members = Membership.objects.active().filter(role=Role.MINISTRY_ADMIN).select_related("user")
    return [membership.user for membership in members]
