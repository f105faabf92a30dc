"""Organisations and people every time, enterprises with their products and papers once."""

from __future__ import annotations

from django.db import transaction

from portal.enums import Role
from portal.models import Assignment, Enterprise, Organisation, User
from portal.sample.assistance import add_assistance
from portal.sample.cast import HELPERS
from portal.sample.conversions import add_conversions
from portal.sample.cooperatives import add_cooperative_members
from portal.sample.data_requests import add_data_requests
from portal.sample.enterprises import Made, add_enterprises
from portal.sample.graduation import add_class_history
from portal.sample.kits import add_kits
from portal.sample.organisations import add_organisations
from portal.sample.papers import add_papers
from portal.sample.people import acting_in
from portal.sample.plans import add_plans
from portal.sample.products import add_products
from portal.sample.quiet import quietly
from portal.sample.rows import measure_all
from portal.sample.trail import record_trails
from portal.sample.twins import add_twins
from portal.sample.uploads import add_uploads
from portal.sample.visits import add_visits

VERIFIER = "Kementerian UMKM"
ASSIGNED = 12


@transaction.atomic
def load_portal_sample() -> None:
    add_organisations()
    if Enterprise.objects.filter(is_sample=True).exists():
        return
    checker = verifier()
    made = add_enterprises(checker)
    add_cooperative_members(made)
    add_plans(made)
    record_trails(made, checker)
    add_class_history(made, checker)
    add_conversions(made, checker)
    add_papers(made, add_products(made), checker)
    add_uploads(made)
    _assign_companions(made)
    add_visits()
    with quietly():
        add_assistance()
        add_kits()
    measure_all()
    with quietly():
        add_twins(made, checker)
        add_data_requests(made, checker)


def verifier() -> User:
    return acting_in(Organisation.objects.get(name=VERIFIER), Role.MINISTRY_ADMIN)


def _assign_companions(made: list[Made]) -> None:
    """Each companion looks after firms of the centre's region, then of its province: verified, on their way, or begun."""
    taken: set[int] = set()
    for house in HELPERS:
        companions = [player.email for player in house.people if player.role == Role.COMPANION]
        if not companions:
            continue
        plut = Organisation.objects.get(name=house.name)
        near = [
            each.enterprise
            for region in (house.region, house.region[:2])
            for each in made
            if each.plan.village.startswith(region) and each.enterprise.pk not in taken
        ]
        near = list(dict.fromkeys(near))[: ASSIGNED * len(companions)]
        taken.update(enterprise.pk for enterprise in near)
        for place, email in enumerate(companions):
            companion = User.objects.get(email=email)
            Assignment.objects.bulk_create(
                Assignment(plut=plut, companion=companion, enterprise=enterprise)
                for enterprise in near[place :: len(companions)][:ASSIGNED]
            )
