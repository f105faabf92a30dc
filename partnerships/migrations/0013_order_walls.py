"""Rule 7 of the domain for goods: ordered ≤ contracted, accepted ≤ ordered and ≤ handed over; what is over is never accepted.

The sums lock what they add up against, so of two at once the second sees the first. The functions run as the owner, so that a
later row-level policy never blinds them.
"""

from django.db import migrations

from portal.database import fixed, flow_guard

ORDERS = """
CREATE FUNCTION order_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  SELECT * INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id FOR SHARE;
  IF NEW.status <> 'placed' OR contract.status <> 'active' THEN
    RAISE EXCEPTION 'orders are placed under a contract in force' USING ERRCODE = '23514', CONSTRAINT = 'order_under_contract';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM partnerships_share s WHERE s.id = NEW.share_id AND s.partnership_id = NEW.partnership_id) THEN
    RAISE EXCEPTION 'an order goes to a party of its contract' USING ERRCODE = '23514', CONSTRAINT = 'order_to_a_party';
  END IF;
  IF NOT acts_for(NEW.placed_by_id, contract.buyer_id, 'officer') OR belongs_to_a_party(NEW.placed_by_id, contract.id) THEN
    RAISE EXCEPTION 'officers of the buyer place orders' USING ERRCODE = '23514', CONSTRAINT = 'order_by_officer';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_rules BEFORE INSERT ON partnerships_purchaseorder FOR EACH ROW EXECUTE FUNCTION order_rules();

CREATE FUNCTION order_answered_by_its_side() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
                 WHERE s.id = NEW.share_id AND acts_for(NEW.answered_by_id, e.organisation_id, 'owner', 'staff')) THEN
    RAISE EXCEPTION 'the enterprise answers its order' USING ERRCODE = '23514', CONSTRAINT = 'order_answered_by_its_side';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_rules_answer BEFORE UPDATE OF status ON partnerships_purchaseorder
  FOR EACH ROW WHEN (OLD.status = 'placed' AND NEW.status IN ('confirmed', 'refused')) EXECUTE FUNCTION order_answered_by_its_side();

CREATE FUNCTION order_line_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contracted record; ordering record; total numeric; taken numeric;
BEGIN
  SELECT o.* INTO ordering FROM partnerships_purchaseorder o WHERE o.id = NEW.order_id;
  SELECT l.* INTO contracted FROM partnerships_line l WHERE l.id = NEW.line_id FOR UPDATE;
  IF TG_OP = 'INSERT' AND ordering.status <> 'placed' THEN
    RAISE EXCEPTION 'an order that was answered does not change' USING ERRCODE = '23514', CONSTRAINT = 'order_line_fixed';
  END IF;
  IF contracted.partnership_id <> ordering.partnership_id OR NOT EXISTS (
      SELECT 1 FROM partnerships_share s WHERE s.id = ordering.share_id AND s.enterprise_id = contracted.enterprise_id) THEN
    RAISE EXCEPTION 'a line of another contract or enterprise' USING ERRCODE = '23514', CONSTRAINT = 'order_line_of_its_contract';
  END IF;
  IF NEW.price <> contracted.price THEN
    RAISE EXCEPTION 'the price is the contract''s' USING ERRCODE = '23514', CONSTRAINT = 'order_line_price';
  END IF;
  SELECT coalesce(sum(n.quantity - n.given_up), 0) INTO total FROM partnerships_orderline n
    JOIN partnerships_purchaseorder o ON o.id = n.order_id
    WHERE n.line_id = NEW.line_id AND o.status NOT IN ('refused', 'withdrawn');
  IF total > contracted.quantity THEN
    RAISE EXCEPTION '% ordered, % contracted', total, contracted.quantity
      USING ERRCODE = '23514', CONSTRAINT = 'ordered_within_contract';
  END IF;
  SELECT coalesce(sum(d.accepted), 0) INTO taken FROM partnerships_deliveryline d WHERE d.order_line_id = NEW.id;
  IF taken > NEW.quantity - NEW.given_up THEN
    RAISE EXCEPTION 'what was accepted is not given up' USING ERRCODE = '23514', CONSTRAINT = 'accepted_within_order';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_line_rules AFTER INSERT OR UPDATE ON partnerships_orderline
  FOR EACH ROW EXECUTE FUNCTION order_line_rules();
"""
NO_ORDERS = """
DROP TRIGGER order_line_rules ON partnerships_orderline; DROP FUNCTION order_line_rules();
DROP TRIGGER order_rules_answer ON partnerships_purchaseorder; DROP FUNCTION order_answered_by_its_side();
DROP TRIGGER order_rules ON partnerships_purchaseorder; DROP FUNCTION order_rules();
"""

