from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("portal", "0040_kit_copies")]
    operations = [
        migrations.AddIndex(
            model_name="organisation",
            index=GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="organisation_name_parts"),
        ),
    ]
