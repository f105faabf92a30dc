"""Enterprises as the portal verifies them: whole, with a village, a KBLI class, and products if asked for."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from portal import crypto
from portal.enums import BusinessClass, EnterpriseStatus, LegalForm, Role, TechnologyLevel, Unit
from portal.models import Activity, AnnualSales, Enterprise, KbliClass, Product, Region, User
from tests.factories.people import OrganisationFactory, person

VILLAGE = "33.10.11.2012"  # Ceper, Klaten
FOUNDRY = ("24310", 2025)
_numbers = itertools.count(1)


def enterprise(
    *, owner: User | None = None, village: str = VILLAGE, kbli: tuple[str, int] = FOUNDRY, **fields: Any
) -> Enterprise:
    """A verified small foundry in Klaten; any field, its `name` or `status` can be given."""
    number = next(_numbers)
    organisation = (
        owner.organisation
        if owner
        else OrganisationFactory(
            name=fields.pop("name", f"CV Logam Uji {number}"), capabilities=["enterprise"], ownership=""
        )
    )
    status = fields.pop("status", EnterpriseStatus.VERIFIED)
    npwp = fields.pop("npwp", "0013121660091000")
    if status == EnterpriseStatus.MERGED:
        fields = {"merged_into": enterprise(), "merged_at": timezone.now(), **fields}
    made = Enterprise.objects.create(
        organisation=organisation,
        status=status,
        **{
            **_whole(number),
            **_people(fields.get("workforce", 18)),
            **_decided(status),
            "npwp": npwp,
            "npwp_hash": crypto.search_hash(npwp),
            **fields,
        },
        village=Region.objects.get(code=village),
    )
    if made.annual_sales is not None and made.sales_year is not None:
        AnnualSales.objects.create(enterprise=made, year=made.sales_year, amount=made.annual_sales)
    code, edition = kbli
    Activity.objects.create(enterprise=made, kbli=KbliClass.objects.get(code=code, edition=edition), is_main=True)
    return made


def draft_enterprise(owner: User | None = None, **fields: Any) -> Enterprise:
    """Just registered: a name and a legal form."""
    acting = owner or person(Role.OWNER)
    return Enterprise.objects.create(
        organisation=acting.organisation, **{"legal_form": LegalForm.CV, "status": EnterpriseStatus.DRAFT, **fields}
    )


def owner_of(enterprise: Enterprise, role: Role = Role.OWNER, **fields: Any) -> User:
    return person(role, enterprise.organisation, **fields)


def product(enterprise: Enterprise, **fields: Any) -> Product:
    number = next(_numbers)
    main = enterprise.activities.select_related("kbli").get(is_main=True).kbli
    return Product.objects.create(
        enterprise=enterprise,
        **{
            "code": f"P-{number}",
            "name": f"Baut M16 seri {number}",
            "kbli": main,
            "unit": Unit.KILOGRAM,
            "price": 27_500,
            "monthly_capacity": 9_000,
            "lead_time_days": 21,
            **fields,
        },
    )


def _whole(number: int) -> dict[str, Any]:
    return {
        "legal_form": LegalForm.CV,
        # Far from each other: two that differ by one digit may be one business.
        "nib": f"81{number * 77_719_853_911 % 10**11:011d}",
        "established_on": dt.date(2012, 3, 14),
        "women_led": False,
        "address": f"Jalan Logam {number}",
        "postal_code": "57465",
        "workforce": 18,
        "workforce_women": 4,
        "capital": 850_000_000,
        "full_year_of_sales": True,
        "annual_sales": 4_200_000_000,
        "sales_year": 2025,
        "investment": 1_200_000_000,
        "technology_level": TechnologyLevel.MECHANISED,
        "digital_readiness": 3,
        "exports": False,
        "flagship_product": True,
        "registered_innovations": 1,
        "business_plan": "Menambah satu tungku induksi dan melayani dua pembeli tetap sampai akhir tahun.",
        "submitted_at": timezone.now(),
        # As if every section were filled in; services work out the true figure at the first change.
        "completeness": 100,
    }


def _people(workforce: int | None) -> dict[str, int | None]:
    """Never more than work there."""
    return {"workforce_permanent": workforce, "workforce_trained": workforce and workforce // 3}


def _decided(status: str) -> dict[str, Any]:
    """What only a checked enterprise has."""
    if status in (EnterpriseStatus.DRAFT, EnterpriseStatus.SUBMITTED):
        return {}
    return {
        "business_class": BusinessClass.SMALL,
        "class_rule": "business_class 2021-02-02",
        "class_decided_by": "sales",
        "is_ikm": True,
        "decided_at": timezone.now(),
        "decided_by": _checker(),
    }


def _checker() -> User:
    """One ministry admin is enough for any number of enterprises."""
    known = User.objects.filter(memberships__role=Role.MINISTRY_ADMIN).first()
    return known or person(Role.MINISTRY_ADMIN)
