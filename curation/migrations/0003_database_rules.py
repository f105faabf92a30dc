"""What the database refuses: moves that no flow knows, and changes to a published version of criteria."""

from django.db import migrations

from portal.database import flow_guard, frozen

# A criterion belongs to its version: once that is published, no row of it may be added, changed or removed.
CRITERIA_FROZEN = """
CREATE FUNCTION criterion_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN wanted := OLD.criteria_set_id; ELSE wanted := NEW.criteria_set_id; END IF;
  IF EXISTS (SELECT 1 FROM curation_criteriaset WHERE id = wanted AND published_at IS NOT NULL) THEN
    RAISE EXCEPTION 'criteria of a published version never change' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER criterion_frozen BEFORE INSERT OR UPDATE OR DELETE ON curation_criterion
  FOR EACH ROW EXECUTE FUNCTION criterion_frozen();
"""
NOT_FROZEN = "DROP TRIGGER criterion_frozen ON curation_criterion; DROP FUNCTION criterion_frozen();"


class Migration(migrations.Migration):
    dependencies = [("curation", "0002_initial"), ("portal", "0002_database_rules")]
    operations = [
        flow_guard("curation_programme", [("draft", "published"), ("published", "closed"), ("closed", "archived")]),
        flow_guard(
            "curation_application",
            [
                ("draft", "submitted"),
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
                ("appealed", "declined"),
                ("submitted", "withdrawn"),
                ("in_review", "withdrawn"),
                ("changes_requested", "withdrawn"),
                ("waitlisted", "withdrawn"),
            ],
        ),
        frozen("curation_criteriaset", "OLD.published_at IS NOT NULL"),
        migrations.RunSQL(CRITERIA_FROZEN, NOT_FROZEN),
    ]
