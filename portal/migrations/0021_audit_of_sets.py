"""What a list of products did, told by each product.

Entries for many objects at once: the chain of each goes on as when one entry is added, by sets instead of row by row. Numbers
and digests are still the database's own: the app role may not write them, this function runs as the owner. A stream that is
named twice in one call would get one number twice, which the table refuses.

A product that a list brought names the list and the row for ever; an entry for each of 50,000 new ones would take as long as
the products themselves.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from portal.database import fixed

RECORD_ALL = """
DROP TRIGGER audit_chain ON portal_auditentry;
CREATE TRIGGER audit_chain BEFORE INSERT ON portal_auditentry
  FOR EACH ROW WHEN (NEW.seq = 0) EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_record_all(action text, actor bigint, organisation bigint, streams text[], payloads jsonb[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET enable_nestloop = on AS $$
DECLARE moment timestamptz;
BEGIN
  -- In one order, so that two who record the same objects wait for one another instead of for ever.
  INSERT INTO public.portal_audithead (stream, seq, digest)
    SELECT stream, 0, decode(repeat('00', 32), 'hex') FROM unnest(streams) AS given (stream) ORDER BY stream
    ON CONFLICT DO NOTHING;
  PERFORM FROM public.portal_audithead WHERE stream = ANY (streams) ORDER BY stream FOR UPDATE;
  moment := clock_timestamp();
  WITH added AS (
    INSERT INTO public.portal_auditentry
      (stream, seq, at, actor_id, organisation_id, action, payload, personal_digest, previous, digest)
    SELECT given.stream, head.seq + 1, moment, actor, organisation, action, given.payload, '', head.digest,
      public.audit_digest(head.digest, given.stream, head.seq + 1, moment, actor, organisation, action, given.payload, '')
    FROM unnest(streams, payloads) AS given (stream, payload) JOIN public.portal_audithead head USING (stream)
    RETURNING portal_auditentry.stream, portal_auditentry.seq, portal_auditentry.digest
  )
  UPDATE public.portal_audithead head SET seq = added.seq, digest = added.digest FROM added WHERE head.stream = added.stream;
END $$;
REVOKE ALL ON FUNCTION audit_record_all(text, bigint, bigint, text[], jsonb[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_record_all(text, bigint, bigint, text[], jsonb[]) TO mitrapasok_app;
"""
NO_RECORD_ALL = """
DROP FUNCTION audit_record_all(text, bigint, bigint, text[], jsonb[]);
DROP TRIGGER audit_chain ON portal_auditentry;
CREATE TRIGGER audit_chain BEFORE INSERT ON portal_auditentry FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0020_cooperative_members")]

    operations = [
        migrations.RunSQL(RECORD_ALL, NO_RECORD_ALL),
        migrations.AddField(
            model_name="product",
            name="added_by_import",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="portal.productimport",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="added_in_row",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=Q(added_by_import=None, added_in_row=None)
                | Q(added_by_import__isnull=False, added_in_row__isnull=False),
                name="product_added_by_list",
            ),
        ),
        fixed("portal_product", "product_origin_fixed", ["added_by_import_id", "added_in_row"]),
    ]
