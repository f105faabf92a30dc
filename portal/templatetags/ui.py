"""What templates draw with: states, icons, numbers, dates, bars, fields. A builtin of every template (settings)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, DecimalField, IntegerField, RadioSelect, Textarea
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal import statuses
from portal.enums import EnterpriseStatus
from portal.models import Enterprise
from portal.presentation import charts, dates, money, numbers
from portal.selectors.ladder import Ladder, ladder_of

register = template.Library()

# What a text area has when nobody chose: a whole phone screen.
DJANGOS_ROWS = "10"
BAR_WIDTH = 60
THRESHOLD_WIDTH = 1.5


# -- States and icons --------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of static/icons.svg; hidden from screen readers unless it has a label of its own."""
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="ic" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="ic" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def tag(text: object, colour: str = "", icon_name: str = "") -> SafeString:
    """A tag that isn't a state: a deadline, a category. A state is drawn by `status`, never by hand."""
    return format_html(
        '<span class="tag{}">{}{}</span>', f" {colour}" if colour else "", icon(icon_name) if icon_name else "", text
    )


@register.inclusion_tag("ui/rung.html")
def rung(enterprise: Enterprise) -> dict[str, Ladder]:
    """Where an enterprise stands on the verification ladder, with its day. A list annotates `with_ladder` first."""
    return {"ladder": ladder_of(enterprise)}


@register.simple_tag
def status(thing: Any, state: str = "", authority: object = None, yours: bool = False) -> SafeString:
    """The state of a row, or of a named thing: `status application`, `status "Application" "declined"`."""
    if isinstance(thing, str):
        shown = statuses.named_status(thing, str(state), authority=authority, yours=yours)
    else:
        shown = statuses.status_of(thing, authority=authority, yours=yours)
    if isinstance(thing, Enterprise) and thing.status == EnterpriseStatus.VERIFIED and thing.decided_at:
        # Of a registration since when; how far its papers were checked is another matter (`rung`).
        label = _("%(state)s since %(day)s") % {"state": shown.label, "day": dates.tanggal(thing.decided_at)}
        return tag(label, shown.tag, shown.icon)
    return tag(shown.label, shown.tag, shown.icon)


# -- Numbers, money, dates ---------------------------------------------------------------------------------------------


@register.filter
def angka(value: numbers.Number, places: int | None = None) -> str:
    return numbers.angka(value, places)


@register.filter
def percent(value: numbers.Number, places: int | None = None) -> str:
    return numbers.percent(value, places)


@register.filter
def rupiah(value: numbers.Number, style: str = "") -> str:
    """`|rupiah` in words (Rp4,32 miliar), `|rupiah:"exact"` to the last rupiah."""
    return money.rupiah(value, exact=style == "exact")


@register.filter(expects_localtime=True)
def tanggal(value: date | datetime | None, style: str = "short") -> str:
    return dates.tanggal(value, style)


@register.filter(expects_localtime=True)
def jam(value: datetime | None) -> str:
    return dates.jam(value)


@register.filter(expects_localtime=True)
def waktu(value: datetime | None) -> str:
    return dates.waktu(value)


@register.filter(expects_localtime=True)
def days_left(value: date | datetime | None) -> str:
    return dates.days_left(value)


@register.simple_tag
def rentang(start: date | None, end: date | None) -> str:
    return dates.rentang(start, end)


@register.filter
def short_hash(value: str | None) -> str:
    """5f1c…a97e: enough to compare by eye."""
    text = str(value or "")
    return f"{text[:4]}…{text[-4:]}" if len(text) > 12 else text


