"""A token of a partner's system may name papers, too."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0038_annual_sales"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("dossier:read", "Read dossiers"),
                        ("dossier:write", "Bring dossiers up to date"),
                        ("documents:read", "Read papers and certificates"),
                        ("documents:write", "Add, renew and remove papers"),
                        ("products:read", "Read products"),
                        ("products:write", "Add and change products"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="what it may do",
            ),
        ),
    ]
