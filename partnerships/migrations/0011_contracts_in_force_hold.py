"""What contracts already in force hold of their products' capacities. They were made before anybody added up, so they are
taken as they are: only what comes after is refused where too little is left."""

from django.db import migrations

HOLD = """
ALTER TABLE portal_commitment DISABLE TRIGGER commitment_within_capacity;
DO $$
DECLARE
  held record;
  made bigint;
BEGIN
  FOR held IN
    SELECT l.id AS line, l.product_id, p.unit, c.starts_on, c.ends_on,
      ceil(unit_converted(l.quantity, l.unit, p.unit) / greatest(1, round((c.ends_on - c.starts_on) / 30.4375)) * 100) / 100
        AS quantity
    FROM partnerships_line l JOIN partnerships_partnership c ON c.id = l.partnership_id
    JOIN portal_product p ON p.id = l.product_id
    WHERE c.status = 'active' AND unit_converted(l.quantity, l.unit, p.unit) IS NOT NULL ORDER BY l.id
  LOOP
    INSERT INTO portal_commitment (product_id, quantity, unit, starts_on, ends_on, created_at)
      VALUES (held.product_id, held.quantity, held.unit, held.starts_on, held.ends_on, now()) RETURNING id INTO made;
    INSERT INTO partnerships_linecommitment (line_id, commitment_id) VALUES (held.line, made);
  END LOOP;
END $$;
ALTER TABLE portal_commitment ENABLE TRIGGER commitment_within_capacity;
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0010_contracts_hold_capacity")]
    operations = [migrations.RunSQL(HOLD, migrations.RunSQL.noop)]
