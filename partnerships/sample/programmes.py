"""Programmes in every state, with applications that the real services take, score, mark and decide on."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from curation.models import Application, Need, Programme
from curation.services.application import start_application, submit_application
from curation.services.criteria import balance, use_template
from curation.services.pool import start_pool_run
from curation.services.programme import add_programme, publish_programme
from curation.services.scoring import start_official_run
from partnerships.sample.needs import add_needs, officer_of, officers_of, wanted_by
from partnerships.sample.panels import review
from partnerships.sample.reviewing import decide_on
from portal.enums import SME_ROLES
from portal.models import Enterprise, Product, User
from portal.sample.keys import dice
from portal.sample.people import acting_in
from portal.sample.quiet import quietly
from portal.sample.trades import recipes

DRAFT, OPEN, SCORED, ARCHIVED = "draft", "open", "scored", "archived"


@dataclass(frozen=True)
class ProgrammePlan:
    """One programme of one buyer in one trade. `applicants`: how many of the trade apply; `leads`: who surely does."""

    name: str
    buyer: str
    trade: str
    template: str
    stage: str
    quota: int
    applicants: int
    threshold: int
    floor: int
    leads: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    person_confirms: bool = False
    reviewers: int = 0
    blind: bool = False

    @property
    def wanted(self) -> list[str]:
        return list(self.items) or wanted_by(self.buyer, self.trade)


MANHOLE = ("Pengadaan tutup manhole besi cor gardu distribusi",)
CLAMPS = ("Pengadaan klem dan sambungan kabel udara aluminium",)
PROGRAMMES = (
    ProgrammePlan(
        "Kurasi logam cor jaringan distribusi",
        "PLN",
        "metal_casting",
        "metal_casting",
        SCORED,
        4,
        22,
        62,
        48,
        leads=("pemilik@contoh.id",),
        items=MANHOLE,
    ),
    ProgrammePlan(
        "Kurasi suku cadang cor dan poros pabrik baja",
        "Krakatau Steel",
        "metal_casting",
        "metal_casting",
        SCORED,
        6,
        14,
        58,
        42,
        leads=("koperasi@contoh.id", "pemilik@contoh.id"),
    ),
    ProgrammePlan(
        "Kurasi bahan herbal",
        "Kimia Farma",
        "herbal",
        "herbal_ingredients",
        SCORED,
        5,
        18,
        55,
        38,
        leads=("herbal@contoh.id",),
    ),
    ProgrammePlan(
        "Kurasi pakaian kerja jaringan",
        "PLN",
        "work_wear",
        "textiles",
        SCORED,
        5,
        14,
        60,
        45,
        leads=("konveksi@contoh.id",),
    ),
    ProgrammePlan(
        "Kurasi komponen mekanik kilang",
        "Pertamina",
        "mechanical_parts",
        "mechanical_parts",
        SCORED,
        4,
        16,
        55,
        38,
        leads=("presisi@contoh.id",),
    ),
    ProgrammePlan("Kurasi bingkisan kopi nusantara", "BRI", "food_and_drink", "food", ARCHIVED, 3, 12, 40, 25),
    ProgrammePlan(
        "Kurasi logam cor, putaran kedua",
        "PLN",
        "metal_casting",
        "metal_casting",
        OPEN,
        6,
        8,
        70,
        55,
        items=CLAMPS,
        person_confirms=True,
    ),
    ProgrammePlan("Kurasi sepatu keselamatan", "Pertamina", "work_wear", "textiles", OPEN, 4, 6, 65, 50),
    ProgrammePlan("Kurasi komponen pembangkit", "PLN", "mechanical_parts", "mechanical_parts", OPEN, 8, 9, 65, 50),
    ProgrammePlan("Kurasi mebel dan kriya kayu", "Perhutani", "crafts", "crafts", OPEN, 6, 10, 65, 45),
    ProgrammePlan("Kurasi kaus dan tas kanvas", "Telkom", "fashion", "textiles", OPEN, 5, 9, 65, 50),
    ProgrammePlan("Kurasi seragam batik", "BRI", "fashion", "textiles", OPEN, 6, 8, 65, 50),
    ProgrammePlan("Kurasi hasil laut dapur kapal", "Pelni", "fisheries", "fisheries", OPEN, 4, 6, 60, 45),
    ProgrammePlan("Kurasi pupuk organik", "RNI", "agriculture", "agriculture", OPEN, 3, 5, 60, 45),
    ProgrammePlan("Kurasi penginapan dan wisata mitra", "HIN", "tourism", "hotel_travel", DRAFT, 10, 0, 60, 45),
    ProgrammePlan("Kurasi pakaian lapangan", "BNI", "work_wear", "textiles", DRAFT, 5, 0, 70, 55),
    # Two independent reviewers, who disagree once, and one who steps back; and a round without names.
    ProgrammePlan(
        "Kurasi suku cadang turbin, dua peninjau",
        "PLN",
        "mechanical_parts",
        "mechanical_parts",
        SCORED,
        4,
        12,
        85,
        20,
        reviewers=2,
    ),
    ProgrammePlan(
        "Kurasi tas kanvas tanpa nama", "Telkom", "fashion", "textiles", SCORED, 4, 9, 85, 20, reviewers=1, blind=True
    ),
)


def load_curation() -> None:
    if Programme.objects.filter(is_sample=True).exists():
        return
    with quietly():
        add_needs({item for each in PROGRAMMES for item in each.wanted})
    roll = dice("applications")
    for each in PROGRAMMES:
        _run(each, roll)


def _run(each: ProgrammePlan, roll: random.Random) -> None:
    officer = officer_of(each.buyer)
    with quietly():
        programme = _add(each, officer)
        if each.stage == DRAFT:
            start_pool_run(programme, by=officer)
        else:
            publish_programme(programme, by=officer)
            _apply(programme, each, roll)
    if each.stage in (SCORED, ARCHIVED):
        with quietly():
            _end(programme, roll)
            start_official_run(programme, by=officer)
        with quietly():
            if each.reviewers:
                review(programme, officers_of(each.buyer))
                return
            decide_on(programme, officer, officer_of(each.buyer, second=True), archive=each.stage == ARCHIVED)


def _add(each: ProgrammePlan, officer: User) -> Programme:
    now = timezone.localtime()
    needs = list(Need.objects.filter(buyer=officer.organisation_id, item__in=each.wanted))
    programme = add_programme(
        officer.organisation,
        needs=needs,
        by=officer,
        name=f"{each.name} {now.year}",
        description="Data contoh. Kriteria dan bobot tertulis pada halaman ini; tidak ada syarat di luar itu.",
        opens_at=now - dt.timedelta(days=30),
        closes_at=(now + dt.timedelta(days=34)).replace(hour=23, minute=59, second=0, microsecond=0),
        quota=each.quota,
        confirm_by_person=each.person_confirms,
        reviewers_needed=each.reviewers,
        blind=each.blind,
    )
    Programme.objects.filter(pk=programme.pk).update(is_sample=True)
    draft = programme.criteria_sets.get(published_at=None)
    use_template(draft, each.template, by=officer)
    weights = {row.pk: (row.weight, row.minimum) for row in draft.criteria.all() if not row.is_gate}
    balance(draft, threshold=Decimal(each.threshold), review_floor=Decimal(each.floor), weights=weights, by=officer)
    return programme


def _apply(programme: Programme, each: ProgrammePlan, roll: random.Random) -> None:
    """Firms of the trade, those with a story first. The last one has not sent its application yet."""
    offers = _offers(programme, each, roll)
    for place, product in enumerate(offers):
        owner = acting_in(product.enterprise.organisation, *SME_ROLES)
        application = start_application(programme, product.enterprise, product=product, by=owner)
        if each.stage != OPEN or place < len(offers) - 1:
            submit_application(application, by=owner)


def _offers(programme: Programme, each: ProgrammePlan, roll: random.Random) -> list[Product]:
    """One product of each applicant: the one nearest to what is wanted."""
    needs = list(programme.needs.all())
    known = {recipe.kbli for recipe in recipes(each.trade)}
    near: dict[int, tuple[int, Product]] = {}
    candidates = Product.objects.public().filter(is_sample=True, kbli__code__in=known, enterprise__is_sample=True)
    for product in candidates.select_related("enterprise__organisation", "kbli").order_by("pk"):
        fit = max(_fit(product, need) for need in needs)
        best = near.get(product.enterprise_id)
        if best is None or fit > best[0]:
            near[product.enterprise_id] = (fit, product)
    leads = Enterprise.objects.filter(organisation__memberships__user__email__in=each.leads)
    first = [near[pk][1] for pk in leads.order_by("pk").values_list("pk", flat=True)]
    rest = [entry for pk, entry in near.items() if pk not in {product.enterprise_id for product in first}]
    roll.shuffle(rest)
    rest = [entry for entry in rest if _affordable(entry[1], needs)]
    # Most who apply have what is asked for; some try all the same.
    rest.sort(key=lambda entry: -min(entry[0], 3))
    wanted = each.applicants - len(first)
    fitting, others = rest[: wanted - wanted // 5], rest[wanted - wanted // 5 :]
    return [*first, *(product for _fit, product in [*fitting, *roll.sample(others, min(len(others), wanted // 5))])]


def _fit(product: Product, need: Need) -> int:
    return (
        (product.kbli.code == need.kbli.code) * 2
        + (product.kbli.code[:3] == need.kbli.code[:3])
        + (product.unit == need.unit)
        + (product.hs_id is not None and product.hs_id == need.hs_id)
    )


def _affordable(product: Product, needs: list[Need]) -> bool:
    """Nobody offers at many times the ceiling."""
    return any(product.price * 2 <= need.ceiling_price * 3 for need in needs)


def _end(programme: Programme, roll: random.Random) -> None:
    """Let the programme have ended a few days ago, with the applications sent while it was open."""
    ended = timezone.localtime() - dt.timedelta(days=roll.randint(2, 9))
    programme.closes_at = ended.replace(hour=23, minute=59, second=0, microsecond=0) - dt.timedelta(days=1)
    Programme.objects.filter(pk=programme.pk).update(
        opens_at=programme.closes_at - dt.timedelta(days=45), closes_at=programme.closes_at
    )
    programme.refresh_from_db()
    applications = list(programme.applications.order_by("pk"))
    for application in applications:
        application.submitted_at = programme.closes_at - dt.timedelta(
            days=roll.randint(0, 30), minutes=roll.randint(1, 1400)
        )
        application.created_at = application.submitted_at - dt.timedelta(minutes=roll.randint(9, 2000))
    Application.objects.bulk_update(applications, ["submitted_at", "created_at"])
