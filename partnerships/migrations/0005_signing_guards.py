"""Rules 4 to 7 of the domain, as the database keeps them by itself: who may sign, in which state, under which text.

The functions run as the owner, so that a later row-level policy on the tables they look into never blinds them.
"""

from django.db import migrations

# An authority is dissolved and another takes over: a sign-off by the heir counts for the one the agreement names.
HEIRS = """
CREATE FUNCTION takes_over_from(heir bigint, earlier bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE line AS (
    SELECT earlier AS id
    UNION
    SELECT o.successor_id FROM portal_organisation o JOIN line ON o.id = line.id WHERE o.successor_id IS NOT NULL
  )
  SELECT EXISTS (SELECT 1 FROM line WHERE id = heir)
$$;

CREATE FUNCTION organisation_valid_on(organisation bigint, day date) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM portal_organisation o WHERE o.id = organisation
    AND (o.valid_from IS NULL OR o.valid_from <= day) AND (o.valid_until IS NULL OR o.valid_until >= day))
$$;

CREATE FUNCTION acts_for(person bigint, organisation bigint, VARIADIC roles text[]) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM portal_membership m JOIN portal_user u ON u.id = m.user_id
    WHERE m.user_id = person AND m.organisation_id = organisation AND m.ended_at IS NULL AND u.is_active AND m.role = ANY (roles))
$$;

-- The places in an agreement that must be signed for this contract: those marked so, some only where a party is a cooperative.
CREATE FUNCTION required_places(contract bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.organisation_id FROM partnerships_partnership c JOIN partnerships_agreementparty p ON p.agreement_id = c.agreement_id
  WHERE c.id = contract AND p.signs AND (NOT p.only_cooperatives OR EXISTS (
    SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
    WHERE s.partnership_id = contract AND e.legal_form = 'koperasi'))
$$;
"""
NO_HEIRS = """
DROP FUNCTION required_places(bigint); DROP FUNCTION acts_for(bigint, bigint, text[]);
DROP FUNCTION organisation_valid_on(bigint, date); DROP FUNCTION takes_over_from(bigint, bigint);
"""

SIGNATURES = """
DROP TRIGGER signature_of_current_text ON partnerships_signature; DROP FUNCTION signature_of_current_text();
CREATE FUNCTION signature_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  SELECT * INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id;
  IF NEW.revision <> contract.revision OR NEW.document_hash <> contract.document_hash THEN
    RAISE EXCEPTION 'signature under another text than the current one'
      USING ERRCODE = '23514', CONSTRAINT = 'signature_of_current_text';
  END IF;
  IF NEW.party = 'enterprise' THEN
    IF contract.status <> 'offered' THEN
      RAISE EXCEPTION 'an enterprise accepts what is offered' USING ERRCODE = '23514', CONSTRAINT = 'signature_in_its_state';
    END IF;
    IF NOT acts_for(NEW.signed_by_id, NEW.organisation_id, 'owner', 'staff') OR NOT EXISTS (
        SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
        WHERE s.partnership_id = NEW.partnership_id AND e.organisation_id = NEW.organisation_id) THEN
      RAISE EXCEPTION 'only people of an enterprise in the contract accept for it'
        USING ERRCODE = '23514', CONSTRAINT = 'signature_by_member';
    END IF;
  ELSIF NEW.party = 'buyer' THEN
    IF contract.status <> 'accepted' THEN
      RAISE EXCEPTION 'the buyer signs what was accepted' USING ERRCODE = '23514', CONSTRAINT = 'signature_in_its_state';
    END IF;
    IF NEW.organisation_id <> contract.buyer_id OR NOT acts_for(NEW.signed_by_id, contract.buyer_id, 'approver') THEN
      RAISE EXCEPTION 'only an approver of the buyer signs for it' USING ERRCODE = '23514', CONSTRAINT = 'signature_by_member';
    END IF;
    IF NEW.signed_by_id = contract.drafted_by_id
       OR EXISTS (SELECT 1 FROM partnerships_revision r WHERE r.partnership_id = contract.id AND r.created_by_id = NEW.signed_by_id)
       OR EXISTS (SELECT 1 FROM portal_auditentry a WHERE a.stream = 'partnerships.partnership:' || contract.id
                  AND a.actor_id = NEW.signed_by_id AND a.action IN ('draft', 'change', 'offer', 'withdraw_offer', 'revise')) THEN
      RAISE EXCEPTION 'who drafted a contract does not sign it for the buyer'
        USING ERRCODE = '23514', CONSTRAINT = 'signature_not_by_drafter';
    END IF;
    IF EXISTS (SELECT 1 FROM curation_decision d JOIN curation_application a ON a.id = d.application_id
               JOIN curation_programme p ON p.id = a.programme_id
               JOIN partnerships_share s ON s.enterprise_id = a.enterprise_id AND s.partnership_id = contract.id
               WHERE d.decided_by_id = NEW.signed_by_id AND p.buyer_id = contract.buyer_id) THEN
      RAISE EXCEPTION 'who decided on an enterprise''s application does not sign its contract for the buyer'
        USING ERRCODE = '23514', CONSTRAINT = 'signature_not_by_decider';
    END IF;
  ELSE
    RAISE EXCEPTION 'authorities sign off, they do not sign' USING ERRCODE = '23514', CONSTRAINT = 'signature_by_member';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signature_rules BEFORE INSERT ON partnerships_signature FOR EACH ROW EXECUTE FUNCTION signature_rules();
"""
NO_SIGNATURES = """
DROP TRIGGER signature_rules ON partnerships_signature; DROP FUNCTION signature_rules();
CREATE FUNCTION signature_of_current_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER signature_of_current_text BEFORE INSERT ON partnerships_signature
  FOR EACH ROW EXECUTE FUNCTION signature_of_current_text();
"""

