from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0013_renewals_and_recognition"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencesnapshot",
            name="plan_parts",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="poolevidence",
            name="plan_parts",
            field=models.BigIntegerField(null=True),
        ),
    ]
