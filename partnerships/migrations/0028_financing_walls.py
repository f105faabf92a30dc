"""Requests for finance: sent by the owner to a financier on a paper in force, within what it is worth; decided by its finance
officers who do not belong to the business; and nothing is kept as shared that its consent does not name."""

from django.db import migrations

from portal.database import fixed, flow_guard

WORTH = """
-- What one paper is worth to one business today, in rupiah; the row is held, so that two acceptances wait for each other.
CREATE FUNCTION financing_worth(enterprise bigint, contract bigint, ordering bigint, bill bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE worth bigint;
BEGIN
  IF bill IS NOT NULL THEN
    PERFORM 1 FROM partnerships_invoice WHERE id = bill FOR UPDATE;
    SELECT i.total - coalesce((SELECT sum(p.amount) FROM partnerships_payment p WHERE p.invoice_id = bill AND p.status <> 'withdrawn'), 0)
      INTO worth FROM partnerships_invoice i WHERE i.id = bill;
  ELSIF ordering IS NOT NULL THEN
    PERFORM 1 FROM partnerships_purchaseorder WHERE id = ordering FOR UPDATE;
    worth := order_value(ordering);
  ELSE
    PERFORM 1 FROM partnerships_partnership WHERE id = contract FOR UPDATE;
    SELECT coalesce(sum(l.amount), 0) INTO worth FROM partnerships_line l
      WHERE l.partnership_id = contract AND l.enterprise_id = enterprise;
  END IF;
  RETURN worth;
END $$;
"""
NO_WORTH = "DROP FUNCTION financing_worth(bigint, bigint, bigint, bigint)"

RULES = """
CREATE FUNCTION financing_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE granted bigint := 0; wanted bigint := NEW.amount; asking bigint; worth bigint;
BEGIN
  SELECT organisation_id INTO asking FROM portal_enterprise WHERE id = NEW.enterprise_id;
  IF TG_OP = 'INSERT' AND (NEW.status <> 'sent' OR NOT acts_for(NEW.sent_by_id, asking, 'owner')) THEN
    RAISE EXCEPTION 'the owner sends a request' USING ERRCODE = '23514', CONSTRAINT = 'financing_by_owner';
  END IF;
  IF NEW.status = 'accepted' AND NOT acts_for(NEW.accepted_by_id, asking, 'owner') THEN
    RAISE EXCEPTION 'the owner accepts an offer' USING ERRCODE = '23514', CONSTRAINT = 'financing_by_owner';
  END IF;
  IF NOT organisation_valid_on(NEW.financier_id, current_date)
     OR NOT EXISTS (SELECT 1 FROM portal_organisation o WHERE o.id = NEW.financier_id AND 'financier' = ANY (o.capabilities)) THEN
    RAISE EXCEPTION 'organisation % gives no finance', NEW.financier_id USING ERRCODE = '23514', CONSTRAINT = 'financing_by_financier';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM partnerships_partnership c JOIN partnerships_share s ON s.partnership_id = c.id
                 WHERE c.id = NEW.partnership_id AND c.status = 'active' AND s.enterprise_id = NEW.enterprise_id)
     OR (NEW.order_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM partnerships_purchaseorder o JOIN partnerships_share s ON s.id = o.share_id
           WHERE o.id = NEW.order_id AND o.partnership_id = NEW.partnership_id AND s.enterprise_id = NEW.enterprise_id
             AND o.status = 'confirmed'))
     OR (NEW.invoice_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM partnerships_invoice i JOIN partnerships_purchaseorder o ON o.id = i.order_id
           JOIN partnerships_share s ON s.id = o.share_id
           WHERE i.id = NEW.invoice_id AND o.partnership_id = NEW.partnership_id AND s.enterprise_id = NEW.enterprise_id
             AND i.status = 'sent')) THEN
    RAISE EXCEPTION 'finance rests on a paper in force' USING ERRCODE = '23514', CONSTRAINT = 'financing_on_paper_in_force';
  END IF;
  -- First the paper's row is held, then what others accepted on it is counted.
  worth := financing_worth(NEW.enterprise_id, NEW.partnership_id, NEW.order_id, NEW.invoice_id);
  IF NEW.status = 'accepted' THEN
    wanted := NEW.offered_amount;
    SELECT coalesce(sum(coalesce(r.disbursed_amount, r.offered_amount)), 0) INTO granted FROM partnerships_financingrequest r
      WHERE r.id <> NEW.id AND r.status IN ('accepted', 'disbursed') AND r.partnership_id = NEW.partnership_id
        AND r.enterprise_id = NEW.enterprise_id AND r.order_id IS NOT DISTINCT FROM NEW.order_id
        AND r.invoice_id IS NOT DISTINCT FROM NEW.invoice_id;
  END IF;
  IF wanted + granted > worth THEN
    RAISE EXCEPTION 'financed % and % beyond the paper', granted, wanted USING ERRCODE = '23514', CONSTRAINT = 'financing_within_paper';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER financing_rules BEFORE INSERT ON partnerships_financingrequest FOR EACH ROW EXECUTE FUNCTION financing_rules();
CREATE TRIGGER financing_rules_accept BEFORE UPDATE OF status ON partnerships_financingrequest
  FOR EACH ROW WHEN (NEW.status = 'accepted' AND OLD.status <> 'accepted') EXECUTE FUNCTION financing_rules();

CREATE FUNCTION financing_handled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT acts_for(NEW.handled_by_id, NEW.financier_id, 'finance_officer') THEN
    RAISE EXCEPTION 'finance officers answer requests' USING ERRCODE = '23514', CONSTRAINT = 'financing_by_its_officer';
  END IF;
  IF belongs_to(NEW.handled_by_id, (SELECT organisation_id FROM portal_enterprise WHERE id = NEW.enterprise_id)) THEN
    RAISE EXCEPTION 'nobody decides on a business they belong to' USING ERRCODE = '23514', CONSTRAINT = 'financing_by_outsider';
  END IF;
  RETURN NEW;
END $$;
-- The states that a financier brings about. The same officer may make the next step, or a colleague.
CREATE TRIGGER financing_handled BEFORE UPDATE OF status ON partnerships_financingrequest FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND (NEW.status IN ('asked', 'offered', 'disbursed', 'declined')
        OR (NEW.status = 'taken_up' AND OLD.status = 'sent'))) EXECUTE FUNCTION financing_handled();
"""
NO_RULES = """
DROP TRIGGER financing_handled ON partnerships_financingrequest; DROP FUNCTION financing_handled();
DROP TRIGGER financing_rules_accept ON partnerships_financingrequest;
DROP TRIGGER financing_rules ON partnerships_financingrequest; DROP FUNCTION financing_rules();
"""

