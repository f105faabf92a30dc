"""Kits for visits without signal: who carries which, what it was filled from, what came back, and whether it was merged."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.models.encrypted
from portal.database import fixed, flow_guard

MOVES = (
    ("handed_out", "brought_back"),
    ("brought_back", "brought_back"),
    ("brought_back", "merged"),
    ("handed_out", "called_back"),
    ("brought_back", "called_back"),
    ("handed_out", "expired"),
    ("brought_back", "expired"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0027_identity_village"),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitKit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="kit number")),
                ("language", models.CharField(max_length=2)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("handed_out", "Handed Out"),
                            ("brought_back", "Brought Back"),
                            ("merged", "Merged"),
                            ("called_back", "Called Back"),
                            ("expired", "Expired"),
                        ],
                        default="handed_out",
                        max_length=20,
                    ),
                ),
                ("handed_out_at", models.DateTimeField(auto_now_add=True)),
                ("until", models.DateField(verbose_name="bring it back by")),
                ("known", models.JSONField()),
                ("asked", models.JSONField(default=list)),
                ("state", models.CharField(max_length=32)),
                ("answers", portal.models.encrypted.EncryptedField(blank=True, default="")),
                ("answers_digest", models.CharField(blank=True, max_length=64)),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("brought_at", models.DateTimeField(blank=True, null=True)),
                ("merged_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.JSONField(blank=True, default=dict)),
                ("visit_key", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "brought_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.consent",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="kits", to="portal.enterprise"
                    ),
                ),
                (
                    "handed_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-handed_out_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("handed_out", "brought_back"))),
                        fields=("enterprise", "handed_to"),
                        name="kit_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["handed_out", "brought_back", "merged", "called_back", "expired"])
                        ),
                        name="kit_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_at__isnull", False), ("merged_by__isnull", False), ("status", "merged")),
                            models.Q(
                                models.Q(("status", "merged"), _negated=True), ("merged_at", None), ("merged_by", None)
                            ),
                            _connector="OR",
                        ),
                        name="kit_merged_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answers_digest", ""), ("brought_at", None), ("brought_by", None)),
                            models.Q(
                                ("brought_at__isnull", False),
                                ("brought_by__isnull", False),
                                models.Q(("answers_digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="kit_brought_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["brought_back", "merged"]), _negated=True),
                            ("brought_at__isnull", False),
                            _connector="OR",
                        ),
                        name="kit_brought_before_merged",
                    ),
                ],
            },
        ),
        flow_guard("portal_visitkit", MOVES),
        fixed(
            "portal_visitkit",
            "kit_as_handed_out",
            (
                "number",
                "enterprise_id",
                "plut_id",
                "handed_to_id",
                "consent_id",
                "handed_out_at",
                "known",
                "asked",
                "state",
                "visit_key",
            ),
        ),
        fixed(
            "portal_visitkit",
            "kit_as_merged",
            ("answers", "answers_digest", "brought_by_id", "merged_at", "merged_by_id", "outcome"),
            "OLD.status = 'merged'",
        ),
    ]
