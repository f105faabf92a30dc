"""The pool: evidence and scores of every verified enterprise, in partitions that only these functions make and drop; and the
outbox of changes, filled by a trigger per statement on every table that evidence is read from."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Columns of one width together, the widest first: no padding, and the first ones are found without counting.
EVIDENCE = """
CREATE TABLE curation_poolevidence (
  programme_id bigint NOT NULL, enterprise_id bigint NOT NULL,
  need_quantity bigint, kbli_fit bigint, product_fit bigint, hs_fit bigint, products bigint, monthly_capacity bigint,
  price_share bigint, lead_time bigint, minimum_order_share bigint, tkdn bigint, photos bigint, distance bigint,
  verified_documents bigint, years_in_business bigint, workforce bigint, trained_share bigint, annual_sales bigint,
  investment bigint, digital_readiness bigint, quality_practices bigint, export_countries bigint, innovations bigint,
  cooperative_members bigint, curations bigint,
  stale_on date, sni date, halal date, bpom date, pirt date, iso_9001 date, tkdn_certificate date, lab_test date,
  required_certificates date,
  province smallint, class_code smallint, form_code smallint,
  nib boolean, npwp boolean, deed boolean, ikm boolean, business_plan boolean, exports boolean,
  flagship_product boolean,
  legal_form varchar(20), business_class varchar(20), technology_level varchar(20),
  activities text[], verified_until date[],
  PRIMARY KEY (programme_id, enterprise_id)
) PARTITION BY LIST (programme_id)
"""

QUANTITIES = ", ".join(f"q{number} bigint" for number in range(1, 25))
SCORES = f"""
CREATE TABLE curation_poolscore (
  run_id bigint NOT NULL, enterprise_id bigint NOT NULL, missed integer NOT NULL, unknown integer NOT NULL,
  total smallint NOT NULL, coverage smallint NOT NULL, province smallint, class_code smallint, form_code smallint,
  {QUANTITIES},
  PRIMARY KEY (run_id, enterprise_id)
) PARTITION BY LIST (run_id)
"""

# Web and workers own nothing, so that they may not make a table; these make and drop the two kinds there are, and only for a
# programme that has a pool, and a run that exists. A table is made beside the parent and attached: reading the others
# goes on meanwhile. Dropping waits at most two seconds for readers and is tried again later.
PARTITIONS = """
CREATE FUNCTION pool_partition(parent text, key bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF parent NOT IN ('curation_poolevidence', 'curation_poolscore') OR key <= 0 THEN
    RAISE EXCEPTION 'there is no pool table % of %', parent, key USING ERRCODE = '22023';
  END IF;
  RETURN parent || '_' || key;
END $$;

CREATE FUNCTION pool_partition_add(parent text, key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE child text := public.pool_partition(parent, key);
BEGIN
  IF parent = 'curation_poolscore' THEN
    PERFORM FROM public.curation_poolrun WHERE id = key AND state IN ('queued', 'scoring') AND dropped_at IS NULL;
  ELSE
    PERFORM FROM public.curation_pool WHERE programme_id = key AND built_at IS NULL;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing is to be written to % of %', parent, key USING ERRCODE = '22023';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS public.%I', child);
  EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', child, parent);
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)', parent, child, key);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO mitrapasok_app', child);
END $$;

