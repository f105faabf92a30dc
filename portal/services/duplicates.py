"""Finding enterprises that are registered twice: their keys kept up to date, their like found, and a person told."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.duplicate_keys import name_key, phone_key
from portal.enums import DuplicateStatus, EnterpriseStatus, LegalForm, Role
from portal.flow import permit
from portal.flows import DUPLICATE
from portal.identity import check_nib
from portal.jobs import enqueue
from portal.models import Enterprise, IdentityKeys, Membership, SuspectedDuplicate, User
from portal.models.duplicate import OVER
from portal.notifications import notify_members
from portal.selectors.duplicates import NIB, Candidate, candidates, strength

FIND_JOB, SWEEP_JOB = "portal.find_duplicates", "portal.find_duplicates_in_range"
# Enterprises of one job of the daily sweep.
RANGE = 2000
# Whom nobody has sent yet, and who are gone, are not looked for; a draft comes in by its owner's own word.
LOOKED_FOR = (
    EnterpriseStatus.SUBMITTED,
    EnterpriseStatus.RETURNED,
    EnterpriseStatus.VERIFIED,
    EnterpriseStatus.SUSPENDED,
)
COLUMNS = ("tax", "person", "nib", "phone", "name", "village")


def find_later(enterprise: Enterprise) -> None:
    """After a change of what it is known by; in the transaction of that change."""
    if enterprise.status in LOOKED_FOR:
        enqueue(FIND_JOB, str(enterprise.pk), payload={"enterprise": enterprise.pk})


def queue_sweep() -> int:
    """The day's look at whatever has changed since, whichever way: imports, repairs, migrations."""
    keys = list(Enterprise.objects.order_by("pk").values_list("pk", flat=True))
    ranges = [keys[start : start + RANGE] for start in range(0, len(keys), RANGE)]
    for each in ranges:
        enqueue(SWEEP_JOB, f"{each[0]}-{each[-1]}", payload={"first": each[0], "last": each[-1]})
    return len(ranges)


@transaction.atomic
def find_duplicates(first: int, last: int, *, only_changed: bool = False) -> int:
    """For the enterprises with these numbers, inclusive. Returns how many pairs are new or stronger."""
    known = {each.pk: each for each in IdentityKeys.objects.filter(enterprise__gte=first, enterprise__lte=last)}
    now = {
        each.pk: keys_of(each)
        for each in Enterprise.objects.filter(pk__range=(first, last), status__in=LOOKED_FOR).select_related(
            "organisation"
        )
    }
    changed = [key for key in sorted(now) if key not in known or _differs(known[key], now[key])]
    IdentityKeys.objects.bulk_create(
        [now[key] for key in changed],
        update_conflicts=True,
        unique_fields=["enterprise"],
        update_fields=list(COLUMNS),
        batch_size=1000,
    )
    IdentityKeys.objects.filter(enterprise__in=known.keys() - now.keys()).delete()
    return note(candidates(changed if only_changed else sorted(now)))


def keys_of(enterprise: Enterprise) -> IdentityKeys:
    person = enterprise.owner_nik_hash if enterprise.legal_form == LegalForm.SOLE_PROPRIETOR else ""
    return IdentityKeys(
        enterprise=enterprise,
        tax=enterprise.npwp_hash,
        person="" if person == enterprise.npwp_hash else person,
        nib=enterprise.nib or "",
        phone=phone_key(enterprise.phone),
        name=name_key(enterprise.organisation.name),
        village=enterprise.village_id or "",
    )


@transaction.atomic
def note(found: list[Candidate]) -> int:
    """New pairs, and those in which something else equals now. What was set apart stays so as long as nothing else equals."""
    pairs = {(each.first, each.second): each for each in found}
    firsts = {first for first, _second in pairs}
    stored = {
        (each.first_id, each.second_id): each
        for each in SuspectedDuplicate.objects.filter(first__in=firsts).select_for_update(of=("self",))
    }
    fresh = [pairs[key] for key in sorted(pairs.keys() - stored.keys())]
    made = SuspectedDuplicate.objects.bulk_create(
        [
            SuspectedDuplicate(
                first_id=each.first,
                second_id=each.second,
                matches=list(each.matches),
                likeness=each.likeness,
                strength=each.strength,
            )
            for each in fresh
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    news = len(made) + sum(_stronger(stored[key], pairs[key]) for key in sorted(pairs.keys() & stored.keys()))
    if news:
        _tell_ministry()
    return news


@transaction.atomic
def claim_business(enterprise: Enterprise, nib: str, claim: str, *, by: User) -> None:
    """The owner of a registration says that the NIB, which is taken, is theirs. What is answered is the same whether it is or
    not: a ministry looks at the two, and neither side learns anything of the other before."""
    permit(by, "portal.claim_business", enterprise)
    wanted = check_nib(nib)
    if wanted.errors:
        raise ValidationError({"nib": wanted.errors})
    if not claim.strip():
        raise ValidationError({"claim": [_("Say how the ministry can see that it is yours.")]})
    other = Enterprise.objects.filter(nib=wanted.value).exclude(status__in=OVER).exclude(pk=enterprise.pk).first()
    audit.record(enterprise, "claim_business", by=by, personal={"nib": wanted.value, "claim": claim.strip()})
    if other is None:
        return
    first, second = sorted((enterprise.pk, other.pk))
    pair, _made = SuspectedDuplicate.objects.get_or_create(
        first_id=first, second_id=second, defaults={"matches": [NIB], "strength": strength([NIB], None)}
    )
    SuspectedDuplicate.objects.filter(pk=pair.pk).update(claimed_by=by, claim=claim.strip())
    _stronger(pair, Candidate(first, second, (*pair.matches, NIB), pair.likeness))
    _tell_ministry()


@transaction.atomic
def set_apart(pair: SuspectedDuplicate, reason: str, *, by: User) -> None:
    """Two businesses after all: remembered, with the reason."""
    if not reason.strip():
        raise ValidationError({"reason": [_("Write why: whoever looks next reads it.")]})
    DUPLICATE.make(
        "set_apart",
        pair,
        by=by,
        payload={"matches": pair.matches},
        personal={"reason": reason.strip()},
        reason=reason.strip(),
        decided_at=timezone.now(),
        decided_by=by,
    )


def _stronger(stored: SuspectedDuplicate, found: Candidate) -> bool:
    more = set(found.matches) - set(stored.matches)
    if not more or stored.status == DuplicateStatus.MERGED:
        return False
    stored.matches = sorted({*stored.matches, *found.matches})
    stored.likeness = found.likeness or stored.likeness
    stored.strength = strength(stored.matches, stored.likeness)
    stored.save(update_fields=["matches", "likeness", "strength"])
    if stored.status == DuplicateStatus.APART:
        DUPLICATE.make("reopen", stored, by=None, payload={"more": sorted(more)})
    return True


def _differs(known: IdentityKeys, now: IdentityKeys) -> bool:
    return any(getattr(known, name) != getattr(now, name) for name in COLUMNS)


def _tell_ministry() -> None:
    notify_members(
        Membership.objects.active().filter(role=Role.MINISTRY_ADMIN),
        "duplicate.found",
        path=reverse("duplicate_list"),
        most_a_day=1,
        n=SuspectedDuplicate.objects.waiting().count(),
    )
