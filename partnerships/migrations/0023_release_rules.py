"""What is published stays as it was, but for a name that is erased; and whatever may change what is published notes it.

What is in force, completed or terminated already is noted once, so that its first release is written.
"""

from django.db import migrations

KEPT = """
CREATE FUNCTION release_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a release is never changed or removed' USING ERRCODE = '23514', CONSTRAINT = 'release_never_changed';
END $$;
CREATE TRIGGER release_is_never_changed BEFORE UPDATE OR DELETE ON partnerships_release
  FOR EACH ROW EXECUTE FUNCTION release_is_never_changed();

CREATE FUNCTION release_name_is_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'UPDATE' AND NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL AND (NEW.id, NEW.release_id, NEW.organisation_id) = (OLD.id, OLD.release_id, OLD.organisation_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a published name is erased or stays' USING ERRCODE = '23514', CONSTRAINT = 'release_name_only_erased';
END $$;
CREATE TRIGGER release_name_is_only_erased BEFORE UPDATE OR DELETE ON partnerships_releasename
  FOR EACH ROW EXECUTE FUNCTION release_name_is_only_erased();
"""
NOT_KEPT = """
DROP TRIGGER release_name_is_only_erased ON partnerships_releasename; DROP FUNCTION release_name_is_only_erased();
DROP TRIGGER release_is_never_changed ON partnerships_release; DROP FUNCTION release_is_never_changed();
"""
NOTE = """INSERT INTO partnerships_releasechange (partnership, transaction, noted_at)
  SELECT each.partnership, pg_current_xact_id()::text::bigint, statement_timestamp()
  FROM ({which}) AS each (partnership) ON CONFLICT DO NOTHING;"""
PUBLIC = "('active', 'completed', 'terminated')"
OF_ORDERS = "SELECT DISTINCT o.partnership_id FROM {of} JOIN partnerships_purchaseorder o ON o.id = {key}"
# Whose partnerships each table changes: a query over `changed`, the rows that the statement wrote.
READ_FROM = {
    "partnerships_partnership": f"SELECT id FROM changed WHERE status IN {PUBLIC}",
    "partnerships_share": "SELECT DISTINCT p.id FROM changed JOIN partnerships_partnership p ON p.id = changed.partnership_id"
    f" WHERE p.status IN {PUBLIC}",
    "partnerships_purchaseorder": "SELECT DISTINCT partnership_id FROM changed",
    "partnerships_orderline": OF_ORDERS.format(of="changed", key="changed.order_id"),
    "partnerships_delivery": OF_ORDERS.format(of="changed", key="changed.order_id"),
    "partnerships_invoice": OF_ORDERS.format(of="changed", key="changed.order_id"),
    "partnerships_payment": OF_ORDERS.format(
        of="changed JOIN partnerships_invoice i ON i.id = changed.invoice_id", key="i.order_id"
    ),
    # A delivery's lines are written before its answer: the answer notes them.
    "partnerships_releasename": "SELECT DISTINCT r.partnership_id FROM changed JOIN partnerships_release r ON r.id = changed.release_id"
    " WHERE changed.erased_at IS NOT NULL",
}


def notes_changes(table, which):
    triggers = "".join(
        f"CREATE TRIGGER notes_release_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS changed"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_published();"
        for event in ("INSERT", "UPDATE")
    )
    return migrations.RunSQL(
        f"CREATE FUNCTION {table}_published() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" {NOTE.format(which=which)} RETURN NULL; END $$; {triggers}",
        f"DROP FUNCTION {table}_published() CASCADE",
    )


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0022_releases")]
    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
        *(notes_changes(table, which) for table, which in READ_FROM.items()),
        migrations.RunSQL(
            NOTE.format(which=f"SELECT id FROM partnerships_partnership WHERE status IN {PUBLIC}"),
            migrations.RunSQL.noop,
        ),
    ]
