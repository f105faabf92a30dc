"""A point on the map lies in Indonesia; how complete a dossier is stands with it, because lists filter by it.

And a unit without an amount is refused: NULL had let it through.
"""

from django.db import migrations, models

# Who is listed today stays listed: the true figure is worked out at the next change of an answer.
LISTED = "UPDATE portal_enterprise SET completeness = 80 WHERE status IN ('verified', 'suspended')"
# Half a point is none, and a point abroad was a slip of the finger.
POINTS = """
UPDATE portal_enterprise SET latitude = NULL, longitude = NULL
WHERE (latitude IS NULL) <> (longitude IS NULL)
  OR latitude NOT BETWEEN -12 AND 7 OR longitude NOT BETWEEN 94 AND 142
"""
UNITS = """
UPDATE portal_enterprise SET capacity_unit = '' WHERE monthly_capacity IS NULL;
UPDATE portal_machine SET capacity_unit = '', capacity_per = '' WHERE capacity IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0013_document_checks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="enterprise",
            name="enterprise_production",
        ),
        migrations.RemoveConstraint(
            model_name="machine",
            name="machine_capacity_whole",
        ),
        migrations.AddField(
            model_name="enterprise",
            name="completeness",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="point_fits",
            field=models.BooleanField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(LISTED, migrations.RunSQL.noop),
        migrations.RunSQL(POINTS, migrations.RunSQL.noop),
        migrations.RunSQL(UNITS, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude", None), ("longitude", None)),
                    models.Q(
                        ("latitude__gte", -12),
                        ("latitude__isnull", False),
                        ("latitude__lte", 7),
                        ("longitude__gte", 94),
                        ("longitude__isnull", False),
                        ("longitude__lte", 142),
                    ),
                    _connector="OR",
                ),
                name="enterprise_point",
            ),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("capacity_unit", ""), ("monthly_capacity", None)),
                        models.Q(
                            ("monthly_capacity__gt", 0),
                            ("monthly_capacity__isnull", False),
                            models.Q(("capacity_unit", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(("shifts", None), models.Q(("shifts__gte", 1), ("shifts__lte", 4)), _connector="OR"),
                ),
                name="enterprise_production",
            ),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(("completeness__lte", 100)), name="enterprise_completeness"
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity", None), ("capacity_per", ""), ("capacity_unit", "")),
                    models.Q(
                        ("capacity__gt", 0),
                        ("capacity__isnull", False),
                        models.Q(("capacity_unit", ""), _negated=True),
                        models.Q(("capacity_per", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="machine_capacity_whole",
            ),
        ),
    ]
