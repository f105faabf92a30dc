"""Three hundred enterprises in every state, with their owners, activities and the trail of how they got there.

Rows are written by the hundred, past the services: a load must not take minutes. The audit entries are those that the
services write, and the figures obey the same rules.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from stdnum import luhn

from portal import crypto
from portal.enums import Capability, EnterpriseStatus, LegalForm, Role, TechnologyLevel
from portal.models import Activity, Enterprise, KbliClass, Membership, Organisation, Region, User
from portal.rules.business_class import business_class
from portal.rules.ikm import ikm_status
from portal.rules.kbli import kbli_edition
from portal.sample.cast import LEADS, Lead, Player
from portal.sample.figures import BANDS, figures
from portal.sample.keys import dice
from portal.sample.names import FirmNames, person_name
from portal.sample.people import make_people
from portal.sample.places import Places
from portal.sample.rows import add_points, add_rows, fill_in
from portal.sample.trades import BY_NAME, TRADES, recipes
from portal.selectors.enterprise import Standing
from portal.services.class_history import derived_fields

S = EnterpriseStatus
FIRMS = 300
# How many of the firms without a story stand in each state; the rest are verified.
STATES = {S.DRAFT: 13, S.SUBMITTED: 17, S.RETURNED: 9, S.SUSPENDED: 6, S.CLOSED: 6}
BAND_WEIGHTS = (46, 42, 12)
FORMS = {
    "micro": (LegalForm.SOLE_PROPRIETOR, LegalForm.SOLE_PROPRIETOR, LegalForm.SOLE_COMPANY, LegalForm.CV),
    "small": (*[LegalForm.CV] * 4, *[LegalForm.PT] * 2, LegalForm.SOLE_COMPANY, LegalForm.COOPERATIVE),
    "medium": (*[LegalForm.PT] * 5, LegalForm.CV, LegalForm.COOPERATIVE),
}
REASONS = (
    ("identity", "Nama pada NIB berbeda dengan nama yang ditulis. Samakan dengan NIB."),
    ("finance", "Penjualan setahun belum cocok dengan laporan. Lampirkan rekap penjualan tahun lalu."),
    ("address", "Alamat belum sampai nama jalan. Tulis jalan, nomor, RT dan RW."),
    ("activities", "KBLI utama belum sesuai dengan barang yang dijual. Pilih kelas yang tertulis pada NIB."),
)
SUSPENDED = "Alamat usaha tidak ditemukan pada kunjungan terakhir."
STREETS = ("Melati", "Kenanga", "Diponegoro", "Ahmad Yani", "Pemuda", "Industri", "Pasar", "Sudirman", "Veteran")


@dataclass(frozen=True)
class Plan:
    """What will become one enterprise."""

    name: str
    trade: str
    form: LegalForm
    village: str
    status: EnterpriseStatus
    band: str
    people: tuple[Player, ...]
    # Main one first.
    kbli: tuple[KbliClass, ...] = ()
    lead: Lead | None = None


@dataclass(frozen=True)
class Made:
    """One enterprise with what later steps ask about it."""

    enterprise: Enterprise
    plan: Plan
    owner: User
    standing: Standing


def add_enterprises(checker: User) -> list[Made]:
    """`checker` is the ministry admin who verified, returned and suspended."""
    plans = _plans()
    organisations = Organisation.objects.bulk_create(
        Organisation(name=plan.name, capabilities=[Capability.ENTERPRISE], region_code=plan.village[:5], is_sample=True)
        for plan in plans
    )
    owners = _add_people(plans, organisations)
    roll, now = dice("figures"), timezone.now()
    made = [
        _enterprise(number, plan, organisation, owner, checker, roll, now)
        for number, (plan, organisation, owner) in enumerate(zip(plans, organisations, owners, strict=True), 1)
    ]
    _let_a_year_end(made, now)
    Enterprise.objects.bulk_create(each.enterprise for each in made)
    Activity.objects.bulk_create(
        Activity(enterprise=each.enterprise, kbli=kbli, is_main=place == 0)
        for each in made
        for place, kbli in enumerate(each.plan.kbli)
    )
    add_rows((each.enterprise, each.plan.trade) for each in made)
    add_points(each.enterprise for each in made)
    _backdate(made, dice("dates"), now)
    return made


def _plans() -> list[Plan]:
    """The enterprises with a story first."""
    roll = dice("enterprises")
    classes = classes_of_recipes()
    leads = [
        Plan(
            lead.name,
            lead.trade,
            lead.form,
            lead.village,
            lead.status,
            lead.band,
            lead.people,
            (classes[recipes(lead.trade)[0].kbli],),
            lead,
        )
        for lead in LEADS
    ]
    return [*leads, *itertools.islice(_others(roll, classes), FIRMS - len(leads))]


def _others(roll: random.Random, classes: dict[str, KbliClass]) -> Iterator[Plan]:
    places, names = Places(roll), FirmNames(roll)
    names.given.update(lead.name for lead in LEADS)
    regencies = dict(Region.objects.filter(level=Region.Level.REGENCY).values_list("code", "name"))
    trades = [trade for trade in TRADES for _each in range(trade.firms)]
    states = [state for state, count in STATES.items() for _each in range(count)]
    states += [S.VERIFIED] * (FIRMS - len(LEADS) - len(states))
    roll.shuffle(trades)
    roll.shuffle(states)
    for number, (trade, status) in enumerate(zip(trades, states, strict=False), 1):
        band = roll.choices(BANDS, BAND_WEIGHTS)[0]
        form = roll.choice(FORMS[band])
        village = places.next(trade.homes)
        person = person_name(roll, woman=roll.random() < 0.45)
        email = f"{person.lower().replace(' ', '.')}.{number}@contoh.id"
        known = sorted({recipe.kbli for recipe in recipes(trade.name)})
        chosen = roll.sample(known, min(len(known), 2 if roll.random() < 0.35 else 1))
        yield Plan(
            names.next(form, trade.words, regencies[village[:5]]),
            trade.name,
            form,
            village,
            status,
            band,
            (Player(email, person, Role.OWNER),),
            tuple(classes[code] for code in chosen),
        )


def classes_of_recipes() -> dict[str, KbliClass]:
    """The recipes' classes in the edition in force, by code."""
    codes = {recipe.kbli for trade in TRADES for recipe in recipes(trade.name)}
    edition = kbli_edition(timezone.localdate())
    return {each.code: each for each in KbliClass.objects.filter(edition=edition, level=5, code__in=codes)}


