"""Numbers, money, dates and days as pages print them, in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from portal.presentation.dates import days_left, jam, rentang, tanggal, waktu
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka, percent


@pytest.fixture(params=["id", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        (52_230_000_000, "Rp52,23 miliar", "IDR 52.23 billion"),
        (860_000_000, "Rp860 juta", "IDR 860 million"),
        (4_320_000_000, "Rp4,32 miliar", "IDR 4.32 billion"),
        (1_000_000, "Rp1 juta", "IDR 1 million"),
        (999_999, "Rp999.999", "IDR 999,999"),
        (999_999_999, "Rp1 miliar", "IDR 1 billion"),
        (2_500_000_000_000, "Rp2,5 triliun", "IDR 2.5 trillion"),
        (1_005_000, "Rp1,01 juta", "IDR 1.01 million"),
        (0, "Rp0", "IDR 0"),
        (-15_000, "−Rp15.000", "−IDR 15,000"),
        (None, "belum ada", "none yet"),
    ],
)
def test_money_in_words(language, amount, indonesian, english):
    assert rupiah(amount) == {"id": indonesian, "en": english}[language]


def test_money_to_the_last_rupiah(language):
    assert rupiah(4_320_000_000, exact=True) == {"id": "Rp4.320.000.000", "en": "IDR 4,320,000,000"}[language]


@pytest.mark.parametrize(
    ("value", "places", "indonesian", "english"),
    [
        (Decimal("77.80"), None, "77,8", "77.8"),
        (77.8, 1, "77,8", "77.8"),
        (Decimal("2.345"), 2, "2,35", "2.35"),
        (15, 1, "15,0", "15.0"),
        (1234567, None, "1.234.567", "1,234,567"),
        (1200, None, "1.200", "1,200"),
        ("", None, "belum ada", "none yet"),
        (0, None, "0", "0"),
    ],
)
def test_numbers(language, value, places, indonesian, english):
    assert angka(value, places) == {"id": indonesian, "en": english}[language]


def test_percentages(language):
    assert percent(Decimal("6.30")) == {"id": "6,3%", "en": "6.3%"}[language]
    assert percent(24, 0) == "24%"
    assert percent(None) == {"id": "belum ada", "en": "none yet"}[language]


def test_dates_are_short_in_tables_and_long_in_text(language):
    day = date(2025, 12, 5)
    assert tanggal(day) == {"id": "5 Des 2025", "en": "5 Dec 2025"}[language]
    assert tanggal(day, "long") == {"id": "5 Desember 2025", "en": "5 December 2025"}[language]
    assert tanggal(None) == {"id": "belum ada", "en": "none yet"}[language]


@pytest.mark.parametrize("month", range(1, 13))
def test_short_month_names_begin_with_a_capital(month):
    with translation.override("id"):
        name = tanggal(date(2025, month, 3)).split()[1]
    assert name == ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"][month - 1]


@time_machine.travel(datetime(2026, 11, 20, 3, 0, tzinfo=UTC), tick=False)
def test_a_near_date_in_text_has_its_weekday(language):
    assert (
        tanggal(date(2026, 11, 23), "long")
        == {"id": "Senin, 23 November 2026", "en": "Monday, 23 November 2026"}[language]
    )
    assert tanggal(date(2026, 11, 28), "long") == "28 November 2026"


@pytest.mark.parametrize(
    ("zone", "indonesian"),
    [("Asia/Jakarta", "14.05 WIB"), ("Asia/Makassar", "15.05 WITA"), ("Asia/Jayapura", "16.05 WIT")],
)
def test_times_name_the_zone_of_the_reader(zone, indonesian):
    moment = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    with timezone.override(ZoneInfo(zone)):
        with translation.override("id"):
            assert jam(moment) == indonesian
            assert waktu(moment) == f"23 Nov 2026, {indonesian}"
        with translation.override("en"):
            assert jam(moment) == indonesian.replace(".", ":")


def test_a_moment_belongs_to_the_day_of_the_reader():
    late_in_utc = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Jakarta")), translation.override("id"):
        assert tanggal(late_in_utc) == "23 Nov 2026"


@time_machine.travel(datetime(2026, 11, 20, 18, 0, tzinfo=UTC), tick=False)
def test_days_left_count_from_today_in_jakarta(language):
    today = timezone.localdate()
    assert today == date(2026, 11, 21)
    assert days_left(today) == {"id": "hari ini", "en": "today"}[language]
    assert days_left(today + timedelta(days=4)) == {"id": "4 hari lagi", "en": "4 days left"}[language]
    assert days_left(today + timedelta(days=1)) == {"id": "1 hari lagi", "en": "1 day left"}[language]
    assert days_left(today - timedelta(days=2)) == {"id": "lewat 2 hari", "en": "2 days overdue"}[language]


def test_ranges_have_an_en_dash():
    with translation.override("id"):
        assert rentang(date(2027, 1, 1), date(2027, 12, 31)) == "1 Jan 2027 – 31 Des 2027"
        assert rentang(date(2027, 1, 1), None) == "sejak 1 Jan 2027"
        assert rentang(None, date(2027, 12, 31)) == "sampai 31 Des 2027"