SHARED = """
CREATE FUNCTION shared_as_ticked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM partnerships_financingrequest r JOIN portal_consent c ON c.id = r.consent_id
                 WHERE r.id = NEW.request_id AND c.enterprise_id = r.enterprise_id AND c.organisation_id = r.financier_id
                   AND c.purpose = 'sharing' AND c.ended_at IS NULL AND NEW.field = ANY (c.scopes)) THEN
    RAISE EXCEPTION 'nothing is shared that was not ticked' USING ERRCODE = '23514', CONSTRAINT = 'shared_as_ticked';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shared_as_ticked BEFORE INSERT ON partnerships_sharedvalue FOR EACH ROW EXECUTE FUNCTION shared_as_ticked();
CREATE FUNCTION financing_follows_merger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF merged_into(OLD.enterprise_id) IS DISTINCT FROM NEW.enterprise_id THEN
    RAISE EXCEPTION 'who asked does not change' USING ERRCODE = '23514', CONSTRAINT = 'financing_follows_merger';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER financing_follows_merger BEFORE UPDATE OF enterprise_id ON partnerships_financingrequest
  FOR EACH ROW WHEN (OLD.enterprise_id <> NEW.enterprise_id) EXECUTE FUNCTION financing_follows_merger();
CREATE TRIGGER never_removed BEFORE DELETE ON partnerships_financingrequest FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NOT_SHARED = """
DROP TRIGGER never_removed ON partnerships_financingrequest;
DROP TRIGGER financing_follows_merger ON partnerships_financingrequest; DROP FUNCTION financing_follows_merger();
DROP TRIGGER shared_as_ticked ON partnerships_sharedvalue; DROP FUNCTION shared_as_ticked();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0027_financing")]
    operations = [
        flow_guard(
            "partnerships_financingrequest",
            [
                ("sent", "taken_up"),
                ("sent", "asked"),
                ("sent", "offered"),
                ("sent", "declined"),
                ("sent", "withdrawn"),
                ("sent", "lapsed"),
                ("taken_up", "asked"),
                ("taken_up", "offered"),
                ("taken_up", "declined"),
                ("taken_up", "withdrawn"),
                ("taken_up", "lapsed"),
                ("asked", "taken_up"),
                ("asked", "declined"),
                ("asked", "withdrawn"),
                ("asked", "lapsed"),
                ("offered", "accepted"),
                ("offered", "declined"),
                ("offered", "withdrawn"),
                ("offered", "lapsed"),
                ("accepted", "disbursed"),
                ("accepted", "declined"),
                ("accepted", "withdrawn"),
            ],
        ),
        migrations.RunSQL(WORTH, NO_WORTH),
        migrations.RunSQL(RULES, NO_RULES),
        migrations.RunSQL(SHARED, NOT_SHARED),
        fixed(
            "partnerships_financingrequest",
            "financing_fixed",
            [
                "financier_id",
                "kind",
                "partnership_id",
                "order_id",
                "invoice_id",
                "amount",
                "months",
                "sent_by_id",
                "sent_at",
            ],
        ),
        # What was agreed to be paid out, once it was agreed.
        fixed(
            "partnerships_financingrequest",
            "financing_offer_fixed",
            ["offered_amount", "rate", "offered_months", "accepted_by_id", "accepted_at"],
            "OLD.status IN ('accepted', 'disbursed')",
        ),
        fixed("partnerships_sharedvalue", "shared_fixed", ["request_id", "field", "value", "shared_at"]),
    ]