SIGN_OFFS = """
DROP TRIGGER sign_off_of_current_text ON partnerships_signoff; DROP FUNCTION sign_off_of_current_text();
CREATE FUNCTION sign_off_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  SELECT * INTO contract FROM partnerships_partnership WHERE id = NEW.partnership_id;
  IF NEW.status <> 'pending' OR NEW.revision <> contract.revision OR contract.status <> 'soe_signed' THEN
    RAISE EXCEPTION 'a sign-off begins pending, for the text the buyer has signed'
      USING ERRCODE = '23514', CONSTRAINT = 'sign_off_begins_pending';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM required_places(contract.id) place WHERE takes_over_from(NEW.authority_id, place)) THEN
    RAISE EXCEPTION 'the agreement does not ask this authority' USING ERRCODE = '23514', CONSTRAINT = 'sign_off_of_the_agreement';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_off_opened BEFORE INSERT ON partnerships_signoff FOR EACH ROW EXECUTE FUNCTION sign_off_opened();

CREATE FUNCTION sign_off_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record;
BEGIN
  IF OLD.status <> 'pending' THEN
    RAISE EXCEPTION 'a decided sign-off never changes' USING ERRCODE = '23514', CONSTRAINT = 'sign_off_decided_once';
  END IF;
  IF NEW.partnership_id <> OLD.partnership_id OR NEW.revision <> OLD.revision OR NEW.position <> OLD.position
     OR NOT takes_over_from(NEW.authority_id, OLD.authority_id) THEN
    RAISE EXCEPTION 'a sign-off stays with its text, and passes to nobody but a successor'
      USING ERRCODE = '23514', CONSTRAINT = 'sign_off_of_the_agreement';
  END IF;
  IF NEW.status = 'pending' THEN
    RETURN NEW;
  END IF;
  SELECT c.*, g."order" AS signing_order INTO contract FROM partnerships_partnership c
    JOIN partnerships_agreement g ON g.id = c.agreement_id WHERE c.id = NEW.partnership_id;
  IF contract.status <> 'authority_review' OR NEW.revision <> contract.revision OR NEW.document_hash <> contract.document_hash THEN
    RAISE EXCEPTION 'sign-off of another text than the current one'
      USING ERRCODE = '23514', CONSTRAINT = 'sign_off_of_current_text';
  END IF;
  IF NOT acts_for(NEW.decided_by_id, NEW.authority_id, 'ministry_admin') THEN
    RAISE EXCEPTION 'only people of the authority decide its sign-off' USING ERRCODE = '23514', CONSTRAINT = 'sign_off_by_member';
  END IF;
  IF NOT organisation_valid_on(NEW.authority_id, (NEW.decided_at AT TIME ZONE 'Asia/Jakarta')::date) THEN
    RAISE EXCEPTION 'an authority that no longer exists signs nothing off'
      USING ERRCODE = '23514', CONSTRAINT = 'sign_off_by_existing_authority';
  END IF;
  IF EXISTS (SELECT 1 FROM partnerships_signature g WHERE g.partnership_id = NEW.partnership_id
             AND g.revision = NEW.revision AND g.signed_by_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'one person signs once under a text' USING ERRCODE = '23514', CONSTRAINT = 'signature_one_per_person';
  END IF;
  IF contract.signing_order = 'sequential' AND EXISTS (
      SELECT 1 FROM partnerships_signoff o WHERE o.partnership_id = NEW.partnership_id AND o.revision = NEW.revision
      AND o.position < NEW.position AND o.status <> 'signed') THEN
    RAISE EXCEPTION 'another authority signs before this one' USING ERRCODE = '23514', CONSTRAINT = 'sign_off_in_order';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_off_rules BEFORE UPDATE ON partnerships_signoff FOR EACH ROW EXECUTE FUNCTION sign_off_rules();
REVOKE DELETE ON partnerships_signoff FROM mitrapasok_app;
"""
NO_SIGN_OFFS = """
GRANT DELETE ON partnerships_signoff TO mitrapasok_app;
DROP TRIGGER sign_off_opened ON partnerships_signoff; DROP FUNCTION sign_off_opened();
DROP TRIGGER sign_off_rules ON partnerships_signoff; DROP FUNCTION sign_off_rules();
CREATE FUNCTION sign_off_of_current_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER sign_off_of_current_text BEFORE UPDATE ON partnerships_signoff
  FOR EACH ROW EXECUTE FUNCTION sign_off_of_current_text();
"""

