"""Rule 4: nobody decides on an enterprise they belong to, nor on its papers. Who ever held a role in it belongs to it.

Called by the walls of the upper apps, too. The functions run as the owner, so that a later row-level policy on memberships
never blinds them.
"""

from django.db import migrations

BELONGS = """
CREATE FUNCTION belongs_to(person bigint, organisation bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM portal_membership m WHERE m.user_id = person AND m.organisation_id = organisation)
$$;
"""
NOT_BELONGS = "DROP FUNCTION belongs_to(bigint, bigint)"

# Before, a membership that was ended a minute ago opened the way.
ENTERPRISE = """
CREATE OR REPLACE FUNCTION enterprise_decided_by_outsider() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF belongs_to(NEW.decided_by_id, NEW.organisation_id) THEN
    RAISE EXCEPTION 'enterprise %: nobody decides on an enterprise they belong to', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'enterprise_decided_by_outsider';
  END IF;
  RETURN NEW;
END $$;
"""

DOCUMENT = """
CREATE FUNCTION document_verified_by_outsider() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM portal_enterprise e WHERE e.id = NEW.enterprise_id
             AND belongs_to(NEW.verified_by_id, e.organisation_id)) THEN
    RAISE EXCEPTION 'document %: nobody verifies a paper of an enterprise they belong to', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'document_verified_by_outsider';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_verified_by_outsider BEFORE INSERT OR UPDATE OF verified_by_id, enterprise_id ON portal_document
  FOR EACH ROW WHEN (NEW.verified_by_id IS NOT NULL) EXECUTE FUNCTION document_verified_by_outsider();
"""
NO_DOCUMENT = """
DROP TRIGGER document_verified_by_outsider ON portal_document; DROP FUNCTION document_verified_by_outsider();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0011_production_and_market")]
    operations = [
        migrations.RunSQL(BELONGS, NOT_BELONGS),
        migrations.RunSQL(ENTERPRISE, migrations.RunSQL.noop),
        migrations.RunSQL(DOCUMENT, NO_DOCUMENT),
    ]
