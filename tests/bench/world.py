"""What every benchmark starts from: a pool of enterprises, a buyer with one need, and twelve criteria of all shapes."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth import get_user_model

from curation.models import Criterion, Pool, Programme
from curation.services.pool import drop_pool
from portal.acting import acting
from portal.enums import Role
from portal.models import Enterprise, User
from tests.bench.synthetic import enterprises
from tests.factories import curation as make
from tests.factories.people import OrganisationFactory, person
from tests.factories.products import kbli_class

LINES = (
    make.criterion("nib", "gate", test="is_true"),
    make.criterion("workforce", "gate", test="at_least", value="1"),
    make.criterion("kbli_fit", "steps", 10, steps=[{"at_least": "2", "share": "30"}, {"at_least": "4", "share": "75"}, {"at_least": "5", "share": "100"}]),
    make.criterion("monthly_capacity", "ratio", 15, full_at="100"),
    make.criterion("price_share", "linear", 10, zero_at="110", full_at="75"),
    make.criterion("tkdn", "linear", 10, zero_at="0", full_at="60"),
    make.criterion("annual_sales", "linear", 10, zero_at="0", full_at="2500000000"),
    make.criterion("workforce", "linear", 8, zero_at="0", full_at="20"),
    make.criterion("years_in_business", "linear", 7, zero_at="0", full_at="7.5"),
    make.criterion("lead_time", "linear", 5, zero_at="45", full_at="7"),
    make.criterion("sni", "valid_on", 10, days=30),
    make.criterion("technology_level", "membership", 5, shares={"semi_mechanised": "33.33", "mechanised": "75", "automated": "100"}),
    make.criterion("distance", "steps", 5, steps=[{"at_least": "0", "share": "100"}, {"at_least": "500", "share": "50"}, {"at_least": "1500", "share": "0"}]),
    make.criterion("digital_readiness", "linear", 5, zero_at="0", full_at="5"),
)  # fmt: skip


def pool_of(count: int) -> None:
    """At least so many verified enterprises; those there already are kept."""
    there = Enterprise.objects.verified().count()
    if there < count:
        enterprises(count - there, decided_by=admin().pk)


def admin() -> User:
    """Who verified them."""
    return get_user_model().objects.filter(email="bench@example.id").first() or person(
        Role.MINISTRY_ADMIN,
        OrganisationFactory(name="Kementerian", capabilities=["authority"]),
        email="bench@example.id",
    )


def alone() -> None:
    """The sample data's programmes ask "who would pass?", too: they stop, or their rounds of changes go first."""
    with acting(None, None):
        for pool in Pool.objects.select_related("programme"):
            drop_pool(pool.programme)


def programme() -> Programme:
    """A draft, for castings near Klaten."""
    by = make.officer()
    need = make.need(by=by, kbli=kbli_class("25920"), quantity_per_month=Decimal(2500), ceiling_price=60_000)
    made = make.draft_programme(by=by, needs=[need])
    make.criteria_set(made, LINES, publish=False, threshold=Decimal(55), review_floor=Decimal(40))
    return made


def weights(criteria: list[Criterion]) -> list[Decimal]:
    return [each.weight for each in criteria if not each.is_gate]
