"""Problem reports: opened by a side about its own trade, answered by the other, escalated unanswered only after the term, and
found on by the authority's own people who belong to none of the enterprises. What was said stays said."""

from django.db import migrations

from portal.database import fixed, flow_guard

REPORTED = (
    "partnership_id",
    "share_id",
    "order_id",
    "delivery_id",
    "invoice_id",
    "payment_id",
    "side",
    "kind",
    "what",
    "wanted",
    "in_confidence",
    "opened_by_id",
    "opened_at",
)
ANSWER = ("stance", "answer", "answered_by_id", "answered_at")

RULES = """
CREATE FUNCTION incident_by_a_side(person bigint, contract bigint, firm bigint, side text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE side
    WHEN 'buyer' THEN EXISTS (SELECT 1 FROM partnerships_partnership p WHERE p.id = contract
        AND acts_for(person, p.buyer_id, 'officer'))
      AND NOT belongs_to_a_party(person, contract)
    ELSE EXISTS (SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id WHERE s.id = firm
        AND (acts_for(person, e.organisation_id, 'owner') OR acts_for(person, e.organisation_id, 'staff')))
  END
$$;

CREATE FUNCTION incident_opening() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.status NOT IN ('open', 'confidential') OR NEW.answered_by_id IS NOT NULL THEN
    RAISE EXCEPTION 'a report begins open, or in confidence' USING ERRCODE = '23514', CONSTRAINT = 'incident_begins_open';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM partnerships_share s JOIN partnerships_partnership p ON p.id = s.partnership_id
      WHERE s.id = NEW.share_id AND p.id = NEW.partnership_id AND p.status IN ('active', 'completed', 'terminated')) THEN
    RAISE EXCEPTION 'of a contract that was in force' USING ERRCODE = '23514', CONSTRAINT = 'incident_of_a_contract';
  END IF;
  IF NOT EXISTS (
      SELECT 1 WHERE NEW.order_id IS NULL AND NEW.delivery_id IS NULL AND NEW.invoice_id IS NULL AND NEW.payment_id IS NULL
      UNION ALL SELECT 1 FROM partnerships_purchaseorder o WHERE o.share_id = NEW.share_id AND (
        o.id = NEW.order_id
        OR o.id = (SELECT d.order_id FROM partnerships_delivery d WHERE d.id = NEW.delivery_id)
        OR o.id = (SELECT i.order_id FROM partnerships_invoice i WHERE i.id = NEW.invoice_id)
        OR o.id = (SELECT i.order_id FROM partnerships_payment y JOIN partnerships_invoice i ON i.id = y.invoice_id
                   WHERE y.id = NEW.payment_id))) THEN
    RAISE EXCEPTION 'of what was ordered from this enterprise' USING ERRCODE = '23514', CONSTRAINT = 'incident_of_its_trade';
  END IF;
  IF NOT incident_by_a_side(NEW.opened_by_id, NEW.partnership_id, NEW.share_id, NEW.side) THEN
    RAISE EXCEPTION 'a side reports by its own people' USING ERRCODE = '23514', CONSTRAINT = 'incident_by_its_side';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER incident_opening BEFORE INSERT ON partnerships_incident FOR EACH ROW EXECUTE FUNCTION incident_opening();

CREATE FUNCTION incident_going_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.status = 'open' AND NEW.status = 'escalated' AND OLD.answer_by >= current_date THEN
    RAISE EXCEPTION 'the term is not over' USING ERRCODE = '23514', CONSTRAINT = 'incident_escalated_after_term';
  END IF;
  IF NEW.answered_by_id IS DISTINCT FROM OLD.answered_by_id AND NOT incident_by_a_side(NEW.answered_by_id,
      NEW.partnership_id, NEW.share_id, CASE NEW.side WHEN 'buyer' THEN 'enterprise' ELSE 'buyer' END) THEN
    RAISE EXCEPTION 'the other side answers' USING ERRCODE = '23514', CONSTRAINT = 'incident_answered_by_the_other';
  END IF;
  IF NEW.found_by_id IS DISTINCT FROM OLD.found_by_id AND (
      NOT acts_for(NEW.found_by_id, NEW.authority_id, 'ministry_admin')
      OR belongs_to_a_party(NEW.found_by_id, NEW.partnership_id)) THEN
    RAISE EXCEPTION 'the authority finds, by outsiders' USING ERRCODE = '23514', CONSTRAINT = 'incident_found_by_authority';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER incident_going_on BEFORE UPDATE ON partnerships_incident FOR EACH ROW EXECUTE FUNCTION incident_going_on();
"""
NO_RULES = """
DROP TRIGGER incident_going_on ON partnerships_incident; DROP FUNCTION incident_going_on();
DROP TRIGGER incident_opening ON partnerships_incident; DROP FUNCTION incident_opening();
DROP FUNCTION incident_by_a_side(bigint, bigint, bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0024_incidents")]
    operations = [
        flow_guard(
            "partnerships_incident",
            [
                ("confidential", "open"),
                ("open", "answered"),
                ("escalated", "escalated"),
                ("answered", "settled"),
                ("escalated", "settled"),
                ("open", "escalated"),
                ("answered", "escalated"),
                ("confidential", "withdrawn"),
                ("open", "withdrawn"),
                ("answered", "withdrawn"),
                ("escalated", "withdrawn"),
                ("escalated", "upheld"),
                ("escalated", "not_upheld"),
                ("confidential", "closed"),
                ("escalated", "closed"),
            ],
        ),
        migrations.RunSQL(RULES, NO_RULES),
        fixed("partnerships_incident", "incident_stays_as_reported", REPORTED),
        fixed("partnerships_incident", "incident_answer_stays", ANSWER, "OLD.answered_at IS NOT NULL"),
        fixed("partnerships_incident", "incident_stays_released", ["released_at"], "OLD.released_at IS NOT NULL"),
        fixed("partnerships_incident", "incident_stays_with_authority", ["came_at"], "OLD.came_at IS NOT NULL"),
    ]
