"""The parts of a business plan that can be measured, and what came of it quarter by quarter."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.database import fixed

# What was measured against is not moved afterwards, whoever tries.
STAYS = """
CREATE FUNCTION plan_target_measured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM portal_planprogress p
    JOIN (VALUES (1, OLD.q1, CASE TG_OP WHEN 'UPDATE' THEN NEW.q1 END), (2, OLD.q2, CASE TG_OP WHEN 'UPDATE' THEN NEW.q2 END),
                 (3, OLD.q3, CASE TG_OP WHEN 'UPDATE' THEN NEW.q3 END), (4, OLD.q4, CASE TG_OP WHEN 'UPDATE' THEN NEW.q4 END))
      AS each (quarter, was, becomes) ON each.quarter = p.quarter
    WHERE p.enterprise_id = OLD.enterprise_id AND p.indicator = OLD.indicator AND p.year = OLD.year
      AND (each.was IS DISTINCT FROM each.becomes OR (TG_OP = 'UPDATE'
        AND (OLD.unit, OLD.indicator, OLD.year) IS DISTINCT FROM (NEW.unit, NEW.indicator, NEW.year)))
  ) THEN
    RAISE EXCEPTION 'this target is measured already' USING ERRCODE = '23514', CONSTRAINT = 'plan_target_measured';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER plan_target_measured BEFORE UPDATE OR DELETE ON portal_plantarget
  FOR EACH ROW EXECUTE FUNCTION plan_target_measured();
