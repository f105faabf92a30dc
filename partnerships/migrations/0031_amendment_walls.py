"""An amendment goes the way of every contract; what it changes in the contract in force is what everybody signed, to the letter.

Until its last sign-off nothing of the contract moves; with it, the contract's terms, lines and clauses are those of the amendment.
"""

from django.db import migrations

from portal.database import flow_guard

AMENDMENTS = """
CREATE FUNCTION amendment_in_force(contract bigint) RETURNS bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT id FROM partnerships_partnership WHERE amends_id = contract AND status = 'applied' ORDER BY amendment DESC LIMIT 1
$$;

CREATE FUNCTION amendment_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  IF NEW.status NOT IN ('draft', 'offered', 'applied') OR (TG_OP = 'UPDATE' AND NEW.status = 'applied' AND OLD.status = 'applied') THEN
    RETURN NEW;
  END IF;
  SELECT * INTO contract FROM partnerships_partnership WHERE id = NEW.amends_id FOR SHARE;
  IF contract.status <> 'active' OR contract.amends_id IS NOT NULL THEN
    RAISE EXCEPTION 'only a contract in force is amended' USING ERRCODE = '23514', CONSTRAINT = 'amendment_of_contract_in_force';
  END IF;
  IF NEW.buyer_id <> contract.buyer_id OR NEW.starts_on <> contract.starts_on OR NEW.need_id IS DISTINCT FROM contract.need_id
     OR (NEW.status <> 'draft' AND
         (SELECT jsonb_agg(jsonb_build_array(enterprise_id, leads) ORDER BY enterprise_id) FROM partnerships_share WHERE partnership_id = NEW.id)
         IS DISTINCT FROM
         (SELECT jsonb_agg(jsonb_build_array(enterprise_id, leads) ORDER BY enterprise_id) FROM partnerships_share WHERE partnership_id = contract.id)) THEN
    RAISE EXCEPTION 'an amendment keeps the parties and the beginning' USING ERRCODE = '23514', CONSTRAINT = 'amendment_of_same_parties';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER amendment_rules BEFORE INSERT OR UPDATE ON partnerships_partnership
  FOR EACH ROW WHEN (NEW.amends_id IS NOT NULL) EXECUTE FUNCTION amendment_rules();

CREATE FUNCTION amendment_applied_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.id <> amendment_in_force(NEW.amends_id) THEN RETURN NULL; END IF;
  IF EXISTS (SELECT 1 FROM partnerships_partnership c WHERE c.id = NEW.amends_id
       AND (c.title, c.ends_on, c.value, c.payment_days, c.acceptance_days, c.stamp_duty_serial) IS DISTINCT FROM
           (NEW.title, NEW.ends_on, NEW.value, NEW.payment_days, NEW.acceptance_days, NEW.stamp_duty_serial))
     OR (SELECT jsonb_agg(to_jsonb(l) - ARRAY['id', 'partnership_id'] ORDER BY l.position) FROM partnerships_line l WHERE l.partnership_id = NEW.amends_id)
        IS DISTINCT FROM
        (SELECT jsonb_agg(to_jsonb(l) - ARRAY['id', 'partnership_id'] ORDER BY l.position) FROM partnerships_line l WHERE l.partnership_id = NEW.id)
     OR (SELECT jsonb_agg(to_jsonb(p) - ARRAY['id', 'partnership_id'] ORDER BY p.position) FROM partnerships_partnershipclause p WHERE p.partnership_id = NEW.amends_id)
        IS DISTINCT FROM
        (SELECT jsonb_agg(to_jsonb(p) - ARRAY['id', 'partnership_id'] ORDER BY p.position) FROM partnerships_partnershipclause p WHERE p.partnership_id = NEW.id) THEN
    RAISE EXCEPTION 'an amendment in force is the whole of the contract' USING ERRCODE = '23514', CONSTRAINT = 'amendment_applied_whole';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER amendment_applied_whole AFTER UPDATE OF status ON partnerships_partnership DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'applied') EXECUTE FUNCTION amendment_applied_whole();

CREATE FUNCTION ends_without_amendment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_partnership a WHERE a.amends_id = NEW.id AND a.status NOT IN ('applied', 'dropped', 'refused')) THEN
    RAISE EXCEPTION 'an amendment is under way' USING ERRCODE = '23514', CONSTRAINT = 'ends_without_amendment';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ends_without_amendment BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status IN ('completed', 'terminated')) EXECUTE FUNCTION ends_without_amendment();

CREATE FUNCTION line_holds_its_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE ordered numeric;
BEGIN
  SELECT sum(CASE WHEN o.status IN ('refused', 'withdrawn') THEN 0 ELSE n.quantity - n.given_up END) INTO ordered
    FROM partnerships_orderline n JOIN partnerships_purchaseorder o ON o.id = n.order_id WHERE n.line_id = NEW.id;
  IF ordered IS NOT NULL AND (NEW.quantity < ordered OR (NEW.item, NEW.unit) <> (OLD.item, OLD.unit)) THEN
    RAISE EXCEPTION 'a line holds what was ordered of it' USING ERRCODE = '23514', CONSTRAINT = 'line_holds_its_orders';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_holds_its_orders BEFORE UPDATE ON partnerships_line FOR EACH ROW EXECUTE FUNCTION line_holds_its_orders();
"""
NO_AMENDMENTS = """
DROP TRIGGER line_holds_its_orders ON partnerships_line; DROP FUNCTION line_holds_its_orders();
DROP TRIGGER ends_without_amendment ON partnerships_partnership; DROP FUNCTION ends_without_amendment();
DROP TRIGGER amendment_applied_whole ON partnerships_partnership; DROP FUNCTION amendment_applied_whole();
DROP TRIGGER amendment_rules ON partnerships_partnership; DROP FUNCTION amendment_rules();
DROP FUNCTION amendment_in_force(bigint);
"""

