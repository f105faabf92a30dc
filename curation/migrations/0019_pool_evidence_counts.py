from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("curation", "0018_marks_follow_mergers")]

    operations = [
        migrations.AddField(model_name="pool", name="with_evidence", field=models.JSONField(default=dict)),
    ]
