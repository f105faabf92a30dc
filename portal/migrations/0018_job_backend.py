from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0017_product_staging")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="backend",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        )
    ]