# As before, but for the contract that takes over its amendment.
MERGED = """
CREATE OR REPLACE FUNCTION content_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; state text; amended bigint; ours jsonb; same boolean; taken boolean := false;
BEGIN
  IF TG_OP = 'DELETE' THEN wanted := OLD.partnership_id; ours := to_jsonb(OLD);
  ELSE wanted := NEW.partnership_id; ours := to_jsonb(NEW); END IF;
  SELECT status INTO state FROM partnerships_partnership WHERE id = wanted;
  IF state <> 'draft' THEN
    -- The rows of a contract in force become those of its newest amendment, row by row, and never others.
    amended := CASE WHEN state = 'active' AND TG_TABLE_NAME <> 'partnerships_share' THEN amendment_in_force(wanted) END;
    IF amended IS NOT NULL THEN
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I r WHERE r.partnership_id = $1'
        ' AND to_jsonb(r) - ARRAY[''id'', ''partnership_id''] = $2 - ARRAY[''id'', ''partnership_id''])', TG_TABLE_NAME)
        INTO same USING amended, ours;
      IF TG_OP <> 'DELETE' AND TG_TABLE_NAME = 'partnerships_partnershipclause' THEN
        taken := EXISTS (SELECT 1 FROM partnerships_partnershipclause c WHERE c.partnership_id = wanted
                         AND c.position = (ours ->> 'position')::integer AND c.id <> (ours ->> 'id')::bigint);
      END IF;
    END IF;
    IF amended IS NULL OR same = (TG_OP = 'DELETE') OR taken THEN
      RAISE EXCEPTION '%: the text of an offered contract does not change', TG_TABLE_NAME
        USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION terms_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE amended record;
BEGIN
  IF (NEW.buyer_id, NEW.drafted_by_id, NEW.created_at, NEW.amends_id, NEW.amendment, NEW.rationale)
     IS DISTINCT FROM (OLD.buyer_id, OLD.drafted_by_id, OLD.created_at, OLD.amends_id, OLD.amendment, OLD.rationale)
     OR (OLD.status <> 'draft' AND
         (NEW.agreement_id, NEW.need_id, NEW.starts_on) IS DISTINCT FROM (OLD.agreement_id, OLD.need_id, OLD.starts_on)) THEN
    RAISE EXCEPTION 'the terms of an offered contract do not change' USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  IF OLD.status <> 'draft' AND (NEW.title, NEW.ends_on, NEW.value, NEW.payment_days, NEW.acceptance_days, NEW.stamp_duty_serial)
     IS DISTINCT FROM (OLD.title, OLD.ends_on, OLD.value, OLD.payment_days, OLD.acceptance_days, OLD.stamp_duty_serial) THEN
    -- A contract in force takes over what everybody signed in its newest amendment, and nothing else.
    SELECT * INTO amended FROM partnerships_partnership WHERE id = amendment_in_force(NEW.id);
    IF OLD.status <> 'active' OR amended.id IS NULL
       OR (NEW.title, NEW.ends_on, NEW.value, NEW.payment_days, NEW.acceptance_days, NEW.stamp_duty_serial) IS DISTINCT FROM
          (amended.title, amended.ends_on, amended.value, amended.payment_days, amended.acceptance_days, amended.stamp_duty_serial) THEN
      RAISE EXCEPTION 'the terms of an offered contract do not change' USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
    END IF;
    IF NEW.value < (SELECT coalesce(sum(i.before_tax), 0) FROM partnerships_invoice i JOIN partnerships_purchaseorder o ON o.id = i.order_id
                    WHERE o.partnership_id = NEW.id AND i.status IN ('sent', 'paid')) THEN
      RAISE EXCEPTION 'a contract is worth what was invoiced under it' USING ERRCODE = '23514', CONSTRAINT = 'amended_above_invoiced';
    END IF;
  END IF;
  -- A text that was offered may carry signatures: going back to draft always begins the next revision.
  IF NEW.revision <> OLD.revision + (CASE WHEN NEW.status = 'draft' AND OLD.status IN ('offered', 'returned') THEN 1 ELSE 0 END) THEN
    RAISE EXCEPTION 'a revision follows another when a text goes back to draft'
      USING ERRCODE = '23514', CONSTRAINT = 'revision_counts_up';
  END IF;
  IF NEW.document_hash <> OLD.document_hash AND NOT (OLD.status = 'draft' AND NEW.status = 'offered') AND NOT (NEW.status = 'draft' AND NEW.document_hash = '') THEN
    RAISE EXCEPTION 'the hash of an offered text does not change' USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION moves_on_when_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_share h JOIN portal_enterprise e ON e.id = h.enterprise_id WHERE h.partnership_id = NEW.id
             AND NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                             AND g.party = 'enterprise' AND g.organisation_id = e.organisation_id AND g.document_hash = NEW.document_hash)) THEN
    RAISE EXCEPTION 'not every enterprise accepted this text' USING ERRCODE = '23514', CONSTRAINT = 'moves_on_when_signed';
  END IF;
  IF NEW.status IN ('soe_signed', 'authority_review', 'active', 'applied')
     AND NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                     AND g.party = 'buyer' AND g.organisation_id = NEW.buyer_id AND g.document_hash = NEW.document_hash) THEN
    RAISE EXCEPTION 'the buyer has not signed this text' USING ERRCODE = '23514', CONSTRAINT = 'moves_on_when_signed';
  END IF;
  IF NEW.status IN ('authority_review', 'active', 'applied')
     AND (NOT EXISTS (SELECT 1 FROM required_places(NEW.id)) OR EXISTS (
       SELECT 1 FROM required_places(NEW.id) place WHERE NOT EXISTS (
         SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id AND s.revision = NEW.revision
         AND takes_over_from(s.authority_id, place)
         AND (NEW.status = 'authority_review' OR (s.status = 'signed' AND s.document_hash = NEW.document_hash))))) THEN
    RAISE EXCEPTION 'not every authority that the agreement requires' USING ERRCODE = '23514', CONSTRAINT = 'active_only_when_signed';
  END IF;
  IF NEW.status IN ('active', 'applied') AND EXISTS (SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id
                                       AND s.revision = NEW.revision AND s.status <> 'signed') THEN
    RAISE EXCEPTION 'an authority has not signed off' USING ERRCODE = '23514', CONSTRAINT = 'active_only_when_signed';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER moves_on_when_signed ON partnerships_partnership;
CREATE TRIGGER moves_on_when_signed BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('accepted', 'soe_signed', 'authority_review', 'active', 'applied'))
  EXECUTE FUNCTION moves_on_when_signed();

CREATE OR REPLACE FUNCTION order_line_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
  -- What was ordered keeps its price, whatever an amendment says later.
  IF TG_OP = 'INSERT' AND NEW.price <> contracted.price THEN
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
"""
NOT_MERGED = """
CREATE OR REPLACE FUNCTION content_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION terms_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.buyer_id, NEW.drafted_by_id, NEW.created_at) IS DISTINCT FROM (OLD.buyer_id, OLD.drafted_by_id, OLD.created_at)
     OR (OLD.status <> 'draft' AND
         (NEW.agreement_id, NEW.need_id, NEW.title, NEW.starts_on, NEW.ends_on, NEW.value, NEW.payment_days, NEW.acceptance_days, NEW.stamp_duty_serial)
         IS DISTINCT FROM
         (OLD.agreement_id, OLD.need_id, OLD.title, OLD.starts_on, OLD.ends_on, OLD.value, OLD.payment_days, OLD.acceptance_days, OLD.stamp_duty_serial)) THEN
    RAISE EXCEPTION 'the terms of an offered contract do not change' USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  -- A text that was offered may carry signatures: going back to draft always begins the next revision.
  IF NEW.revision <> OLD.revision + (CASE WHEN NEW.status = 'draft' AND OLD.status IN ('offered', 'returned') THEN 1 ELSE 0 END) THEN
    RAISE EXCEPTION 'a revision follows another when a text goes back to draft'
      USING ERRCODE = '23514', CONSTRAINT = 'revision_counts_up';
  END IF;
  IF NEW.document_hash <> OLD.document_hash AND NOT (OLD.status = 'draft' AND NEW.status = 'offered') AND NOT (NEW.status = 'draft' AND NEW.document_hash = '') THEN
    RAISE EXCEPTION 'the hash of an offered text does not change' USING ERRCODE = '23514', CONSTRAINT = 'content_only_in_draft';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION moves_on_when_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM partnerships_share h JOIN portal_enterprise e ON e.id = h.enterprise_id WHERE h.partnership_id = NEW.id
             AND NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                             AND g.party = 'enterprise' AND g.organisation_id = e.organisation_id AND g.document_hash = NEW.document_hash)) THEN
    RAISE EXCEPTION 'not every enterprise accepted this text' USING ERRCODE = '23514', CONSTRAINT = 'moves_on_when_signed';
  END IF;
  IF NEW.status IN ('soe_signed', 'authority_review', 'active')
     AND NOT EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.id AND g.revision = NEW.revision
                     AND g.party = 'buyer' AND g.organisation_id = NEW.buyer_id AND g.document_hash = NEW.document_hash) THEN
    RAISE EXCEPTION 'the buyer has not signed this text' USING ERRCODE = '23514', CONSTRAINT = 'moves_on_when_signed';
  END IF;
  IF NEW.status IN ('authority_review', 'active')
     AND (NOT EXISTS (SELECT 1 FROM required_places(NEW.id)) OR EXISTS (
       SELECT 1 FROM required_places(NEW.id) place WHERE NOT EXISTS (
         SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id AND s.revision = NEW.revision
         AND takes_over_from(s.authority_id, place)
         AND (NEW.status = 'authority_review' OR (s.status = 'signed' AND s.document_hash = NEW.document_hash))))) THEN
    RAISE EXCEPTION 'not every authority that the agreement requires' USING ERRCODE = '23514', CONSTRAINT = 'active_only_when_signed';
  END IF;
  IF NEW.status = 'active' AND EXISTS (SELECT 1 FROM partnerships_signoff s WHERE s.partnership_id = NEW.id
                                       AND s.revision = NEW.revision AND s.status <> 'signed') THEN
    RAISE EXCEPTION 'an authority has not signed off' USING ERRCODE = '23514', CONSTRAINT = 'active_only_when_signed';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER moves_on_when_signed ON partnerships_partnership;
CREATE TRIGGER moves_on_when_signed BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('accepted', 'soe_signed', 'authority_review', 'active'))
  EXECUTE FUNCTION moves_on_when_signed();

CREATE OR REPLACE FUNCTION order_line_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
"""
PATH = [
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
    ("authority_review", "applied"),
]
UNDER_WAY = ("draft", "offered", "accepted", "soe_signed", "authority_review", "returned")


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0030_amendments")]
    operations = [
        migrations.RunSQL(AMENDMENTS, NO_AMENDMENTS),
        migrations.RunSQL(MERGED, NOT_MERGED),
        flow_guard("partnerships_partnership", [*PATH, *((state, "dropped") for state in UNDER_WAY)]),
    ]
