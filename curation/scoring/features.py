"""What an enterprise can be judged by. Each feature is a column of the evidence snapshot, read by one expression.

NULL is "no evidence", not zero: a thing nobody entered, a paper nobody uploaded. Never a feature: what the owner's sex,
religion or origin could stand behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from curation.enums import FeatureGroup, Shape
from curation.scoring.evidence import DISPUTE_DAYS, DISTANCE_KM, NO_END
from curation.scoring.shapes import Test
from portal.enums import BusinessClass, LegalForm, TechnologyLevel
from portal.models.enterprise import PLAN_PARTS


class Type(StrEnum):
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"
    SET = "set"


# Verified with the enterprise; changed by the ministry alone from then on.
CHECKED_FACTS = frozenset({"nib", "npwp", "legal_form"})
KNOWN_BY_PORTAL = frozenset(
    {
        "products",
        "photos",
        "distance",
        "required_certificates",
        "verified_documents",
        "cooperative_members",
        "curations",
        "deliveries",
        "on_time_share",
        "accepted_share",
        "disputes",
    }
)

# As the snapshot's columns are: live evidence is cast alike, so that a dry run and a snapshot agree to the last digit.
SQL_TYPES = {
    Type.BOOLEAN: "boolean",
    Type.INTEGER: "bigint",
    Type.DECIMAL: "numeric(18, 4)",
    Type.DATE: "date",
    Type.TEXT: "text",
    Type.SET: "text[]",
}
NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL})

SHAPES = {
    Type.BOOLEAN: (Shape.GATE, Shape.PRESENT),
    Type.INTEGER: (Shape.GATE, Shape.LINEAR, Shape.STEPS, Shape.PRESENT),
    Type.DECIMAL: (Shape.GATE, Shape.LINEAR, Shape.STEPS, Shape.PRESENT),
    Type.DATE: (Shape.GATE, Shape.VALID_ON, Shape.PRESENT),
    Type.TEXT: (Shape.GATE, Shape.MEMBERSHIP, Shape.PRESENT),
    Type.SET: (Shape.GATE, Shape.MEMBERSHIP, Shape.PRESENT),
}
TESTS = {
    Type.BOOLEAN: (Test.IS_TRUE,),
    Type.INTEGER: (Test.AT_LEAST, Test.AT_MOST, Test.PRESENT),
    Type.DECIMAL: (Test.AT_LEAST, Test.AT_MOST, Test.PRESENT),
    Type.DATE: (Test.VALID_ON, Test.PRESENT),
    Type.TEXT: (Test.ONE_OF, Test.PRESENT),
    Type.SET: (Test.ONE_OF, Test.ALL_OF, Test.PRESENT),
}


class Mend(StrEnum):
    """What an enterprise itself can do about a value."""

    BETTER = "better"  # better it: a paper, a price, a plan
    ENTER = "enter"  # enter what is missing; nobody gets older or larger by filling in a form
    NOTHING = "nothing"


class Source(StrEnum):
    """Who says so."""

    PAPER = "paper"  # a document, verified or not: the snapshot knows
    CHECKED = "checked"  # compared with the papers by the ministry, and fixed since
    PORTAL = "portal"  # counted or measured by the portal itself
    DECLARED = "declared"  # the enterprise, unchecked


class Unit(StrEnum):
    """How a value is printed (curation.scoring.words)."""

    NONE = ""
    RUPIAH = "rupiah"
    PERCENT = "percent"
    DAYS = "days"
    YEARS = "years"
    PEOPLE = "people"
    KILOMETRES = "km"
    DIGITS = "digits"
    OF_NEED = "of_need"  # in the unit the need is in


@dataclass(frozen=True)
class Feature:
    """`page` and `page_args`: the URL name where an enterprise betters it, `minutes` what that takes there.

    `reference`: the snapshot's column that a ratio compares with. `choices`: the only values of a text.
    """

    key: str
    type: Type
    label: Any
    help: Any
    sql: str
    page: str
    page_args: tuple[str, ...] = ()
    minutes: int = 5
    unit: Unit = Unit.NONE
    mend: Mend = Mend.BETTER
    reference: str = ""
    choices: Any = None
    least: int = 0
    most: int | None = None
    # The document kind that is its evidence.
    paper: str = ""
    # Of a count: the column with the day until which each thing counted does; as of a later day the count is less.
    ends: str = ""
    values: tuple[int, ...] = ()

    @property
    def expression(self) -> str:
        return f"({self.sql})::{SQL_TYPES[self.type]}"

    @property
    def source(self) -> Source:
        if self.paper:
            return Source.PAPER
        if self.key in CHECKED_FACTS:
            return Source.CHECKED
        return Source.PORTAL if self.key in KNOWN_BY_PORTAL else Source.DECLARED

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return (*SHAPES[self.type], Shape.RATIO) if self.reference else SHAPES[self.type]

    @property
    def group(self) -> FeatureGroup:
        return next(group for group, features in GROUPS.items() if self in features)

    @property
    def tests(self) -> tuple[Test, ...]:
        return TESTS[self.type]


def _dossier(section: str) -> dict[str, Any]:
    return {"page": "dossier_section", "page_args": (section,)}


OFFER: dict[str, Any] = {"page": "product_list"}
PAPERS: dict[str, Any] = {"page": "document_list", "minutes": 10}


def _paper(key: str, kind: str, label: Any, help_text: Any) -> Feature:
    return Feature(key, Type.DATE, label, help_text, f"d.{kind}", paper=kind, **PAPERS)


_LEGALITY = (
    Feature(
        "nib",
        Type.BOOLEAN,
        _("Business identification number (NIB)"),
        _("Whether a NIB is entered."),
        "CASE WHEN e.nib <> '' THEN true END",
        **_dossier("identity"),
    ),
    Feature(
        "npwp",
        Type.BOOLEAN,
        _("Taxpayer number (NPWP)"),
        _("Whether an NPWP is entered. The number itself is not read."),
        "CASE WHEN e.npwp_hash <> '' THEN true END",
        **_dossier("identity"),
    ),
    Feature(
        "deed",
        Type.BOOLEAN,
        _("Deed of establishment"),
        _("Whether a deed is uploaded."),
        "d.deed",
        paper="deed",
        **PAPERS,
    ),
    Feature(
        "legal_form",
        Type.TEXT,
        _("Legal form"),
        _("Sole proprietor, one-person company, limited partnership, limited company or cooperative."),
        "nullif(e.legal_form, '')",
        choices=LegalForm,
        mend=Mend.ENTER,
        **_dossier("identity"),
    ),
    Feature(
        "business_class",
        Type.TEXT,
        _("Business class"),
        _("Micro, small or medium, derived by the rule in force."),
        "nullif(e.business_class, '')",
        choices=BusinessClass,
        mend=Mend.ENTER,
        **_dossier("finance"),
    ),
    Feature(
        "ikm",
        Type.BOOLEAN,
        _("Small or medium industry (IKM)"),
        _("Whether the enterprise is an IKM by its main activity, workforce and investment."),
        "e.is_ikm",
        mend=Mend.ENTER,
        **_dossier("finance"),
    ),
)
_TRADE = (
    Feature(
        "kbli_fit",
        Type.INTEGER,
        _("Activity fits the need"),
        _("How many leading digits of the need's KBLI class the closest of the enterprise's activities shares."),
        "a.fit",
        unit=Unit.DIGITS,
        most=5,
        values=(0, 2, 3, 4, 5),
        mend=Mend.ENTER,
        **_dossier("activities"),
    ),
    Feature(
        "activities",
        Type.SET,
        _("Business activities"),
        _("The KBLI codes of all activities entered."),
        "a.codes",
        mend=Mend.ENTER,
        **_dossier("activities"),
    ),
    Feature(
        "product_fit",
        Type.INTEGER,
        _("Product fits the need"),
        _("How many leading digits of the need's KBLI class the product's class shares."),
        "o.fit",
        unit=Unit.DIGITS,
        most=5,
        values=(0, 2, 3, 4, 5),
        mend=Mend.ENTER,
        **OFFER,
    ),
    Feature(
        "hs_fit",
        Type.INTEGER,
        _("Tariff code fits the need"),
        _("How many leading digits of the need's HS code the product's HS code shares."),
        "CASE WHEN o.hs_id = o.need_hs THEN length(o.need_hs) WHEN left(o.hs_id, 6) = left(o.need_hs, 6) THEN 6"
        " WHEN left(o.hs_id, 4) = left(o.need_hs, 4) THEN 4 WHEN o.hs_id <> o.need_hs THEN 0 END",
        unit=Unit.DIGITS,
        most=8,
        values=(0, 4, 6, 8),
        mend=Mend.NOTHING,
        **OFFER,
    ),
    Feature(
        "products",
        Type.INTEGER,
        _("Products on sale"),
        _("How many products the enterprise offers on the portal."),
        "SELECT count(*) FROM portal_product p WHERE p.enterprise_id = e.id AND p.withdrawn_at IS NULL",
        minutes=15,
        **OFFER,
    ),
)
_OFFER = (
    Feature(
        "monthly_capacity",
        Type.DECIMAL,
        _("Capacity per month"),
        _("Of the product offered, in the unit of the need."),
        "o.monthly_capacity * o.per_unit",
        unit=Unit.OF_NEED,
        reference="need_quantity",
        mend=Mend.ENTER,
        **OFFER,
    ),
    Feature(
        "price_share",
        Type.DECIMAL,
        _("Price in % of the ceiling"),
        _(
            "The product's price for one unit of the need, at the quantity that the need asks for in a month, in percent of the need's"
            " ceiling price. Less is better."
        ),
        "o.price_there * 100 / nullif(o.per_unit * o.ceiling_price, 0)",
        unit=Unit.PERCENT,
        **OFFER,
    ),
    Feature(
        "lead_time",
        Type.INTEGER,
        _("Lead time"),
        _("Days from order to delivery. Less is better."),
        "o.lead_time_days",
        unit=Unit.DAYS,
        most=730,
        **OFFER,
    ),
    Feature(
        "minimum_order_share",
        Type.DECIMAL,
        _("Smallest order in % of the need"),
        _("The product's minimum order, in percent of what the need asks for in a month. Less is better."),
        "o.minimum_order * o.per_unit * 100 / o.need_quantity",
        unit=Unit.PERCENT,
        **OFFER,
    ),
    Feature(
        "tkdn",
        Type.DECIMAL,
        _("Domestic content (TKDN)"),
        _("Of the product offered, in percent."),
        "o.tkdn",
        unit=Unit.PERCENT,
        most=100,
        mend=Mend.ENTER,
        **OFFER,
    ),
    Feature(
        "photos",
        Type.INTEGER,
        _("Product photos"),
        _("How many photos the product offered has."),
        "CASE WHEN o.product_id IS NOT NULL THEN (SELECT count(*) FROM portal_photo ph WHERE ph.product_id = o.product_id) END",
        **OFFER,
    ),
    Feature(
        "distance",
        Type.INTEGER,
        _("Distance to the place of delivery"),
        _(
            "As the crow flies, from the enterprise's map point, or from its regency or city while it has none that fits its"
            " address, in kilometres. Less is better."
        ),
        DISTANCE_KM,
        unit=Unit.KILOMETRES,
        mend=Mend.ENTER,
        **_dossier("address"),
    ),
)
# The day until which they are valid.
_CERTIFICATES = (
    _paper("sni", "sni", _("SNI certificate"), _("National standard (SNI): valid until.")),
    _paper("halal", "halal", _("Halal certificate"), _("Halal certificate: valid until.")),
    _paper("bpom", "bpom", _("BPOM registration"), _("Food and drug registration (BPOM): valid until.")),
    _paper("pirt", "pirt", _("P-IRT registration"), _("Home industry food registration (P-IRT): valid until.")),
    _paper("iso_9001", "iso_9001", _("ISO 9001 certificate"), _("Quality management (ISO 9001): valid until.")),
    _paper("tkdn_certificate", "tkdn", _("TKDN certificate"), _("Domestic content certificate: valid until.")),
    _paper("lab_test", "lab_test", _("Laboratory test result"), _("Laboratory test result: valid until.")),
    Feature(
        "required_certificates",
        Type.DATE,
        _("All certificates the need asks for"),
        _("The first day on which one of them ends; no evidence while one is missing."),
        f"CASE WHEN cardinality(o.required_certificates) = 0 THEN {NO_END}"
        " WHEN d.required_held = (SELECT count(DISTINCT kind) FROM unnest(o.required_certificates) kind) THEN d.required_until END",
        **PAPERS,
    ),
    Feature(
        "verified_documents",
        Type.INTEGER,
        _("Verified documents"),
        _("How many kinds of document somebody has verified, and are still valid."),
        "d.verified",
        **PAPERS,
        ends="verified_until",
    ),
)
_BUSINESS = (
    Feature(
        "years_in_business",
        Type.DECIMAL,
        _("Years in business"),
        _("Since the day of establishment, in years with one decimal."),
        "CASE WHEN e.established_on <= s.day THEN trunc("
        "(extract(year FROM age(s.day, e.established_on)) * 12 + extract(month FROM age(s.day, e.established_on))) / 12, 1) END",
        unit=Unit.YEARS,
        mend=Mend.ENTER,
        **_dossier("identity"),
    ),
    Feature(
        "workforce",
        Type.INTEGER,
        _("People working"),
        _("How many people work in the enterprise."),
        "e.workforce",
        unit=Unit.PEOPLE,
        mend=Mend.ENTER,
        **_dossier("people"),
    ),
    Feature(
        "trained_share",
        Type.DECIMAL,
        _("Trained workers"),
        _("In percent of the people working: trained or certified for their work."),
        "e.workforce_trained * 100.0 / nullif(e.workforce, 0)",
        unit=Unit.PERCENT,
        most=100,
        mend=Mend.ENTER,
        **_dossier("people"),
    ),
    Feature(
        "annual_sales",
        Type.INTEGER,
        _("Annual sales"),
        _("In rupiah, of the last full year."),
        "e.annual_sales",
        unit=Unit.RUPIAH,
        mend=Mend.ENTER,
        **_dossier("finance"),
    ),
    Feature(
        "investment",
        Type.INTEGER,
        _("Investment value"),
        _("In rupiah, without land and buildings."),
        "e.investment",
        unit=Unit.RUPIAH,
        mend=Mend.ENTER,
        **_dossier("finance"),
    ),
    Feature(
        "technology_level",
        Type.TEXT,
        _("Technology level"),
        _("By hand, partly by machine, by machine, or automated."),
        "nullif(e.technology_level, '')",
        choices=TechnologyLevel,
        mend=Mend.ENTER,
        **_dossier("production"),
    ),
    Feature(
        "digital_readiness",
        Type.INTEGER,
        _("Digital readiness"),
        _("0 to 5, counted from eight answers."),
        "e.digital_readiness",
        most=5,
        minutes=3,
        **_dossier("digital"),
    ),
    Feature(
        "quality_practices",
        Type.INTEGER,
        _("Quality practices"),
        _("How many of six practices of quality management the enterprise keeps."),
        "e.quality_practices",
        most=6,
        minutes=3,
        **_dossier("quality"),
    ),
    Feature(
        "business_plan",
        Type.BOOLEAN,
        _("Business plan"),
        _("Whether a business plan is entered, in words or in figures."),
        "CASE WHEN btrim(e.business_plan) <> '' OR e.plan_parts IS NOT NULL THEN true END",
        minutes=45,
        **_dossier("plan"),
    ),
    Feature(
        "plan_parts",
        Type.INTEGER,
        _("Measurable parts of the business plan"),
        _("How many of four are entered: products, market, targets by quarter, funding need."),
        "e.plan_parts",
        most=PLAN_PARTS,
        minutes=30,
        **_dossier("plan"),
    ),
    Feature(
        "exports",
        Type.BOOLEAN,
        _("Export experience"),
        _("Whether the enterprise has exported."),
        "e.exports",
        mend=Mend.ENTER,
        **_dossier("export"),
    ),
    Feature(
        "export_countries",
        Type.INTEGER,
        _("Countries exported to"),
        _("How many countries the enterprise names among its exports; 0 where it says that it has not exported."),
        "CASE WHEN e.exports IS NOT NULL THEN (SELECT count(DISTINCT x.country) FROM portal_exportrecord x"
        " WHERE x.enterprise_id = e.id AND x.country <> '') END",
        mend=Mend.ENTER,
        **_dossier("export"),
    ),
    Feature(
        "flagship_product",
        Type.BOOLEAN,
        _("Regional flagship product"),
        _("Whether the product is a flagship of its region."),
        "e.flagship_product",
        mend=Mend.ENTER,
        **_dossier("innovation"),
    ),
    Feature(
        "innovations",
        Type.INTEGER,
        _("Registered brands, designs and patents"),
        _("How many are registered."),
        "e.registered_innovations",
        mend=Mend.ENTER,
        **_dossier("innovation"),
    ),
    Feature(
        "cooperative_members",
        Type.INTEGER,
        _("Members of the cooperative"),
        _("Active enterprises that said they belong to it; no evidence for other legal forms."),
        "CASE WHEN e.legal_form = 'koperasi' THEN (SELECT count(*) FROM portal_cooperativemember cm"
        " JOIN portal_enterprise me ON me.id = cm.member_id WHERE cm.cooperative_id = e.id AND me.status = 'verified') END",
        mend=Mend.NOTHING,
        **_dossier("identity"),
    ),
    Feature(
        "curations",
        Type.INTEGER,
        _("Curations held"),
        _("Valid marks from any buyer's programmes."),
        "SELECT count(*) FROM curation_curation cu WHERE cu.enterprise_id = e.id AND cu.revoked_at IS NULL"
        " AND s.day BETWEEN cu.valid_from AND cu.valid_until",
        page="opportunity_list",
        mend=Mend.NOTHING,
    ),
)
# What only time and good deliveries better. Without any delivery the shares are no evidence, neither good nor bad.
_TRACK_RECORD = (
    Feature(
        "deliveries",
        Type.INTEGER,
        _("Deliveries made"),
        _("How many handovers under contracts on this portal buyers have answered."),
        "coalesce(t.deliveries, 0)",
        page="order_list",
        mend=Mend.NOTHING,
    ),
    Feature(
        "on_time_share",
        Type.DECIMAL,
        _("Deliveries on time"),
        _("Of those handovers, the share made by the day that the order asks for."),
        "t.on_time * 100.0 / nullif(t.deliveries, 0)",
        page="order_list",
        unit=Unit.PERCENT,
        most=100,
        mend=Mend.NOTHING,
    ),
    Feature(
        "accepted_share",
        Type.DECIMAL,
        _("Deliveries accepted"),
        _("Of the value handed over within orders, the share that buyers accepted."),
        "t.accepted_value * 100.0 / nullif(t.answered_value, 0)",
        page="order_list",
        unit=Unit.PERCENT,
        most=100,
        mend=Mend.NOTHING,
    ),
    Feature(
        "disputes",
        Type.INTEGER,
        _("Proven problems"),
        _(
            "Problem reports of buyers that the ministry found justified or that the enterprise conceded, in the last two "
            "years; no evidence without any contract."
        ),
        "CASE WHEN t.contracts > 0 THEN (SELECT count(*) FROM unnest(t.disputed_on) AS dispute (day)"
        f" WHERE dispute.day > s.day - {DISPUTE_DAYS} AND dispute.day <= s.day) END",
        page="incident_list",
        mend=Mend.NOTHING,
    ),
)

GROUPS: Mapping[FeatureGroup, tuple[Feature, ...]] = {
    FeatureGroup.LEGALITY: _LEGALITY,
    FeatureGroup.TRADE: _TRADE,
    FeatureGroup.OFFER: _OFFER,
    FeatureGroup.CERTIFICATES: _CERTIFICATES,
    FeatureGroup.BUSINESS: _BUSINESS,
    FeatureGroup.TRACK_RECORD: _TRACK_RECORD,
}
FEATURES: Mapping[str, Feature] = {feature.key: feature for features in GROUPS.values() for feature in features}

# Asked for by name, these get a sentence of their own: a criterion may not rest on them, nor on what stands for them.
FORBIDDEN = frozenset(
    {
        "women_led",
        "workforce_women",
        "workforce_with_disability",
        "owner_nik",
        "owner_name",
        "owner_sex",
        "gender",
        "sex",
        "religion",
        "ethnicity",
        "origin",
    }
)
