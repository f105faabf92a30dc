"""What a kit would save, read by the very forms of the dossier's pages, section by section; and their errors, at the cells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.forms.cooperative import MemberForm
from portal.forms.enterprise import SECTION_FORMS, SectionForm
from portal.forms.enterprise.questionnaire import QuestionnaireForm
from portal.forms.visit import VisitForm
from portal.kits.answers import Typed
from portal.kits.comparing import WHOLE, Comparison, Item, normal_rows, path_of
from portal.kits.questions import GIVEN, VISIT, AskedTable
from portal.models import CooperativeMember, HsCode, KbliClass, Product
from portal.pricing import tiers_of, units_of
from portal.product_sheet.cells import Known as KnownCodes
from portal.product_sheet.cells import hs_code, kbli_code
from portal.product_sheet.columns import BY_KEY as PRODUCT_COLUMNS
from portal.product_sheet.problems import problem_text
from portal.product_sheet.rows import read_row
from portal.rules.kbli import kbli_edition
from portal.sections import ASK, MEMBERS
from portal.selectors.kit import ACTIVITIES, PRODUCTS, Texts
from portal.selectors.reference import kbli_edition_hint
from portal.services.dossier import MOST_ACTIVITIES
from portal.services.product_import import look_up

OPTIONAL = ("code", "description", "hs", "minimum_order", "tkdn", "bmp", "tiers", "units")


@dataclass
class Values:
    """What the services take. `changed`: by product; `added`: new ones."""

    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: list[tuple[KbliClass, bool]] | None = None
    changed: list[tuple[Product, dict[str, Any], list[Item]]] = field(default_factory=list)
    added: list[tuple[dict[str, Any], Item]] = field(default_factory=list)
    # Members of a cooperative: new ones, and what those on the list give.
    listed: list[tuple[dict[str, Any], Item]] = field(default_factory=list)
    given: list[tuple[CooperativeMember, dict[str, Any], Item]] = field(default_factory=list)
    visit: dict[str, Any] | None = None


def check(comparison: Comparison, chosen: Iterable[Item] | None = None) -> Values:
    """Reads the chosen items, by default all that can be taken; one with an error becomes unreadable, and says at which cell."""
    items = [item for item in (comparison.items if chosen is None else chosen) if item.can_be_taken]
    values = Values()
    for section, form in SECTION_FORMS.items():
        own = [item for item in items if item.section == section]
        if own:
            values.sections[section] = _section(comparison, form, own)
    if activities := [item for item in items if item.section == ACTIVITIES]:
        values.activities = _activities(comparison, activities)
    for item in items:
        if item.section == VISIT:
            values.visit = _visit(item)
        elif item.section == MEMBERS:
            _member(comparison, item, values)
    _products(comparison, [item for item in items if item.section == PRODUCTS], values)
    return values


# -- Sections ----------------------------------------------------------------------------------------------------------


def _section(comparison: Comparison, form: type[SectionForm], items: list[Item]) -> dict[str, Any]:
    enterprise = comparison.enterprise
    stored = form(enterprise=enterprise)
    posted: dict[str, str] = {
        name: _posted(stored[name].value()) for name in stored.fields if name not in ("seen", "district")
    }
    rows: dict[str, list[_Row]] = {}
    for item in items:
        table = comparison.asked.table(item.path.partition("/")[0])
        if table is None:
            posted |= _field(comparison, item)
        else:
            rows.setdefault(table.name, []).extend(_rows(item))
    for name, changed in rows.items():
        rows[name] = _resulting(comparison, comparison.asked.table(name), changed, items)
        posted |= form.rows_posted(name, [row.values for row in rows[name]]) or {}
    read = form(posted, enterprise=enterprise, partial=not issubclass(form, QuestionnaireForm))
    if not read.is_valid():
        _tell(comparison, read, items, rows)
        return {}
    names = {form.table_of(item.path.partition("/")[0]) for item in items}
    return {name: value for name, value in read.values().items() if name in names}


@dataclass
class _Row:
    values: Texts
    item: Item
    number: int | None = None  # in the kit's sheet


def _rows(item: Item) -> list[_Row]:
    """What an item puts into its table: its own row, or all of them."""
    if item.path.endswith(f"/{WHOLE}"):
        numbers = list(dict.fromkeys(cell.row for cell in item.cells))
        return [_Row(row, item, number) for row, number in zip(item.value, numbers, strict=True)]
    return [_Row(item.value, item, item.cells[0].row)] if item.value is not None else []


def _resulting(comparison: Comparison, table: AskedTable | None, changed: list[_Row], items: list[Item]) -> list[_Row]:
    """The table as it would stand: what is there now, with the rows of the chosen items put in and taken out."""
    touched = {item.path: item for item in items if table and item.path.startswith(f"{table.name}/")}
    if table is None or f"{table.name}/{WHOLE}" in touched:
        return changed
    first = next(iter(touched.values()))
    present = normal_rows(table, comparison.now.tables[table.name])
    return [*(_Row(row, first) for row in present if path_of(table, row) not in touched), *changed]


def _field(comparison: Comparison, item: Item) -> dict[str, str]:
    if item.path == "village":
        # By its code, so that a code that leads nowhere is answered as such; the district has to agree.
        cell, question = comparison.answers.field("district"), comparison.asked.question("district")
        district = question.kind.read(cell.value) if cell and question else ""
        return {"village": "", "village_q": item.value, "district": district}
    return {item.path: item.value}


def _posted(value: Any) -> str:
    return "" if value is None else str(getattr(value, "pk", value))


def _tell(comparison: Comparison, read: SectionForm, items: list[Item], rows: dict[str, list[_Row]]) -> None:
    by_path = {item.path: item for item in items}
    for name, texts in read.errors.items():
        if name in read.row_sets:
            _tell_rows(read, name, rows.get(name, []), items)
            continue
        item = by_path.get("village" if name == "district" else name)
        if item is not None:
            for text in texts:
                item.refuse(text)
            continue
        # Of an answer that the kit left alone: what was changed beside it no longer agrees with it.
        label = str(read.fields[name].label) if name in read.fields else ""
        for text in texts:
            items[0].refuse(text, comparison.answers.field(name), label)


def _tell_rows(read: SectionForm, name: str, rows: list[_Row], items: list[Item]) -> None:
    formset = read.row_sets[name]
    for wrong in formset.wrong:
        form, row = wrong["form"], rows[wrong["number"] - 1] if wrong["number"] <= len(rows) else None
        for column, texts in form.errors.items():
            label = "" if column == NON_FIELD_ERRORS else str(form.fields[column].label)
            for text in texts:
                item = row.item if row else items[0]
                item.refuse(text, _cell_of(row, column), label)
    for text in formset.non_form_errors():
        next(item for item in items if item.path.startswith(f"{name}/")).refuse(text)


def _cell_of(row: _Row | None, column: str) -> Typed | None:
    """The cell of that column; an empty one is named by the first of its row."""
    if row is None or row.number is None:
        return None
    own = [cell for cell in row.item.cells if cell.row == row.number]
    return next((cell for cell in own if cell.key.endswith(f".{column}")), own[0] if own else None)


# -- Activities, products, the visit -----------------------------------------------------------------------------------


def _activities(comparison: Comparison, items: list[Item]) -> list[tuple[KbliClass, bool]]:
    found: list[tuple[KbliClass, bool]] = []
    rows = _resulting(
        comparison, comparison.asked.table(ACTIVITIES), [row for item in items for row in _rows(item)], items
    )
    if not rows:
        items[0].refuse(ASK[ACTIVITIES])
    if len(rows) > MOST_ACTIVITIES:
        items[0].refuse(_("At most %(n)d activities. Remove one first.") % {"n": MOST_ACTIVITIES})
    for row in rows:
        code, _slash, edition = row.values["kbli"].partition("/")
        cell = _cell_of(row, "kbli")
        kbli = (
            KbliClass.objects.filter(code=code, edition=edition or 0, level=5).first() if edition.isdecimal() else None
        )
        if kbli is None:
            hint = kbli_edition_hint(code, int(edition)) if edition.isdecimal() else None
            text = hint.message if hint else problem_text("kbli", {"value": cell.text[:60] if cell else code})
            row.item.refuse(text, cell)
        elif row.values["main"] not in ("True", "False", ""):
            row.item.refuse(problem_text("yes_or_no", {"value": row.values["main"][:60]}), _cell_of(row, "main"))
        else:
            found.append((kbli, row.values["main"] == "True"))
    if len({kbli.pk for kbli, _main in found}) < len(found):
        items[0].refuse(_("The same activity stands there twice."))
    if sum(main for _kbli, main in found) > 1:
        items[0].refuse(_("Only one activity can be the main one."))
    return found


def _member(comparison: Comparison, item: Item, values: Values) -> None:
    """Read by the form of the page, the village by its code."""
    given = item.value
    form = MemberForm({**given, "village": "", "village_q": given.get("village", "")})
    on_the_list = comparison.enterprise.member_enterprises.on_the_list()
    listed = None if "/+" in item.path else on_the_list.filter(pk=item.path.partition("/")[2]).first()
    if not form.is_valid():
        cells = {cell.key.partition(".")[2]: cell for cell in item.cells}
        # Of one that is on the list only what it gives is asked.
        for name, texts in form.errors.items():
            if listed is None or name in GIVEN:
                for text in texts:
                    item.refuse(text, cells.get(name), str(form.fields[name].label) if name in form.fields else "")
        if not item.can_be_taken:
            return
    if listed is None:
        values.listed.append((form.cleaned_data, item))
    else:
        values.given.append((listed, {name: form.cleaned_data[name] for name in GIVEN}, item))


def _products(comparison: Comparison, items: list[Item], values: Values) -> None:
    if not items:
        return
    codes = [cell for item in items for cell in item.cells if cell.key.endswith((".kbli", ".hs"))]
    known = KnownCodes()
    look_up(
        known,
        kbli_edition(timezone.localdate()),
        {kbli_code(cell.value) for cell in codes if cell.key.endswith(".kbli")} - {""},
        {hs_code(cell.value) for cell in codes if cell.key.endswith(".hs")} - {""},
    )
    present = {each.code: each for each in comparison.enterprise.products.select_related("enterprise", "kbli", "hs")}
    changed: dict[str, list[Item]] = {}
    for item in items:
        if item.path.startswith(f"{PRODUCTS}/+"):
            values.added.append((_read_product(item, known, whole=True), item))
        else:
            changed.setdefault(item.path.removeprefix(f"{PRODUCTS}/").rpartition("/")[0], []).append(item)
    for code, own in changed.items():
        read: dict[str, Any] = {}
        for item in own:
            read |= _read_product(item, known, column=item.path.rpartition("/")[2])
        values.changed.append((present[code], read, own))


def _read_product(item: Item, known: KnownCodes, *, column: str = "", whole: bool = False) -> dict[str, Any]:
    """As a row of a list of products is read; of a product that exists only the cells that were changed."""
    typed = {cell.key.partition(".")[2]: cell for cell in item.cells}
    cells: dict[str, Any] = {name: cell.value for name, cell in typed.items()}
    if whole:
        cells = {"name": "", "kbli": "", "unit": "", "price": "", "monthly_capacity": "", "lead_time_days": "", **cells}
        cells |= {name: cells.get(name, "") for name in OPTIONAL}
    elif not cells:
        cells = {column: ""}
    read, problems = read_row(cells, [name for name, cell in typed.items() if cell.formula], known)
    for problem in problems:
        item.refuse(problem_text(problem.code, problem.params), typed.get(problem.column), _label(item, problem.column))
    if read.get("code") == "" and not whole:
        del read["code"]
    return _as_objects(read)


def _label(item: Item, column: str) -> str:
    heading = str(PRODUCT_COLUMNS[column].label)
    return item.label if heading in item.label else f"{item.label}: {heading}"


def _as_objects(read: dict[str, Any]) -> dict[str, Any]:
    """Lists of products hold keys, the service takes the classes."""
    if "kbli" in read:
        read["kbli"] = KbliClass.objects.get(pk=read["kbli"])
    if "hs" in read:
        read["hs"] = HsCode.objects.get(pk=read["hs"]) if read["hs"] else None
    for name, parse in (("tiers", tiers_of), ("units", units_of)):
        if name in read:
            read[name] = parse(json.loads(read[name]))
    return read


def _visit(item: Item) -> dict[str, Any]:
    seen = [
        name.removeprefix("seen_") for name, text in item.value.items() if name.startswith("seen_") and text == "True"
    ]
    data = {**item.value, "seen": seen}
    form = VisitForm(data)
    if form.is_valid():
        return {name: value for name, value in form.values.items() if name != "key"}
    for name, texts in form.errors.items():
        cell = next((each for each in item.cells if each.key == name or each.key.startswith(f"{name}_")), None)
        for text in texts:
            item.refuse(text, cell, str(form.fields[name].label) if name in form.fields else "")
    return {}
