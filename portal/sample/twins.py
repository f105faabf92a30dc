"""Businesses registered twice: suspected pairs, one that two people know to be two, and one that was merged."""

from __future__ import annotations

from django.utils import timezone

from portal import audit, crypto
from portal.enums import Capability, EnterpriseStatus, LegalForm, Role
from portal.models import Activity, Enterprise, Organisation, SuspectedDuplicate, User
from portal.sample.enterprises import Made
from portal.sample.people import sample_person
from portal.services.class_history import derived_fields
from portal.services.duplicates import find_duplicates, set_apart
from portal.services.merging import merge

# How the second registration of a business reads: its name, and which of phone and tax number it repeats.
SECOND = (
    ("{core} Jaya", True, True),
    ("UD {core}", True, False),
    ("{core}", False, False),
    ("Toko {core}", True, True),
)
# The second registration of this one has a slip in its NIB.
MISTYPED = 2


def add_twins(made: list[Made], checker: User) -> None:
    originals = [
        each
        for each in made
        if each.enterprise.status == EnterpriseStatus.VERIFIED and each.plan.lead is None and each.enterprise.phone
    ][: len(SECOND)]
    twins = [_twin(number, each, *how) for number, (each, how) in enumerate(zip(originals, SECOND, strict=True), 1)]
    for original, twin in zip(originals, twins, strict=True):
        find_duplicates(original.enterprise.pk, original.enterprise.pk)
        find_duplicates(twin.pk, twin.pk)
    pairs = [_pair(original.enterprise, twin) for original, twin in zip(originals, twins, strict=True)]
    set_apart(pairs[2], "Kakak beradik dengan bengkel bersebelahan; NIB dan NPWP masing-masing.", by=checker)
    merge(
        pairs[3],
        kept=originals[3].enterprise,
        reason="NPWP, telepon, dan pemilik sama; pendaftaran kedua dibuat karena lupa kata sandi.",
        by=checker,
    )


def _twin(number: int, original: Made, name: str, same_phone: bool, same_number: bool) -> Enterprise:
    source = original.enterprise
    core = source.organisation.name.partition(" ")[2] or source.organisation.name
    organisation = Organisation.objects.create(
        name=name.format(core=core),
        capabilities=[Capability.ENTERPRISE],
        region_code=source.organisation.region_code,
        is_sample=True,
    )
    owner = sample_person(f"kembar{number}@contoh.id", f"Pemilik {organisation.name}", organisation, Role.OWNER)
    npwp = source.npwp if same_number else f"09{number:014d}"
    twin = Enterprise.objects.create(
        organisation=organisation,
        status=EnterpriseStatus.SUBMITTED,
        legal_form=LegalForm.SOLE_PROPRIETOR,
        nib=_mistyped(source.nib) if number == MISTYPED else f"77{number:011d}",
        npwp=npwp,
        npwp_hash=crypto.search_hash(npwp),
        established_on=source.established_on,
        women_led=source.women_led,
        village=source.village,
        address=source.address,
        phone=source.phone if same_phone else "",
        email=owner.email,
        workforce=source.workforce,
        workforce_women=source.workforce_women,
        capital=source.capital,
        full_year_of_sales=False,
        investment=source.investment,
        submitted_at=timezone.now(),
        is_sample=True,
        **derived_fields(original.standing),
    )
    Activity.objects.bulk_create(
        Activity(enterprise=twin, kbli=kbli, is_main=place == 0) for place, kbli in enumerate(original.plan.kbli)
    )
    audit.record(
        twin, "register", by=owner, payload={"legal_form": twin.legal_form}, personal={"name": organisation.name}
    )
    return twin


def _mistyped(nib: str) -> str:
    """Two neighbours swapped, as a hand does it."""
    place = next(each for each in range(1, len(nib) - 1) if nib[each] != nib[each + 1])
    return f"{nib[:place]}{nib[place + 1]}{nib[place]}{nib[place + 2 :]}"


def _pair(one: Enterprise, other: Enterprise) -> SuspectedDuplicate:
    first, second = sorted((one.pk, other.pk))
    return SuspectedDuplicate.objects.get(first=first, second=second)
