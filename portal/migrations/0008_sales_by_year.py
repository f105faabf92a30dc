"""Sales become a row a year; the enterprise keeps the newest of them, and the database holds the two together."""

import django.db.models.deletion
from django.db import migrations, models

# What was entered before: one figure with its year.
COPY = """
INSERT INTO portal_annualsales (enterprise_id, year, amount)
SELECT id, sales_year, annual_sales FROM portal_enterprise
WHERE annual_sales IS NOT NULL AND sales_year BETWEEN 1990 AND 2199;
"""
# At the end of a transaction, because the rows and the enterprise are written one after the other.
RULE = """
CREATE FUNCTION annual_sales_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  subject bigint;
  newest record;
  kept record;
BEGIN
  IF TG_TABLE_NAME = 'portal_enterprise' THEN
    subject := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN
    subject := OLD.enterprise_id;
  ELSE
    subject := NEW.enterprise_id;
  END IF;
  SELECT year, amount INTO newest FROM portal_annualsales WHERE enterprise_id = subject ORDER BY year DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT sales_year, annual_sales INTO kept FROM portal_enterprise WHERE id = subject;
  IF FOUND AND (kept.sales_year IS DISTINCT FROM newest.year OR kept.annual_sales IS DISTINCT FROM newest.amount) THEN
    RAISE EXCEPTION 'enterprise %: annual sales are not those of the newest year', subject USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER annual_sales_agree AFTER INSERT OR UPDATE OR DELETE ON portal_annualsales
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION annual_sales_agree();
CREATE CONSTRAINT TRIGGER enterprise_sales_agree AFTER UPDATE OF annual_sales, sales_year ON portal_enterprise
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.annual_sales IS DISTINCT FROM NEW.annual_sales OR OLD.sales_year IS DISTINCT FROM NEW.sales_year)
  EXECUTE FUNCTION annual_sales_agree();

-- Whoever's clock is wrong: sales are of a year that has ended.
CREATE FUNCTION annual_sales_year_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.year >= extract(year FROM now() AT TIME ZONE 'Asia/Jakarta') THEN
    RAISE EXCEPTION 'sales of %: the year has not ended', NEW.year USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER annual_sales_year_ended BEFORE INSERT OR UPDATE OF year ON portal_annualsales
  FOR EACH ROW EXECUTE FUNCTION annual_sales_year_ended();
"""
NO_RULE = """
DROP TRIGGER enterprise_sales_agree ON portal_enterprise;
DROP TRIGGER annual_sales_agree ON portal_annualsales;
DROP TRIGGER annual_sales_year_ended ON portal_annualsales;
DROP FUNCTION annual_sales_agree();
DROP FUNCTION annual_sales_year_ended();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_visits"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnualSales",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("amount", models.BigIntegerField(verbose_name="sales")),
            ],
            options={
                "ordering": ["-year"],
            },
        ),
        migrations.AddField(
            model_name="enterprise",
            name="workforce_permanent",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="of them permanent"),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="workforce_trained",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="of them trained or certified"),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="workforce_with_disability",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="of them persons with a disability"),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("workforce_permanent", None),
                        ("workforce_permanent__lte", models.F("workforce")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("workforce_with_disability", None),
                        ("workforce_with_disability__lte", models.F("workforce")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("workforce_trained", None), ("workforce_trained__lte", models.F("workforce")), _connector="OR"
                    ),
                ),
                name="enterprise_people",
            ),
        ),
        migrations.AddField(
            model_name="annualsales",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sales", to="portal.enterprise"
            ),
        ),
        migrations.AddConstraint(
            model_name="annualsales",
            constraint=models.UniqueConstraint(fields=("enterprise", "year"), name="annual_sales_once"),
        ),
        migrations.AddConstraint(
            model_name="annualsales",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("amount__lt", 1000000000000000)), name="annual_sales_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="annualsales",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 1990), ("year__lt", 2200)), name="annual_sales_year"
            ),
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        # The rows just copied wait for their deferred checks; PostgreSQL makes no trigger on a table before that.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(RULE, NO_RULE),
    ]
