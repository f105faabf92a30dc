"""Rule 7 of the domain for money: nothing invoiced but what was accepted and the agreed advance, every invoice the sum of its lines,
nothing paid beyond it. Totals are compared at the end of the transaction, once all their lines are there."""

from django.db import migrations

from portal.database import append_only, fixed, flow_guard

ORDER_STATES = [
    ("placed", "confirmed"),
    ("placed", "refused"),
    ("placed", "withdrawn"),
    ("confirmed", "settled"),
    ("settled", "confirmed"),
]

# 30 per cent: what the library's clause of advances says; a contract without that clause agrees on none.
ADVANCES = """
CREATE FUNCTION advance_within_cap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.advance * 100 > 30 * (SELECT coalesce(sum(amount), 0) FROM partnerships_orderline WHERE order_id = NEW.id)
     OR NOT EXISTS (SELECT 1 FROM partnerships_partnershipclause p JOIN partnerships_clause c ON c.id = p.clause_id
                    WHERE p.partnership_id = NEW.partnership_id AND c.code = 'uang_muka') THEN
    RAISE EXCEPTION 'an advance is at most what the contract''s clause allows'
      USING ERRCODE = '23514', CONSTRAINT = 'advance_within_cap';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER advance_within_cap AFTER INSERT ON partnerships_purchaseorder DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.advance > 0) EXECUTE FUNCTION advance_within_cap();
"""
NO_ADVANCES = "DROP TRIGGER advance_within_cap ON partnerships_purchaseorder; DROP FUNCTION advance_within_cap()"

# A line is answered with its delivery, in one transaction: an answer that nobody gave counts for nothing.
ANSWERS = """
CREATE FUNCTION delivery_line_answered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_delivery d WHERE d.id = NEW.delivery_id AND d.status IN ('delivered', 'withdrawn')) THEN
    RAISE EXCEPTION 'a line is answered with its delivery' USING ERRCODE = '23514', CONSTRAINT = 'delivery_line_answered';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER delivery_line_answered AFTER INSERT OR UPDATE ON partnerships_deliveryline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.accepted IS NOT NULL) EXECUTE FUNCTION delivery_line_answered();
"""
NO_ANSWERS = "DROP TRIGGER delivery_line_answered ON partnerships_deliveryline; DROP FUNCTION delivery_line_answered()"

