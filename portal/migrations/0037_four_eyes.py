"""Four eyes: who uploaded a paper does not verify it. What was verified before stays as it was seen."""

from django.db import migrations

WALL = """
CREATE FUNCTION document_verified_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'document %: whoever uploaded a paper does not verify it', NEW.id
    USING ERRCODE = '23514', CONSTRAINT = 'document_verified_by_another';
END $$;
CREATE TRIGGER document_verified_by_another BEFORE INSERT OR UPDATE OF verified_by_id, uploaded_by_id ON portal_document
  FOR EACH ROW WHEN (NEW.verified_by_id = NEW.uploaded_by_id) EXECUTE FUNCTION document_verified_by_another();
"""
NO_WALL = "DROP TRIGGER document_verified_by_another ON portal_document; DROP FUNCTION document_verified_by_another();"


class Migration(migrations.Migration):
    dependencies = [("portal", "0036_papers_count")]
    operations = [migrations.RunSQL(WALL, NO_WALL)]
