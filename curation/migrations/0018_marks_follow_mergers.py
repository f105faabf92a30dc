"""A mark stays as it was given; only the enterprise that holds it changes, to the one it was merged into."""

from django.db import migrations

FOLLOWS = """
DROP TRIGGER curation_curation_frozen ON curation_curation;
CREATE TRIGGER curation_curation_frozen
  BEFORE UPDATE OF application_id, programme_id, decision_id, token OR DELETE ON curation_curation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION mark_follows_merger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF merged_into(OLD.enterprise_id) IS DISTINCT FROM NEW.enterprise_id THEN
    RAISE EXCEPTION 'a mark stays with its enterprise' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mark_follows_merger BEFORE UPDATE OF enterprise_id ON curation_curation
  FOR EACH ROW WHEN (OLD.enterprise_id IS DISTINCT FROM NEW.enterprise_id) EXECUTE FUNCTION mark_follows_merger();
"""
STAYS = """
DROP TRIGGER mark_follows_merger ON curation_curation; DROP FUNCTION mark_follows_merger();
DROP TRIGGER curation_curation_frozen ON curation_curation;
CREATE TRIGGER curation_curation_frozen
  BEFORE UPDATE OF application_id, enterprise_id, programme_id, decision_id, token OR DELETE ON curation_curation
  FOR EACH ROW WHEN (true) EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0017_newest_score"), ("portal", "0026_merging_rules")]
    operations = [migrations.RunSQL(FOLLOWS, STAYS)]
