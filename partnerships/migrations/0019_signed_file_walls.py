"""A signed file only grows: part after part, each counted in the fingerprint of the whole and of a signature under its text."""

from django.db import migrations

from portal.database import append_only

PARTS = """
CREATE FUNCTION signed_part_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  parts integer;
  before bytea;
  contract bigint;
  text_number integer;
BEGIN
  SELECT partnership_id, number INTO contract, text_number FROM partnerships_revision WHERE id = NEW.revision_id;
  SELECT count(*), coalesce(string_agg(data, ''::bytea ORDER BY position), ''::bytea) INTO parts, before
    FROM partnerships_signedpart WHERE revision_id = NEW.revision_id;
  IF NEW.position <> parts THEN
    RAISE EXCEPTION 'a part comes after the last one' USING ERRCODE = '23514', CONSTRAINT = 'signed_part_in_turn';
  END IF;
  IF encode(sha256(before || NEW.data), 'hex') <> NEW.sha256 THEN
    RAISE EXCEPTION 'another fingerprint than the file has' USING ERRCODE = '23514', CONSTRAINT = 'signed_part_fingerprint';
  END IF;
  IF NEW.signature_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partnerships_signature s
      WHERE s.id = NEW.signature_id AND s.partnership_id = contract AND s.revision = text_number)
    OR NEW.sign_off_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partnerships_signoff s
      WHERE s.id = NEW.sign_off_id AND s.partnership_id = contract AND s.revision = text_number AND s.status = 'signed') THEN
    RAISE EXCEPTION 'a signature under another text' USING ERRCODE = '23514', CONSTRAINT = 'signed_part_of_its_text';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signed_part_rules BEFORE INSERT ON partnerships_signedpart
  FOR EACH ROW EXECUTE FUNCTION signed_part_rules();
"""
NO_PARTS = "DROP TRIGGER signed_part_rules ON partnerships_signedpart; DROP FUNCTION signed_part_rules();"


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0018_signed_files")]
    operations = [
        migrations.RunSQL(PARTS, NO_PARTS),
        append_only("partnerships_signedpart"),
        append_only("partnerships_developmentauthority"),
    ]
