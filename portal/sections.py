"""The sections of an enterprise's dossier: which fields belong to which, and what a section needs to be complete.

Data, so that the task list, the meter, the check before sending and the API say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.models.enterprise import LISTED_FROM, Enterprise


@dataclass(frozen=True)
class Table:
    """Rows that belong to a section: the related name on Enterprise, and the columns a person fills in.

    `key`: what a row is known again by, when the rows are replaced; without one, by its place.
    """

    name: str
    title: Any
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    name: str
    title: Any
    hint: Any
    # Columns of Enterprise that the section's page writes. `name` is the organisation's.
    fields: tuple[str, ...]
    # What sending for checking needs of it; rules that depend on other answers are in `asks_of`.
    asks: tuple[str, ...]
    # How long it takes, papers at hand.
    minutes: int
    # Sending for checking asks for it. The others help to be found and scored.
    needed: bool = True
    # What it is not complete without, though nothing waits for it.
    more: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    only_cooperatives: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of all its answers, as forms and the API call them."""
        return (*self.fields, *(table.name for table in self.tables))


@dataclass(frozen=True)
class Threshold:
    """From so many percent of complete sections on, something is open to the business."""

    share: int
    # With %(share)s in it.
    unlocks: Any


# Before these comes sending for checking, which asks for the needed sections (services.enterprise.submit_enterprise).
THRESHOLDS = (
    # EnterpriseQuerySet.listed
    Threshold(LISTED_FROM, _("from %(share)d%% on, buyers find you in the directory.")),
    # templates/ui/whole.html, where buyers read about you
    Threshold(100, _("at %(share)d%%, buyers read “complete profile” beside your name.")),
)

MEMBERS = "members"
SECTIONS = (
    Section(
        "identity",
        _("Identity and legality"),
        _("Name, legal form, NIB, NPWP"),
        ("name", "legal_form", "nib", "npwp", "owner_nik", "established_on", "women_led", "description"),
        ("legal_form", "nib", "npwp", "established_on", "women_led"),
        4,
    ),
    Section("activities", _("Business activities"), _("KBLI classes, as on your NIB"), (), ("activities",), 3),
    Section(
        "address",
        _("Address and contact"),
        _("Down to the village"),
        ("village", "address", "postal_code", "latitude", "longitude", "phone", "email", "website"),
        ("village", "address"),
        3,
    ),
    Section(
        "people",
        _("People"),
        _("How many work with you"),
        ("workforce", "workforce_permanent", "workforce_women", "workforce_trained", "workforce_with_disability"),
        ("workforce", "workforce_women"),
        2,
        more=("workforce_permanent", "workforce_trained"),
    ),
    Section(
        "finance",
        _("Finance"),
        _("Capital, sales by year, investment"),
        ("capital", "full_year_of_sales", "investment"),
        ("capital", "full_year_of_sales", "investment"),
        4,
        tables=(Table("sales", _("Sales by year"), ("year", "amount"), key=("year",)),),
    ),
    Section(
        "production",
        _("Production"),
        _("Technology, machines, capacity, shifts"),
        ("technology_level", "shifts", "monthly_capacity", "capacity_unit"),
        ("technology_level", "monthly_capacity"),
        5,
        needed=False,
        more=("shifts",),
        tables=(
            Table("machines", _("Machines"), ("name", "count", "year", "capacity", "capacity_unit", "capacity_per")),
        ),
    ),
    Section(
        "quality",
        _("Quality management"),
        _("Six questions on how you check your work"),
        (),
        ("quality_answers",),
        2,
        needed=False,
        tables=(Table("quality_answers", _("Quality practices"), ("question", "yes"), key=("question",)),),
    ),
    Section(
        "digital",
        _("Digital readiness"),
        _("Eight questions; your level follows from them"),
        (),
        ("digital_answers",),
        2,
        needed=False,
        tables=(Table("digital_answers", _("Digital self-assessment"), ("question", "yes"), key=("question",)),),
    ),
    Section(
        "export",
        _("Exports"),
        _("Which goods went to which countries"),
        ("exports",),
        ("exports",),
        3,
        needed=False,
        tables=(Table("export_records", _("Exports"), ("country", "destination", "product", "hs", "year", "value")),),
    ),
    Section(
        "innovation",
        _("Flagship and innovation"),
        _("Regional flagship; brands, designs, patents"),
        ("flagship_product", "flagship_description"),
        ("flagship_product", "registered_innovations"),
        3,
        needed=False,
        tables=(
            Table(
                "innovations",
                _("Brands, designs and patents"),
                ("kind", "number", "title", "registered_on"),
                key=("kind", "number"),
            ),
        ),
    ),
    Section(
        "plan",
        _("Business plan"),
        _("Products, market, targets by quarter, funding"),
        ("business_plan", "funding_needed"),
        ("plan_products", "plan_markets", "plan_targets", "funding_needed"),
        20,
        needed=False,
        tables=(
            Table("plan_products", _("Planned products"), ("name", "quantity", "unit")),
            Table("plan_markets", _("Market"), ("kind", "name", "amount")),
            Table(
                "plan_targets",
                _("Targets by quarter"),
                ("indicator", "unit", "year", "q1", "q2", "q3", "q4"),
                key=("indicator", "year"),
            ),
            Table("plan_funding", _("Funding need"), ("purpose", "amount", "source")),
        ),
    ),
    Section(
        MEMBERS,
        _("Cooperative members"),
        _("Which enterprises belong to you, and what each can give"),
        (),
        ("member_enterprises",),
        10,
        needed=False,
        only_cooperatives=True,
    ),
)
BY_NAME = {section.name: section for section in SECTIONS}
SECTION_OF = {name: section.name for section in SECTIONS for name in section.names}
# What a dossier is read with.
RELATED = ("activities__kbli", "member_enterprises", *(table.name for section in SECTIONS for table in section.tables))
TABLES = {table.name: table for section in SECTIONS for table in section.tables}


