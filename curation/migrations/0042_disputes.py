"""How many contracts an enterprise had, and the days on which a problem was proven against it: read as evidence."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0044_need_references"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencesnapshot",
            name="disputes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="poolevidence",
            name="disputes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="trackrecord",
            name="contracts",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="trackrecord",
            name="disputed_on",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(), blank=True, default=list, size=None
            ),
        ),
        # Evidence read before holds none of the new column: the next run reads everybody anew.
        migrations.RunSQL("UPDATE curation_pool SET needs_digest = ''", migrations.RunSQL.noop),
    ]
