"""What buyers were promised stays there, whichever way somebody would lower it: page, API, list, or the profile."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.enums import ImportMode
from portal.flow import MoveNotAllowed
from portal.models import Commitment, Enterprise, Product, User
from portal.product_sheet.problems import problem_text
from portal.selectors.commitments import free_capacities
from portal.services.commitment import commit, release
from portal.services.dossier import save_section
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.enterprises import product as sold
from tests.factories.products import ProductFactory, seller
from tests.factories.sheets import csv_file, row
from tests.portal.test_import_life import upload
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def user() -> User:
    return seller()


@pytest.fixture
def product(user: User) -> Product:
    """2,000 packs a month, of which 1,500 are promised for a year."""
    made = ProductFactory(enterprise=user.organisation.enterprise, code="KB-00001")
    commit(made, Decimal(1500), unit=made.unit, since=TODAY, until=TODAY + dt.timedelta(days=364))
    return made


def test_a_list_that_lowers_it_is_told_at_its_row_and_the_rest_is_taken(user: User, product: Product) -> None:
    lines = [row(1, kapasitas="1.000"), row(2)]
    started = upload(user, csv_file(lines), ImportMode.KEEP_VALID)
    assert (started.bad_count, started.created_count) == (1, 1)
    assert started.problems.get().code == "promised"
    product.refresh_from_db()
    assert product.monthly_capacity == 2000
    problem = started.problems.get()
    assert "1.500" in problem_text(problem.code, problem.params)


def test_by_api_it_is_told_at_the_field(user: User, product: Product) -> None:
    answer = signed_in(user).patch(
        f"/api/v1/products/{product.pk}/", json.dumps({"monthly_capacity": "1000"}), content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    assert "monthly_capacity" in answer.content.decode()
    allowed = signed_in(user).patch(
        f"/api/v1/products/{product.pk}/", json.dumps({"monthly_capacity": "1500"}), content_type="application/json"
    )
    assert allowed.status_code == 200


def test_the_enterprises_own_capacity_is_not_lowered_either() -> None:
    firm = enterprise(monthly_capacity=Decimal(2), capacity_unit="tonne")
    made = sold(firm, monthly_capacity=Decimal(5000))
    with pytest.raises(MoveNotAllowed):
        commit(made, Decimal(2500), unit=made.unit, since=TODAY, until=TODAY)
    commit(made, Decimal(1500), unit=made.unit, since=TODAY, until=TODAY)
    with pytest.raises(ValidationError) as refused:
        save_section(firm, "production", {"monthly_capacity": Decimal(1), "capacity_unit": "tonne"}, by=owner_of(firm))
    assert "monthly_capacity" in refused.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=firm.pk).update(monthly_capacity=1)


def test_a_promise_is_never_changed_and_a_released_one_never_stands_again(product: Product) -> None:
    promise = Commitment.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(quantity=1)
    release(promise)
    release(promise)
    with pytest.raises(DatabaseError), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(released_at=None)
    assert free_capacities([product.pk], TODAY, TODAY)[product.pk] == 2000


terms = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 120))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(terms, min_size=1, max_size=8))
def test_on_no_day_more_is_promised_than_there_is(asked: list[tuple[int, int, int]]) -> None:
    with transaction.atomic():
        made = sold(enterprise(), monthly_capacity=Decimal(200))
        kept: list[tuple[int, int, int]] = []
        for start, length, quantity in asked:
            since, until = TODAY + dt.timedelta(days=start), TODAY + dt.timedelta(days=start + length)
            fullest = max(
                sum(each for begin, more, each in kept if begin <= day <= begin + more)
                for day in range(start, start + length + 1)
            )
            assert free_capacities([made.pk], since, until)[made.pk] == 200 - fullest
            if fullest + quantity <= 200:
                commit(made, Decimal(quantity), unit=made.unit, since=since, until=until)
                kept.append((start, length, quantity))
            else:
                with pytest.raises(MoveNotAllowed):
                    commit(made, Decimal(quantity), unit=made.unit, since=since, until=until)
        transaction.set_rollback(True)
