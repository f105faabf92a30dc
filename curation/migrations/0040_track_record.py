"""How deliveries went, counted by enterprise: read as evidence, and a change of it noted like any other."""

import django.db.models.deletion
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION curation_trackrecord_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO curation_evidencechange (enterprise_id, transaction)
  SELECT enterprise_id, pg_current_xact_id()::text::bigint FROM changed ON CONFLICT DO NOTHING;
  RETURN NULL; END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER notes_{event.lower()} AFTER {event} ON curation_trackrecord REFERENCING {rows} TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION curation_trackrecord_changed();"
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0039_invitation_terms"),
        ("portal", "0042_renewed_over_refused"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencesnapshot",
            name="accepted_share",
            field=models.DecimalField(decimal_places=4, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="evidencesnapshot",
            name="deliveries",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="evidencesnapshot",
            name="on_time_share",
            field=models.DecimalField(decimal_places=4, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="poolevidence",
            name="accepted_share",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="poolevidence",
            name="deliveries",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="poolevidence",
            name="on_time_share",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="TrackRecord",
            fields=[
                (
                    "enterprise",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="track_record",
                        serialize=False,
                        to="portal.enterprise",
                    ),
                ),
                ("deliveries", models.PositiveIntegerField(default=0)),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("answered_value", models.BigIntegerField(default=0)),
                ("accepted_value", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("on_time__lte", models.F("deliveries"))), name="track_record_on_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_value__gte", 0), ("accepted_value__lte", models.F("answered_value"))
                        ),
                        name="track_record_accepted",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTION + TRIGGERS, "DROP FUNCTION curation_trackrecord_changed() CASCADE"),
        # Evidence read before holds none of the new columns: the next run reads everybody anew.
        migrations.RunSQL("UPDATE curation_pool SET needs_digest = ''", migrations.RunSQL.noop),
    ]
