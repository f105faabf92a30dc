"""Who must sign a contract cannot be changed under it: an agreement's places are fixed once a text under it was offered."""

from django.db import migrations

PLACES = """
CREATE FUNCTION agreement_places_fixed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE touched bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN touched := OLD.agreement_id; ELSE touched := NEW.agreement_id; END IF;
  IF EXISTS (SELECT 1 FROM partnerships_partnership c WHERE c.agreement_id = touched AND c.status <> 'draft')
     OR (TG_OP = 'UPDATE' AND OLD.agreement_id <> NEW.agreement_id) THEN
    RAISE EXCEPTION 'contracts were offered under this agreement: its places do not change'
      USING ERRCODE = '23514', CONSTRAINT = 'agreement_places_fixed';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreement_places_fixed BEFORE INSERT OR UPDATE OR DELETE ON partnerships_agreementparty
  FOR EACH ROW EXECUTE FUNCTION agreement_places_fixed();
"""
NO_PLACES = """
DROP TRIGGER agreement_places_fixed ON partnerships_agreementparty; DROP FUNCTION agreement_places_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0005_signing_guards")]
    operations = [migrations.RunSQL(PLACES, NO_PLACES)]