@register.filter
def initials(name: object) -> str:
    words = [word for word in str(name or "").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


# -- Bars --------------------------------------------------------------------------------------------------------------


def _share(value: numbers.Number, most: numbers.Number) -> float:
    number, whole = numbers.as_decimal(value), numbers.as_decimal(most)
    if number is None or not whole or whole < 0:
        return 0.0
    return float(min(max(number / whole, 0), 1))


@register.simple_tag
def scorebar(
    value: numbers.Number, maximum: numbers.Number = 100, threshold: numbers.Number = None, places: int = 1
) -> SafeString:
    """The number, a bar and a tick where the threshold lies; red only below it, and said in words as well."""
    number, limit = numbers.as_decimal(value), numbers.as_decimal(threshold)
    below = number is not None and limit is not None and number < limit
    low = " lo" if below else ""
    tick = ""
    if limit is not None:
        x = min(_share(limit, maximum) * BAR_WIDTH, BAR_WIDTH - THRESHOLD_WIDTH)
        tick = format_html('<rect class="m" x="{}" width="{}" height="8"/>', f"{x:.1f}", str(THRESHOLD_WIDTH))
    return format_html(
        '<span class="sc"><svg viewBox="0 0 {} 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="8" rx="2"/><rect class="v{}" width="{}" height="8" rx="2"/>{}</svg>'
        '<span class="num{}">{}{}</span></span>',
        BAR_WIDTH,
        BAR_WIDTH,
        low,
        f"{_share(value, maximum) * BAR_WIDTH:.1f}",
        tick,
        low,
        numbers.angka(value, places),
        format_html('<span class="vh"> {}</span>', _("below the threshold")) if below else "",
    )


@register.simple_tag
def bar(value: numbers.Number, maximum: numbers.Number, alternative: bool = False) -> SafeString:
    """One horizontal bar; the number stands beside it in the page."""
    return format_html(
        '<svg class="bar{}" aria-hidden="true"><rect width="{}%" height="100%" rx="3"/></svg>',
        " alt" if alternative else "",
        f"{_share(value, maximum) * 100:.1f}",
    )


@register.simple_tag
def meter(value: numbers.Number, maximum: numbers.Number = 100, labelled_by: str = "", label: str = "") -> SafeString:
    """How far along. Always beside a sentence that says what is done and what the next step unlocks."""
    name = format_html(' aria-labelledby="{}"', labelled_by) if labelled_by else format_html(' aria-label="{}"', label)
    share = _share(value, maximum) * 100
    return format_html(
        '<progress class="meter" value="{}" max="100"{}>{}</progress>', f"{share:.0f}", name, numbers.percent(share, 0)
    )


@register.inclusion_tag("ui/tile_map.html")
def tile_map(counts: Mapping[str, int], label: str) -> dict[str, object]:
    """Provinces by Kemendagri code; `label` states the finding, for those who don't see it."""
    return {"tiles": charts.province_tiles(counts), "label": label}


@register.inclusion_tag("ui/columns.html")
def column_chart(rows: Sequence[tuple[Any, numbers.Number]], label: str, highlight: int = -1) -> dict[str, object]:
    """Values over time; `label` states the finding."""
    return {"columns": charts.columns(rows, highlight=highlight), "width": charts.columns_width(rows), "label": label}


@register.inclusion_tag("ui/pairs.html")
def pair_chart(pairs: Sequence[charts.Pair], label: str) -> dict[str, object]:
    """Targets beside what was reached (`charts.pairs`); `label` states the finding."""
    return {"pairs": pairs, "width": charts.pairs_width(pairs), "label": label}


# -- Forms and addresses -----------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, prefix: str = "", suffix: str = "") -> SafeString:
    """A field with label, hint, error and control; a unit before or after the control."""
    return bound.render(context={"field": bound, "prefix": prefix, "suffix": suffix}, template_name=bound.template_name)


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The control alone, with our class and the right keyboard on a phone."""
    widget = bound.field.widget
    attrs: dict[str, object] = {}
    if isinstance(widget, Textarea) and widget.attrs.get("rows") == DJANGOS_ROWS:
        attrs["rows"] = 4
    if widget.attrs.get("placeholder"):
        attrs["placeholder"] = False  # vanishes as one types; hints stay
    if widget.attrs.get("autocomplete") == "one-time-code":
        attrs["class"] = "inp otp"
    if not isinstance(widget, CheckboxInput | RadioSelect):
        attrs["class"] = f"inp {widget.attrs.get('class', '')}".rstrip()
    if getattr(widget, "input_type", "") == "text" and isinstance(bound.field, IntegerField | DecimalField):
        attrs["inputmode"] = widget.attrs.get("inputmode", "decimal")
    return bound.as_widget(attrs=attrs)


@register.filter
def is_check_box(bound: BoundField) -> bool:
    """A single yes-or-no: its label stands after the box."""
    return isinstance(bound.field.widget, CheckboxInput)


@register.filter
def first_control(bound: BoundField) -> str:
    """The id that an error summary links to: of a group, its first option."""
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


@register.simple_tag(takes_context=True)
def current(context: Context, address: str) -> SafeString:
    """Marks the menu entry of this page, or of the section that it lies in."""
    request = context.get("request")
    if not request or not address:
        return SafeString()
    if request.path == address:
        return SafeString(' aria-current="page"')
    inside = address != "/" and request.path.startswith(address)
    return SafeString(' aria-current="true"' if inside else "")


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """This page's query string with something changed; empty values go, and so does the page number."""
    request = context.get("request")
    kept = request.GET.copy() if request else QueryDict(mutable=True)
    kept.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    encoded = urlencode([(name, value) for name in kept for value in kept.getlist(name)])
    return f"?{encoded}"


@register.simple_tag
def inline_stylesheet() -> SafeString:
    """Our own file, read with the settings; its hash stands in the content security policy."""
    return mark_safe(settings.INLINE_STYLESHEET)
