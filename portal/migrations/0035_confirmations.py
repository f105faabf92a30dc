"""Profiles are confirmed from time to time; whose was not is out of what buyers find."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0034_commitment_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="enterprise",
            name="confirmation_asked",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="confirmation_asked_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="unconfirmed_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unconfirmed_since", None), ("confirmation_asked_on__isnull", False), _connector="OR"
                ),
                name="enterprise_unconfirmed_was_asked",
            ),
        ),
    ]
