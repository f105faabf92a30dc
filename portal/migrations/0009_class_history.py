"""Every derivation of a class is kept, and what is stored of a class always rests on one."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.database import append_only

# What the audit trail tells of earlier derivations, without figures; then what is stored now, with the figures of today.
BACKFILL = """
INSERT INTO portal_classderivation
  (enterprise_id, from_day, business_class, class_rule_id, decided_by, ikm, ikm_rule_id, figures, cause, changed, by_id, entry, created_at)
SELECT e.id, (a.at AT TIME ZONE 'Asia/Jakarta')::date, a.payload->>'class', r.id, coalesce(a.payload->>'decided_by', ''),
       coalesce(a.payload->>'ikm', ''), NULL, '{}',
       CASE a.action WHEN 'submit' THEN 'submitted' ELSE 'verified' END, '{}', a.actor_id, a.seq, now()
FROM portal_enterprise e
JOIN portal_auditentry a ON a.stream = 'portal.enterprise:' || e.id AND a.action IN ('submit', 'verify')
LEFT JOIN portal_datedrule r ON r.key || ' ' || r.valid_from = a.payload->>'rule'
WHERE a.payload->>'class' IN ('micro', 'small', 'medium')
ORDER BY e.id, a.seq;

INSERT INTO portal_classderivation
  (enterprise_id, from_day, business_class, class_rule_id, decided_by, ikm, ikm_rule_id, figures, cause, changed, by_id, entry, created_at)
SELECT e.id, (coalesce(e.updated_at, e.created_at) AT TIME ZONE 'Asia/Jakarta')::date, e.business_class, r.id, e.class_decided_by,
       CASE e.is_ikm WHEN true THEN CASE WHEN newest.ikm IN ('small', 'medium') THEN newest.ikm ELSE 'small' END
                     WHEN false THEN CASE WHEN newest.ikm IN ('large', 'not_industry') THEN newest.ikm ELSE 'not_industry' END
                     ELSE '' END,
       NULL,
       jsonb_build_object('capital', e.capital, 'full_year_of_sales', e.full_year_of_sales, 'annual_sales', e.annual_sales,
                          'workforce', e.workforce, 'investment', e.investment, 'kbli', k.code, 'kbli_edition', k.edition),
       'recorded', '{}', NULL, NULL, now()
FROM portal_enterprise e
LEFT JOIN portal_datedrule r ON r.key || ' ' || r.valid_from = e.class_rule
LEFT JOIN portal_activity act ON act.enterprise_id = e.id AND act.is_main
LEFT JOIN portal_kbliclass k ON k.id = act.kbli_id
LEFT JOIN LATERAL (SELECT d.ikm FROM portal_classderivation d WHERE d.enterprise_id = e.id ORDER BY d.id DESC LIMIT 1) newest ON true
WHERE e.business_class <> '';
"""

# At the end of the transaction, because the history is written after the audit entry that it names. A derivation that a new
# rule took above medium changes nothing stored.
RULE = """
CREATE FUNCTION class_has_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM portal_enterprise e
    JOIN LATERAL (SELECT * FROM portal_classderivation d WHERE d.enterprise_id = e.id
                  AND d.business_class <> 'large' ORDER BY d.id DESC LIMIT 1) newest ON true
    WHERE e.id = NEW.id AND newest.business_class = e.business_class
      AND (CASE WHEN newest.ikm = '' THEN NULL ELSE newest.ikm IN ('small', 'medium') END) IS NOT DISTINCT FROM e.is_ikm
  ) AND EXISTS (SELECT 1 FROM portal_enterprise e WHERE e.id = NEW.id) THEN
    RAISE EXCEPTION 'enterprise %: its class changed without a derivation', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'class_has_history';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER class_has_history AFTER UPDATE ON portal_enterprise DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.business_class IS DISTINCT FROM NEW.business_class OR OLD.is_ikm IS DISTINCT FROM NEW.is_ikm)
  EXECUTE FUNCTION class_has_history();
"""
NO_RULE = "DROP TRIGGER class_has_history ON portal_enterprise; DROP FUNCTION class_has_history();"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0008_sales_by_year"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClassDerivation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField(verbose_name="from")),
                (
                    "business_class",
                    models.CharField(
                        blank=True,
                        choices=[("micro", "Micro"), ("small", "Small"), ("medium", "Medium"), ("large", "Large")],
                        max_length=10,
                        verbose_name="business class",
                    ),
                ),
                ("decided_by", models.CharField(blank=True, max_length=20)),
                (
                    "ikm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("small", "Small industry"),
                            ("medium", "Medium industry"),
                            ("large", "Large industry"),
                            ("not_industry", "Not an industry"),
                        ],
                        max_length=12,
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("submitted", "Sent for checking"),
                            ("verified", "Verified by the ministry"),
                            ("figures", "Figures changed"),
                            ("activities", "Activities changed"),
                            ("rule", "A new rule came into force"),
                            ("recorded", "Taken over from before this history was kept"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), default=list, size=None
                    ),
                ),
                ("entry", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "class_rule",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.datedrule"
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="class_history",
                        to="portal.enterprise",
                    ),
                ),
                (
                    "ikm_rule",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.datedrule"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["enterprise", "-id"], name="class_history_newest")],
                "constraints": [models.UniqueConstraint(fields=("enterprise", "entry"), name="class_once_per_save")],
            },
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        append_only("portal_classderivation"),
        migrations.RunSQL(RULE, NO_RULE),
    ]