CREATE FUNCTION pool_partition_drop(parent text, key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE child text := public.pool_partition(parent, key);
BEGIN
  IF parent = 'curation_poolscore' THEN
    PERFORM FROM public.curation_poolrun WHERE id = key AND (dropped_at IS NULL OR state NOT IN ('done', 'failed'));
  ELSE
    PERFORM FROM public.curation_pool WHERE programme_id = key;
  END IF;
  IF FOUND THEN
    RAISE EXCEPTION '% of % is still in use', parent, key USING ERRCODE = '55006';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS public.%I', child);
END $$;

-- What the planner knows of a table that was filled in one go.
CREATE FUNCTION pool_partition_analyze(parent text, key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  EXECUTE format('ANALYZE public.%I', public.pool_partition(parent, key));
END $$;

REVOKE ALL ON FUNCTION pool_partition_add(text, bigint), pool_partition_drop(text, bigint),
  pool_partition_analyze(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pool_partition_add(text, bigint), pool_partition_drop(text, bigint),
  pool_partition_analyze(text, bigint) TO mitrapasok_app;
"""
NO_PARTITIONS = """
DROP FUNCTION pool_partition_add(text, bigint); DROP FUNCTION pool_partition_drop(text, bigint);
DROP FUNCTION pool_partition_analyze(text, bigint); DROP FUNCTION pool_partition(text, bigint);
"""

# Whose evidence reads the rows of each table: a query over `changed`, the rows that the statement wrote or removed.
ITSELF = "SELECT id FROM changed UNION SELECT m.cooperative_id FROM changed JOIN portal_cooperativemember m ON m.member_id = changed.id"
ITS_ENTERPRISE = "SELECT DISTINCT enterprise_id FROM changed"
READ_FROM = {
    "portal_enterprise": ITSELF,
    "portal_activity": ITS_ENTERPRISE,
    "portal_product": ITS_ENTERPRISE,
    "portal_photo": "SELECT DISTINCT p.enterprise_id FROM changed JOIN portal_product p ON p.id = changed.product_id",
    "portal_document": ITS_ENTERPRISE,
    "portal_exportrecord": ITS_ENTERPRISE,
    "portal_cooperativemember": "SELECT DISTINCT cooperative_id FROM changed",
    "curation_curation": ITS_ENTERPRISE,
}


def notes_changes(table: str, whose: str) -> migrations.RunSQL:
    events = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    triggers = "".join(
        f"CREATE TRIGGER notes_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_changed();"
        for event, rows in events
    )
    return migrations.RunSQL(
        f"CREATE FUNCTION {table}_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" INSERT INTO curation_evidencechange (enterprise_id, transaction)"
        f" SELECT each.id, pg_current_xact_id()::text::bigint FROM ({whose}) AS each (id) ON CONFLICT DO NOTHING;"
        f" RETURN NULL; END $$; {triggers}",
        f"DROP FUNCTION {table}_changed() CASCADE",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0009_verified_documents_end"),
        ("portal", "0013_document_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvidenceChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enterprise_id", "transaction", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("enterprise_id", models.BigIntegerField()),
                ("transaction", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("needs_digest", models.CharField(max_length=64)),
                ("built_at", models.DateTimeField(null=True)),
                ("enterprises", models.PositiveIntegerField(default=0)),
                ("scores_stale", models.BooleanField(default=False)),
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pool", to="curation.programme"
                    ),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="PoolEvidence",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "programme_id",
                                "enterprise_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("stale_on", models.DateField(null=True)),
                        ("province", models.SmallIntegerField(null=True)),
                        ("class_code", models.SmallIntegerField(null=True)),
                        ("form_code", models.SmallIntegerField(null=True)),
                        ("need_quantity", models.BigIntegerField(null=True)),
                        (
                            "verified_until",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(), null=True, size=None
                            ),
                        ),
                        ("nib", models.BooleanField(null=True)),
                        ("npwp", models.BooleanField(null=True)),
                        ("deed", models.BooleanField(null=True)),
                        ("legal_form", models.CharField(max_length=20, null=True)),
                        ("business_class", models.CharField(max_length=20, null=True)),
                        ("ikm", models.BooleanField(null=True)),
                        ("kbli_fit", models.BigIntegerField(null=True)),
                        (
                            "activities",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), null=True, size=None
                            ),
                        ),
                        ("product_fit", models.BigIntegerField(null=True)),
                        ("hs_fit", models.BigIntegerField(null=True)),
                        ("products", models.BigIntegerField(null=True)),
                        ("monthly_capacity", models.BigIntegerField(null=True)),
                        ("price_share", models.BigIntegerField(null=True)),
                        ("lead_time", models.BigIntegerField(null=True)),
                        ("minimum_order_share", models.BigIntegerField(null=True)),
                        ("tkdn", models.BigIntegerField(null=True)),
                        ("photos", models.BigIntegerField(null=True)),
                        ("distance", models.BigIntegerField(null=True)),
                        ("sni", models.DateField(null=True)),
                        ("halal", models.DateField(null=True)),
                        ("bpom", models.DateField(null=True)),
                        ("pirt", models.DateField(null=True)),
                        ("iso_9001", models.DateField(null=True)),
                        ("tkdn_certificate", models.DateField(null=True)),
                        ("lab_test", models.DateField(null=True)),
                        ("required_certificates", models.DateField(null=True)),
                        ("verified_documents", models.BigIntegerField(null=True)),
                        ("years_in_business", models.BigIntegerField(null=True)),
                        ("workforce", models.BigIntegerField(null=True)),
                        ("trained_share", models.BigIntegerField(null=True)),
                        ("annual_sales", models.BigIntegerField(null=True)),
                        ("investment", models.BigIntegerField(null=True)),
                        ("technology_level", models.CharField(max_length=20, null=True)),
                        ("digital_readiness", models.BigIntegerField(null=True)),
                        ("quality_practices", models.BigIntegerField(null=True)),
                        ("business_plan", models.BooleanField(null=True)),
                        ("exports", models.BooleanField(null=True)),
                        ("export_countries", models.BigIntegerField(null=True)),
                        ("flagship_product", models.BooleanField(null=True)),
                        ("innovations", models.BigIntegerField(null=True)),
                        ("cooperative_members", models.BigIntegerField(null=True)),
                        ("curations", models.BigIntegerField(null=True)),
                        (
                            "enterprise",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.enterprise",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="curation.programme",
                            ),
                        ),
                    ],
                ),
            ],
            database_operations=[migrations.RunSQL(EVIDENCE, "DROP TABLE curation_poolevidence")],
        ),
        migrations.CreateModel(
            name="PoolRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("criteria", models.JSONField()),
                ("threshold", models.DecimalField(decimal_places=2, max_digits=5)),
                ("review_floor", models.DecimalField(decimal_places=2, max_digits=5)),
                ("minimum_coverage", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=5)),
                (
                    "need_quantities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=4, max_digits=18), default=list, size=None
                    ),
                ),
                ("as_of", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("scoring", "Scoring"),
                            ("marking", "Marking"),
                            ("done", "Done"),
                            ("failed", "Stopped"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("reads_evidence", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("ranges_total", models.PositiveIntegerField(default=0)),
                ("ranges_done", models.PositiveIntegerField(default=0)),
                ("enterprises", models.PositiveIntegerField(default=0)),
                ("passing", models.PositiveIntegerField(null=True)),
                (
                    "criteria_set",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="curation.criteriaset",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pool_runs", to="curation.programme"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PoolRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("scores", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ranges", to="curation.poolrun"
                    ),
                ),
            ],
            options={
                "ordering": ["run", "number"],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="PoolScore",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "run_id", "enterprise_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("missed", models.IntegerField()),
                        ("unknown", models.IntegerField()),
                        ("total", models.SmallIntegerField()),
                        ("coverage", models.SmallIntegerField()),
                        ("province", models.SmallIntegerField(null=True)),
                        ("class_code", models.SmallIntegerField(null=True)),
                        ("form_code", models.SmallIntegerField(null=True)),
                        (
                            "enterprise",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.enterprise",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="curation.poolrun",
                            ),
                        ),
                    ],
                ),
            ],
            database_operations=[migrations.RunSQL(SCORES, "DROP TABLE curation_poolscore")],
        ),
        migrations.AddConstraint(
            model_name="poolrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["done", "failed"]), _negated=True),
                fields=("programme",),
                name="pool_run_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="poolrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("ranges_done__lte", models.F("ranges_total"))), name="pool_run_ranges"
            ),
        ),
        migrations.AddConstraint(
            model_name="poolrange",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="pool_range_once"),
        ),
        migrations.RunSQL(PARTITIONS, NO_PARTITIONS),
        *(notes_changes(table, whose) for table, whose in READ_FROM.items()),
    ]
