from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("curation", "0041_rules_by_index")]
    operations = [
        migrations.AddField(
            model_name="need",
            name="reference",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="For example of your requisition. Only your organisation sees it.",
                max_length=60,
                verbose_name="your own number",
            ),
        ),
        migrations.AddConstraint(
            model_name="need",
            constraint=models.UniqueConstraint(
                condition=~Q(reference="") & Q(withdrawn_at=None),
                fields=("buyer", "reference"),
                name="need_reference_once",
                violation_error_code="reference_once",
            ),
        ),
    ]
