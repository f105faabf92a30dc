"""No more of a capacity is promised than there is, on any day, however many promise at once.

A commitment locks its enterprise and its product before it adds up, so that of two in the same moment the second sees the
first. Lowering a capacity, or counting it in another unit, goes by the same sums. The functions run as the owner, so that a
later row-level policy never blinds them.
"""

from django.db import migrations

from portal.database import fixed, frozen

# As portal.units has it; a test compares the two.
UNITS = {
    "gram": ("mass", "0.001"),
    "kilogram": ("mass", "1"),
    "tonne": ("mass", "1000"),
    "litre": ("volume", "1"),
    "cubic_metre": ("volume", "1000"),
    "piece": ("count", "1"),
    "dozen": ("count", "12"),
}
ROWS = ", ".join(f"('{unit}', '{measure}', {factor})" for unit, (measure, factor) in UNITS.items())

SUMS = f"""
CREATE FUNCTION unit_converted(amount numeric, source text, target text) RETURNS numeric LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN source = target THEN amount ELSE (
    SELECT amount * one.factor / other.factor
    FROM (VALUES {ROWS}) AS one (unit, measure, factor) JOIN (VALUES {ROWS}) AS other (unit, measure, factor)
      ON other.measure = one.measure WHERE one.unit = source AND other.unit = target) END
$$;

-- The most that is promised of a product on one day between the two: it changes only where a term begins.
CREATE FUNCTION committed_at_most(goods bigint, since date, until date) RETURNS numeric LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT coalesce(max(total), 0) FROM (
    SELECT (SELECT sum(c.quantity) FROM portal_commitment c
            WHERE c.product_id = goods AND c.released_at IS NULL AND c.starts_on <= begun.day AND c.ends_on >= begun.day) AS total
    FROM (SELECT DISTINCT greatest(starts_on, since) AS day FROM portal_commitment
          WHERE product_id = goods AND released_at IS NULL AND ends_on >= since AND starts_on <= until) AS begun
  ) AS sums
$$;

-- Of all products of an enterprise that are counted in units that convert into its own.
CREATE FUNCTION enterprise_committed_at_most(firm bigint, wanted text, since date, until date) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH own AS (
    SELECT unit_converted(c.quantity, c.unit, wanted) AS quantity, c.starts_on, c.ends_on
    FROM portal_commitment c JOIN portal_product p ON p.id = c.product_id
    WHERE p.enterprise_id = firm AND c.released_at IS NULL AND c.ends_on >= since AND c.starts_on <= until
  )
  SELECT coalesce(max(total), 0) FROM (
    SELECT (SELECT sum(o.quantity) FROM own o WHERE o.starts_on <= begun.day AND o.ends_on >= begun.day) AS total
    FROM (SELECT DISTINCT greatest(starts_on, since) AS day FROM own) AS begun
  ) AS sums
$$;
"""
NO_SUMS = """
DROP FUNCTION enterprise_committed_at_most(bigint, text, date, date);
DROP FUNCTION committed_at_most(bigint, date, date);
DROP FUNCTION unit_converted(numeric, text, text);
"""

WALLS = """
CREATE FUNCTION commitment_within_capacity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  firm record;
  goods record;
BEGIN
  SELECT e.id, e.monthly_capacity, e.capacity_unit INTO firm FROM portal_enterprise e
    WHERE e.id = (SELECT enterprise_id FROM portal_product WHERE id = NEW.product_id) FOR NO KEY UPDATE;
  SELECT p.unit, p.monthly_capacity INTO goods FROM portal_product p WHERE p.id = NEW.product_id FOR NO KEY UPDATE;
  IF goods.unit IS DISTINCT FROM NEW.unit THEN
    RAISE EXCEPTION 'a commitment is counted in the unit of its product'
      USING ERRCODE = '23514', CONSTRAINT = 'commitment_unit';
  END IF;
  IF committed_at_most(NEW.product_id, NEW.starts_on, NEW.ends_on) > goods.monthly_capacity THEN
    RAISE EXCEPTION 'more would be promised than the product''s capacity of % a month', goods.monthly_capacity
      USING ERRCODE = '23514', CONSTRAINT = 'commitment_within_capacity';
  END IF;
  IF firm.monthly_capacity IS NOT NULL AND enterprise_committed_at_most(
       firm.id, firm.capacity_unit, NEW.starts_on, NEW.ends_on) > firm.monthly_capacity THEN
    RAISE EXCEPTION 'more would be promised than the enterprise''s capacity of % a month', firm.monthly_capacity
      USING ERRCODE = '23514', CONSTRAINT = 'commitment_within_enterprise';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER commitment_within_capacity AFTER INSERT ON portal_commitment
  FOR EACH ROW WHEN (NEW.released_at IS NULL) EXECUTE FUNCTION commitment_within_capacity();

CREATE FUNCTION product_capacity_committed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  promised numeric := committed_at_most(NEW.id, current_date, 'infinity');
BEGIN
  IF promised > 0 AND (NEW.unit <> OLD.unit OR NEW.monthly_capacity < promised) THEN
    RAISE EXCEPTION '% a month of this product are promised', promised
      USING ERRCODE = '23514', CONSTRAINT = 'product_capacity_committed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER product_capacity_committed BEFORE UPDATE OF monthly_capacity, unit ON portal_product
  FOR EACH ROW WHEN (NEW.monthly_capacity < OLD.monthly_capacity OR NEW.unit <> OLD.unit)
  EXECUTE FUNCTION product_capacity_committed();

CREATE FUNCTION enterprise_capacity_committed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  IF enterprise_committed_at_most(NEW.id, NEW.capacity_unit, current_date, 'infinity') > NEW.monthly_capacity THEN
    RAISE EXCEPTION 'more of this enterprise''s capacity is promised'
      USING ERRCODE = '23514', CONSTRAINT = 'enterprise_capacity_committed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER enterprise_capacity_committed BEFORE UPDATE OF monthly_capacity, capacity_unit ON portal_enterprise
  FOR EACH ROW WHEN (NEW.monthly_capacity IS NOT NULL AND (OLD.monthly_capacity IS NULL
    OR NEW.monthly_capacity < OLD.monthly_capacity OR NEW.capacity_unit <> OLD.capacity_unit))
  EXECUTE FUNCTION enterprise_capacity_committed();
"""
NO_WALLS = """
DROP TRIGGER enterprise_capacity_committed ON portal_enterprise; DROP FUNCTION enterprise_capacity_committed();
DROP TRIGGER product_capacity_committed ON portal_product; DROP FUNCTION product_capacity_committed();
DROP TRIGGER commitment_within_capacity ON portal_commitment; DROP FUNCTION commitment_within_capacity();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0033_commitments")]
    operations = [
        migrations.RunSQL(SUMS, NO_SUMS),
        migrations.RunSQL(WALLS, NO_WALLS),
        frozen("portal_commitment", "OLD.released_at IS NOT NULL"),
        fixed(
            "portal_commitment",
            "commitment_stands",
            ["product_id", "quantity", "unit", "starts_on", "ends_on"],
        ),
    ]