def _add_people(plans: list[Plan], organisations: list[Organisation]) -> list[User]:
    """Everybody's accounts and memberships; returns the owners, in order."""
    users = {
        user.email: user for user in make_people((each.email, each.name) for plan in plans for each in plan.people)
    }
    Membership.objects.bulk_create(
        Membership(user=users[each.email], organisation=organisation, role=each.role)
        for plan, organisation in zip(plans, organisations, strict=True)
        for each in plan.people
    )
    return [users[plan.people[0].email] for plan in plans]


def _enterprise(
    number: int,
    plan: Plan,
    organisation: Organisation,
    owner: User,
    checker: User,
    roll: random.Random,
    now: dt.datetime,
) -> Made:
    today, npwp = timezone.localdate(), _npwp(number)
    enterprise = Enterprise(
        organisation=organisation,
        status=plan.status,
        legal_form=plan.form,
        nib=_nib(number),
        npwp=npwp,
        npwp_hash=crypto.search_hash(npwp),
        village_id=plan.village,
        address=f"Jalan {roll.choice(STREETS)} {roll.randint(1, 180)}",
        phone=f"0800{number:07d}",
        email=owner.email,
        is_sample=True,
        **figures(roll, BY_NAME[plan.trade], plan.band, today),
    )
    full_year = bool(enterprise.full_year_of_sales)
    standing = Standing(
        today,
        business_class(enterprise.capital, enterprise.annual_sales, full_year, today),
        ikm_status(plan.kbli[0], enterprise.workforce, enterprise.investment, today),
    )
    for name, value in _history(plan, standing, checker, roll, now).items():
        setattr(enterprise, name, value)
    if plan.lead and plan.status == S.VERIFIED:
        _strengthen(enterprise, today)
    if plan.status == S.DRAFT:
        _leave_undone(enterprise, roll)
    fill_in(enterprise, plan.trade, plan.band, dice(f"dossier:{number}"))
    return Made(enterprise, plan, owner, standing)


