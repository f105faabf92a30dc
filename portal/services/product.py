"""Products of an enterprise: added, changed, withdrawn, put on sale again. Who calls – a page, the API, an import – is the same."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.models import Enterprise, Product, User
from portal.presentation.numbers import percent
from portal.pricing import Fault, faults, pricing_text, stored_tiers, stored_units
from portal.rules.tkdn import most_bmp
from portal.selectors.commitments import committed, promised_words
from portal.services.completeness import measure_again, measure_with_goods
from portal.text import lines_of, one_line_of

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
    "bmp",
)
# What has a page of its own.
PRICES = ("tiers", "units")
NUMBERED = re.compile(r"^P(\d{3,9})$")


@transaction.atomic
def add_product(enterprise: Enterprise, *, by: User, **values: Any) -> Product:
    """A product under its own code, or under the next number where none is given."""
    # One at a time for each enterprise: two forms without a code get two numbers, and one that was merged gets none.
    _permit(by, Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk))
    own_code = bool(values.get("code"))
    values["code"] = values.get("code") or next_code(enterprise)
    product = Product(enterprise=enterprise, **_stored(values))
    if not own_code:
        _check_new(product)
    _check(product, given=values)
    product.save()
    payload = _recorded({name: getattr(product, name) for name in (*FIELDS, *PRICES)})
    audit.record(product, "add_product", by=by, payload=payload)
    measure_with_goods(product)
    return product


@transaction.atomic
def change_product(product: Product, *, by: User, **values: Any) -> Product:
    """Only what differs is written; the audit entry holds it before and after."""
    locked = Product.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=product.pk)
    _permit(by, locked.enterprise)
    if not values.get("code", locked.code):
        values.pop("code")
    changed = {name: value for name, value in _stored(values).items() if getattr(locked, name) != value}
    if not changed:
        return locked
    before = {name: getattr(locked, name) for name in changed}
    for name, value in changed.items():
        setattr(locked, name, value)
    if "unit" in changed:
        _check_counted_anew(locked, given=values)
    _check(locked, given=values)
    _check_promised(locked, changed)
    locked.save()
    audit.record(locked, "change_product", by=by, payload={"before": _recorded(before), "after": _recorded(changed)})
    if "kbli" in changed:
        measure_again(locked.enterprise_id)
    return locked


@transaction.atomic
def withdraw_product(product: Product, *, by: User) -> None:
    """Off sale: no longer public, offered or matched. Contracts that name it stay as they are."""
    _permit(by, product.enterprise)
    now = timezone.now()
    if Product.objects.on_sale().filter(pk=product.pk).update(withdrawn_at=now, updated_at=now):
        audit.record(product, "withdraw_product", by=by)
        measure_with_goods(product)


@transaction.atomic
def restore_product(product: Product, *, by: User) -> None:
    _permit(by, product.enterprise)
    on_sale_again = Product.objects.filter(pk=product.pk, withdrawn_at__isnull=False)
    if on_sale_again.update(withdrawn_at=None, updated_at=timezone.now()):
        audit.record(product, "restore_product", by=by)
        measure_with_goods(product)


def next_code(enterprise: Enterprise) -> str:
    """P001, P002 … beside whatever codes the enterprise gave itself."""
    codes = enterprise.products.filter(code__regex=NUMBERED.pattern).values_list("code", flat=True)
    return f"P{max((int(code[1:]) for code in codes), default=0) + 1:03d}"


def _permit(by: User, enterprise: Enterprise) -> None:
    if not by.has_perm("portal.edit_products", enterprise):
        raise PermissionDenied


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """In the one form that each is kept in, whichever way it came: a list that was downloaded changes nothing when it comes back."""
    stored = dict(values)
    stored |= {name: one_line_of(values[name]) for name in ("code", "name") if values.get(name)}
    if values.get("description"):
        stored["description"] = lines_of(values["description"])
    if "tiers" in values:
        stored["tiers"] = stored_tiers(values["tiers"])
    if "units" in values:
        stored["units"] = stored_units(values["units"])
    return stored


def _check_new(product: Product) -> None:
    """The same form from two tabs, each begun anew, would make a product twice: what tells them apart belongs in the name, or
    in a code of one's own."""
    twin = Product.objects.on_sale().filter(
        enterprise=product.enterprise_id,
        name__iexact=product.name,
        kbli=product.kbli,
        unit=product.unit,
        price=product.price,
    )
    if found := twin.first():
        message = _(
            "You already sell this at the same price (%(code)s). Change that one, or say in the name what differs."
        ) % {"code": found.code}
        raise ValidationError({"name": ValidationError(message, code="twin")})


def _check(product: Product, *, given: Container[str]) -> None:
    """The rules of the model and the database, told at their fields."""
    same_code = Product.objects.filter(enterprise=product.enterprise_id, code=product.code).exclude(pk=product.pk)
    if same_code.exists():
        raise ValidationError({"code": ValidationError(_("You already have a product with this code."), code="unique")})
    product.full_clean(validate_unique=False)
    if product.bmp is not None and product.bmp > (most := most_bmp(timezone.localdate())):
        message = _("At most %(most)s (Presidential Regulation 46/2025)") % {"most": percent(most)}
        raise ValidationError({"bmp": ValidationError(message, code="bmp")})
    if found := faults_of(product):
        raise ValidationError(_at_fields(found, product, given))


def faults_of(product: Product) -> list[Fault]:
    return faults(
        unit=product.unit,
        price=product.price,
        minimum=product.minimum_order,
        tiers=product.prices,
        units=product.other_units,
    )


def _at_fields(found: list[Fault], product: Product, given: Container[str]) -> dict[str, list[ValidationError]]:
    """Prices that were not sent are not what is wrong: then the value that no longer fits them is."""
    errors: dict[str, list[ValidationError]] = {}
    for fault in found:
        name, code, params = fault.kind, fault.code, fault.params
        if name == "tiers" and "tiers" not in given:
            tier = product.prices[0]
            name, code, params = {
                "tier_price": ("price", "kept_price", {"price": tier.price}),
                "tier_minimum": ("minimum_order", "kept_minimum", {"quantity": str(tier.from_quantity)}),
            }.get(code, (name, code, params))
        errors.setdefault(name, []).append(ValidationError(pricing_text(code, params), code=code))
    return errors


def _check_counted_anew(product: Product, *, given: Container[str]) -> None:
    """A quantity in pieces means something else in dozens."""
    kept = [name for name in PRICES if getattr(product, name) and name not in given]
    if kept:
        before = Product.objects.values_list("unit", flat=True).get(pk=product.pk)
        raise ValidationError({"unit": ValidationError(pricing_text("kept_unit", {"unit": before}), code="kept_unit")})


def _check_promised(product: Product, changed: Container[str]) -> None:
    """What buyers were promised must still be there, in the unit it was promised in."""
    if "unit" not in changed and "monthly_capacity" not in changed:
        return
    promised = committed(product)
    if promised and ("unit" in changed or product.monthly_capacity < promised):
        before = Product.objects.values_list("unit", flat=True).get(pk=product.pk)
        name = "unit" if "unit" in changed else "monthly_capacity"
        raise ValidationError({name: ValidationError(promised_words(promised, before), code="promised")})


def _recorded(values: dict[str, Any]) -> dict[str, Any]:
    """Plain values: of a class or a tariff line its code."""
    return {name: getattr(value, "code", value) for name, value in values.items()}
