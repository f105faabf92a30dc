"""Products of an enterprise: added, changed, withdrawn, put on sale again. Who calls – a page, the API, an import – is the same."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.models import Enterprise, Product, User

# What a form or the API may set; also what an audit entry names.
FIELDS = (
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
)
NUMBERED = re.compile(r"^P(\d{3,9})$")


@transaction.atomic
def add_product(enterprise: Enterprise, *, by: User, **values: Any) -> Product:
    """A product under its own code, or under the next number where none is given."""
    _permit(by, enterprise)
    # One at a time for each enterprise: two forms without a code get two numbers.
    Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    values["code"] = values.get("code") or next_code(enterprise)
    product = Product(enterprise=enterprise, **values)
    _check(product)
    product.save()
    audit.record(product, "add_product", by=by, payload=_recorded({name: getattr(product, name) for name in FIELDS}))
    return product


@transaction.atomic
def change_product(product: Product, *, by: User, **values: Any) -> Product:
    """Only what differs is written; the audit entry holds it before and after."""
    _permit(by, product.enterprise)
    locked = Product.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=product.pk)
    if not values.get("code", locked.code):
        values.pop("code")
    changed = {name: value for name, value in values.items() if getattr(locked, name) != value}
    if not changed:
        return locked
    before = {name: getattr(locked, name) for name in changed}
    for name, value in changed.items():
        setattr(locked, name, value)
    _check(locked)
    locked.save()
    audit.record(locked, "change_product", by=by, payload={"before": _recorded(before), "after": _recorded(changed)})
    return locked


@transaction.atomic
def withdraw_product(product: Product, *, by: User) -> None:
    """Off sale: no longer public, offered or matched. Contracts that name it stay as they are."""
    _permit(by, product.enterprise)
    now = timezone.now()
    if Product.objects.on_sale().filter(pk=product.pk).update(withdrawn_at=now, updated_at=now):
        audit.record(product, "withdraw_product", by=by)


@transaction.atomic
def restore_product(product: Product, *, by: User) -> None:
    _permit(by, product.enterprise)
    on_sale_again = Product.objects.filter(pk=product.pk, withdrawn_at__isnull=False)
    if on_sale_again.update(withdrawn_at=None, updated_at=timezone.now()):
        audit.record(product, "restore_product", by=by)


def next_code(enterprise: Enterprise) -> str:
    """P001, P002 … beside whatever codes the enterprise gave itself."""
    codes = enterprise.products.filter(code__regex=NUMBERED.pattern).values_list("code", flat=True)
    return f"P{max((int(code[1:]) for code in codes), default=0) + 1:03d}"


def _permit(by: User, enterprise: Enterprise) -> None:
    if not by.has_perm("portal.edit_products", enterprise):
        raise PermissionDenied


def _check(product: Product) -> None:
    """The rules of the model and the database, told at their fields."""
    same_code = Product.objects.filter(enterprise=product.enterprise_id, code=product.code).exclude(pk=product.pk)
    if same_code.exists():
        raise ValidationError({"code": ValidationError(_("You already have a product with this code."), code="unique")})
    product.full_clean(validate_unique=False)


def _recorded(values: dict[str, Any]) -> dict[str, Any]:
    """Plain values: of a class or a tariff line its code."""
    return {name: getattr(value, "code", value) for name, value in values.items()}