def _history(plan: Plan, standing: Standing, checker: User, roll: random.Random, now: dt.datetime) -> dict[str, Any]:
    """When it was sent and decided on, as far as its state goes."""
    if plan.status == S.DRAFT:
        return {}
    if plan.status == S.SUBMITTED:
        sent = now - dt.timedelta(days=roll.randint(0, 12), minutes=roll.randint(5, 1400))
        return {**derived_fields(standing), "submitted_at": sent}
    sent = now - dt.timedelta(days=roll.randint(40, 420))
    reasons: list[dict[str, str]] = []
    if plan.status == S.RETURNED:
        section, reason = roll.choice(REASONS)
        reasons = [{"section": section, "reason": reason}]
    elif plan.status == S.SUSPENDED:
        reasons = [{"section": "", "reason": SUSPENDED}]
    return {
        **derived_fields(standing),
        "submitted_at": sent,
        "decided_at": sent + dt.timedelta(days=roll.randint(1, 12)),
        "decided_by": checker,
        "return_reasons": reasons,
    }


def _strengthen(enterprise: Enterprise, today: dt.date) -> None:
    """The story goes on to a contract, so they pass curation."""
    enterprise.established_on = today - dt.timedelta(days=3900)
    enterprise.technology_level, enterprise.digital_readiness = TechnologyLevel.MECHANISED, 4
    enterprise.flagship_product, enterprise.registered_innovations = True, 3
    enterprise.business_plan = enterprise.business_plan or "Melayani dua pembeli tetap dengan satu lini kerja lagi."


def _leave_undone(enterprise: Enterprise, roll: random.Random) -> None:
    """A draft is half done: from some section on, nothing is answered yet."""
    enterprise.business_plan = enterprise.technology_level = ""
    enterprise.digital_readiness = enterprise.exports = enterprise.flagship_product = None
    enterprise.registered_innovations = None
    if roll.random() < 0.7:
        enterprise.capital = enterprise.annual_sales = enterprise.sales_year = enterprise.investment = None
        enterprise.full_year_of_sales = None
    if roll.random() < 0.4:
        enterprise.workforce = enterprise.workforce_women = None


def _let_a_year_end(made: list[Made], now: dt.datetime) -> None:
    """The first that had no full year of sales when it registered did so long enough ago to be asked for one now."""
    young = (each.enterprise for each in made if each.plan.status == S.VERIFIED and not each.plan.lead)
    grown = next((each for each in young if each.full_year_of_sales is False), None)
    if grown is not None:
        grown.established_on = timezone.localdate(now) - dt.timedelta(days=1000)
        grown.submitted_at = now - dt.timedelta(days=390)
        grown.decided_at = grown.submitted_at + dt.timedelta(days=5)


def _backdate(made: list[Made], roll: random.Random, now: dt.datetime) -> None:
    """Registered some days before they were sent for checking."""
    for each in made:
        since = (each.enterprise.submitted_at or now) - dt.timedelta(days=roll.randint(1, 25))
        each.enterprise.created_at = each.enterprise.organisation.created_at = since
    Enterprise.objects.bulk_update([each.enterprise for each in made], ["created_at"])
    Organisation.objects.bulk_update([each.enterprise.organisation for each in made], ["created_at"])


def _nib(number: int) -> str:
    """Real ones do not begin with 99."""
    return f"99{number:011d}"


def _npwp(number: int) -> str:
    """Fifteen digits whose check digit fits, of an office that does not exist."""
    first = f"99{number:06d}"
    return f"{first}{luhn.calc_check_digit(first)}999000"