"""
# Not the note: it may name a person, and erasing it must stay possible.
ENTERED = ("indicator", "unit", "year", "quarter", "target", "actual", "reported_by_id", "reported_at")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0018_job_backend"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanFunding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=200, verbose_name="what for")),
                ("amount", models.BigIntegerField(verbose_name="how much")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("own", "Own money"),
                            ("kur", "People's business credit (KUR)"),
                            ("bank", "Another bank loan"),
                            ("lpdb", "Revolving fund (LPDB)"),
                            ("tjsl", "A state-owned enterprise's small-business fund (TJSL)"),
                            ("cooperative", "Cooperative"),
                            ("investor", "Investor"),
                            ("grant", "Grant"),
                            ("undecided", "Still being looked for"),
                        ],
                        max_length=20,
                        verbose_name="from where",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanMarket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("state", "State-owned enterprises (BUMN)"),
                            ("government", "Government offices"),
                            ("private", "Larger private companies"),
                            ("shops", "Shops and traders"),
                            ("consumers", "Consumers directly"),
                            ("export", "Abroad"),
                        ],
                        max_length=20,
                        verbose_name="kind of buyer",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="who and where")),
                ("amount", models.BigIntegerField(verbose_name="expected sales in a year")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanProduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="product")),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="planned per month")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("piece", "piece"),
                            ("pair", "pair"),
                            ("dozen", "dozen"),
                            ("set", "set"),
                            ("pack", "pack"),
                            ("box", "box"),
                            ("roll", "roll"),
                            ("sheet", "sheet"),
                            ("gram", "gram"),
                            ("kilogram", "kilogram"),
                            ("tonne", "tonne"),
                            ("litre", "litre"),
                            ("metre", "metre"),
                            ("square_metre", "square metre"),
                            ("cubic_metre", "cubic metre"),
                            ("hour", "hour"),
                            ("day", "day"),
                            ("trip", "trip"),
                            ("room_night", "room night"),
                            ("portion", "portion"),
                            ("activity", "activity"),
                        ],
                        max_length=20,
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.CharField(
                        choices=[
                            ("sales", "Sales"),
                            ("production", "Production"),
                            ("buyers", "Regular buyers"),
                            ("workers", "People working"),
                            ("certificates", "Certificates held"),
                            ("exports", "Export sales"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("piece", "piece"),
                            ("pair", "pair"),
                            ("dozen", "dozen"),
                            ("set", "set"),
                            ("pack", "pack"),
                            ("box", "box"),
                            ("roll", "roll"),
                            ("sheet", "sheet"),
                            ("gram", "gram"),
                            ("kilogram", "kilogram"),
                            ("tonne", "tonne"),
                            ("litre", "litre"),
                            ("metre", "metre"),
                            ("square_metre", "square metre"),
                            ("cubic_metre", "cubic metre"),
                            ("hour", "hour"),
                            ("day", "day"),
                            ("trip", "trip"),
                            ("room_night", "room night"),
                            ("portion", "portion"),
                            ("activity", "activity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("quarter", models.PositiveSmallIntegerField()),
                ("target", models.DecimalField(decimal_places=2, max_digits=18)),
                ("actual", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="reached")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("reported_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PlanTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.CharField(
                        choices=[
                            ("sales", "Sales"),
                            ("production", "Production"),
                            ("buyers", "Regular buyers"),
                            ("workers", "People working"),
                            ("certificates", "Certificates held"),
                            ("exports", "Export sales"),
                        ],
                        max_length=20,
                        verbose_name="indicator",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("piece", "piece"),
                            ("pair", "pair"),
                            ("dozen", "dozen"),
                            ("set", "set"),
                            ("pack", "pack"),
                            ("box", "box"),
                            ("roll", "roll"),
                            ("sheet", "sheet"),
                            ("gram", "gram"),
                            ("kilogram", "kilogram"),
                            ("tonne", "tonne"),
                            ("litre", "litre"),
                            ("metre", "metre"),
                            ("square_metre", "square metre"),
                            ("cubic_metre", "cubic metre"),
                            ("hour", "hour"),
                            ("day", "day"),
                            ("trip", "trip"),
                            ("room_night", "room night"),
                            ("portion", "portion"),
                            ("activity", "activity"),
                        ],
                        max_length=20,
                        verbose_name="unit",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "q1",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="January to March"
                    ),
                ),
                (
                    "q2",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="April to June"
                    ),
                ),
                (
                    "q3",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="July to September"
                    ),
                ),
                (
                    "q4",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="October to December"
                    ),
                ),
            ],
            options={
                "ordering": ["year", "pk"],
            },
        ),
        migrations.AddField(
            model_name="enterprise",
            name="funding_needed",
            field=models.BooleanField(blank=True, null=True, verbose_name="needs funding for the plan"),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="plan_parts",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="parts of the business plan"),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("plan_parts", None), models.Q(("plan_parts__gte", 1), ("plan_parts__lte", 4)), _connector="OR"
                ),
                name="enterprise_plan_parts",
            ),
        ),
        migrations.AddField(
            model_name="planfunding",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan_funding", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="planmarket",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan_markets", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="planproduct",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan_products", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="planprogress",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plan_progress", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="planprogress",
            name="reported_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="plantarget",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan_targets", to="portal.enterprise"
            ),
        ),
        migrations.AddConstraint(
            model_name="planfunding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("purpose", ""), _negated=True),
                    (
                        "source__in",
                        ["own", "kur", "bank", "lpdb", "tjsl", "cooperative", "investor", "grant", "undecided"],
                    ),
                    ("amount__gt", 0),
                    ("amount__lt", 1000000000000000),
                ),
                name="plan_funding_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="planmarket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    ("kind__in", ["state", "government", "private", "shops", "consumers", "export"]),
                    ("amount__gt", 0),
                    ("amount__lt", 1000000000000000),
                ),
                name="plan_market_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="planproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("quantity__gt", 0)),
                name="plan_product_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="planprogress",
            index=models.Index(fields=["enterprise", "indicator", "year", "quarter"], name="progress_of_quarter"),
        ),
        migrations.AddConstraint(
            model_name="planprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("actual__gte", 0),
                    ("indicator__in", ["sales", "production", "buyers", "workers", "certificates", "exports"]),
                    ("quarter__in", (1, 2, 3, 4)),
                    ("target__gt", 0),
                ),
                name="plan_progress_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="plantarget",
            constraint=models.UniqueConstraint(fields=("enterprise", "indicator", "year"), name="plan_target_once"),
        ),
        migrations.AddConstraint(
            model_name="plantarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("indicator__in", ["sales", "production", "buyers", "workers", "certificates", "exports"]),
                    ("year__gte", 2020),
                    ("year__lt", 2100),
                    models.Q(("indicator", "production"), ("unit", ""), _connector="XOR"),
                ),
                name="plan_target_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="plantarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("q1", None), ("q2", None), ("q3", None), ("q4", None), _negated=True),
                    models.Q(("q1", None), ("q1__gt", 0), _connector="OR"),
                    models.Q(("q2", None), ("q2__gt", 0), _connector="OR"),
                    models.Q(("q3", None), ("q3__gt", 0), _connector="OR"),
                    models.Q(("q4", None), ("q4__gt", 0), _connector="OR"),
                ),
                name="plan_target_amounts",
            ),
        ),
        migrations.RunSQL(STAYS, "DROP FUNCTION plan_target_measured() CASCADE"),
        fixed("portal_planprogress", "plan_progress_stays_as_entered", ENTERED),
    ]
