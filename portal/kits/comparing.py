"""Three sides of every answer: as it was handed out, as it came back in the kit, as it stands now.

Changed nowhere or only in the portal: nothing to do. Changed only in the kit: proposed. Changed on both sides, and not to
the same: a conflict, which a person solves. What can't be read or may not be changed is said at its cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from portal.forms.enterprise.base import VERIFIED_HINT
from portal.kits.answers import Answers, Typed, TypedRow
from portal.kits.kinds import normal, shown_to_people
from portal.kits.questions import GIVEN, VISIT, Asked, AskedTable, Question, section_title
from portal.models import Consent, Enterprise, Visit, VisitKit
from portal.presentation.dates import tanggal
from portal.product_sheet.problems import problem_text
from portal.sections import ASK, BY_NAME, MEMBERS
from portal.selectors.kit import ACTIVITIES, PRODUCTS, Known, Texts, known_of, secret_hash

WHOLE = "*"


class Side(StrEnum):
    """Which one stays."""

    KIT = "kit"
    NOW = "now"


class State(StrEnum):
    PROPOSED = "proposed"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Wrong:
    """A cell and what is wrong with it."""

    cell: Typed
    label: str
    text: str


@dataclass
class Item:
    """One answer that the kit changes. `path` names it for the API; `value` is what would be saved.

    `base`, `kit`, `now`: as people read them; empty for nothing.
    """

    path: str
    section: str
    label: str
    value: Any
    base: str
    kit: str
    now: str
    state: State
    cells: tuple[Typed, ...] = ()
    why: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def name(self) -> str:
        """In a form: paths hold what an address of a page can't."""
        return f"c{hashlib.sha256(self.path.encode()).hexdigest()[:12]}"

    @property
    def section_title(self) -> Any:
        return section_title(self.section)

    @property
    def can_be_taken(self) -> bool:
        return self.state in (State.PROPOSED, State.CONFLICT)

    def refuse(self, text: Any, cell: Typed | None = None, label: str = "") -> None:
        """An answer without a cell was emptied, or taken out with its row."""
        self.state = State.UNREADABLE
        at = cell or next(iter(self.cells), None)
        if at is None:
            self.why.append(str(text))
        else:
            self.wrong.append(Wrong(at, label or self.label, str(text)))

    def block(self, text: Any) -> None:
        self.state = State.BLOCKED
        self.why.append(str(text))


