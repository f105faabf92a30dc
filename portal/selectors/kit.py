"""Kits for visits without signal: what is known of an enterprise, as plain texts, and which kits are out in which state."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from portal import crypto
from portal.enums import EnterpriseStatus, KitStatus, Role
from portal.identity import masked, normal_npwp
from portal.models import Appointment, Consent, CooperativeMember, Enterprise, User, VisitKit
from portal.pricing import as_json
from portal.sections import MEMBERS, SECRET_FIELDS, SECTIONS
from portal.selectors.cooperative import list_of
from portal.selectors.rows import rows_of

Texts = dict[str, str]

# Sections that are a list of questions: each answer is a field of its own here, as on their pages.
QUESTIONNAIRES = {"quality_answers": "quality", "digital_answers": "digital"}
ACTIVITIES, PRODUCTS = "activities", "products"
PRODUCT_COLUMNS = (
    "code",
    "name",
    "description",
    "kbli",
    "hs",
    "unit",
    "price",
    "monthly_capacity",
    "minimum_order",
    "lead_time_days",
    "tkdn",
    "bmp",
    "tiers",
    "units",
)
PRICES = ("tiers", "units")
MEMBER_COLUMNS = ("name", "nib", "village", "product", "capacity", "unit")
# More would make a workbook that nobody scrolls through at a visit: those beyond stay in the portal.
MOST_PRODUCTS = 200
# Beside the states that are stored (portal.statuses).
CONSENT_ENDED, UNASSIGNED = "consent_ended", "unassigned"
# Visits of today and of tomorrow morning, and those that were missed.
WITHIN_DAYS = 1


@dataclass(frozen=True)
class Known:
    """What stands in a dossier, as texts that mean the same in every language. Secret numbers as keyed hashes only."""

    fields: Texts
    tables: dict[str, list[Texts]]
    products: list[Texts]
    # For people: of secret numbers their last digits.
    masked: Texts
    products_left_out: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "fields": self.fields,
            "tables": self.tables,
            "products": self.products,
            "masked": self.masked,
            "products_left_out": self.products_left_out,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Known:
        return cls(**kept)

    @property
    def state(self) -> str:
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:32]


def known_of(enterprise: Enterprise) -> Known:
    fields: Texts = {}
    tables: dict[str, list[Texts]] = {ACTIVITIES: _activities(enterprise)}
    for section in SECTIONS:
        for name in section.fields:
            fields[name] = (
                secret_hash(name, _value(enterprise, name))
                if name in SECRET_FIELDS
                else plain(_value(enterprise, name))
            )
        for table in section.tables:
            rows = rows_of(enterprise, table)
            if prefix := QUESTIONNAIRES.get(table.name):
                fields |= {f"{prefix}_{row['question']}": plain(row["yes"]) for row in rows}
            else:
                tables[table.name] = [{name: plain(value) for name, value in row.items()} for row in rows]
    if enterprise.is_cooperative:
        tables[MEMBERS] = [_member(each) for each in list_of(enterprise)]
    on_sale = enterprise.products.on_sale().select_related("kbli", "hs").order_by("code")
    products = [_product(each) for each in on_sale[:MOST_PRODUCTS]]
    shown = {name: masked(value) for name in SECRET_FIELDS if (value := getattr(enterprise, name))}
    return Known(fields, tables, products, shown, max(0, on_sale.count() - len(products)))


def plain(value: Any) -> str:
    """`True`, `2012-03-14`, `1234,5`: as our forms read it whatever the language."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
    return str(getattr(value, "pk", value))


def secret_hash(name: str, number: str) -> str:
    """However it is written; a keyed one, so that nobody tries numbers out on it."""
    return crypto.search_hash(f"{name}:{normal_npwp(number)}")[:32] if number else ""


def kbli_text(kbli: Any) -> str:
    return f"{kbli.code}/{kbli.edition}"


def _value(enterprise: Enterprise, name: str) -> Any:
    return enterprise.organisation.name if name == "name" else getattr(enterprise, name)


def _activities(enterprise: Enterprise) -> list[Texts]:
    found = enterprise.activities.select_related("kbli")
    return [{"kbli": kbli_text(each.kbli), "main": plain(each.is_main)} for each in found]


