"""The two roles' rights, the audit chain, and the functions that guards of later tables call.

The append-only tables refuse TRUNCATE too; tests, which flush between transactional cases, set `app.flush` first.
"""

from django.db import migrations

from portal.database import append_only, flow_guard

RIGHTS = """
GRANT USAGE ON SCHEMA public TO mitrapasok_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mitrapasok_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO mitrapasok_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mitrapasok_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO mitrapasok_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM mitrapasok_app;
"""
NO_RIGHTS = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM mitrapasok_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM mitrapasok_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mitrapasok_app;
"""

GUARDS = """
CREATE FUNCTION flow_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (OLD.status || '>' || NEW.status) = ANY (TG_ARGV) THEN
    RAISE EXCEPTION '%: % may not become %', TG_TABLE_NAME, OLD.status, NEW.status USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('app.flush', true) = 'tests' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only or frozen: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END $$;
"""
NO_GUARDS = "DROP FUNCTION flow_guard(); DROP FUNCTION refuse_change();"

# One chain per object (stream): the trigger locks the head, numbers the entry and chains its digest. It runs as the owner,
# so the app role needs no right on the heads and cannot set seq, time or digests itself.
CHAIN = r"""
CREATE FUNCTION audit_digest(
  previous bytea, stream text, seq bigint, at timestamptz, actor bigint, organisation bigint, action text, payload jsonb, personal text
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    stream, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), actor, organisation, action, payload, personal
  )::text, 'UTF8'))
$$;

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE head record;
BEGIN
  INSERT INTO public.portal_audithead (stream, seq, digest) VALUES (NEW.stream, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM public.portal_audithead WHERE stream = NEW.stream FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.previous := head.digest;
  NEW.at := clock_timestamp();
  NEW.digest := public.audit_digest(NEW.previous, NEW.stream, NEW.seq, NEW.at, NEW.actor_id, NEW.organisation_id,
                                    NEW.action, NEW.payload, NEW.personal_digest);
  UPDATE public.portal_audithead SET seq = NEW.seq, digest = NEW.digest WHERE stream = NEW.stream;
  RETURN NEW;
END $$;

ALTER TABLE portal_auditentry
  ALTER COLUMN seq SET DEFAULT 0, ALTER COLUMN previous SET DEFAULT '', ALTER COLUMN digest SET DEFAULT '';
CREATE TRIGGER audit_chain BEFORE INSERT ON portal_auditentry FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_first_break(wanted text) RETURNS TABLE (seq bigint, why text) LANGUAGE sql STABLE AS $$
  WITH entries AS (
    SELECT e.*, lag(e.digest) OVER w AS before, lag(e.seq) OVER w AS seq_before
    FROM portal_auditentry e WHERE e.stream = wanted WINDOW w AS (ORDER BY e.seq)
  ), broken AS (
    SELECT e.seq, CASE
      WHEN e.seq <> coalesce(seq_before, 0) + 1 THEN 'gap'
      WHEN e.previous <> coalesce(before, decode(repeat('00', 32), 'hex')) THEN 'previous'
      WHEN e.digest <> audit_digest(e.previous, e.stream, e.seq, e.at, e.actor_id, e.organisation_id, e.action, e.payload, e.personal_digest)
        THEN 'hash' END AS why
    FROM entries e
  ), tail AS (
    SELECT coalesce(max(e.seq), 0) AS seq, (array_agg(e.digest ORDER BY e.seq DESC))[1] AS digest FROM entries e
  )
  SELECT found.seq, found.why FROM (
    SELECT b.seq, b.why FROM broken b WHERE b.why IS NOT NULL
    UNION ALL
    SELECT t.seq + 1, 'head' FROM tail t FULL JOIN (SELECT * FROM portal_audithead h WHERE h.stream = wanted) h ON true
    WHERE h.stream IS NULL OR h.seq <> coalesce(t.seq, 0) OR h.digest IS DISTINCT FROM coalesce(t.digest, decode(repeat('00', 32), 'hex'))
  ) found ORDER BY found.seq LIMIT 1
$$;

REVOKE INSERT ON portal_auditentry FROM mitrapasok_app;
GRANT INSERT (stream, actor_id, organisation_id, action, payload, personal_digest) ON portal_auditentry TO mitrapasok_app;
REVOKE INSERT, UPDATE, DELETE ON portal_audithead FROM mitrapasok_app;
REVOKE UPDATE ON portal_auditpersonal FROM mitrapasok_app;
"""
NO_CHAIN = """
DROP TRIGGER audit_chain ON portal_auditentry;
DROP FUNCTION audit_chain(); DROP FUNCTION audit_first_break(text);
DROP FUNCTION audit_digest(bytea, text, bigint, timestamptz, bigint, bigint, text, jsonb, text);
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(RIGHTS, NO_RIGHTS),
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.RunSQL(CHAIN, NO_CHAIN),
        append_only("portal_auditentry"),
        flow_guard(
            "portal_enterprise",
            [
                ("draft", "submitted"),
                ("returned", "submitted"),
                ("submitted", "verified"),
                ("submitted", "returned"),
                ("verified", "suspended"),
                ("suspended", "verified"),
                ("verified", "closed"),
                ("verified", "merged"),
            ],
        ),
    ]
