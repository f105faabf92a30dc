"""An import from file to products: what is kept, what is not, and that nothing is done twice."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from portal import audit, jobs
from portal.enums import ImportMode, JobState
from portal.models import AuditEntry, ImportProblem, Job, Notification, Product, ProductImport, StagedProduct, User
from portal.selectors.product_import import rows_to_correct
from portal.selectors.product_trail import added_by, trail_of
from portal.services import product_import as service
from portal.services import product_staging
from tests.factories.products import ProductFactory, seller
from tests.factories.sheets import HEADINGS, csv_file, row, xlsx_bytes, xlsx_file
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def upload(user: User, file: Any, mode: ImportMode = ImportMode.KEEP_VALID) -> ProductImport:
    started = service.start_import(user.organisation.enterprise, file, mode, by=user)
    jobs.drain()
    started.refresh_from_db()
    assert started.is_finished, Job.objects.exclude(state=JobState.DONE).values("kind", "error")
    return started


def counts(done: ProductImport) -> tuple[int, int, int, int]:
    return done.created_count, done.updated_count, done.unchanged_count, done.bad_count


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "RANGE", 10)


def test_every_cell_arrives_in_its_field() -> None:
    user = seller()
    cells = row(1, hs="7318.15.10", harga="Rp15.500", kapasitas="1.234,5", waktu="14", tkdn="40%", kbli="10794 Kerupuk")
    upload(user, csv_file([cells]))
    product = Product.objects.visible_to(user).get()
    assert (product.code, product.name, product.kbli.code) == ("KB-00001", "Keripik singkong rasa 1", "10794")
    assert (product.hs_id, product.unit, product.price) == ("73181510", "pack", 15_500)
    assert (str(product.monthly_capacity), product.minimum_order) == ("1234.50", 100)
    assert (product.lead_time_days, str(product.tkdn)) == (14, "40.00")


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("make", [csv_file, lambda rows: xlsx_file(xlsx_bytes(rows))], ids=["csv", "xlsx"])
def test_the_same_file_twice_changes_nothing(make: Any) -> None:
    user, rows = seller(), [row(number) for number in range(25)]
    assert counts(upload(user, make(rows))) == (25, 0, 0, 0)
    before = list(Product.objects.order_by("pk").values())
    assert counts(upload(user, make(rows))) == (0, 0, 25, 0)
    assert list(Product.objects.order_by("pk").values()) == before
    assert not StagedProduct.objects.exists()


@pytest.mark.usefixtures("small_ranges")
def test_bad_rows_are_named_by_row_and_column_and_the_good_ones_kept() -> None:
    user = seller()
    rows = [row(number) for number in range(25)]
    rows[3] = row(3, harga="mahal", satuan="karung goni")
    rows[17] = row(17, kbli="99999", nama="")
    done = upload(user, csv_file(rows))
    assert counts(done) == (23, 0, 0, 2)
    found = list(done.problems.values_list("row", "column", "code"))
    assert found == [(5, "unit", "unit"), (5, "price", "number"), (19, "name", "required"), (19, "kbli", "kbli")]
    assert [row.row for row in rows_to_correct(done)] == [5, 19]


@pytest.mark.usefixtures("small_ranges")
def test_all_or_nothing_keeps_nothing_when_one_row_is_wrong() -> None:
    user = seller()
    rows = [row(number) for number in range(25)]
    rows[22] = row(22, tkdn="140")
    done = upload(user, csv_file(rows), ImportMode.ALL_OR_NOTHING)
    assert counts(done) == (0, 0, 0, 1)
    assert done.kept_nothing
    assert not Product.objects.exists()
    assert len(list(rows_to_correct(done))) == 25, "all of them are given back"
    rows[22] = row(22, tkdn="14")
    assert counts(upload(user, csv_file(rows), ImportMode.ALL_OR_NOTHING)) == (25, 0, 0, 0)


@pytest.mark.usefixtures("small_ranges")
def test_a_corrected_file_doubles_nothing() -> None:
    user = seller()
    upload(user, csv_file([row(1), row(2, harga="-5"), row(3)]))
    assert counts(upload(user, csv_file([row(2, harga="5.000")]))) == (1, 0, 0, 0)
    assert counts(upload(user, csv_file([row(1), row(2, harga="6.000"), row(3)]))) == (0, 1, 2, 0)
    assert sorted(Product.objects.values_list("code", "price")) == [
        ("KB-00001", 15_000),
        ("KB-00002", 6_000),
        ("KB-00003", 15_000),
    ]


@pytest.mark.usefixtures("small_ranges")
def test_the_same_code_in_two_ranges_is_named() -> None:
    user = seller()
    rows = [row(number) for number in range(15)]
    rows[14] = row(2, nama="Lain")
    done = upload(user, csv_file(rows))
    problem = done.problems.get()
    assert (problem.row, problem.code, problem.params) == (16, "twice", {"row": 4})
    assert Product.objects.get(code="KB-00002").name == "Keripik singkong rasa 2"


def test_a_column_the_file_does_not_have_keeps_what_it_holds() -> None:
    user = seller()
    upload(user, csv_file([row(1)]))
    headings = ["code", "name", "KBLI", "Unit", "Price", "Monthly capacity", "Lead time (days)"]
    cells = ["KB-00001", "Cassava chips", "10794", "pack", "16000", "2000", "7"]
    assert counts(upload(user, csv_file([cells], headings=headings))) == (0, 1, 0, 0)
    product = Product.objects.get()
    assert (product.name, product.description, str(product.tkdn)) == ("Cassava chips", "Renyah, 250 gram", "92.50")


def test_a_withdrawn_product_in_the_list_is_on_sale_again() -> None:
    user = seller()
    upload(user, csv_file([row(1)]))
    Product.objects.update(withdrawn_at=timezone.now())
    assert counts(upload(user, csv_file([row(1)]))) == (0, 1, 0, 0)
    assert Product.objects.on_sale().count() == 1


def test_a_list_takes_products_off_sale_and_back() -> None:
    user, headings = seller(), [*HEADINGS, "Dijual"]
    lists = [csv_file([[*row(1), answer], [*row(2), "ya"]], headings=headings) for answer in ("tidak", "tidak", "ya")]
    assert counts(upload(user, lists[0])) == (2, 0, 0, 0)
    since = Product.objects.get(code="KB-00001").withdrawn_at
    assert since is not None
    assert counts(upload(user, lists[1])) == (0, 0, 2, 0)
    assert Product.objects.get(code="KB-00001").withdrawn_at == since
    assert counts(upload(user, lists[2])) == (0, 1, 1, 0)
    assert Product.objects.on_sale().count() == 2


def test_without_codes_name_and_unit_tell_the_product() -> None:
    user = seller()
    ProductFactory(enterprise=user.organisation.enterprise, code="P007", name="Keripik singkong rasa 2", unit="pack")
    rows = [row(number, kode="") for number in (1, 2, 3)]
    assert counts(upload(user, csv_file(rows))) == (2, 1, 0, 0)
    assert dict(Product.objects.values_list("name", "code")) == {
        "Keripik singkong rasa 1": "P008",
        "Keripik singkong rasa 2": "P007",
        "Keripik singkong rasa 3": "P009",
    }
    assert counts(upload(user, csv_file(rows))) == (0, 0, 3, 0)
    # Another unit is another product; and a list may have no column of codes at all.
    other = [row(1, satuan="kg")[1:]]
    assert counts(upload(user, csv_file(other, headings=HEADINGS[1:]))) == (1, 0, 0, 0)
    assert Product.objects.get(unit="kilogram").code == "P010"


def test_a_product_named_by_its_code_elsewhere_in_the_list_is_not_taken_for_another() -> None:
    user = seller()
    upload(user, csv_file([row(1)]))
    assert counts(upload(user, csv_file([row(1, kode=""), row(1, harga="9.000")]))) == (1, 1, 0, 0)
    assert dict(Product.objects.values_list("code", "price")) == {"KB-00001": 9_000, "P001": 15_000}


def test_the_same_name_and_unit_twice_without_codes_is_asked_about() -> None:
    done = upload(seller(), csv_file([row(1, kode=""), row(1, kode="", harga="9.000"), row(1, kode="", satuan="kg")]))
    assert [(p.row, p.column, p.code, p.params) for p in done.problems.all()] == [
        (3, "name", "twice_named", {"row": 2})
    ]
    assert done.created_count == 2


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("mode", ImportMode)
def test_what_a_crash_of_the_database_emptied_is_read_again(mode: ImportMode) -> None:
    user = seller()
    rows = [row(number) for number in range(25)]
    started = service.start_import(user.organisation.enterprise, csv_file(rows), mode, by=user)
    jobs.run_next()
    if mode == ImportMode.KEEP_VALID:
        jobs.run_next()
        assert Product.objects.count() == 10
    StagedProduct.objects.all().delete()
    jobs.drain()
    started.refresh_from_db()
    assert counts(started) == (25, 0, 0, 0)
    assert (started.rows_read, Product.objects.count()) == (25, 25)


def test_only_what_differs_is_touched() -> None:
    user = seller()
    upload(user, csv_file([row(1), row(2)]))
    before = dict(Product.objects.values_list("code", "updated_at"))
    upload(user, csv_file([row(1), row(2, waktu="8")]))
    after = dict(Product.objects.values_list("code", "updated_at"))
    assert before["KB-00001"] == after["KB-00001"]
    assert before["KB-00002"] < after["KB-00002"]


def test_other_enterprises_codes_are_their_own() -> None:
    one, other = seller(), seller()
    upload(one, csv_file([row(1)]))
    upload(other, csv_file([row(1, harga="1")]))
    assert Product.objects.get(enterprise=one.organisation.enterprise).price == 15_000


def test_one_entry_in_the_trail_and_one_line_in_the_inbox() -> None:
    user = seller()
    done = upload(user, csv_file([row(1), row(2, harga="x")]))
    started, added, entry = AuditEntry.objects.of(done)
    assert added.action == "add_products"
    assert (started.action, started.actor, started.payload["mode"]) == ("start_import", user, "keep_valid")
    assert entry.action == "import_products"
    assert entry.actor_id == user.pk
    assert entry.organisation_id == user.organisation_id
    assert (entry.payload["created"], entry.payload["bad"], entry.payload["rows"]) == (1, 1, 2)
    line = Notification.objects.get(user=user)
    assert (line.kind, line.params["bad"]) == ("import.with_problems", 1)
    assert str(done.pk) in line.path


def test_each_product_tells_the_list_that_brought_or_changed_it() -> None:
    user = seller()
    first = upload(user, csv_file([row(1), row(2), row(3)]))
    one, two, three = Product.objects.order_by("code")
    assert (two.added_by_import, two.added_in_row) == (first, 3)
    audit.record(one, "note", by=user)
    headings = [*HEADINGS, "Dijual"]
    lines = [
        [*row(1, kbli="25952", harga="16.000", tkdn=""), "ya"],
        [*row(2, kapasitas="1.500,5", hs="7318"), "tidak"],
        [*row(3), "ya"],
    ]
    second = upload(user, csv_file(lines, headings=headings))
    told = AuditEntry.objects.of(one).get(action="change_product")
    assert (told.actor, told.organisation_id, told.seq) == (user, user.organisation_id, 2)
    assert told.payload == {
        "import": second.pk,
        "row": 2,
        "before": {"kbli": "10794", "price": 15_000, "tkdn": "92.50"},
        "after": {"kbli": "25952", "price": 16_000, "tkdn": None},
    }
    assert AuditEntry.objects.of(two).get().payload["after"] == {
        "hs": "7318",
        "monthly_capacity": "1500.50",
        "on_sale": False,
    }
    assert not AuditEntry.objects.of(three).exists()
    assert audit.breaks() == []


def test_what_a_list_added_stands_in_its_chain_with_a_digest_of_all_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_staging, "TOLD_AT_ONCE", 4)
    user = seller()
    headings = [*HEADINGS, "Dijual"]
    lines = [[*row(number, hs="7318", kapasitas="1.234,5"), "tidak" if number == 3 else "ya"] for number in range(9)]
    file = csv_file(lines, headings=headings)
    done = upload(user, file)
    file.seek(0)
    assert AuditEntry.objects.of(done).first().payload["sha256"] == hashlib.sha256(file.read()).hexdigest()
    told = list(AuditEntry.objects.of(done).filter(action="add_products"))
    assert len(told) >= 3
    assert {(entry.actor, entry.organisation_id) for entry in told} == {(user, user.organisation_id)}
    stored = [product_staging.STORED[key] for key in product_staging.STORED if key in done.columns]
    seen: list[int] = []
    for entry in told:
        products = Product.objects.filter(
            added_by_import=done, pk__range=(entry.payload["first"], entry.payload["last"])
        ).order_by("pk")
        lines_of = [
            "\x1f".join(
                [str(each.pk), str(each.added_in_row), each.code]
                + ["" if (value := getattr(each, name)) is None else str(value) for name in stored]
                + ["f" if each.withdrawn_at else "t"]
            )
            for each in products
        ]
        assert entry.payload["count"] == len(lines_of)
        assert entry.payload["columns"] == done.columns
        assert entry.payload["sha256"] == hashlib.sha256("\n".join(lines_of).encode()).hexdigest()
        assert {added_by(done, each) for each in products} == {entry}
        seen += [each.pk for each in products]
    assert sorted(seen) == sorted(Product.objects.values_list("pk", flat=True))
    assert audit.breaks() == []
    upload(user, csv_file(lines, headings=headings))
    assert AuditEntry.objects.filter(action="add_products").count() == len(told)


def test_a_changed_entry_of_the_list_shows_at_the_product_it_brought() -> None:
    upload(seller(), csv_file([row(1)]))
    product = Product.objects.get()
    assert trail_of(product)["intact"]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_auditentry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE portal_auditentry SET payload = jsonb_set(payload, '{count}', '2') WHERE action = 'add_products'"
        )
        cursor.execute("ALTER TABLE portal_auditentry ENABLE TRIGGER USER")
    assert not trail_of(product)["intact"]


def test_where_a_product_came_from_stays() -> None:
    done = upload(seller(), csv_file([row(1)]))
    with pytest.raises(ProgrammingError, match="append-only or frozen"), transaction.atomic():
        Product.objects.update(added_in_row=7)
    with pytest.raises(IntegrityError, match="product_added_by_list"), transaction.atomic():
        ProductFactory(enterprise=done.enterprise, added_in_row=7)


@pytest.mark.usefixtures("small_ranges")
def test_a_worker_killed_between_ranges_loses_and_doubles_nothing() -> None:
    user = seller()
    started = service.start_import(
        user.organisation.enterprise,
        csv_file([row(number, **({"harga": "x"} if number == 7 else {})) for number in range(35)]),
        ImportMode.KEEP_VALID,
        by=user,
    )
    assert jobs.run_next()
    assert jobs.run_next()
    started.refresh_from_db()
    # Ten written, and the one that has something wrong.
    assert (started.rows_total, started.rows_read, started.is_finished) == (35, 11, False)
    # The next range is claimed, and its worker is gone before it commits.
    jobs._claim()
    Job.objects.filter(state=JobState.RUNNING).update(claimed_at=timezone.now() - dt.timedelta(minutes=1))
    assert jobs.release_dead() == 1
    jobs.drain()
    started.refresh_from_db()
    assert counts(started) == (34, 0, 0, 1)
    assert (started.rows_read, Product.objects.count(), ImportProblem.objects.count()) == (35, 34, 1)


@pytest.mark.usefixtures("small_ranges")
def test_a_range_that_fails_on_its_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    user = seller()
    started = service.start_import(
        user.organisation.enterprise, csv_file([row(n) for n in range(15)]), ImportMode.KEEP_VALID, by=user
    )
    jobs.run_next()
    kept = service._enqueue
    monkeypatch.setattr(service, "_enqueue", lambda *args, **kwargs: 1 / 0)
    jobs.run_next()
    assert not Product.objects.exists()
    monkeypatch.setattr(service, "_enqueue", kept)
    Job.objects.update(run_after=timezone.now())
    jobs.drain()
    started.refresh_from_db()
    assert counts(started) == (15, 0, 0, 0)
