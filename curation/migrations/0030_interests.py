"""Enterprises and needs that found each other: one that stands for each pair, and only the moves of the flow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.database import fixed, flow_guard


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0029_need_confirmations"),
        ("portal", "0034_commitment_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("expressed", "Expressed"),
                            ("invited", "Invited"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("message", models.CharField(blank=True, max_length=500, verbose_name="message")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("expressed_at", models.DateTimeField(blank=True, null=True)),
                ("invited_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("is_sample", models.BooleanField(default=False)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="curation.application",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="interests", to="portal.enterprise"
                    ),
                ),
                (
                    "expressed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="interests", to="curation.need"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="portal.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="curation.programme",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [models.Index(fields=["enterprise", "-created_at"], name="interest_of_enterprise")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["expressed", "invited", "accepted", "refused", "declined", "withdrawn", "lapsed"],
                            )
                        ),
                        name="interest_status",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("expressed", "invited", "accepted"))),
                        fields=("need", "enterprise"),
                        name="interest_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expressed_at__isnull", False), ("expressed_by__isnull", False)),
                            models.Q(("invited_at__isnull", False), ("invited_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="interest_begun_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["invited", "accepted"]), _negated=True),
                            models.Q(("invited_at__isnull", False), ("invited_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="interest_invited_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["refused", "declined"]), _negated=True),
                            models.Q(models.Q(("reason", ""), _negated=True), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="interest_no_with_reason",
                    ),
                ],
            },
        ),
        fixed("curation_interest", "interest_is_of_one_need", ["need_id"]),
        flow_guard(
            "curation_interest",
            [
                ("expressed", "invited"),
                ("expressed", "declined"),
                ("expressed", "withdrawn"),
                ("expressed", "lapsed"),
                ("invited", "accepted"),
                ("invited", "refused"),
                ("invited", "withdrawn"),
                ("invited", "lapsed"),
            ],
        ),
    ]
