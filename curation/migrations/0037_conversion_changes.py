"""Evidence reads reviewed conversions of KBLI, too: how well a business fits the need's class. A pair that comes or goes is a
change of everybody who has one of its two classes, as an activity or of a product."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION portal_kbliconversion_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO curation_evidencechange (enterprise_id, transaction)
  SELECT each.id, pg_current_xact_id()::text::bigint FROM (
    SELECT a.enterprise_id FROM changed JOIN portal_activity a ON a.kbli_id IN (changed.older_id, changed.newer_id)
    UNION SELECT p.enterprise_id FROM changed JOIN portal_product p ON p.kbli_id IN (changed.older_id, changed.newer_id)
  ) AS each (id) ON CONFLICT DO NOTHING;
  RETURN NULL; END $$;
"""
# Of an update both what it made and what it replaced.
EVENTS = (
    ("insert", "INSERT", "NEW"),
    ("update", "UPDATE", "NEW"),
    ("update_from", "UPDATE", "OLD"),
    ("delete", "DELETE", "OLD"),
)
TRIGGERS = "".join(
    f"CREATE TRIGGER notes_{name} AFTER {event} ON portal_kbliconversion REFERENCING {rows} TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION portal_kbliconversion_changed();"
    for name, event, rows in EVENTS
)


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0036_pool_keys_last"),
        ("portal", "0034_commitment_walls"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION + TRIGGERS, "DROP FUNCTION portal_kbliconversion_changed() CASCADE"),
    ]