# What a contract must have before it moves on, and what never changes once it was offered.
CONTRACTS = """
CREATE FUNCTION partnership_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'draft' OR NEW.revision <> 1 OR NEW.document_hash <> '' THEN
    RAISE EXCEPTION 'a partnership begins as a draft' USING ERRCODE = '23514', CONSTRAINT = 'partnership_begins_as_draft';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER partnership_begins BEFORE INSERT ON partnerships_partnership
  FOR EACH ROW EXECUTE FUNCTION partnership_begins();

CREATE FUNCTION terms_only_in_draft() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER terms_only_in_draft BEFORE UPDATE ON partnerships_partnership
  FOR EACH ROW EXECUTE FUNCTION terms_only_in_draft();

CREATE FUNCTION offer_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE day date := (coalesce(NEW.offered_at, now()) AT TIME ZONE 'Asia/Jakarta')::date;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM partnerships_revision r WHERE r.partnership_id = NEW.id AND r.number = NEW.revision AND r.document_hash = NEW.document_hash) THEN
    RAISE EXCEPTION 'an offered text is frozen first' USING ERRCODE = '23514', CONSTRAINT = 'offer_is_frozen';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM partnerships_share s WHERE s.partnership_id = NEW.id AND s.leads)
     OR EXISTS (SELECT 1 FROM partnerships_line l WHERE l.partnership_id = NEW.id AND NOT EXISTS (
          SELECT 1 FROM partnerships_share s WHERE s.partnership_id = NEW.id AND s.enterprise_id = l.enterprise_id))
     OR NEW.value <= 0 THEN
    RAISE EXCEPTION 'a contract has a leader, and lines of its own enterprises'
      USING ERRCODE = '23514', CONSTRAINT = 'offer_has_parties_and_lines';
  END IF;
  -- Rule 6: all verified; the leader, and whoever has more than 30 % of the value, curated by this buyer that day.
  IF EXISTS (
      SELECT 1 FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
      LEFT JOIN curation_curation k ON k.id = s.curation_id AND k.enterprise_id = s.enterprise_id AND k.revoked_at IS NULL
        AND day BETWEEN k.valid_from AND k.valid_until
        AND EXISTS (SELECT 1 FROM curation_programme p WHERE p.id = k.programme_id AND p.buyer_id = NEW.buyer_id)
      WHERE s.partnership_id = NEW.id AND (e.status <> 'verified'
        OR (k.id IS NULL AND (s.leads OR 10 * (SELECT coalesce(sum(l.amount), 0) FROM partnerships_line l
              WHERE l.partnership_id = NEW.id AND l.enterprise_id = s.enterprise_id) > 3 * NEW.value))
        OR EXISTS (SELECT 1 FROM portal_cooperativemember m JOIN portal_enterprise o ON o.id = m.member_id
                   WHERE m.cooperative_id = e.id AND o.status <> 'verified'))) THEN
    RAISE EXCEPTION 'a party lacks the standing that rule 6 asks' USING ERRCODE = '23514', CONSTRAINT = 'offer_by_parties_in_standing';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER offer_rules BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (OLD.status = 'draft' AND NEW.status = 'offered') EXECUTE FUNCTION offer_rules();

CREATE FUNCTION moves_on_when_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
DROP TRIGGER active_only_when_signed ON partnerships_partnership; DROP FUNCTION active_only_when_signed();
CREATE TRIGGER moves_on_when_signed BEFORE UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('accepted', 'soe_signed', 'authority_review', 'active'))
  EXECUTE FUNCTION moves_on_when_signed();
"""
NO_CONTRACTS = """
DROP TRIGGER moves_on_when_signed ON partnerships_partnership; DROP FUNCTION moves_on_when_signed();
CREATE FUNCTION active_only_when_signed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER active_only_when_signed BEFORE INSERT OR UPDATE OF status ON partnerships_partnership
  FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION active_only_when_signed();
DROP TRIGGER offer_rules ON partnerships_partnership; DROP FUNCTION offer_rules();
DROP TRIGGER terms_only_in_draft ON partnerships_partnership; DROP FUNCTION terms_only_in_draft();
DROP TRIGGER partnership_begins ON partnerships_partnership; DROP FUNCTION partnership_begins();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0004_signing")]
    operations = [
        migrations.RunSQL(HEIRS, NO_HEIRS),
        migrations.RunSQL(SIGNATURES, NO_SIGNATURES),
        migrations.RunSQL(SIGN_OFFS, NO_SIGN_OFFS),
        migrations.RunSQL(CONTRACTS, NO_CONTRACTS),
    ]
