"""What a merger moves, and what nobody can bring to an enterprise that was merged: whoever comes in the same moment waits for
the merger, and is refused then."""

from django.db import migrations

from portal.database import flow_guard

MERGED_INTO = """
CREATE FUNCTION merged_into(enterprise bigint) RETURNS bigint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT merged_into_id FROM portal_enterprise WHERE id = enterprise
$$;

-- As before, but that an enterprise which was merged is not there for a product any more.
CREATE OR REPLACE FUNCTION product_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing record;
BEGIN
  SELECT c.* INTO missing FROM (SELECT DISTINCT enterprise_id, kbli_id, hs_id FROM changed) c
    WHERE (SELECT e.id FROM portal_enterprise e WHERE e.id = c.enterprise_id AND e.status <> 'merged' FOR KEY SHARE) IS NULL
       OR (SELECT k.id FROM portal_kbliclass k WHERE k.id = c.kbli_id) IS NULL
       OR c.hs_id IS NOT NULL AND (SELECT h.code FROM portal_hscode h WHERE h.code = c.hs_id) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'portal_product: one of enterprise %, KBLI class %, HS code % is not there',
      missing.enterprise_id, missing.kbli_id, missing.hs_id USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION not_to_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM portal_enterprise e WHERE e.id = NEW.enterprise_id AND e.status <> 'merged' FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '%: enterprise % was merged', TG_TABLE_NAME, NEW.enterprise_id
      USING ERRCODE = '23514', CONSTRAINT = 'not_to_merged';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_to_merged BEFORE INSERT OR UPDATE OF enterprise_id ON portal_document
  FOR EACH ROW EXECUTE FUNCTION not_to_merged();
CREATE TRIGGER not_to_merged BEFORE INSERT OR UPDATE OF enterprise_id ON portal_visit
  FOR EACH ROW EXECUTE FUNCTION not_to_merged();
CREATE TRIGGER not_to_merged BEFORE INSERT ON portal_consent FOR EACH ROW EXECUTE FUNCTION not_to_merged();
CREATE TRIGGER not_to_merged BEFORE INSERT ON portal_assignment FOR EACH ROW EXECUTE FUNCTION not_to_merged();
"""
NOT_MERGED_INTO = """
DROP TRIGGER not_to_merged ON portal_document; DROP TRIGGER not_to_merged ON portal_visit;
DROP TRIGGER not_to_merged ON portal_consent; DROP TRIGGER not_to_merged ON portal_assignment;
DROP FUNCTION not_to_merged(); DROP FUNCTION merged_into(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0025_duplicates")]
    operations = [
        flow_guard(
            "portal_suspectedduplicate", [("open", "apart"), ("open", "merged"), ("apart", "merged"), ("apart", "open")]
        ),
        flow_guard(
            "portal_enterprise",
            [
                ("draft", "submitted"),
                ("returned", "submitted"),
                ("submitted", "verified"),
                ("submitted", "returned"),
                ("verified", "suspended"),
                ("suspended", "verified"),
                ("draft", "closed"),
                ("returned", "closed"),
                ("verified", "closed"),
                ("suspended", "closed"),
                ("draft", "merged"),
                ("submitted", "merged"),
                ("returned", "merged"),
                ("verified", "merged"),
            ],
        ),
        migrations.RunSQL(MERGED_INTO, NOT_MERGED_INTO),
    ]