def sections_of(enterprise: Enterprise) -> tuple[Section, ...]:
    """Those that are asked of it."""
    return tuple(section for section in SECTIONS if enterprise.is_cooperative or not section.only_cooperatives)


# What is said where something is missing; the same words at the field.
ASK = {
    "legal_form": _("Choose the legal form"),
    "nib": _("Enter the NIB"),
    "npwp": _("Enter the NPWP"),
    "established_on": _("Enter the day the business was established"),
    "women_led": _("Say whether a woman leads the business"),
    "activities": _("Choose at least one business activity"),
    "village": _("Choose the village"),
    "address": _("Enter the street and number"),
    "workforce": _("Enter how many people work with you"),
    "workforce_women": _("Enter how many of them are women"),
    "workforce_permanent": _("Enter how many of them are permanent"),
    "workforce_trained": _("Enter how many of them were trained; 0 if none"),
    "capital": _("Enter the capital"),
    "full_year_of_sales": _("Say whether you have had a full year of sales"),
    "sales": _("Enter the sales of the last whole year"),
    "investment": _("Enter the investment value"),
    "technology_level": _("Choose the technology level"),
    "shifts": _("Enter the shifts a day"),
    "monthly_capacity": _("Enter the capacity per month"),
    "machines": _("Enter your machines"),
    "quality_answers": _("Answer the questions on quality"),
    "digital_answers": _("Answer the questions on digital readiness"),
    "exports": _("Say whether you have exported"),
    "export_records": _("Enter where your exports went"),
    "flagship_product": _("Say whether your product is a regional flagship"),
    "flagship_description": _("Say which product is a flagship, and who named it so"),
    "registered_innovations": _("Say whether you have registered brands, designs or patents"),
    "innovations": _("Enter each registered brand, design and patent"),
    "member_enterprises": _("List your members"),
    "plan_products": _("Enter the products you plan, and how much of each in a month"),
    "plan_markets": _("Enter whom you want to sell to, and for how much in a year"),
    "plan_targets": _("Enter targets by quarter"),
    "funding_needed": _("Say whether the plan needs funding"),
    "plan_funding": _("Enter what the funding is for, how much, and from where"),
}

# Checked by the ministry against papers: after verification only the ministry's people can have them changed.
IDENTITY_FACTS = ("name", "legal_form", "nib", "npwp", "owner_nik")
# Never written in the clear: not in the audit trail, not in an answer of the API.
SECRET_FIELDS = ("npwp", "owner_nik")
