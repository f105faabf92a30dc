"""Who declared a conflict of interest with an applicant does not renew its mark either."""

from django.db import migrations

RULES = """
CREATE OR REPLACE FUNCTION renewal_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.decided_by_id IS NOT NULL AND EXISTS (
      SELECT 1 FROM curation_curation c JOIN portal_enterprise e ON e.id = c.enterprise_id
      WHERE c.id = NEW.curation_id AND belongs_to(NEW.decided_by_id, e.organisation_id)) THEN
    RAISE EXCEPTION 'nobody renews a mark of an enterprise they belong to'
      USING ERRCODE = '23514', CONSTRAINT = 'renewal_by_outsider';
  END IF;
  IF NEW.decided_by_id IS NOT NULL AND EXISTS (
      SELECT 1 FROM curation_curation c JOIN curation_conflict k ON k.application_id = c.application_id
      WHERE c.id = NEW.curation_id AND k.person_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'nobody renews a mark where they declared a conflict'
      USING ERRCODE = '23514', CONSTRAINT = 'renewal_without_conflict';
  END IF;
  RETURN NEW;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION renewal_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.decided_by_id IS NOT NULL AND EXISTS (
      SELECT 1 FROM curation_curation c JOIN portal_enterprise e ON e.id = c.enterprise_id
      WHERE c.id = NEW.curation_id AND belongs_to(NEW.decided_by_id, e.organisation_id)) THEN
    RAISE EXCEPTION 'nobody renews a mark of an enterprise they belong to'
      USING ERRCODE = '23514', CONSTRAINT = 'renewal_by_outsider';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0024_requests_withdrawn")]
    operations = [migrations.RunSQL(RULES, BEFORE)]
