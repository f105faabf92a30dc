"""Needs, programmes with published criteria, and applications with frozen evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from curation.enums import ApplicationStatus, ProgrammeStatus, Shape
from curation.models import Application, CriteriaSet, Criterion, EvidenceSnapshot, Need, Programme
from curation.scoring.criteria import digest_of, publish_criteria_set
from curation.services.scoring import take_snapshot
from portal.enums import Role, Unit
from portal.models import Enterprise, KbliClass, Organisation, Product, Region, User
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.factories.products import ProductFactory, kbli_class

KLATEN = "33.10"
CASTING = "24310"


def officer(buyer: Organisation | None = None) -> User:
    return person(Role.OFFICER, buyer or OrganisationFactory())


def need(*, by: User | None = None, kbli: KbliClass | None = None, region: str = KLATEN, **fields: Any) -> Need:
    """A published need for 1,000 kilograms of castings a month."""
    by = by or officer()
    return Need.objects.create(
        buyer=by.organisation,
        created_by=by,
        kbli=kbli or kbli_class(CASTING),
        delivery_region=Region.objects.get(code=region),
        **{
            "item": "Besi cor kelabu",
            "specification": "FC 250, sesuai gambar",
            "quantity_per_month": Decimal(1000),
            "unit": Unit.KILOGRAM,
            "ceiling_price": 30_000,
            "deliver_from": timezone.localdate() + dt.timedelta(days=60),
            "published_at": timezone.now(),
            **fields,
        },
    )


def draft_programme(*, by: User | None = None, needs: Iterable[Need] = (), **fields: Any) -> Programme:
    by = by or officer()
    now = timezone.now()
    made = Programme.objects.create(
        buyer=by.organisation,
        created_by=by,
        **{
            "name": "Kurasi pengecoran",
            "status": ProgrammeStatus.DRAFT,
            "opens_at": now - dt.timedelta(days=30),
            "closes_at": now + dt.timedelta(days=30),
            "quota": 2,
            **fields,
        },
    )
    made.needs.set(needs or [need(by=by)])
    return made


def criterion(feature: str, shape: str, weight: object = 0, **parameters: Any) -> dict[str, Any]:
    """As data for `criteria_set`: criterion("workforce", Shape.LINEAR, 40, zero_at="0", full_at="20")."""
    return {"feature": feature, "shape": shape, "weight": Decimal(str(weight)), "parameters": parameters}


SIMPLE = (
    criterion("nib", Shape.GATE, test="is_true"),
    criterion("workforce", Shape.LINEAR, 60, zero_at="0", full_at="20"),
    criterion("annual_sales", Shape.LINEAR, 40, zero_at="0", full_at="1000000000"),
)


def criteria_set(
    programme: Programme, lines: Iterable[Mapping[str, Any]] = SIMPLE, *, publish: bool = True, **fields: Any
) -> CriteriaSet:
    made = CriteriaSet.objects.create(
        programme=programme, **{"threshold": Decimal(75), "review_floor": Decimal(60), "version": 1, **fields}
    )
    Criterion.objects.bulk_create(
        Criterion(
            criteria_set=made,
            position=position,
            **{
                "label_id": f"Kriteria {line['feature']}",
                "label_en": f"Criterion {line['feature']}",
                "feedback_id": f"Lengkapi {line['feature']}.",
                "feedback_en": f"Complete {line['feature']}.",
                **line,
            },
        )
        for position, line in enumerate(lines)
    )
    return publish_criteria_set(made, by=programme.created_by) if publish else made


def freeze(made: CriteriaSet) -> CriteriaSet:
    """Published without being checked: for criteria that no officer could publish."""
    CriteriaSet.objects.filter(pk=made.pk).update(published_at=timezone.now(), digest=digest_of(made))
    made.refresh_from_db()
    return made


def programme(
    *, by: User | None = None, lines: Iterable[Mapping[str, Any]] = SIMPLE, needs: Iterable[Need] = (), **fields: Any
) -> Programme:
    """An open round with published criteria: NIB, then workforce (60 points at 20) and annual sales (40 at a billion)."""
    band = {key: fields.pop(key) for key in ("threshold", "review_floor") if key in fields}
    made = draft_programme(
        by=by, needs=needs, **{"status": ProgrammeStatus.PUBLISHED, "published_at": timezone.now(), **fields}
    )
    criteria_set(made, lines, **band)
    return made


def draft_application(
    programme: Programme, applicant: Enterprise | None = None, *, product: Product | None = None, **fields: Any
) -> Application:
    applicant = applicant or enterprise()
    by = fields.pop("created_by", None) or owner_of(applicant)
    return Application.objects.create(
        programme=programme, enterprise=applicant, product=product, created_by=by, **fields
    )


def application(
    programme: Programme, applicant: Enterprise | None = None, *, product: Product | None = None, **fields: Any
) -> Application:
    """Sent, with its evidence frozen."""
    made = draft_application(
        programme,
        applicant,
        product=product,
        **{"status": ApplicationStatus.SUBMITTED, "submitted_at": timezone.now(), **fields},
    )
    take_snapshot(made, by=made.created_by)
    return made


def applicant(
    programme: Programme, *, workforce: int | None = 20, annual_sales: int | None = 10**9, **fields: Any
) -> Application:
    """By the simple criteria: 3 points a worker up to 60, 4 points per hundred million of sales up to 40."""
    return application(
        programme, enterprise(workforce=workforce, workforce_women=None, annual_sales=annual_sales), **fields
    )


def close(programme: Programme, *, ago: dt.timedelta = dt.timedelta(seconds=1)) -> Programme:
    """Its closing time has just passed; nobody has closed it yet."""
    now = timezone.now()
    programme.applications.filter(submitted_at__gte=now - ago).update(submitted_at=now - ago - dt.timedelta(seconds=1))
    programme.closes_at = now - ago
    programme.save(update_fields=["closes_at"])
    return programme


def product(seller: Enterprise, **fields: Any) -> Product:
    """Castings, by the kilogram."""
    return ProductFactory(
        enterprise=seller, **{"kbli": kbli_class(CASTING), "unit": Unit.KILOGRAM, "price": 24_000, **fields}
    )


def snapshots(rows: Iterable[Mapping[str, Any]], programme: Programme) -> list[EvidenceSnapshot]:
    """Evidence as given, for applications made for it: what the engine is compared with."""
    now = timezone.now()
    owner = officer()
    made = Application.objects.bulk_create(
        Application(
            programme=programme,
            enterprise=enterprise(),
            created_by=owner,
            status=ApplicationStatus.SUBMITTED,
            submitted_at=now,
        )
        for _row in rows
    )
    return EvidenceSnapshot.objects.bulk_create(
        EvidenceSnapshot(application=each, revision=1, day=timezone.localdate(), taken_at=now, **row)
        for each, row in zip(made, rows, strict=True)
    )
