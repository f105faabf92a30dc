"""Rule 4 for signatures: who belongs to an enterprise in a contract signs it for that enterprise and for nobody else.
And a suspended enterprise accepts nothing. By their names these triggers come after those that say who may sign at all."""

from django.db import migrations

OUTSIDERS = """
CREATE FUNCTION belongs_to_a_party(person bigint, contract bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
                 WHERE s.partnership_id = contract AND belongs_to(person, e.organisation_id))
$$;

CREATE FUNCTION signature_by_outsider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF belongs_to_a_party(NEW.signed_by_id, NEW.partnership_id) THEN
    RAISE EXCEPTION 'nobody signs for the buyer what an enterprise they belong to is party to'
      USING ERRCODE = '23514', CONSTRAINT = 'signature_by_outsider';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signature_rules_outsider BEFORE INSERT ON partnerships_signature
  FOR EACH ROW WHEN (NEW.party = 'buyer') EXECUTE FUNCTION signature_by_outsider();

CREATE FUNCTION sign_off_by_outsider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF belongs_to_a_party(NEW.decided_by_id, NEW.partnership_id) THEN
    RAISE EXCEPTION 'nobody decides on a contract of an enterprise they belong to'
      USING ERRCODE = '23514', CONSTRAINT = 'sign_off_by_outsider';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_off_rules_outsider BEFORE UPDATE ON partnerships_signoff
  FOR EACH ROW WHEN (NEW.decided_by_id IS NOT NULL) EXECUTE FUNCTION sign_off_by_outsider();
"""
NO_OUTSIDERS = """
DROP TRIGGER sign_off_rules_outsider ON partnerships_signoff; DROP FUNCTION sign_off_by_outsider();
DROP TRIGGER signature_rules_outsider ON partnerships_signature; DROP FUNCTION signature_by_outsider();
DROP FUNCTION belongs_to_a_party(bigint, bigint);
"""

STANDING = """
CREATE FUNCTION signature_by_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM portal_enterprise e WHERE e.organisation_id = NEW.organisation_id AND e.status = 'verified') THEN
    RAISE EXCEPTION 'only a verified enterprise accepts' USING ERRCODE = '23514', CONSTRAINT = 'signature_by_verified';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signature_rules_standing BEFORE INSERT ON partnerships_signature
  FOR EACH ROW WHEN (NEW.party = 'enterprise') EXECUTE FUNCTION signature_by_verified();
"""
NO_STANDING = "DROP TRIGGER signature_rules_standing ON partnerships_signature; DROP FUNCTION signature_by_verified()"


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0006_agreement_walls"), ("portal", "0012_decided_by_outsiders")]
    operations = [
        migrations.RunSQL(OUTSIDERS, NO_OUTSIDERS),
        migrations.RunSQL(STANDING, NO_STANDING),
    ]
