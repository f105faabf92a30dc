"""Contracts in force, or ended, of before they were counted as evidence."""

from django.db import migrations

COUNTED = """
INSERT INTO curation_trackrecord (enterprise_id, contracts, disputed_on, deliveries, on_time, answered_value, accepted_value)
SELECT s.enterprise_id, count(*), '{}', 0, 0, 0, 0
FROM partnerships_share s JOIN partnerships_partnership p ON p.id = s.partnership_id
WHERE p.status IN ('active', 'completed', 'terminated') GROUP BY s.enterprise_id
ON CONFLICT (enterprise_id) DO UPDATE SET contracts = EXCLUDED.contracts
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0028_financing_walls"), ("curation", "0042_disputes")]
    operations = [migrations.RunSQL(COUNTED, migrations.RunSQL.noop)]
