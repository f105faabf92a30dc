"""A snapshot keeps until when its verified documents are valid. Earlier ones keep the count they were scored by."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0008_decision_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencesnapshot",
            name="verified_until",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), null=True, size=None),
        ),
    ]
