"""Search follows what people enter: through the outbox, and by a whole rebuild."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from curation.enums import RunKind
from curation.matching import rows
from curation.matching.query import MatchQuery
from curation.matching.retrieve import find
from curation.models import ProductWord, SearchChange, SearchedNeed, SearchedProduct, SearchState
from curation.services.scoring import score_provisional, start_official_run, take_snapshot
from curation.services.searching import (
    REFRESH_JOB,
    note_passing_of_time,
    queue_rebuild,
    queue_refresh,
    rebuild_search,
    refresh_search,
)
from portal import jobs
from portal.enums import DocumentKind, EnterpriseStatus
from portal.models import Enterprise, Job, Product
from tests.curation.matching.shop import a_few, sell
from tests.factories import curation as make
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise

pytestmark = pytest.mark.django_db


def row(product: Product) -> SearchedProduct:
    return SearchedProduct.objects.get(pk=product.pk)


def test_the_points_of_the_official_run_stand_when_an_application_is_scored_again():
    made = make.applicant(make.programme(), workforce=10)
    thing = sell("Baut baja", made.enterprise)
    start_official_run(make.close(made.programme), by=None)
    jobs.drain()
    official = made.scores.get(kind=RunKind.OFFICIAL)
    Enterprise.objects.filter(pk=made.enterprise_id).update(workforce=15)
    take_snapshot(made, by=None)
    again = score_provisional(made)
    refresh_search()

    assert row(thing).score == float(official.total) / 100 != float(again.total) / 100


def test_whatever_a_row_is_read_from_reaches_it_through_the_outbox():
    seller = enterprise()
    thing = sell("Baut baja", seller)
    refresh_search()
    assert not SearchChange.objects.exists()

    thing.name = "Mur kuningan"
    thing.save()
    assert [(each.product, each.enterprise) for each in SearchChange.objects.all()] == [(thing.pk, seller.pk)]
    refresh_search()
    assert "kuning" in row(thing).words

    verified_paper(seller, DocumentKind.SNI)
    refresh_search()
    assert "sni" in row(thing).certificates

    seller.organisation.name = "CV Gemilang"
    seller.organisation.save()
    refresh_search()
    assert "gemilang" in row(thing).words

    seller.status = EnterpriseStatus.SUSPENDED
    seller.save()
    refresh_search()
    assert not SearchedProduct.objects.filter(pk=thing.pk).exists()


def test_a_list_of_many_leaves_one_row_in_the_outbox():
    seller = enterprise()
    for number in range(101):
        sell(f"Baut {number}", seller)
    refresh_search()
    Product.objects.filter(enterprise=seller).update(price=1_234)
    assert [(each.product, each.enterprise) for each in SearchChange.objects.all()] == [(0, seller.pk)]
    refresh_search()
    assert set(SearchedProduct.objects.values_list("prices", flat=True).distinct()[0]) == {1_234.0}


def test_a_need_is_found_while_it_is_open():
    need = make.need(deliver_until=timezone.localdate() + dt.timedelta(days=90))
    refresh_search()
    assert SearchedNeed.objects.get().amounts == [1000.0]
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        need.withdrawn_at = timezone.now()
        need.save()
    refresh_search()
    assert not SearchedNeed.objects.exists()


def test_what_time_changes_goes_through_the_outbox_too():
    thing = sell("Baut baja")
    verified_paper(thing.enterprise, DocumentKind.SNI, valid_until=timezone.localdate())
    refresh_search()
    assert row(thing).stale_on == timezone.localdate() + dt.timedelta(days=1)
    SearchedProduct.objects.update(stale_on=timezone.localdate())
    assert note_passing_of_time() == 1
    assert SearchChange.objects.get().product == thing.pk


def test_a_rebuild_gives_the_same_rows_in_order_of_standing():
    a_few()
    best = sell("Baut baja")
    refresh_search()
    before = set(SearchedProduct.objects.values_list("id", "owner", "words", "kbli", "province"))
    best.enterprise.completeness = 100
    best.enterprise.save()
    refresh_search()
    assert rebuild_search() == 7
    after = set(SearchedProduct.objects.values_list("id", "owner", "words", "kbli", "province"))
    assert after == before
    assert SearchState.objects.get(collection="products").rebuilt_at is not None
    assert find(MatchQuery(text="tutup manhole"), user=None).matches
    # And the table that came in its place is refreshed as the one before was.
    best.name = "Gagang pintu"
    best.save()
    refresh_search()
    assert find(MatchQuery(text="gagang"), user=None).matches[0].id == best.pk


def test_words_are_counted_anew():
    things = a_few()
    assert ProductWord.objects.get(word="baut").entries == 1
    things["bolt"].delete()
    refresh_search()
    assert not ProductWord.objects.filter(word="baut").exists()


def test_the_jobs_do_it_once():
    sell("Baut baja", monthly_capacity=Decimal(5))
    queue_refresh()
    queue_refresh()
    queue_rebuild()
    assert Job.objects.filter(kind=REFRESH_JOB).count() == 1
    jobs.drain()
    assert SearchedProduct.objects.count() == 1
    assert not SearchChange.objects.exists()
    queue_refresh()
    assert not Job.objects.filter(kind=REFRESH_JOB, state="ready").exists()


def indexes() -> dict[str, str]:
    """By name, of what part of the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'curation_searchedproduct'")
        return {name: text.partition(" WHERE ")[2] for name, text in cursor.fetchall()}


def test_a_rebuild_puts_the_best_placed_into_tiers_and_makes_every_index_again(monkeypatch):
    monkeypatch.setattr(rows, "TIERS", (1, 1))
    best, third, second, last = (sell("Baut", enterprise(completeness=share)) for share in (90, 30, 60, 20))
    refresh_search()
    before = indexes()
    rebuild_search()
    assert [row(each).tier for each in (best, second, third, last)] == [1, 2, 3, 3]
    assert indexes() == before
