"""Visits of companions: what was noted stays as it was noted."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.database import fixed

NOTED = ("key", "made_by_id", "plut_id", "visited_on", "place", "latitude", "longitude", "seen")


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_product_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("visited_on", models.DateField(verbose_name="day of the visit")),
                ("place", models.CharField(blank=True, max_length=300, verbose_name="where")),
                (
                    "latitude",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="latitude"),
                ),
                (
                    "longitude",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=9, null=True, verbose_name="longitude"
                    ),
                ),
                (
                    "seen",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("premises", "The place of business"),
                                ("production", "Production running"),
                                ("machines", "Machines and tools"),
                                ("stock", "Stock or finished goods"),
                                ("people", "People at work"),
                                ("papers", "Original papers"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="what was seen",
                    ),
                ),
                ("notes", models.TextField(blank=True, max_length=4000, verbose_name="notes")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="portal.enterprise"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plut",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["-visited_on", "-pk"],
                "indexes": [models.Index(fields=["enterprise", "visited_on"], name="visit_of_enterprise")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("seen", []), _negated=True), name="visit_saw_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_whole_point",
                    ),
                ],
            },
        ),
        # The notes are not among them: they may name a person, and erasing them must stay possible.
        fixed("portal_visit", "visit_stays_as_noted", NOTED),
    ]
