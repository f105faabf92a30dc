"""What a consortium promises, held by the database: its moves, shares that make up the quantity when it is complete, and
terms that nobody changes once somebody was asked."""

from django.db import migrations

from portal.database import fixed, flow_guard

COMPLETE = """
CREATE FUNCTION consortium_complete() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
  IF (SELECT coalesce(sum(m.quantity), 0) FROM curation_consortiummember m
      WHERE m.consortium_id = NEW.id AND m.status = 'accepted') <> NEW.quantity THEN
    RAISE EXCEPTION 'a consortium is complete when the accepted shares make up its quantity'
      USING ERRCODE = '23514', CONSTRAINT = 'consortium_shares_make_it_up';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consortium_complete BEFORE UPDATE OF status ON curation_consortium
  FOR EACH ROW WHEN (NEW.status = 'complete') EXECUTE FUNCTION consortium_complete();

-- A promise stands while the share is accepted, and no longer; it is of the member's product, as long as the consortium.
CREATE FUNCTION consortium_member_promises() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  promised record;
BEGIN
  SELECT c.product_id, c.quantity, c.released_at INTO promised FROM portal_commitment c WHERE c.id = NEW.commitment_id;
  IF NEW.status = 'accepted' AND (promised.product_id <> NEW.product_id OR promised.quantity < NEW.product_quantity) THEN
    RAISE EXCEPTION 'an accepted share is promised of its own product, in full'
      USING ERRCODE = '23514', CONSTRAINT = 'consortium_member_promised_in_full';
  END IF;
  IF NEW.status IN ('declined', 'released') AND NEW.commitment_id IS NOT NULL AND promised.released_at IS NULL THEN
    RAISE EXCEPTION 'a share that was given back holds no capacity'
      USING ERRCODE = '23514', CONSTRAINT = 'consortium_member_holds_nothing';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consortium_member_promises BEFORE INSERT OR UPDATE OF status ON curation_consortiummember
  FOR EACH ROW WHEN (NEW.commitment_id IS NOT NULL) EXECUTE FUNCTION consortium_member_promises();
"""
NOT_COMPLETE = """
DROP TRIGGER consortium_member_promises ON curation_consortiummember; DROP FUNCTION consortium_member_promises();
DROP TRIGGER consortium_complete ON curation_consortium; DROP FUNCTION consortium_complete();
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0026_consortia"), ("portal", "0034_commitment_walls")]
    operations = [
        flow_guard(
            "curation_consortium",
            [
                ("draft", "inviting"),
                ("inviting", "complete"),
                ("complete", "inviting"),
                ("inviting", "failed"),
                ("draft", "cancelled"),
                ("inviting", "cancelled"),
                ("complete", "cancelled"),
            ],
        ),
        flow_guard(
            "curation_consortiummember",
            [
                ("proposed", "invited"),
                ("invited", "accepted"),
                ("invited", "declined"),
                ("accepted", "declined"),
                ("invited", "expired"),
                ("proposed", "released"),
                ("invited", "released"),
                ("accepted", "released"),
            ],
        ),
        fixed(
            "curation_consortium",
            "consortium_terms_stand",
            ["need_id", "quantity", "unit", "starts_on", "months", "required_certificates"],
            "OLD.status <> 'draft'",
        ),
        fixed(
            "curation_consortiummember",
            "consortium_share_stands",
            ["consortium_id", "product_id", "quantity", "product_quantity", "price"],
            "OLD.status NOT IN ('proposed', 'excluded')",
        ),
        migrations.RunSQL(COMPLETE, NOT_COMPLETE),
    ]
