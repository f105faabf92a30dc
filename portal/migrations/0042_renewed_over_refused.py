"""The verified paper in whose place a newer one stands, however many between were refused or never checked."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION document_renewed(newer_replaces bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  WITH RECURSIVE back AS (
    SELECT id, replaces_id, verified_at FROM portal_document WHERE id = newer_replaces
    UNION ALL
    SELECT older.id, older.replaces_id, older.verified_at
    FROM back JOIN portal_document older ON older.id = back.replaces_id WHERE back.verified_at IS NULL)
  SELECT id FROM back WHERE verified_at IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0041_names_by_their_parts")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION document_renewed(bigint)")]
