"""A business is asked for the sales of each year that has ended, also one that had no full year when it registered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0037_four_eyes")]
    operations = [
        migrations.AddField(
            model_name="enterprise",
            name="sales_asked_for",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="sales_asked_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="sales_asked",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="no_full_year_in",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(sales_asked_for=None, sales_asked_on=None, sales_asked=0)
                | models.Q(sales_asked_for__isnull=False, sales_asked_on__isnull=False, sales_asked__gte=1),
                name="enterprise_sales_asked",
            ),
        ),
    ]