DELIVERIES = """
CREATE FUNCTION delivery_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ordering record;
BEGIN
  SELECT o.status, e.organisation_id INTO ordering FROM partnerships_purchaseorder o
    JOIN partnerships_share s ON s.id = o.share_id JOIN portal_enterprise e ON e.id = s.enterprise_id
    WHERE o.id = NEW.order_id FOR SHARE OF o;
  IF NEW.status <> 'delivered' OR ordering.status <> 'confirmed' THEN
    RAISE EXCEPTION 'goods are handed over under a confirmed order' USING ERRCODE = '23514', CONSTRAINT = 'delivery_under_order';
  END IF;
  IF NOT acts_for(NEW.recorded_by_id, ordering.organisation_id, 'owner', 'staff') THEN
    RAISE EXCEPTION 'the enterprise records what it hands over' USING ERRCODE = '23514', CONSTRAINT = 'delivery_by_its_side';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_rules BEFORE INSERT ON partnerships_delivery FOR EACH ROW EXECUTE FUNCTION delivery_rules();

CREATE FUNCTION delivery_line_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE handed record; wanted record; taken numeric;
BEGIN
  SELECT d.* INTO handed FROM partnerships_delivery d WHERE d.id = NEW.delivery_id;
  SELECT n.* INTO wanted FROM partnerships_orderline n WHERE n.id = NEW.order_line_id FOR UPDATE;
  IF handed.status <> 'delivered' THEN
    RAISE EXCEPTION 'a delivery that was answered does not change' USING ERRCODE = '23514', CONSTRAINT = 'delivery_line_fixed';
  END IF;
  IF wanted.order_id <> handed.order_id THEN
    RAISE EXCEPTION 'a line of another order' USING ERRCODE = '23514', CONSTRAINT = 'delivery_line_of_its_order';
  END IF;
  IF NEW.accepted IS NOT NULL AND NEW.amount <> round(NEW.accepted * wanted.price) THEN
    RAISE EXCEPTION 'the amount is what was accepted at the order''s price'
      USING ERRCODE = '23514', CONSTRAINT = 'delivery_line_amount_rounded_half_up';
  END IF;
  SELECT coalesce(sum(d.accepted), 0) INTO taken FROM partnerships_deliveryline d WHERE d.order_line_id = NEW.order_line_id;
  IF taken > wanted.quantity - wanted.given_up THEN
    RAISE EXCEPTION '% accepted, % ordered', taken, wanted.quantity - wanted.given_up
      USING ERRCODE = '23514', CONSTRAINT = 'accepted_within_order';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER delivery_line_rules AFTER INSERT OR UPDATE ON partnerships_deliveryline
  FOR EACH ROW EXECUTE FUNCTION delivery_line_rules();

CREATE FUNCTION delivery_answer_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE answer record; contract record;
BEGIN
  IF NEW.status = 'withdrawn' THEN RETURN NEW; END IF;
  SELECT count(*) AS lines, count(accepted) AS answered, coalesce(sum(accepted), 0) AS accepted, coalesce(sum(rejected), 0) AS rejected
    INTO answer FROM partnerships_deliveryline WHERE delivery_id = NEW.id;
  IF answer.lines = 0 OR answer.answered < answer.lines
     OR (NEW.status = 'not_accepted') <> (answer.accepted = 0 AND NEW.status <> 'deemed_accepted')
     OR (NEW.status = 'partly_accepted') <> (answer.accepted > 0 AND answer.rejected > 0)
     OR (NEW.status = 'deemed_accepted' AND answer.rejected > 0) THEN
    RAISE EXCEPTION 'the state of a delivery is what its lines say' USING ERRCODE = '23514', CONSTRAINT = 'delivery_state_of_its_lines';
  END IF;
  IF NEW.status = 'deemed_accepted' THEN
    IF (NEW.answered_at AT TIME ZONE 'Asia/Jakarta')::date <= NEW.answer_by THEN
      RAISE EXCEPTION 'the time to answer is not over' USING ERRCODE = '23514', CONSTRAINT = 'deemed_after_its_term';
    END IF;
    RETURN NEW;
  END IF;
  SELECT c.* INTO contract FROM partnerships_purchaseorder o JOIN partnerships_partnership c ON c.id = o.partnership_id
    WHERE o.id = NEW.order_id;
  IF NOT acts_for(NEW.answered_by_id, contract.buyer_id, 'officer') OR belongs_to_a_party(NEW.answered_by_id, contract.id) THEN
    RAISE EXCEPTION 'officers of the buyer accept' USING ERRCODE = '23514', CONSTRAINT = 'delivery_answered_by_officer';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delivery_rules_answer BEFORE UPDATE OF status ON partnerships_delivery
  FOR EACH ROW WHEN (OLD.status = 'delivered' AND NEW.status <> 'delivered') EXECUTE FUNCTION delivery_answer_rules();
"""
NO_DELIVERIES = """
DROP TRIGGER delivery_rules_answer ON partnerships_delivery; DROP FUNCTION delivery_answer_rules();
DROP TRIGGER delivery_line_rules ON partnerships_deliveryline; DROP FUNCTION delivery_line_rules();
DROP TRIGGER delivery_rules ON partnerships_delivery; DROP FUNCTION delivery_rules();
"""

