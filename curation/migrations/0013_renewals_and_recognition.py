"""A mark goes on for another term when somebody else says so, and one of another buyer is a way to one of one's own."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.database import flow_guard, frozen

# Rule 4, for the next term of a mark; and a mark gets longer by a renewal alone.
RENEWALS = """
CREATE FUNCTION renewal_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.decided_by_id IS NOT NULL AND EXISTS (
      SELECT 1 FROM curation_curation c JOIN portal_enterprise e ON e.id = c.enterprise_id
      WHERE c.id = NEW.curation_id AND belongs_to(NEW.decided_by_id, e.organisation_id)) THEN
    RAISE EXCEPTION 'nobody renews a mark of an enterprise they belong to'
      USING ERRCODE = '23514', CONSTRAINT = 'renewal_by_outsider';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER renewal_rules BEFORE INSERT OR UPDATE ON curation_renewal FOR EACH ROW EXECUTE FUNCTION renewal_rules();

CREATE FUNCTION mark_extended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM curation_renewal r WHERE r.curation_id = NEW.id AND r.outcome = 'granted' AND r.until = NEW.valid_until) THEN
    RAISE EXCEPTION 'a mark goes on by a renewal' USING ERRCODE = '23514', CONSTRAINT = 'mark_extended_by_renewal';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mark_extended BEFORE UPDATE OF valid_until ON curation_curation
  FOR EACH ROW WHEN (NEW.valid_until > OLD.valid_until) EXECUTE FUNCTION mark_extended();
"""
NO_RENEWALS = """
DROP TRIGGER mark_extended ON curation_curation; DROP FUNCTION mark_extended();
DROP TRIGGER renewal_rules ON curation_renewal; DROP FUNCTION renewal_rules();
"""

# From a draft straight to a person: only on another buyer's mark of the same, verified enterprise that stands that day.
RECOGNITIONS = """
CREATE FUNCTION recognition_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.recognises_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM curation_curation c JOIN curation_programme theirs ON theirs.id = c.programme_id
      JOIN curation_programme ours ON ours.id = NEW.programme_id
      WHERE c.id = NEW.recognises_id AND c.enterprise_id = NEW.enterprise_id AND theirs.buyer_id <> ours.buyer_id) THEN
    RAISE EXCEPTION 'a buyer recognises the mark that another gave the same enterprise'
      USING ERRCODE = '23514', CONSTRAINT = 'recognition_of_anothers_mark';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.status = 'in_review' AND OLD.status = 'draft' AND NOT EXISTS (
      SELECT 1 FROM curation_curation c JOIN portal_enterprise e ON e.id = c.enterprise_id
      WHERE c.id = NEW.recognises_id AND c.revoked_at IS NULL AND e.status = 'verified'
      AND c.valid_until >= (now() AT TIME ZONE 'Asia/Jakarta')::date) THEN
    RAISE EXCEPTION 'only a mark that stands is recognised' USING ERRCODE = '23514', CONSTRAINT = 'recognition_of_a_standing_mark';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recognition_rules BEFORE INSERT OR UPDATE OF status, recognises_id ON curation_application
  FOR EACH ROW EXECUTE FUNCTION recognition_rules();
"""
NO_RECOGNITIONS = "DROP TRIGGER recognition_rules ON curation_application; DROP FUNCTION recognition_rules()"


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0012_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="recognises",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recognitions",
                to="curation.curation",
            ),
        ),
        migrations.AddField(
            model_name="curation",
            name="reminded",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Renewal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("asked", "Renewal asked for"), ("granted", "Renewed"), ("refused", "Not renewed")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=4000, verbose_name="what has changed since")),
                ("snapshot_revision", models.PositiveSmallIntegerField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, max_length=4000, verbose_name="reason")),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "curation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="renewals", to="curation.curation"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="curation.score",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["asked", "granted", "refused"])), name="renewal_outcome"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "asked")), fields=("curation",), name="renewal_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "asked"), ("until", None)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("outcome", "granted"),
                                ("until__isnull", False),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("outcome", "refused"),
                                ("until", None),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="renewal_decided_with_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RENEWALS, NO_RENEWALS),
        migrations.RunSQL(RECOGNITIONS, NO_RECOGNITIONS),
        frozen("curation_renewal", "OLD.outcome <> 'asked'"),
        flow_guard(
            "curation_application",
            [
                ("draft", "submitted"),
                ("draft", "in_review"),
                ("submitted", "curated"),
                ("submitted", "in_review"),
                ("submitted", "waitlisted"),
                ("submitted", "declined"),
                ("waitlisted", "curated"),
                ("waitlisted", "declined"),
                ("in_review", "curated"),
                ("in_review", "waitlisted"),
                ("in_review", "changes_requested"),
                ("in_review", "declined"),
                ("changes_requested", "in_review"),
                ("changes_requested", "declined"),
                ("declined", "appealed"),
                ("appealed", "curated"),
                ("appealed", "waitlisted"),
                ("appealed", "declined"),
                ("submitted", "withdrawn"),
                ("in_review", "withdrawn"),
                ("changes_requested", "withdrawn"),
                ("waitlisted", "withdrawn"),
            ],
        ),
    ]
