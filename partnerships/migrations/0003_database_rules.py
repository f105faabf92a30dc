"""What the database refuses: illegal moves, a signature under another text, signing what one drafted, changing a signed text."""

from django.db import migrations

from portal.database import append_only, flow_guard

# Rules 4 and 5 of the domain: every signature names the hash and revision that stand in the contract at that moment;
# who drafted it does not sign for the buyer; a contract becomes active only with every signature under its text.
SIGNATURES = """
CREATE FUNCTION signature_of_current_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE contract record;
BEGIN
  SELECT revision, document_hash, drafted_by_id INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id;
  IF NEW.revision <> contract.revision OR NEW.document_hash <> contract.document_hash THEN
    RAISE EXCEPTION 'signature under another text than the current one' USING ERRCODE = '23514', CONSTRAINT = 'signature_of_current_text';
  END IF;
  IF NEW.party = 'buyer' AND NEW.signed_by_id = contract.drafted_by_id THEN
    RAISE EXCEPTION 'who drafted a contract does not sign it for the buyer' USING ERRCODE = '23514', CONSTRAINT = 'signature_not_by_drafter';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signature_of_current_text BEFORE INSERT ON partnerships_signature
  FOR EACH ROW EXECUTE FUNCTION signature_of_current_text();

CREATE FUNCTION sign_off_of_current_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE contract record;
BEGIN
  SELECT revision, document_hash INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id;
  IF NEW.status = 'signed' AND (NEW.revision <> contract.revision OR NEW.document_hash <> contract.document_hash) THEN
    RAISE EXCEPTION 'sign-off of another text than the current one' USING ERRCODE = '23514', CONSTRAINT = 'sign_off_of_current_text';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_off_of_current_text BEFORE UPDATE ON partnerships_signoff
  FOR EACH ROW EXECUTE FUNCTION sign_off_of_current_text();

CREATE FUNCTION active_only_when_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id AND s.revision = NEW.revision
             AND (s.status <> 'signed' OR s.document_hash <> NEW.document_hash))
     OR NOT EXISTS (SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id AND s.revision = NEW.revision)
     OR EXISTS (SELECT 1 FROM partnerships_share h JOIN portal_enterprise e ON e.id = h.enterprise_id WHERE h.partnership_id = NEW.id
                AND NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                                AND g.party = 'enterprise' AND g.organisation_id = e.organisation_id AND g.document_hash = NEW.document_hash))
     OR NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                    AND g.party = 'buyer' AND g.organisation_id = NEW.buyer_id AND g.document_hash = NEW.document_hash) THEN
    RAISE EXCEPTION 'a partnership is active only when everybody signed the same text' USING ERRCODE = '23514', CONSTRAINT = 'active_only_when_signed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER active_only_when_signed BEFORE INSERT OR UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION active_only_when_signed();
"""
NO_SIGNATURES = """
DROP TRIGGER signature_of_current_text ON partnerships_signature; DROP FUNCTION signature_of_current_text();
DROP TRIGGER sign_off_of_current_text ON partnerships_signoff; DROP FUNCTION sign_off_of_current_text();
DROP TRIGGER active_only_when_signed ON partnerships_partnership; DROP FUNCTION active_only_when_signed();
"""

# Rule 7: once offered, the value is the sum of the lines, and neither lines nor text change until it is a draft again.
LINES = """
CREATE FUNCTION value_is_sum_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.value <> (SELECT coalesce(sum(amount), 0) FROM partnerships_line WHERE partnership_id = NEW.id) THEN
    RAISE EXCEPTION 'value is not the sum of the lines' USING ERRCODE = '23514', CONSTRAINT = 'value_is_sum_of_lines';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER value_is_sum_of_lines BEFORE UPDATE ON partnerships_partnership
  FOR EACH ROW WHEN (NEW.status NOT IN ('draft', 'returned')) EXECUTE FUNCTION value_is_sum_of_lines();

CREATE FUNCTION content_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; state text;
BEGIN
  IF TG_OP = 'DELETE' THEN wanted := OLD.partnership_id; ELSE wanted := NEW.partnership_id; END IF;
  SELECT status INTO state FROM partnerships_partnership WHERE id = wanted;
  IF state <> 'draft' THEN
    RAISE EXCEPTION '%: the text of an offered contract does not change', TG_TABLE_NAME
      USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER content_only_in_draft BEFORE INSERT OR UPDATE OR DELETE ON partnerships_line
  FOR EACH ROW EXECUTE FUNCTION content_only_in_draft();
CREATE TRIGGER content_only_in_draft BEFORE INSERT OR UPDATE OR DELETE ON partnerships_partnershipclause
  FOR EACH ROW EXECUTE FUNCTION content_only_in_draft();
CREATE TRIGGER content_only_in_draft BEFORE INSERT OR UPDATE OR DELETE ON partnerships_share
  FOR EACH ROW EXECUTE FUNCTION content_only_in_draft();
"""
NO_LINES = """
DROP TRIGGER value_is_sum_of_lines ON partnerships_partnership; DROP FUNCTION value_is_sum_of_lines();
DROP TRIGGER content_only_in_draft ON partnerships_line; DROP TRIGGER content_only_in_draft ON partnerships_partnershipclause;
DROP TRIGGER content_only_in_draft ON partnerships_share; DROP FUNCTION content_only_in_draft();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0002_initial"), ("curation", "0003_database_rules")]
    operations = [
        flow_guard(
            "partnerships_partnership",
            [
                ("draft", "offered"),
                ("offered", "draft"),
                ("offered", "accepted"),
                ("offered", "refused"),
                ("accepted", "soe_signed"),
                ("soe_signed", "authority_review"),
                ("authority_review", "returned"),
                ("authority_review", "active"),
                ("returned", "draft"),
                ("active", "completed"),
                ("active", "terminated"),
            ],
        ),
        flow_guard("partnerships_signoff", [("pending", "signed"), ("pending", "returned")]),
        append_only("partnerships_signature"),
        append_only("partnerships_revision"),
        migrations.RunSQL(SIGNATURES, NO_SIGNATURES),
        migrations.RunSQL(LINES, NO_LINES),
    ]
