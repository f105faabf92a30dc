"""What a kit asks: every answer of every section, taken from the forms that will check it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.enums import Sight
from portal.forms.cooperative import MemberForm
from portal.forms.enterprise import SECTION_FORMS
from portal.forms.enterprise.rows import RowForm
from portal.forms.product import ProductForm
from portal.forms.visit import VisitForm
from portal.kits.kinds import DISTRICT, KBLI, PRICES, YES_NO, Kind, kind_of
from portal.models import Enterprise
from portal.product_sheet.columns import BY_KEY as PRODUCT_COLUMNS
from portal.sections import BY_NAME, MEMBERS, SECRET_FIELDS, SECTIONS, TABLES
from portal.selectors.kit import ACTIVITIES, MEMBER_COLUMNS, PRODUCTS
from portal.selectors.kit import PRODUCT_COLUMNS as PRODUCT_NAMES
from portal.services.dossier import MOST_ACTIVITIES

VISIT = "visit"
# What a row is known again by where the database asks for nothing unique: two of the same are compared with the whole table.
NATURAL_KEYS = {
    ACTIVITIES: ("kbli",),
    "machines": ("name", "year"),
    "export_records": ("country", "product", "year"),
    "plan_products": ("name", "unit"),
    "plan_markets": ("kind", "name"),
    "plan_funding": ("purpose", "source"),
}
# Of a member that is on the list already; who it is and where is settled with being listed.
GIVEN = ("product", "capacity", "unit")
NEW_PRODUCTS = NEW_MEMBERS = 30
# Not asked: `registered` follows from the rows of its table, `seen` belongs to the page.
NOT_ASKED = ("seen", "registered")
DISTRICT_HINT = _("Change it together with the village: the two must agree.")


@dataclass(frozen=True)
class Question:
    """`fixed`: was verified, the ministry alone changes it. `secret`: only its last digits are known here."""

    section: str
    key: str
    label: Any
    kind: Kind
    hint: Any = ""
    fixed: bool = False
    secret: bool = False


@dataclass(frozen=True)
class AskedTable:
    """`key`: the columns by which a row is known again; without one the table is compared as a whole. `natural`: the database
    takes two rows with the same."""

    section: str
    name: str
    title: Any
    hint: Any
    columns: tuple[Question, ...]
    most: int
    key: tuple[str, ...] = ()
    natural: bool = False

    def column(self, name: str) -> Question:
        return next(column for column in self.columns if column.key == name)


class Asked:
    """Everything a kit of this enterprise asks, in the language now active."""

    def __init__(self, enterprise: Enterprise) -> None:
        self.enterprise = enterprise

    @cached_property
    def questions(self) -> list[Question]:
        return [question for section in SECTIONS for question in self._of(section.name)] + visit_questions()

    @cached_property
    def tables(self) -> list[AskedTable]:
        rows = [
            self._table(section.name, form)
            for section in SECTIONS
            if section.name in SECTION_FORMS
            for form in SECTION_FORMS[section.name].row_forms
        ]
        members = [_members()] if self.enterprise.is_cooperative else []
        return [_activities(), *rows, *members, _products()]

    @property
    def keys(self) -> list[str]:
        """Of every row of the profile and every column of a table."""
        columns = [f"{table.name}.{column.key}" for table in self.tables for column in table.columns]
        return [*(question.key for question in self.questions), *columns]

    def question(self, key: str) -> Question | None:
        return self._by_key.get(key)

    def table(self, name: str) -> AskedTable | None:
        return next((table for table in self.tables if table.name == name), None)

    @cached_property
    def _by_key(self) -> dict[str, Question]:
        return {question.key: question for question in self.questions}

    def _of(self, section: str) -> list[Question]:
        if section not in SECTION_FORMS:
            return []
        form = SECTION_FORMS[section](enterprise=self.enterprise, partial=True)
        return [
            Question(
                section,
                name,
                _("District") if name == "district" else field.label,
                DISTRICT if name == "district" else kind_of(field),
                DISTRICT_HINT if name == "district" else field.help_text,
                fixed=field.disabled,
                secret=name in SECRET_FIELDS,
            )
            for name, field in _in_order(form)
            if name not in NOT_ASKED
        ]

    def _table(self, section: str, form: type[RowForm]) -> AskedTable:
        columns = tuple(
            Question(section, name, field.label, kind_of(field), field.help_text)
            for name, field in form.base_fields.items()
        )
        key = TABLES[form.table].key
        natural = NATURAL_KEYS.get(form.table, ())
        return AskedTable(
            section, form.table, form.heading, form.heading_hint, columns, form.most, key or natural, natural=not key
        )


def _in_order(form: Any) -> list[tuple[str, Any]]:
    """The district before its village, as one looks for them."""
    names = [name for name in form.fields if name != "district"]
    if "district" in form.fields:
        names.insert(names.index("village"), "district")
    return [(name, form.fields[name]) for name in names]


def visit_questions() -> list[Question]:
    """What was seen on the day: noted with the merge, once."""
    fields = VisitForm.base_fields
    seen = [Question(VISIT, f"seen_{sight.value}", sight.label, YES_NO) for sight in Sight]
    return [
        Question(VISIT, "visited_on", fields["visited_on"].label, kind_of(fields["visited_on"])),
        *seen,
        *(
            Question(VISIT, name, fields[name].label, kind_of(fields[name]), fields[name].help_text)
            for name in ("place", "notes")
        ),
    ]


def _activities() -> AskedTable:
    section = BY_NAME[ACTIVITIES]
    columns = (
        Question(ACTIVITIES, "kbli", _("KBLI class"), KBLI, _("The 5-digit code; the sheet “KBLI” lists them all.")),
        Question(ACTIVITIES, "main", _("Main activity"), YES_NO, _("“Yes” for one of them")),
    )
    key = NATURAL_KEYS[ACTIVITIES]
    return AskedTable(ACTIVITIES, ACTIVITIES, section.title, section.hint, columns, MOST_ACTIVITIES, key, natural=True)


def _members() -> AskedTable:
    fields = MemberForm.base_fields
    columns = tuple(
        Question(MEMBERS, name, fields[name].label, kind_of(fields[name]), fields[name].help_text)
        for name in MEMBER_COLUMNS
    )
    hint = _("Change what a member gives; add new members below. A row that is emptied changes nothing.")
    return AskedTable(MEMBERS, MEMBERS, BY_NAME[MEMBERS].title, hint, columns, NEW_MEMBERS)


def _products() -> AskedTable:
    fields = ProductForm.base_fields
    columns = tuple(
        Question(
            PRODUCTS,
            name,
            PRODUCT_COLUMNS[name].label,
            PRICES[name] if name in PRICES else kind_of(fields[name]),
            PRODUCT_COLUMNS[name].hint,
        )
        for name in PRODUCT_NAMES
    )
    hint = _("Change what has changed; add new products below. A row that is emptied changes nothing.")
    return AskedTable(PRODUCTS, PRODUCTS, _("Products"), hint, columns, NEW_PRODUCTS)


def section_title(name: str) -> Any:
    if name == VISIT:
        return _("The visit")
    return _("Products") if name == PRODUCTS else BY_NAME[name].title