INVOICES = """
CREATE FUNCTION order_value(ordering bigint) RETURNS bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT coalesce(sum(round((quantity - given_up) * price)), 0)::bigint FROM partnerships_orderline WHERE order_id = ordering
$$;

CREATE FUNCTION check_invoice_ties(wanted bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE invoice record; ordering record; own record; alive record; accepted bigint;
BEGIN
  SELECT i.* INTO invoice FROM partnerships_invoice i WHERE i.id = wanted;
  SELECT o.* INTO ordering FROM partnerships_purchaseorder o WHERE o.id = invoice.order_id FOR UPDATE;
  SELECT coalesce(sum(amount), 0) AS total,
    coalesce(sum(amount) FILTER (WHERE kind IN ('goods', 'advance', 'settlement')), 0) AS before_tax,
    coalesce(sum(amount) FILTER (WHERE kind = 'penalty'), 0) AS penalty,
    coalesce(sum(amount) FILTER (WHERE kind = 'ppn'), 0) AS ppn,
    sum(amount) FILTER (WHERE kind = 'ppn_collected') AS collected,
    coalesce(max(base), 0) AS base,
    count(*) FILTER (WHERE kind IN ('goods', 'settlement')) AS of_goods,
    count(*) FILTER (WHERE kind = 'advance') AS of_advance
    INTO own FROM partnerships_invoiceline WHERE invoice_id = wanted;
  IF own.total <> invoice.total OR own.before_tax <> invoice.before_tax THEN
    RAISE EXCEPTION 'invoice %: total % of lines %', wanted, invoice.total, own.total
      USING ERRCODE = '23514', CONSTRAINT = 'invoice_is_sum_of_lines';
  END IF;
  IF own.base > invoice.before_tax OR -own.penalty > invoice.before_tax OR own.ppn + own.collected <> 0
     OR (invoice.kind = 'goods' AND (own.of_goods = 0 OR own.of_advance > 0))
     OR (invoice.kind = 'advance' AND (own.of_goods > 0 OR own.of_advance <> 1)) THEN
    RAISE EXCEPTION 'invoice %: lines that do not go together', wanted USING ERRCODE = '23514', CONSTRAINT = 'invoice_lines_tie';
  END IF;
  SELECT coalesce(sum(l.amount) FILTER (WHERE l.kind = 'advance'), 0) AS advance,
    -coalesce(sum(l.amount) FILTER (WHERE l.kind = 'settlement'), 0) AS settled,
    coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('goods', 'advance', 'settlement')), 0) AS before_tax
    INTO alive FROM partnerships_invoiceline l JOIN partnerships_invoice i ON i.id = l.invoice_id
    WHERE i.order_id = ordering.id AND i.status IN ('sent', 'paid');
  SELECT coalesce(sum(d.amount), 0) INTO accepted FROM partnerships_deliveryline d
    JOIN partnerships_orderline n ON n.id = d.order_line_id WHERE n.order_id = ordering.id;
  IF alive.advance > ordering.advance OR alive.settled > alive.advance THEN
    RAISE EXCEPTION 'advances: agreed %, invoiced %, settled %', ordering.advance, alive.advance, alive.settled
      USING ERRCODE = '23514', CONSTRAINT = 'advance_settled_within_it';
  END IF;
  -- As long as an advance is not settled, the rest of the order has to be worth it. (Pieces are rounded one by one, so
  -- that goods alone may be a rupiah above the whole.)
  IF alive.before_tax > accepted + ordering.advance
     OR (alive.advance > alive.settled AND alive.before_tax > order_value(ordering.id)) THEN
    RAISE EXCEPTION 'invoiced % of % accepted and % advance', alive.before_tax, accepted, ordering.advance
      USING ERRCODE = '23514', CONSTRAINT = 'invoiced_within_accepted';
  END IF;
END $$;

CREATE FUNCTION invoice_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM check_invoice_ties(NEW.id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER invoice_ties AFTER INSERT OR UPDATE OF status, total, before_tax ON partnerships_invoice
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoice_ties();
CREATE FUNCTION invoice_line_ties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM check_invoice_ties(NEW.invoice_id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER invoice_line_ties AFTER INSERT ON partnerships_invoiceline
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoice_line_ties();

CREATE FUNCTION invoice_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ordering record;
BEGIN
  SELECT o.status, e.organisation_id INTO ordering FROM partnerships_purchaseorder o
    JOIN partnerships_share s ON s.id = o.share_id JOIN portal_enterprise e ON e.id = s.enterprise_id
    WHERE o.id = NEW.order_id FOR SHARE OF o;
  IF NEW.status <> 'sent' OR ordering.status <> 'confirmed' THEN
    RAISE EXCEPTION 'invoices are sent under a confirmed order' USING ERRCODE = '23514', CONSTRAINT = 'invoice_under_order';
  END IF;
  IF NOT acts_for(NEW.sent_by_id, ordering.organisation_id, 'owner', 'staff') THEN
    RAISE EXCEPTION 'the enterprise sends its invoices' USING ERRCODE = '23514', CONSTRAINT = 'invoice_by_its_side';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_rules BEFORE INSERT ON partnerships_invoice FOR EACH ROW EXECUTE FUNCTION invoice_rules();

CREATE FUNCTION invoice_goods_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE handed record;
BEGIN
  SELECT l.amount, d.order_id INTO handed FROM partnerships_deliveryline l JOIN partnerships_delivery d ON d.id = l.delivery_id
    WHERE l.id = NEW.delivery_line_id AND d.status NOT IN ('delivered', 'withdrawn') FOR UPDATE OF l;
  IF handed.amount IS NULL OR handed.amount <> NEW.amount
     OR handed.order_id <> (SELECT order_id FROM partnerships_invoice WHERE id = NEW.invoice_id) THEN
    RAISE EXCEPTION 'goods are invoiced as they were accepted' USING ERRCODE = '23514', CONSTRAINT = 'invoiced_as_accepted';
  END IF;
  IF EXISTS (SELECT 1 FROM partnerships_invoiceline o JOIN partnerships_invoice i ON i.id = o.invoice_id
             WHERE o.delivery_line_id = NEW.delivery_line_id AND o.id <> NEW.id AND i.status IN ('sent', 'paid')) THEN
    RAISE EXCEPTION 'this was invoiced already' USING ERRCODE = '23514', CONSTRAINT = 'invoiced_once';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invoice_goods_rules AFTER INSERT ON partnerships_invoiceline
  FOR EACH ROW WHEN (NEW.kind = 'goods') EXECUTE FUNCTION invoice_goods_rules();

CREATE FUNCTION invoice_state_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE paid bigint; held bigint; contract record;
BEGIN
  SELECT coalesce(sum(amount) FILTER (WHERE status IN ('recorded', 'confirmed')), 0),
    coalesce(sum(amount) FILTER (WHERE status <> 'withdrawn'), 0) INTO paid, held
    FROM partnerships_payment WHERE invoice_id = NEW.id;
  IF (NEW.status = 'paid') <> (paid = NEW.total) AND NEW.status IN ('paid', 'sent') THEN
    RAISE EXCEPTION 'an invoice is paid when its total was' USING ERRCODE = '23514', CONSTRAINT = 'invoice_paid_in_full';
  END IF;
  IF NEW.status IN ('returned', 'withdrawn') AND held > 0 THEN
    RAISE EXCEPTION 'an invoice of which something was paid stays' USING ERRCODE = '23514', CONSTRAINT = 'invoice_with_payments_stays';
  END IF;
  IF NEW.status = 'returned' THEN
    SELECT c.* INTO contract FROM partnerships_purchaseorder o JOIN partnerships_partnership c ON c.id = o.partnership_id
      WHERE o.id = NEW.order_id;
    IF (NEW.returned_at AT TIME ZONE 'Asia/Jakarta')::date > NEW.due_on THEN
      RAISE EXCEPTION 'what is overdue is not returned' USING ERRCODE = '23514', CONSTRAINT = 'invoice_returned_in_time';
    END IF;
    IF NOT acts_for(NEW.returned_by_id, contract.buyer_id, 'officer') OR belongs_to_a_party(NEW.returned_by_id, contract.id) THEN
      RAISE EXCEPTION 'officers of the buyer return invoices' USING ERRCODE = '23514', CONSTRAINT = 'invoice_returned_by_officer';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_rules_state BEFORE UPDATE OF status ON partnerships_invoice
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION invoice_state_rules();

CREATE FUNCTION given_up_within_invoiced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE alive record;
BEGIN
  SELECT coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('advance', 'settlement')), 0) AS unsettled,
    coalesce(sum(l.amount) FILTER (WHERE l.kind IN ('goods', 'advance', 'settlement')), 0) AS before_tax
    INTO alive FROM partnerships_invoiceline l JOIN partnerships_invoice i ON i.id = l.invoice_id
    WHERE i.order_id = NEW.order_id AND i.status IN ('sent', 'paid');
  IF alive.unsettled > 0 AND alive.before_tax > order_value(NEW.order_id) THEN
    RAISE EXCEPTION 'what an advance was paid for is not given up before the advance is settled'
      USING ERRCODE = '23514', CONSTRAINT = 'invoiced_within_accepted';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER given_up_within_invoiced AFTER UPDATE OF given_up ON partnerships_orderline
  FOR EACH ROW EXECUTE FUNCTION given_up_within_invoiced();
"""
NO_INVOICES = """
DROP TRIGGER given_up_within_invoiced ON partnerships_orderline; DROP FUNCTION given_up_within_invoiced();
DROP TRIGGER invoice_rules_state ON partnerships_invoice; DROP FUNCTION invoice_state_rules();
DROP TRIGGER invoice_goods_rules ON partnerships_invoiceline; DROP FUNCTION invoice_goods_rules();
DROP TRIGGER invoice_rules ON partnerships_invoice; DROP FUNCTION invoice_rules();
DROP TRIGGER invoice_line_ties ON partnerships_invoiceline; DROP FUNCTION invoice_line_ties();
DROP TRIGGER invoice_ties ON partnerships_invoice; DROP FUNCTION invoice_ties();
DROP FUNCTION check_invoice_ties(bigint); DROP FUNCTION order_value(bigint);
"""

