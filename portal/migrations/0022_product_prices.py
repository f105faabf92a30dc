"""Prices by quantity, other units with prices of their own, and the BMP beside the TKDN.

The first two stand in the product's row, so that one CHECK can compare them with the price, the unit and the minimum order,
and a list changes a product in one statement. The functions mirror portal.pricing.
"""

from decimal import Decimal

import django.core.validators
from django.db import migrations, models
from django.db.models import Q

RULES = """
CREATE FUNCTION product_tiers_fall(price bigint, minimum numeric, tiers jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(tiers) <> 'array' THEN false ELSE (
  SELECT jsonb_array_length(tiers) <= 5 AND coalesce(bool_and(coalesce(
    start > coalesce(start_before, minimum) AND tier_price < coalesce(price_before, price) AND tier_price > 0, false)), true)
  FROM (
    SELECT start, tier_price, lag(start) OVER w AS start_before, lag(tier_price) OVER w AS price_before
    FROM (
      SELECT place, (tier ->> 'from_quantity')::numeric AS start, (tier ->> 'price')::bigint AS tier_price
      FROM jsonb_array_elements(tiers) WITH ORDINALITY AS listed (tier, place)
    ) AS read WINDOW w AS (ORDER BY place)
  ) AS compared) END
$$;
CREATE FUNCTION product_units_differ(own text, units jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(units) <> 'array' THEN false ELSE (
  SELECT jsonb_array_length(units) <= 4
    AND count(DISTINCT other ->> 'unit') = jsonb_array_length(units)
    AND coalesce(bool_and(coalesce(
      other ->> 'unit' <> own AND (other ->> 'holds')::numeric > 0 AND (other ->> 'price')::bigint > 0, false)), true)
  FROM jsonb_array_elements(units) AS listed (other)) END
$$;
ALTER TABLE portal_product
  ADD CONSTRAINT product_tiers_fall CHECK (tiers = '[]' OR product_tiers_fall(price, minimum_order, tiers)),
  ADD CONSTRAINT product_units_differ CHECK (units = '[]' OR product_units_differ(unit, units));
"""
NO_RULES = """
ALTER TABLE portal_product DROP CONSTRAINT product_tiers_fall, DROP CONSTRAINT product_units_differ;
DROP FUNCTION product_tiers_fall(bigint, numeric, jsonb); DROP FUNCTION product_units_differ(text, jsonb);
"""
PERCENT = [django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)]


class Migration(migrations.Migration):
    dependencies = [("portal", "0021_audit_of_sets")]

    operations = [
        migrations.AddField(
            "product", "tiers", models.JSONField(blank=True, default=list, verbose_name="prices by quantity")
        ),
        migrations.AddField("product", "units", models.JSONField(blank=True, default=list, verbose_name="other units")),
        migrations.AddField(
            "product",
            "bmp",
            models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=5,
                null=True,
                validators=PERCENT,
                verbose_name="weight of the company's benefit (BMP) in %",
            ),
        ),
        migrations.AddConstraint(
            "product",
            models.CheckConstraint(
                condition=Q(bmp=None) | Q(bmp__gte=Decimal(0), bmp__lte=Decimal(100)), name="product_bmp"
            ),
        ),
        migrations.AddIndex(
            "product",
            models.Index(fields=["enterprise"], name="product_priced", condition=~Q(tiers=[]) | ~Q(units=[])),
        ),
        migrations.AddField("stagedproduct", "tiers", models.JSONField(null=True)),
        migrations.AddField("stagedproduct", "units", models.JSONField(null=True)),
        migrations.AddField("stagedproduct", "bmp", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
        migrations.RunSQL(RULES, NO_RULES),
    ]
