"""The same workbook, filled in a second time: kept beside the first instead of over it."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.database import fixed


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0039_partner_papers"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="visitkit", name="kit_one_open"),
        migrations.AddField(
            model_name="visitkit",
            name="copy_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="copies",
                to="portal.visitkit",
            ),
        ),
        migrations.AddField(
            model_name="visitkit", name="file_digest", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.AlterField(
            model_name="visitkit",
            name="handed_out_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddConstraint(
            model_name="visitkit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("copy_of", None), ("status__in", ("handed_out", "brought_back"))),
                fields=("enterprise", "handed_to"),
                name="kit_one_open",
            ),
        ),
        fixed("portal_visitkit", "kit_copy_stays", ("copy_of_id",)),
        fixed("portal_visitkit", "kit_file_as_merged", ("file_digest",), "OLD.status = 'merged'"),
    ]