PAYMENTS = """
CREATE FUNCTION payment_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE billed record; parties record; held bigint;
BEGIN
  SELECT i.* INTO billed FROM partnerships_invoice i WHERE i.id = NEW.invoice_id FOR UPDATE;
  SELECT c.id, c.buyer_id, e.organisation_id INTO parties FROM partnerships_purchaseorder o
    JOIN partnerships_partnership c ON c.id = o.partnership_id
    JOIN partnerships_share s ON s.id = o.share_id JOIN portal_enterprise e ON e.id = s.enterprise_id WHERE o.id = billed.order_id;
  IF TG_OP = 'INSERT' AND (NEW.status <> 'recorded' OR billed.status <> 'sent') THEN
    RAISE EXCEPTION 'payments are recorded of an open invoice' USING ERRCODE = '23514', CONSTRAINT = 'payment_of_open_invoice';
  END IF;
  IF TG_OP = 'INSERT' AND (NOT acts_for(NEW.recorded_by_id, parties.buyer_id, 'officer')
                           OR belongs_to_a_party(NEW.recorded_by_id, parties.id)) THEN
    RAISE EXCEPTION 'officers of the buyer record payments' USING ERRCODE = '23514', CONSTRAINT = 'payment_by_officer';
  END IF;
  IF NEW.status IN ('confirmed', 'disputed') AND NOT acts_for(NEW.answered_by_id, parties.organisation_id, 'owner', 'staff') THEN
    RAISE EXCEPTION 'the enterprise says what it received' USING ERRCODE = '23514', CONSTRAINT = 'payment_answered_by_its_side';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO held FROM partnerships_payment
    WHERE invoice_id = NEW.invoice_id AND status <> 'withdrawn';
  IF held > billed.total THEN
    RAISE EXCEPTION 'paid % of %', held, billed.total USING ERRCODE = '23514', CONSTRAINT = 'paid_within_invoice';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_rules AFTER INSERT OR UPDATE OF status ON partnerships_payment
  FOR EACH ROW EXECUTE FUNCTION payment_rules();

CREATE FUNCTION order_settled_when_done() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_delivery d WHERE d.order_id = NEW.id AND d.status = 'delivered')
     OR EXISTS (SELECT 1 FROM partnerships_orderline n WHERE n.order_id = NEW.id AND n.quantity - n.given_up <> (
          SELECT coalesce(sum(l.accepted), 0) FROM partnerships_deliveryline l WHERE l.order_line_id = n.id))
     OR EXISTS (SELECT 1 FROM partnerships_deliveryline l JOIN partnerships_orderline n ON n.id = l.order_line_id
          WHERE n.order_id = NEW.id AND l.accepted > 0 AND NOT EXISTS (
            SELECT 1 FROM partnerships_invoiceline b JOIN partnerships_invoice i ON i.id = b.invoice_id
            WHERE b.delivery_line_id = l.id AND i.status = 'paid'))
     OR EXISTS (SELECT 1 FROM partnerships_invoice i WHERE i.order_id = NEW.id AND i.status = 'sent')
     OR (SELECT coalesce(sum(b.amount), 0) FROM partnerships_invoiceline b JOIN partnerships_invoice i ON i.id = b.invoice_id
         WHERE i.order_id = NEW.id AND i.status = 'paid' AND b.kind IN ('advance', 'settlement')) <> 0 THEN
    RAISE EXCEPTION 'an order is settled when all of it is accepted, invoiced and paid'
      USING ERRCODE = '23514', CONSTRAINT = 'order_settled_when_done';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_settled_when_done BEFORE UPDATE OF status ON partnerships_purchaseorder
  FOR EACH ROW WHEN (NEW.status = 'settled' AND OLD.status <> 'settled') EXECUTE FUNCTION order_settled_when_done();

CREATE FUNCTION completed_when_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_purchaseorder o WHERE o.partnership_id = NEW.id AND o.status IN ('placed', 'confirmed')) THEN
    RAISE EXCEPTION 'a partnership with an open order is not completed' USING ERRCODE = '23514', CONSTRAINT = 'completed_when_settled';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER completed_when_settled BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (NEW.status = 'completed' AND OLD.status <> 'completed') EXECUTE FUNCTION completed_when_settled();
"""
NO_PAYMENTS = """
DROP TRIGGER completed_when_settled ON partnerships_partnership; DROP FUNCTION completed_when_settled();
DROP TRIGGER order_settled_when_done ON partnerships_purchaseorder; DROP FUNCTION order_settled_when_done();
DROP TRIGGER payment_rules ON partnerships_payment; DROP FUNCTION payment_rules();
"""

