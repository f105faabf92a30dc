"""The rules of decisions look up one application's rows by index, however small the tables were when the plan was made.

An official run writes a hundred thousand decisions in one transaction, of which the planner learns nothing: it went on reading
the whole table, or its key backwards, for each of them.
"""

from django.db import migrations, models

FUNCTIONS = ("decision_rules", "application_has_grounds", "mark_rules")


class Migration(migrations.Migration):
    dependencies = [("curation", "0040_track_record")]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["application", "-id"], name="decision_newest"),
        ),
        *(
            migrations.RunSQL(
                f"ALTER FUNCTION {name}() SET enable_seqscan = off", f"ALTER FUNCTION {name}() RESET enable_seqscan"
            )
            for name in FUNCTIONS
        ),
    ]