class Comparison:
    """Not yet checked by the forms: see portal.kits.checking."""

    def __init__(self, kit: VisitKit, enterprise: Enterprise, consent: Consent | None) -> None:
        self.kit, self.enterprise, self.consent = kit, enterprise, consent
        self.asked, self.answers = Asked(enterprise), Answers.of(kit)
        self.base, self.now = Known.from_json(kit.known), known_of(enterprise)
        self.items = [
            *self._fields(),
            *(item for table in self.asked.tables for item in self._table(table)),
            *self._visit(),
        ]
        self._block()

    @property
    def seen(self) -> str:
        """Of both sides: a page that was opened before either changed is late."""
        return hashlib.sha256(f"{self.kit.answers_digest}{self.now.state}".encode()).hexdigest()[:32]

    def of(self, *states: State) -> list[Item]:
        return [item for item in self.items if item.state in states]

    @property
    def wrong(self) -> list[Wrong]:
        return [wrong for item in self.items for wrong in item.wrong]

    # -- Single answers ------------------------------------------------------------------------------------------------

    def _fields(self) -> Iterable[Item]:
        for question in self.asked.questions:
            if question.section == VISIT or question.key == "district":
                continue
            item = self._secret(question) if question.secret else self._field(question)
            if item is not None:
                yield item

    def _field(self, question: Question) -> Item | None:
        cell = self.answers.field(question.key)
        if cell is None:
            return None
        base, now = (normal(question.kind, side.fields.get(question.key, "")) for side in (self.base, self.now))
        kit = question.kind.read(cell.value)
        moved = question.key == "village" and self._district_changed()
        if not cell.formula and not moved and kit in (base, now):
            return None
        item = self._item(question.key, question.section, str(question.label), question.kind, base, kit, now, (cell,))
        if cell.formula:
            item.refuse(_formula(cell))
        elif not kit and question.key in BY_NAME[question.section].asks:
            item.refuse(ASK[question.key])
        elif question.fixed:
            item.block(VERIFIED_HINT)
        return item

    def _secret(self, question: Question) -> Item | None:
        """Empty keeps it. Only digests are compared."""
        cell = self.answers.field(question.key)
        if cell is None or not (cell.text or cell.formula):
            return None
        digest = secret_hash(question.key, cell.text)
        base, now = self.base.fields.get(question.key, ""), self.now.fields.get(question.key, "")
        if digest in (base, now) and not cell.formula:
            return None
        shown = self.base.masked.get(question.key, ""), self.now.masked.get(question.key, "")
        state = State.PROPOSED if base == now else State.CONFLICT
        item = Item(
            question.key,
            question.section,
            str(question.label),
            cell.text,
            shown[0],
            cell.text,
            shown[1],
            state,
            (cell,),
        )
        if cell.formula:
            item.refuse(_formula(cell))
        elif question.fixed:
            item.block(VERIFIED_HINT)
        return item

    def _district_changed(self) -> bool:
        cell = self.answers.field("district")
        handed_out = self.base.fields["village"].rpartition(".")[0]
        question = self.asked.question("district")
        return bool(cell and question and question.kind.read(cell.value) not in ("", handed_out))

    def _item(
        self, path: str, section: str, label: str, kind: Any, base: str, kit: str, now: str, cells: tuple[Typed, ...]
    ) -> Item:
        was, came, stands = (shown_to_people(kind, text) for text in (base, kit, now))
        state = State.PROPOSED if base == now else State.CONFLICT
        return Item(path, section, label, kit, was, came, stands, state, cells)

    # -- Rows ----------------------------------------------------------------------------------------------------------

    def _table(self, table: AskedTable) -> Iterable[Item]:
        typed = self.answers.rows(table.name)
        if table.name == PRODUCTS:
            return self._products(table, typed)
        if table.name == MEMBERS:
            return self._members(table, typed)
        base, now = (normal_rows(table, side.tables.get(table.name, [])) for side in (self.base, self.now))
        kit = [_read_row(table, row) for row in typed]
        if table.key and not (table.natural and any(_repeats(table, rows) for rows in (base, now, kit))):
            return self._keyed(table, base, list(zip(kit, typed, strict=True)), now)
        return self._whole(table, base, kit, now, typed)

    def _whole(
        self, table: AskedTable, base: list[Texts], kit: list[Texts], now: list[Texts], typed: list[TypedRow]
    ) -> Iterable[Item]:
        formulas = _formulas(typed)
        if not formulas and _counted(kit) in (_counted(base), _counted(now)):
            return
        cells = tuple(cell for row in typed for cell in row.cells.values())
        was, came, stands = ("; ".join(_row_text(table, row) for row in rows) for rows in (base, kit, now))
        state = State.PROPOSED if _counted(base) == _counted(now) else State.CONFLICT
        item = Item(f"{table.name}/{WHOLE}", table.section, str(table.title), kit, was, came, stands, state, cells)
        for cell in formulas:
            item.refuse(_formula(cell), cell)
        if table.name == ACTIVITIES and not kit and base:
            item.refuse(ASK[ACTIVITIES])
        yield item

    def _keyed(
        self, table: AskedTable, base: list[Texts], kit: list[tuple[Texts, TypedRow]], now: list[Texts]
    ) -> Iterable[Item]:
        """Row by row: a year that was added here and another one there are no conflict."""
        before, present = ({_key(table, row): row for row in rows} for rows in (base, now))
        came: dict[tuple[str, ...], tuple[Texts, TypedRow]] = {}
        for values, row in kit:
            key = _key(table, values)
            # The form says that the second one is the same.
            came[key if key not in came else (*key, str(row.number))] = (values, row)
        for key in dict.fromkeys([*before, *came]):
            old, new, there = before.get(key), came.get(key), present.get(key)
            formulas = _formulas([new[1]]) if new else []
            if not formulas and (new[0] if new else None) in (old, there):
                continue
            texts = (_row_text(table, row) if row else "" for row in (old, new and new[0], there))
            was, is_now, stands = texts
            named = (new and new[0]) or old or there or {}
            item = Item(
                f"{table.name}/{'/'.join(key)}",
                table.section,
                f"{table.title}: {_key_text(table, named)}",
                new[0] if new else None,
                was,
                is_now,
                stands,
                State.PROPOSED if old == there else State.CONFLICT,
                tuple(new[1].cells.values()) if new else (),
            )
            for cell in formulas:
                item.refuse(_formula(cell), cell)
            yield item

    # -- Members -------------------------------------------------------------------------------------------------------

    def _members(self, table: AskedTable, typed: list[TypedRow]) -> Iterable[Item]:
        before, present = ({row["ref"]: row for row in side.tables.get(MEMBERS, [])} for side in (self.base, self.now))
        here = {(row["name"].upper(), row["nib"]) for row in present.values()}
        for row in typed:
            values = _read_row(table, row)
            if row.ref in before:
                yield from self._member(table, row, values, before[row.ref], present.get(row.ref))
            elif any(values.values()) and (values["name"].upper(), values["nib"]) not in here:
                yield self._new_row(table, row, values, _("New member: %(name)s"))

    def _member(self, table: AskedTable, row: TypedRow, kit: Texts, base: Texts, now: Texts | None) -> Iterable[Item]:
        sides = [{name: normal(table.column(name).kind, side[name]) for name in kit} for side in (base, now or base)]
        formulas = _formulas([row])
        if (not any(kit.values()) and not formulas) or (kit in sides and not formulas):
            return
        was, stands = sides
        texts = [_row_text(table, side) for side in (was, kit, stands)]
        state = State.PROPOSED if was == stands else State.CONFLICT
        path, label = f"{MEMBERS}/{row.ref}", f"{table.title}: {base['name']}"
        item = Item(path, MEMBERS, label, kit, texts[0], texts[1], texts[2], state, tuple(row.cells.values()))
        for cell in formulas:
            item.refuse(_formula(cell), cell)
        if now is None:
            item.block(_("This member is no longer on the list."))
        elif any(kit[name] != was[name] for name in kit if name not in GIVEN):
            item.block(_("Who a member is stays. Take it off the list and add it anew."))
        yield item

    # -- Products ------------------------------------------------------------------------------------------------------

    def _products(self, table: AskedTable, typed: list[TypedRow]) -> Iterable[Item]:
        before, present = ({row["code"]: row for row in side.products} for side in (self.base, self.now))
        for row in typed:
            if row.ref in before:
                yield from self._product(table, row, before[row.ref], present.get(row.ref))
            else:
                values = {name: text for name, text in _read_row(table, row).items() if name in row.cells}
                item = self._new_row(table, row, values, _("New product: %(name)s"))
                alike = [each for code, each in present.items() if code not in before and _same_name(values, each)]
                item.now = "; ".join(_row_text(table, each) for each in alike)
                if item.now and item.state == State.PROPOSED:
                    # Another copy of the kit may have brought it: a person says whether it is a second one.
                    item.state = State.CONFLICT
                if not any(_is_all_there(table, values, each) for each in alike):
                    yield item

    def _product(self, table: AskedTable, row: TypedRow, base: Texts, now: Texts | None) -> Iterable[Item]:
        for column in table.columns:
            cell = row.cells.get(column.key)
            was = normal(column.kind, base.get(column.key, ""))
            kit = column.kind.read(cell.value) if cell else ""
            present = normal(column.kind, now.get(column.key, "")) if now else ""
            formula = cell is not None and cell.formula
            if not formula and (kit == was or (now and kit == present)):
                continue
            label = f"{base['name']}: {column.label}"
            path = f"{PRODUCTS}/{row.ref}/{column.key}"
            item = self._item(path, PRODUCTS, label, column.kind, was, kit, present, (cell,) if cell else ())
            if formula and cell:
                item.refuse(_formula(cell))
            elif now is None:
                item.block(_("This product is no longer on sale."))
            yield item

    def _new_row(self, table: AskedTable, row: TypedRow, values: Texts, label: str) -> Item:
        name = row.cells["name"].text if "name" in row.cells else _("Row %(n)d") % {"n": row.number}
        item = Item(
            f"{table.name}/+{row.number}",
            table.section,
            label % {"name": name},
            values,
            "",
            _row_text(table, values),
            "",
            State.PROPOSED,
            tuple(row.cells.values()),
        )
        for cell in _formulas([row]):
            item.refuse(_formula(cell), cell)
        return item

    # -- The visit -----------------------------------------------------------------------------------------------------

    def _visit(self) -> Iterable[Item]:
        """Nothing was known of it; one item, because a visit is noted whole."""
        questions = [question for question in self.asked.questions if question.section == VISIT]
        cells = {question.key: cell for question in questions if (cell := self.answers.field(question.key))}
        values = {
            question.key: question.kind.read(cells[question.key].value)
            for question in questions
            if question.key in cells
        }
        formulas = [cell for cell in cells.values() if cell.formula]
        if not any(values.values()) and not formulas:
            return
        said = [f"{q.label}: {shown_to_people(q.kind, values[q.key])}" for q in questions if values.get(q.key)]
        item = Item(
            VISIT,
            VISIT,
            str(section_title(VISIT)),
            values,
            "",
            "; ".join(said),
            "",
            State.PROPOSED,
            tuple(cells.values()),
        )
        for cell in formulas:
            item.refuse(_formula(cell), cell)
        if noted := self._noted_already():
            item.now = "; ".join(f"{tanggal(visit.visited_on)}, {visit.made_by}" for visit in noted)
            item.state = State.CONFLICT if item.state == State.PROPOSED else item.state
        yield item

    def _noted_already(self) -> list[Visit]:
        """From another copy of this kit. Two people may have been there together: then it is one visit."""
        others = VisitKit.objects.family_of(self.kit).exclude(pk=self.kit.pk).values("visit_key")
        return list(Visit.objects.filter(key__in=others).select_related("made_by"))

    def _block(self) -> None:
        """Parts for which the business gave no consent. Without any consent the page says so once, and nothing is merged."""
        if self.consent is None:
            return
        for item in self.items:
            if item.section != VISIT and not self.consent.covers(item.section):
                item.block(_("The business gave no consent for this part."))