def _member(listed: CooperativeMember) -> Texts:
    """`ref`: which one it is; its name is the cooperative's to choose."""
    shown = {name: plain(getattr(listed, f"{name}_id" if name == "village" else name)) for name in MEMBER_COLUMNS}
    return {**shown, "name": str(listed), "ref": str(listed.pk)}


def _product(product: Any) -> Texts:
    texts = {name: plain(getattr(product, name)) for name in PRODUCT_COLUMNS if name not in ("kbli", *PRICES)}
    prices = {name: as_json(value) if (value := getattr(product, name)) else "" for name in PRICES}
    return {name: {**texts, **prices, "kbli": kbli_text(product.kbli)}[name] for name in PRODUCT_COLUMNS}


# -- Which kits are out ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Carried:
    """A kit in a companion's list. `state`: what is stored, or what the day and the consent have made of it."""

    kit: VisitKit
    state: str
    # Whether its page may be opened: who no longer looks after the enterprise is only told so.
    mine: bool

    @property
    def thing(self) -> str:
        """Under which name the states of this one are listed (portal.statuses)."""
        return "CarriedKit" if self.state in (CONSENT_ENDED, UNASSIGNED) else "VisitKit"


def kits_of(user: User) -> QuerySet[VisitKit]:
    """Newest first, of the enterprises one looks after, and what one still carries of others."""
    own = Q(pk__in=VisitKit.objects.visible_to(user).values("pk"))
    if user.acts_as(Role.COMPANION):
        own |= Q(pk__in=VisitKit.objects.taken_by(user).open().values("pk"))
    return VisitKit.objects.filter(own).select_related(
        "enterprise__organisation", "handed_to", "brought_by", "merged_by", "consent"
    )


def kits_made_for(enterprise: Enterprise) -> QuerySet[VisitKit]:
    """As the business itself reads them: what came of them, never what is filled in and not merged yet."""
    return enterprise.kits.select_related("plut", "handed_to", "merged_by").defer("answers", "known")


def with_state(kits: list[VisitKit], user: User) -> list[Carried]:
    mine = set(VisitKit.objects.visible_to(user).filter(pk__in=[kit.pk for kit in kits]).values_list("pk", flat=True))
    held = set(
        Consent.objects.in_force()
        .filter(enterprise__in={kit.enterprise_id for kit in kits}, companion__isnull=False)
        .values_list("enterprise", flat=True)
    )
    return [Carried(kit, _state(kit, kit.pk in mine, kit.enterprise_id in held), kit.pk in mine) for kit in kits]


def carried(kit: VisitKit, user: User) -> Carried:
    return with_state([kit], user)[0]


def _state(kit: VisitKit, mine: bool, consented: bool) -> str:
    if not kit.is_open:
        return kit.status
    if not mine:
        return UNASSIGNED
    if kit.is_late:
        return KitStatus.EXPIRED
    if kit.consent is not None and not kit.consent.is_in_force and not consented:
        return CONSENT_ENDED
    return kit.status


@dataclass(frozen=True)
class ToVisit:
    enterprise: Enterprise
    appointment: Appointment | None

    @property
    def soon(self) -> bool:
        """Today, tomorrow, or missed: what a companion packs for."""
        return self.appointment is not None and self.appointment.on <= timezone.localdate() + dt.timedelta(
            days=WITHIN_DAYS
        )


def to_visit(user: User) -> list[ToVisit]:
    """Whom a companion may take a kit along for: first those whose visit comes next."""
    still_there = Enterprise.objects.visible_to(user).exclude(
        status__in=[EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED]
    )
    planned: dict[int, Appointment] = {}
    for each in Appointment.objects.visible_to(user).open().order_by("on", "at"):
        planned.setdefault(each.enterprise_id, each)
    rows = [ToVisit(each, planned.get(each.pk)) for each in still_there.select_related("organisation", "village")]
    return sorted(
        rows, key=lambda row: (row.appointment.on if row.appointment else dt.date.max, str(row.enterprise).lower())
    )


def consent_held(user: User, enterprise: Enterprise) -> Consent | None:
    """The one under which this person may fill in for the enterprise now."""
    return Consent.objects.held_by(user).filter(enterprise=enterprise).select_related("organisation").first()
