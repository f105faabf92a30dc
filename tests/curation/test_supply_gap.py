"""The supply gap: what is counted, that unlike units are never added up, and that each figure opens just the rows it counts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from curation.scoring.evidence import kbli_fit
from curation.scoring.sql import Sql
from curation.selectors.supply_gap import KEYED, Asked, Gap, offering, offering_rows, supply_gap, wanted_needs
from portal.enums import EnterpriseStatus, Role, Unit
from portal.models import KbliClass, KbliConversion, Product
from portal.services.commitment import commit
from tests.curation.test_curation_api import Api
from tests.factories import consortia as make
from tests.factories.curation import CASTING, need, officer, product
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.factories.products import kbli_class
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
DENPASAR = "51.71"


def only(**asked: Any) -> Gap:
    (gap,) = supply_gap(Asked(**asked))
    return gap


def figures(gap: Gap) -> tuple[Any, ...]:
    return gap.state, gap.wanted, gap.capacity, gap.missing


def test_what_nobody_offers_comes_before_what_too_few_offer_and_before_what_is_covered() -> None:
    product(enterprise(), monthly_capacity=Decimal(400))
    need(quantity_per_month=Decimal(1000))
    need(kbli=kbli_class("10794"), unit=Unit.PACK)
    product(enterprise(), kbli=kbli_class("13121"), unit=Unit.METRE, monthly_capacity=Decimal(9000))
    need(kbli=kbli_class("13121"), unit=Unit.METRE, quantity_per_month=Decimal(10))
    gaps = supply_gap(Asked())
    assert [(gap.code, gap.state) for gap in gaps] == [("10794", "none"), (CASTING, "short"), ("13121", "enough")]
    assert figures(gaps[1]) == ("short", 1000, 400, 600)
    assert gaps[1].coverage == 40
    assert figures(gaps[2]) == ("enough", 10, 9000, 0)


def test_what_converts_is_added_up_and_what_does_not_is_said_and_never_added() -> None:
    need(quantity_per_month=Decimal("2.5"), unit=Unit.TONNE)
    need(quantity_per_month=Decimal(500), unit=Unit.KILOGRAM)
    need(quantity_per_month=Decimal(7), unit=Unit.PIECE)
    firm = enterprise()
    product(firm, unit=Unit.GRAM, monthly_capacity=Decimal(200_000))
    product(firm, unit=Unit.KILOGRAM, monthly_capacity=Decimal(300))
    product(enterprise(), unit=Unit.SET, monthly_capacity=Decimal(90_000))
    by_unit = {gap.unit: gap for gap in supply_gap(Asked())}
    assert figures(by_unit[Unit.KILOGRAM]) == ("short", 3000, 500, 2500)
    assert (by_unit[Unit.KILOGRAM].firms, by_unit[Unit.KILOGRAM].other_unit) == (1, 1)
    assert figures(by_unit[Unit.PIECE]) == ("none", 7, 0, 7)
    assert by_unit[Unit.PIECE].other_unit == 2


def test_a_product_that_is_also_sold_in_the_wanted_unit_is_counted_in_it() -> None:
    need(quantity_per_month=Decimal(30), unit=Unit.BOX)
    product(
        enterprise(), unit=Unit.PIECE, monthly_capacity=Decimal(480),
        units=[{"unit": "box", "holds": "24", "price": 500_000}],
    )  # fmt: skip
    assert figures(only()) == ("short", 30, 20, 10)


def test_needs_that_follow_each_other_ask_for_no_more_than_the_larger_and_those_at_once_for_both() -> None:
    march = TODAY + dt.timedelta(days=60)
    need(quantity_per_month=Decimal(100), deliver_from=TODAY, deliver_until=march - dt.timedelta(days=1))
    need(quantity_per_month=Decimal(70), deliver_from=march, deliver_until=march + dt.timedelta(days=300))
    gap = only()
    assert (gap.needs, gap.wanted, gap.wanted_from) == (2, 100, TODAY)
    need(quantity_per_month=Decimal(50), deliver_from=march + dt.timedelta(days=10), deliver_until=None)
    gap = only()
    assert (gap.needs, gap.wanted, gap.wanted_from) == (3, 120, march + dt.timedelta(days=10))


def test_money_is_counted_at_the_ceiling_for_as_long_as_it_is_delivered_within_a_year() -> None:
    need(quantity_per_month=Decimal(100), ceiling_price=1000, deliver_from=TODAY - dt.timedelta(days=90))
    assert only().value == 100 * 1000 * 12
    need(
        quantity_per_month=Decimal(10),
        ceiling_price=365_000,
        deliver_from=TODAY + dt.timedelta(days=1),
        deliver_until=TODAY + dt.timedelta(days=73),
    )
    # 73 of 365 days: a fifth of the year.
    assert only().value == 100 * 1000 * 12 + 10 * 365_000 * 12 // 5
    need(deliver_from=TODAY + dt.timedelta(days=400))
    gap = only()
    assert (gap.needs, gap.value) == (3, 100 * 1000 * 12 + 10 * 365_000 * 12 // 5)


def test_only_what_is_open_and_what_is_on_sale_by_the_verified_counts() -> None:
    need(quantity_per_month=Decimal(1))
    need(published_at=None)
    need(withdrawn_at=timezone.now())
    need(deliver_from=TODAY - dt.timedelta(days=9), deliver_until=TODAY - dt.timedelta(days=1))
    product(enterprise(status=EnterpriseStatus.SUSPENDED))
    product(enterprise(status=EnterpriseStatus.SUBMITTED))
    product(enterprise(), withdrawn_at=timezone.now())
    gap = only()
    assert (gap.needs, gap.firms, gap.state) == (1, 0, "none")


def test_what_is_promised_is_not_offered_again_and_no_firm_gives_more_than_it_can_make() -> None:
    need(quantity_per_month=Decimal(1000))
    made = product(enterprise(), monthly_capacity=Decimal(800))
    # Promised from next month on: free today, and not for the whole year.
    since = TODAY + dt.timedelta(days=30)
    commit(made, Decimal(500), unit=made.unit, since=since, until=since + dt.timedelta(days=60))
    assert only().capacity == 300
    small = enterprise(monthly_capacity=Decimal("0.25"), capacity_unit=Unit.TONNE)
    for capacity in (200, 220):
        last = product(small, monthly_capacity=Decimal(capacity))
    assert only().capacity == 300 + 250
    commit(last, Decimal(100), unit=last.unit, since=TODAY, until=TODAY)
    assert only().capacity == 300 + 150


def test_curated_firms_stand_beside_all_that_are_verified() -> None:
    made = make.supply(600, 500, quantity=1000)
    made.add(400, curated=False)
    gap = only()
    assert (gap.there.curated_firms, gap.there.firms) == (2, 3)
    assert (gap.there.curated_capacity, gap.there.capacity, gap.state) == (1100, 1500, "enough")
    made.need.quantity_per_month = Decimal(1200)
    made.need.save()
    assert only().state == "enough"
    assert figures(only(curated=True)) == ("short", 1200, 1100, 100)


def test_by_province_the_firms_of_the_place_are_counted_and_those_elsewhere_are_told() -> None:
    need(quantity_per_month=Decimal(100), region=DENPASAR)
    need(quantity_per_month=Decimal(100))
    product(enterprise(), monthly_capacity=Decimal(150))
    whole = only()
    assert (whole.needs, whole.wanted, whole.capacity, whole.province) == (2, 200, 150, "")
    java, bali = sorted(supply_gap(Asked(by_province=True)), key=lambda gap: gap.province)
    assert (java.province, java.state, java.capacity) == ("33", "enough", 150)
    assert (bali.province, bali.province_name, bali.state, bali.capacity) == ("51", "Bali", "none", 0)
    assert (bali.country.firms, bali.country.capacity, bali.elsewhere_enough) == (1, 150, True)
    assert only(province="51").needs == 1


def test_filters_choose_needs_by_flag_class_tariff_code_and_buyer() -> None:
    by = officer()
    need(by=by, import_substitution=True, hs_id="73181510")
    need(kbli=kbli_class("10794"), unit=Unit.PACK, for_export=True)
    assert [gap.code for gap in supply_gap(Asked(import_substitution=True))] == [CASTING]
    assert (only(import_substitution=True).substituting, only(import_substitution=True).hs) == (1, ("73181510",))
    assert [gap.code for gap in supply_gap(Asked(for_export=True))] == ["10794"]
    assert [gap.code for gap in supply_gap(Asked(kbli="24"))] == [CASTING]
    assert [gap.code for gap in supply_gap(Asked(hs="7318"))] == [CASTING]
    assert [gap.code for gap in supply_gap(Asked(buyer=by.organisation_id))] == [CASTING]
    assert sorted(gap.code for gap in supply_gap(Asked(digits=2))) == ["10", "24"]
    assert only(digits=2, kbli="24310").code == CASTING


# -- Editions ----------------------------------------------------------------------------------------------------------


def test_a_need_of_the_older_edition_stands_under_its_class_of_the_newer_and_either_edition_supplies() -> None:
    need(kbli=kbli_class(CASTING, 2020))
    need()
    product(enterprise(), kbli=kbli_class(CASTING, 2020), monthly_capacity=Decimal(300))
    product(enterprise(), monthly_capacity=Decimal(200))
    gap = only()
    assert (gap.edition, gap.needs, gap.firms, gap.capacity) == (2025, 2, 2, 500)


def split() -> tuple[KbliClass, list[KbliClass]]:
    """A class of the older edition whose code the newer one does not have, and two that stand for it."""
    newer = KbliClass.objects.filter(edition=2025, level=5)
    older = KbliClass.objects.filter(edition=2020, level=5).exclude(code__in=newer.values("code")).first()
    both = list(newer.filter(code__in=["10794", "13121"]).order_by("code"))
    for each in both:
        KbliConversion.objects.create(older=older, newer=each, source="Tabel uji", reviewed_by=person(Role.OPERATOR))
    return older, both


def test_a_class_that_became_several_keeps_its_own_row_and_counts_what_any_of_them_offers() -> None:
    older, both = split()
    need(kbli=older, unit=Unit.PACK)
    for each in (older, *both):
        product(enterprise(), kbli=each, unit=Unit.PACK, monthly_capacity=Decimal(10))
    gap = only()
    assert (gap.edition, gap.code, gap.is_current, gap.needs, gap.firms) == (2020, older.code, False, 1, 3)
    need(kbli=both[0], unit=Unit.PACK)
    newer = next(gap for gap in supply_gap(Asked()) if gap.is_current)
    assert (newer.code, newer.firms) == (both[0].code, 2), "its own, and the older class that became it"


@pytest.mark.parametrize("digits", [5, 4, 3, 2])
def test_classes_belong_together_just_where_matching_and_scoring_say_so(digits: int) -> None:
    older, _both = split()
    keyed = Sql(
        f"WITH {KEYED.replace('%(digits)s', str(digits))}"
        " SELECT keyed.id, keyed.edition, keyed.code FROM keyed JOIN portal_kbliclass k ON k.id = keyed.id"
        " WHERE k.code LIKE '24%%' OR k.code LIKE '95%%' OR k.id = " + str(older.pk)
    ).rows()
    found = {(row["id"], row["edition"], row["code"]) for row in keyed}
    asked = Sql(
        f"""SELECT k.id, w.edition, w.code FROM portal_kbliclass k JOIN portal_kbliclass w ON w.level = {digits}
        WHERE k.level = 5 AND (k.code LIKE '24%%' OR k.code LIKE '95%%' OR k.id = {older.pk})
          AND (left(w.code, 2) IN (left(k.code, 2), '10', '13'))
          AND {kbli_fit("k.edition", "k.code", "w.edition", "w.code")} >= {digits}"""
    ).rows()
    # A class that was kept belongs to its own group of the other edition, also where that group has got another title.
    assert {(row["id"], row["edition"], row["code"]) for row in asked} <= found
    kept = {(id_, edition) for id_, edition, _code in found}
    if digits == 5:
        assert found == {(row["id"], row["edition"], row["code"]) for row in asked}
    assert kept


# -- The lists behind the figures --------------------------------------------------------------------------------------


def many() -> None:
    made = make.supply(600, 500, quantity=1000)
    made.add(400, curated=False)
    product(enterprise(), unit=Unit.SET)
    need(region=DENPASAR, import_substitution=True)
    need(kbli=kbli_class("10794"), unit=Unit.PACK, region=DENPASAR)
    product(enterprise(village="51.71.01.1001"), kbli=kbli_class("10794"), monthly_capacity=Decimal(5))
    need(kbli=kbli_class(CASTING, 2020), unit=Unit.PIECE)


@pytest.mark.parametrize("by_province", [False, True])
@pytest.mark.parametrize("digits", [5, 2])
def test_each_figure_opens_just_the_rows_that_it_counts(by_province: bool, digits: int) -> None:
    many()
    gaps = supply_gap(Asked(by_province=by_province, digits=digits))
    assert len(gaps) > 2
    for gap in gaps:
        row = Asked(by_province=by_province, digits=digits, edition=gap.edition, code=gap.code, unit=gap.unit)
        here = Asked(**{**row.__dict__, "place": gap.province})
        assert wanted_needs(here).count() == gap.needs
        flagged = Asked(**{**here.__dict__, "import_substitution": True})
        assert wanted_needs(flagged).count() == gap.substituting
        firms = offering(offering_rows(here))
        assert (len(firms), sum(each.capacity for each in firms)) == (gap.there.firms, gap.there.capacity)
        curated = offering_rows(Asked(**{**here.__dict__, "curated": True}))
        assert len(curated) == gap.there.curated_firms
        assert len(offering_rows(Asked(**{**here.__dict__, "other_unit": True}))) == gap.other_unit
        assert len(offering_rows(row)) == gap.country.firms


@pytest.mark.parametrize("query", ["", "?by=province"])
def test_every_link_of_the_page_leads_to_a_list_as_long_as_its_figure(query: str) -> None:
    many()
    client = signed_in(person(Role.MINISTRY_ADMIN))
    page = client.get(f"/supply-gap/{query}")
    text = page.content.decode()
    links = re.findall(r'<td class="n"><a href="(/supply-gap/(?:needs|businesses)/[^"]*)">([\d.]+)<', text)
    assert len(links) == 3 * len(page.context["page"].object_list) > 6
    for address, number in links:
        behind = client.get(address.replace("&amp;", "&"))
        assert behind.status_code == 200
        assert behind.context["page"].paginator.count == int(number.replace(".", "")), address


@pytest.mark.parametrize("query", ["", "?by=province"])
def test_quantities_and_money_open_the_rows_that_they_add_up(query: str) -> None:
    many()
    client = signed_in(person(Role.MINISTRY_ADMIN))
    page = client.get(f"/supply-gap/{query}")
    text, shown = page.content.decode(), len(page.context["page"].object_list)
    links = re.findall(r'<td class="n nb"><a href="(/supply-gap/[^"]*)">', text)
    assert len(links) == 3 * shown > 6
    gaps = list(page.context["page"].object_list)
    for gap, wanted, value, capacity in zip(gaps, links[::3], links[1::3], links[2::3], strict=True):
        assert wanted == value
        assert client.get(wanted.replace("&amp;", "&")).context["page"].paginator.count == gap.needs
        rows = client.get(capacity.replace("&amp;", "&")).context["rows"]
        assert sum(each.capacity for each in rows) == gap.there.capacity
    (opened,) = re.findall(r'<a href="([^"]*)"><b>[^<]*</b>[^<]*setahun[^<]*</a>', text)
    behind = client.get(f"/supply-gap/{opened.replace('&amp;', '&')}")
    rows = list(behind.context["page"].object_list)
    assert {gap.state for gap in rows} <= {"none", "short"}
    assert sum(gap.value for gap in rows) == page.context["open_value"] > 0


# -- Pages, files, API -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "needs/", "businesses/", "export/", "needs/export/", "businesses/export/"])
def test_nobody_but_a_ministry_opens_it(address: str) -> None:
    anonymous = Client().get(f"/supply-gap/{address}")
    assert (anonymous.status_code, anonymous.url.startswith("/accounts/login/")) == (302, True)
    for role in Role:
        status = signed_in(person(role)).get(f"/supply-gap/{address}").status_code
        assert status == (200 if role == Role.MINISTRY_ADMIN else 403), role


def test_an_empty_table_says_so_and_a_filter_that_leaves_nothing_can_be_cleared() -> None:
    client = signed_in(person(Role.MINISTRY_ADMIN))
    assert "Belum ada pembeli yang membuka kebutuhan" in client.get("/supply-gap/").content.decode()
    need()
    text = client.get("/supply-gap/?hs=8482").content.decode()
    assert "Tidak ada kebutuhan terbuka yang sesuai dengan saringan ini" in text
    assert 'href="/supply-gap/"' in text


@pytest.mark.parametrize(
    "query",
    [
        "by=x&digits=9&province=99&kbli=abc&hs=%00&flag=%27&supply=z&buyer=99999999999999999999999&state=!&page=zz",
        "kbli=" + "1" * 5000,
        "row=2025:24310'--&unit=zz&place=%F0%9F%94%A9",
        "row=9999:24310&unit=kilogram",
    ],
)
def test_strange_filters_are_answered(query: str) -> None:
    need()
    client = signed_in(person(Role.MINISTRY_ADMIN))
    for address in ("", "needs/", "businesses/", "export/"):
        assert client.get(f"/supply-gap/{address}?{query}").status_code == 200
    text = client.get("/supply-gap/?kbli=abc").content.decode()
    assert "Isi 2 sampai 5 angka" in text


def test_what_begins_like_a_formula_stays_text_in_both_kinds_of_file() -> None:
    need(item='=HYPERLINK("http://x.example","a")', import_substitution=True)
    product(enterprise(name="+62 CV Rumus"), monthly_capacity=Decimal(400))
    client = signed_in(person(Role.MINISTRY_ADMIN))
    for name, text in (("needs", "=HYPERLINK"), ("businesses", "+62 CV Rumus")):
        plain = b"".join(client.get(f"/supply-gap/{name}/export/?as=csv").streaming_content).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(plain), delimiter=";") for cell in row]
        assert any(cell.startswith(f"'{text}") for cell in cells)
        assert not any(cell.startswith(("=", "+")) for cell in cells)
        book = load_workbook(io.BytesIO(b"".join(client.get(f"/supply-gap/{name}/export/").streaming_content)))
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    table = b"".join(client.get("/supply-gap/export/?as=csv").streaming_content).decode("utf-8-sig")
    titles, row = csv.reader(io.StringIO(table), delimiter=";")
    assert dict(zip(titles, row, strict=True))["KBLI"] == CASTING
    assert float(dict(zip(titles, row, strict=True))["Kurang per bulan"]) == 600
    table = b"".join(client.get("/supply-gap/businesses/export/?as=csv").streaming_content).decode("utf-8-sig")
    titles, row = csv.reader(io.StringIO(table), delimiter=";")
    assert dict(zip(titles, row, strict=True))["Pemeriksaan"] == "Pernyataan sendiri"
    assert dict(zip(titles, row, strict=True))["Diperiksa pada"], "never without its day"


@pytest.mark.parametrize("address", ["", "needs/", "businesses/"])
def test_more_rows_ask_no_more_questions(address: str) -> None:
    client = signed_in(person(Role.MINISTRY_ADMIN))

    def questions() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"/supply-gap/{address}").status_code == 200
        return len(counted)

    need()
    product(enterprise())
    client.get(f"/supply-gap/{address}")
    one = questions()
    for code in ("10794", "13121"):
        need(kbli=kbli_class(code), unit=Unit.PACK)
        product(enterprise(), kbli=kbli_class(code))
    assert Product.objects.count() == 3
    assert questions() == one


def test_the_same_by_api_for_ministries_alone() -> None:
    many()
    ministry = Api(person(Role.MINISTRY_ADMIN))
    answer = ministry.get("supply-gap/").json()
    assert answer["as_of"] == TODAY.isoformat()
    assert answer["count"] == sum(answer["counts"].values()) == len(answer["results"])
    first = answer["results"][0]
    assert first["state"] == "none"
    row = f"edition={first['edition']}&code={first['code']}&unit={first['unit']}"
    assert ministry.get(f"supply-gap/needs/?{row}").json()["count"] == first["needs"]
    assert ministry.get("supply-gap/?state=short").json()["count"] == answer["counts"]["short"]
    last = answer["results"][-1]
    row = f"edition={last['edition']}&code={last['code']}&unit={last['unit']}"
    firms = ministry.get(f"supply-gap/enterprises/?{row}&limit=1").json()
    assert (firms["count"], len(firms["results"])) == (last["there"]["enterprises"], min(1, firms["count"]))
    assert Decimal(firms["results"][0]["capacity"]) > 0 if firms["results"] else True
    for address in ("supply-gap/", "supply-gap/needs/", "supply-gap/enterprises/"):
        assert Api(officer()).get(address).status_code == 403
        assert Api().get(address).status_code in (401, 403)
    for bad in ("digits=9", "province=99", "kbli=abc", "state=x", "limit=0", "buyer=x", "hs=%00"):
        refused = ministry.get(f"supply-gap/?{bad}")
        assert refused.status_code in (400, 422), bad
        assert bad.partition("=")[0] in refused.json()["errors"]
