"""The text of an offered contract does not change; only the enterprise behind a party does, to the one it was merged into."""

from django.db import migrations

FOLLOWS = """
CREATE FUNCTION party_follows_merger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In a draft the enterprise is chosen freely.
  IF (SELECT status FROM partnerships_partnership WHERE id = NEW.partnership_id) = 'draft' THEN
    RETURN NEW;
  END IF;
  IF merged_into(OLD.enterprise_id) IS DISTINCT FROM NEW.enterprise_id
     OR to_jsonb(OLD) - '{enterprise_id,party_id}'::text[] <> to_jsonb(NEW) - '{enterprise_id,party_id}'::text[] THEN
    RAISE EXCEPTION '%: the text of an offered contract does not change', TG_TABLE_NAME
      USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  RETURN NEW;
END $$;
"""
ON_TABLE = """
DROP TRIGGER content_only_in_draft ON {table};
CREATE TRIGGER content_only_in_draft BEFORE INSERT OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION content_only_in_draft();
CREATE TRIGGER content_only_in_draft_changed BEFORE UPDATE ON {table}
  FOR EACH ROW WHEN (OLD.enterprise_id = NEW.enterprise_id) EXECUTE FUNCTION content_only_in_draft();
CREATE TRIGGER party_follows_merger BEFORE UPDATE ON {table}
  FOR EACH ROW WHEN (OLD.enterprise_id <> NEW.enterprise_id) EXECUTE FUNCTION party_follows_merger();
"""
OFF_TABLE = """
DROP TRIGGER party_follows_merger ON {table}; DROP TRIGGER content_only_in_draft_changed ON {table};
DROP TRIGGER content_only_in_draft ON {table};
CREATE TRIGGER content_only_in_draft BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION content_only_in_draft();
"""
TABLES = ("partnerships_line", "partnerships_share")


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0008_merged_parties"), ("portal", "0026_merging_rules")]
    operations = [
        migrations.RunSQL(FOLLOWS, "DROP FUNCTION party_follows_merger()"),
        *(migrations.RunSQL(ON_TABLE.format(table=table), OFF_TABLE.format(table=table)) for table in TABLES),
    ]