def _formula(cell: Typed) -> str:
    return problem_text("formula", {"value": cell.text[:60] or "=", "sign": "="})


def _formulas(rows: list[TypedRow]) -> list[Typed]:
    return [cell for row in rows for cell in row.cells.values() if cell.formula]


def _read_row(table: AskedTable, row: TypedRow) -> Texts:
    return {
        column.key: column.kind.read(row.cells[column.key].value) if column.key in row.cells else ""
        for column in table.columns
    }


def normal_rows(table: AskedTable, rows: list[Texts]) -> list[Texts]:
    """An export of before there was a list of countries says its destination in words."""
    return [
        {
            column.key: normal(
                column.kind, row.get(column.key, "") or (row.get("destination", "") if column.key == "country" else "")
            )
            for column in table.columns
        }
        for row in rows
    ]


def _key(table: AskedTable, row: Texts) -> tuple[str, ...]:
    return tuple(row[name].upper() for name in table.key)


def _key_text(table: AskedTable, row: Texts) -> str:
    parts = (shown_to_people(table.column(name).kind, row.get(name, "")) for name in table.key)
    return " ".join(filter(None, parts))


def path_of(table: AskedTable, row: Texts) -> str:
    return f"{table.name}/{'/'.join(_key(table, row))}"


def _repeats(table: AskedTable, rows: list[Texts]) -> bool:
    return len({_key(table, row) for row in rows}) < len(rows)


def _same_name(values: Texts, product: Texts) -> bool:
    return values.get("name", "").casefold() == product["name"].casefold()


def _is_all_there(table: AskedTable, values: Texts, product: Texts) -> bool:
    """Whatever code it was given."""
    return all(
        text == normal(table.column(name).kind, product.get(name, ""))
        for name, text in values.items()
        if name != "code"
    )


def _counted(rows: list[Texts]) -> list[tuple[str, ...]]:
    return sorted(tuple(row.values()) for row in rows)


def _row_text(table: AskedTable, row: Texts) -> str:
    parts = (shown_to_people(column.kind, row[column.key]) for column in table.columns if row.get(column.key))
    return " · ".join(filter(None, parts))