KEPT = ("purchaseorder", "orderline", "delivery", "deliveryline", "deliverypaper")
NEVER_REMOVED = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON partnerships_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in KEPT
)
REMOVABLE = "".join(f"DROP TRIGGER never_removed ON partnerships_{table};" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0012_orders_and_deliveries")]
    operations = [
        flow_guard(
            "partnerships_purchaseorder",
            [("placed", "confirmed"), ("placed", "refused"), ("placed", "withdrawn")],
        ),
        flow_guard(
            "partnerships_delivery",
            [
                ("delivered", "accepted"),
                ("delivered", "partly_accepted"),
                ("delivered", "not_accepted"),
                ("delivered", "deemed_accepted"),
                ("delivered", "withdrawn"),
            ],
        ),
        migrations.RunSQL(ORDERS, NO_ORDERS),
        migrations.RunSQL(DELIVERIES, NO_DELIVERIES),
        fixed(
            "partnerships_purchaseorder",
            "order_fixed",
            ["partnership_id", "share_id", "sequence", "deliver_by", "deliver_to", "placed_by_id", "placed_at"],
        ),
        fixed("partnerships_orderline", "order_line_fixed", ["order_id", "line_id", "quantity", "price", "amount"]),
        fixed(
            "partnerships_delivery",
            "delivery_fixed",
            ["order_id", "bast_number", "delivered_on", "answer_by", "recorded_by_id", "recorded_at"],
        ),
        fixed("partnerships_deliveryline", "delivery_line_fixed", ["delivery_id", "order_line_id", "quantity"]),
        fixed(
            "partnerships_deliverypaper",
            "delivery_paper_fixed",
            ["delivery_id", "organisation_id", "file", "sha256", "uploaded_by_id"],
        ),
        migrations.RunSQL(NEVER_REMOVED, REMOVABLE),
    ]
