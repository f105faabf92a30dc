"""Dates and times as people read them: 23 Nov 2026 in tables, 23 November 2026 in text, 14.05 WIB."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.presentation.numbers import unknown

# What Indonesians call their three zones. Anything else prints its own abbreviation.
ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Ujung_Pandang": "WITA",
    "Asia/Jayapura": "WIT",
}
NEAR_DAYS = 7

When = date | datetime | None


def local_day(value: date | datetime) -> date:
    """The calendar day where the reader is."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def tanggal(value: When, style: str = "short") -> str:
    """`short` for tables, `long` for text: with the weekday when the day is near."""
    if not isinstance(value, date):
        return unknown()
    day = local_day(value)
    if style == "short":
        return date_format(day, "SHORT_DATE_FORMAT")
    text = date_format(day, "DATE_FORMAT")
    if abs((day - timezone.localdate()).days) <= NEAR_DAYS:
        return _("{weekday}, {date}").format(weekday=date_format(day, "l"), date=text)
    return text


def jam(value: datetime | None) -> str:
    """14.05 WIB, in the zone that is active for the reader."""
    if not isinstance(value, datetime):
        return unknown()
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    zone = getattr(local.tzinfo, "key", "") if local.tzinfo else ""
    name = ZONES.get(zone) or local.tzname() or ""
    return f"{time_format(local.time(), 'TIME_FORMAT')} {name}".rstrip()


def waktu(value: datetime | None) -> str:
    """4 Nov 2026, 10.12 WIB."""
    if not isinstance(value, datetime):
        return unknown()
    return f"{tanggal(value)}, {jam(value)}"


def rentang(start: When, end: When) -> str:
    """1 Jan 2027 – 31 Des 2027; with one end open: sejak 1 Jan 2027, sampai 31 Des 2027."""
    if start and not end:
        return _("since {day}").format(day=tanggal(start))
    if end and not start:
        return _("until {day}").format(day=tanggal(end))
    return f"{tanggal(start)} – {tanggal(end)}"


def days_left(value: When) -> str:
    """Calendar days from today to a deadline, in words. Working days: the holiday table of reference data."""
    if not isinstance(value, date):
        return unknown()
    days = (local_day(value) - timezone.localdate()).days
    if days == 0:
        return pgettext("deadline", "today")
    if days < 0:
        return ngettext("{n} day overdue", "{n} days overdue", -days).format(n=-days)
    return ngettext("{n} day left", "{n} days left", days).format(n=days)