KEPT = ("invoice", "payment")
NEVER_REMOVED = "".join(
    f"CREATE TRIGGER never_removed BEFORE DELETE ON partnerships_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in KEPT
)
REMOVABLE = "".join(f"DROP TRIGGER never_removed ON partnerships_{table};" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0014_invoices_and_payments")]
    operations = [
        flow_guard("partnerships_purchaseorder", ORDER_STATES),
        flow_guard(
            "partnerships_invoice",
            [("sent", "returned"), ("sent", "withdrawn"), ("sent", "paid"), ("paid", "sent")],
        ),
        flow_guard(
            "partnerships_payment",
            [
                ("recorded", "confirmed"),
                ("recorded", "disputed"),
                ("recorded", "withdrawn"),
                ("disputed", "confirmed"),
                ("disputed", "withdrawn"),
            ],
        ),
        migrations.RunSQL(ADVANCES, NO_ADVANCES),
        migrations.RunSQL(ANSWERS, NO_ANSWERS),
        migrations.RunSQL(INVOICES, NO_INVOICES),
        migrations.RunSQL(PAYMENTS, NO_PAYMENTS),
        append_only("partnerships_invoiceline"),
        fixed("partnerships_purchaseorder", "advance_fixed", ["advance"]),
        fixed(
            "partnerships_invoice",
            "invoice_fixed",
            [
                "order_id",
                "sequence",
                "kind",
                "reference",
                "tax_invoice",
                "before_tax",
                "total",
                "due_on",
                "sha256",
                "sent_by_id",
                "sent_at",
            ],
        ),
        fixed(
            "partnerships_payment",
            "payment_fixed",
            ["invoice_id", "amount", "paid_on", "reference", "recorded_by_id", "recorded_at"],
        ),
        migrations.RunSQL(NEVER_REMOVED, REMOVABLE),
    ]
