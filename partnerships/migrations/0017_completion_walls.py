"""A side confirms that a partnership is complete while nothing is open, by its own people."""

from django.db import migrations

CONSENTS = """
CREATE FUNCTION completion_consent_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  SELECT * INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id FOR SHARE;
  IF contract.status <> 'active' OR EXISTS (
      SELECT 1 FROM partnerships_purchaseorder o WHERE o.partnership_id = contract.id AND o.status IN ('placed', 'confirmed')) THEN
    RAISE EXCEPTION 'something is open' USING ERRCODE = '23514', CONSTRAINT = 'completion_when_settled';
  END IF;
  IF NOT ((NEW.organisation_id = contract.buyer_id AND acts_for(NEW.given_by_id, contract.buyer_id, 'approver'))
          OR (acts_for(NEW.given_by_id, NEW.organisation_id, 'owner') AND EXISTS (
                SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
                WHERE s.partnership_id = contract.id AND e.organisation_id = NEW.organisation_id))) THEN
    RAISE EXCEPTION 'the sides confirm, each by its own people' USING ERRCODE = '23514', CONSTRAINT = 'completion_by_a_side';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER completion_consent_rules BEFORE INSERT OR UPDATE ON partnerships_completionconsent
  FOR EACH ROW EXECUTE FUNCTION completion_consent_rules();
"""
NO_CONSENTS = """
DROP TRIGGER completion_consent_rules ON partnerships_completionconsent; DROP FUNCTION completion_consent_rules();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0016_completion_consents")]
    operations = [migrations.RunSQL(CONSENTS, NO_CONSENTS)]
