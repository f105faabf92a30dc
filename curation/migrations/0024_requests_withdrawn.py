"""A buyer may stop asking for what it would have recognised a mark on; a draft of one's own is simply never sent."""

from django.db import migrations

from portal.database import flow_guard

REQUESTS = """
CREATE FUNCTION request_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.recognises_id IS NULL THEN
    RAISE EXCEPTION 'only a request on another mark is withdrawn before it is sent'
      USING ERRCODE = '23514', CONSTRAINT = 'withdrawn_unsent_on_a_mark';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER request_rules BEFORE UPDATE OF status ON curation_application FOR EACH ROW
  WHEN (OLD.status = 'draft' AND NEW.status = 'withdrawn') EXECUTE FUNCTION request_rules();
"""
NO_REQUESTS = "DROP TRIGGER request_rules ON curation_application; DROP FUNCTION request_rules()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0023_snapshot_province")]
    operations = [
        migrations.RunSQL(REQUESTS, NO_REQUESTS),
        flow_guard(
            "curation_application",
            [
                ("draft", "submitted"),
                ("draft", "in_review"),
                ("draft", "withdrawn"),
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
