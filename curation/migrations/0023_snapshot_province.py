"""Where an enterprise was when it applied. Snapshots taken before do not say so, and are never changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("curation", "0022_third_person")]
    operations = [
        migrations.AddField(
            model_name="evidencesnapshot", name="province", field=models.CharField(max_length=2, null=True)
        ),
    ]
