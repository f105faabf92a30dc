"""A buyer's own numbers name one thing each: an order, a receipt; and a transfer goes to one business.

The number stands in one table and its buyer in another, so no unique index can say it. Whoever writes a number holds a lock of
it until the end of the transaction; the function runs as the owner, so that a later row-level policy never blinds it. What was
entered before stays as it is.
"""

from django.db import migrations, models
from django.db.models import Q

RULES = """
CREATE FUNCTION hold_own_number(buyer bigint, kind text, number text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended(buyer || ':' || kind || ':' || number, 7302034))
$$;

CREATE FUNCTION order_reference_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE buyer bigint;
BEGIN
  SELECT buyer_id INTO buyer FROM partnerships_partnership WHERE id = NEW.partnership_id;
  PERFORM hold_own_number(buyer, 'order', NEW.reference);
  IF EXISTS (SELECT 1 FROM partnerships_purchaseorder o JOIN partnerships_partnership p ON p.id = o.partnership_id
             WHERE o.reference = NEW.reference AND o.id <> NEW.id AND p.buyer_id = buyer
               AND o.status NOT IN ('refused', 'withdrawn')) THEN
    RAISE EXCEPTION 'the number of another order' USING ERRCODE = '23505', CONSTRAINT = 'order_reference_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_reference_once BEFORE INSERT OR UPDATE OF reference ON partnerships_purchaseorder
  FOR EACH ROW WHEN (NEW.reference <> '') EXECUTE FUNCTION order_reference_once();

CREATE FUNCTION receipt_reference_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE buyer bigint;
BEGIN
  SELECT p.buyer_id INTO buyer FROM partnerships_purchaseorder o JOIN partnerships_partnership p ON p.id = o.partnership_id
    WHERE o.id = NEW.order_id;
  PERFORM hold_own_number(buyer, 'receipt', NEW.receipt_reference);
  IF EXISTS (SELECT 1 FROM partnerships_delivery d JOIN partnerships_purchaseorder o ON o.id = d.order_id
             JOIN partnerships_partnership p ON p.id = o.partnership_id
             WHERE d.receipt_reference = NEW.receipt_reference AND d.id <> NEW.id AND p.buyer_id = buyer) THEN
    RAISE EXCEPTION 'the number of another receipt' USING ERRCODE = '23505', CONSTRAINT = 'receipt_reference_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipt_reference_once BEFORE INSERT OR UPDATE OF receipt_reference ON partnerships_delivery
  FOR EACH ROW WHEN (NEW.receipt_reference <> '') EXECUTE FUNCTION receipt_reference_once();

CREATE FUNCTION payment_to_one_business() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE buyer bigint; enterprise bigint;
BEGIN
  SELECT p.buyer_id, s.enterprise_id INTO buyer, enterprise FROM partnerships_invoice i
    JOIN partnerships_purchaseorder o ON o.id = i.order_id JOIN partnerships_share s ON s.id = o.share_id
    JOIN partnerships_partnership p ON p.id = o.partnership_id WHERE i.id = NEW.invoice_id;
  PERFORM hold_own_number(buyer, 'payment', NEW.reference);
  IF EXISTS (SELECT 1 FROM partnerships_payment y JOIN partnerships_invoice i ON i.id = y.invoice_id
             JOIN partnerships_purchaseorder o ON o.id = i.order_id JOIN partnerships_share s ON s.id = o.share_id
             JOIN partnerships_partnership p ON p.id = o.partnership_id
             WHERE y.reference = NEW.reference AND y.status <> 'withdrawn' AND p.buyer_id = buyer AND s.enterprise_id <> enterprise) THEN
    RAISE EXCEPTION 'a transfer to another business' USING ERRCODE = '23505', CONSTRAINT = 'payment_to_one_business';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_to_one_business BEFORE INSERT ON partnerships_payment
  FOR EACH ROW EXECUTE FUNCTION payment_to_one_business();
"""
NO_RULES = """
DROP TRIGGER payment_to_one_business ON partnerships_payment; DROP FUNCTION payment_to_one_business();
DROP TRIGGER receipt_reference_once ON partnerships_delivery; DROP FUNCTION receipt_reference_once();
DROP TRIGGER order_reference_once ON partnerships_purchaseorder; DROP FUNCTION order_reference_once();
DROP FUNCTION hold_own_number(bigint, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0023_release_rules")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="receipt_reference",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="your own receipt number"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=~Q(receipt_reference=""), fields=["receipt_reference"], name="delivery_by_receipt"
            ),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(condition=~Q(reference=""), fields=["reference"], name="order_by_reference"),
        ),
        migrations.AddIndex(
            model_name="payment", index=models.Index(fields=["reference"], name="payment_by_reference")
        ),
        migrations.RunSQL(RULES, NO_RULES),
    ]
