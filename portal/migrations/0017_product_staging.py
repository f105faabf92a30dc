"""Lists of 50,000 products: a staging table, and references of products that are checked set by set.

A foreign key looks up every row that comes in: three of them took more than half of the time of a list. Whether all that
is named is there is asked once for each statement instead; the two reference lists only grow, and an enterprise with products
stays.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

REFERENCES = """
CREATE FUNCTION product_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing record;
BEGIN
  -- Scalar look-ups by key, whatever the planner thinks of the number of rows. FOR KEY SHARE: as with a foreign key, the
  -- enterprise stays until this transaction ends.
  SELECT c.* INTO missing FROM (SELECT DISTINCT enterprise_id, kbli_id, hs_id FROM changed) c
    WHERE (SELECT e.id FROM portal_enterprise e WHERE e.id = c.enterprise_id FOR KEY SHARE) IS NULL
       OR (SELECT k.id FROM portal_kbliclass k WHERE k.id = c.kbli_id) IS NULL
       OR c.hs_id IS NOT NULL AND (SELECT h.code FROM portal_hscode h WHERE h.code = c.hs_id) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'portal_product: one of enterprise %, KBLI class %, HS code % is not there',
      missing.enterprise_id, missing.kbli_id, missing.hs_id USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER product_references_added AFTER INSERT ON portal_product
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION product_references();
CREATE TRIGGER product_references_changed AFTER UPDATE ON portal_product
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION product_references();

CREATE FUNCTION refuse_with_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM portal_product WHERE enterprise_id = OLD.id) THEN
    RAISE EXCEPTION 'portal_enterprise: % has products', OLD.id USING ERRCODE = '23503';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER kept_for_products BEFORE DELETE OR UPDATE OF id ON portal_enterprise
  FOR EACH ROW EXECUTE FUNCTION refuse_with_products();
CREATE TRIGGER never_removed BEFORE DELETE OR UPDATE OF id ON portal_kbliclass
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON portal_kbliclass FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE OR UPDATE OF code ON portal_hscode
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON portal_hscode FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
NO_REFERENCES = """
DROP TRIGGER product_references_added ON portal_product;
DROP TRIGGER product_references_changed ON portal_product;
DROP FUNCTION product_references();
DROP TRIGGER kept_for_products ON portal_enterprise; DROP FUNCTION refuse_with_products();
DROP TRIGGER never_removed ON portal_kbliclass; DROP TRIGGER never_emptied ON portal_kbliclass;
DROP TRIGGER never_removed ON portal_hscode; DROP TRIGGER never_emptied ON portal_hscode;
"""
# Nothing here outlives its import: what a crash empties is read again from the file.
UNLOGGED = "ALTER TABLE portal_stagedproduct SET UNLOGGED"


class Migration(migrations.Migration):
    dependencies = [("portal", "0016_kbli_conversions")]

    operations = [
        migrations.DeleteModel(name="ImportRow"),
        migrations.CreateModel(
            name="StagedProduct",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "product_import_id", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "product_import",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staged",
                        to="portal.productimport",
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                ("code", models.CharField(db_default="", max_length=40)),
                ("name", models.CharField(max_length=200, null=True)),
                ("description", models.TextField(null=True)),
                ("kbli_id", models.BigIntegerField(null=True)),
                ("hs_id", models.CharField(max_length=8, null=True)),
                ("unit", models.CharField(max_length=20, null=True)),
                ("price", models.BigIntegerField(null=True)),
                ("monthly_capacity", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("minimum_order", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("lead_time_days", models.PositiveSmallIntegerField(null=True)),
                ("tkdn", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("on_sale", models.BooleanField(null=True)),
            ],
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="product",
            name="enterprise",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="products",
                to="portal.enterprise",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="hs",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.hscode",
                verbose_name="HS code",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="kbli",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.kbliclass",
                verbose_name="KBLI class",
            ),
        ),
        migrations.AddIndex(model_name="product", index=models.Index(fields=["kbli"], name="product_kbli")),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(condition=Q(hs__isnull=False), fields=["hs"], name="product_hs"),
        ),
        migrations.RunSQL(REFERENCES, NO_REFERENCES),
    ]
